"""The third step: enough approved questions for every line of every paper, and their appraisal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.lib.templatetags.vi import number
from contest_site.preflight.plan_checks import form_of
from contest_site.preflight.report import Check, Mend, State
from contest_site.preflight.subject import Subject
from contests.queries import seal_of
from contests.wizard import Part


def bank_checks(subject: Subject) -> Iterator[Check]:
    if not subject.rounds:
        yield Check(
            "questions", Part.QUESTIONS, _("Đủ câu hỏi đã duyệt theo chủ đề"),
            State.LATER, [_("Chưa có vòng thi nào để biết cần bao nhiêu câu.")],
            [form_of(subject, Part.PLAN)],
        )  # fmt: skip
        return
    yield _enough(subject)
    for bank in subject.banks:
        yield _appraisal(bank)


def _enough(subject: Subject) -> Check:
    wrong = subject.found(Part.QUESTIONS)
    mends = [
        Mend(
            reverse("admin:contests_round_blueprint", args=[subject.contest.pk, one.number]),
            _("Cơ cấu đề: %(round)s") % {"round": one.name},
        )
        for one in subject.rounds
    ]
    told = [
        _("%(round)s: mỗi đề %(questions)d câu, ngân hàng “%(bank)s” đủ câu đã duyệt.")
        % {"round": one.name, "questions": one.questions, "bank": one.bank.name}
        for one in subject.rounds
        if seal_of(one) is None
    ]
    return Check(
        "questions", Part.QUESTIONS, _("Đủ câu hỏi đã duyệt theo chủ đề"),
        State.FIX if wrong else State.OK,
        wrong or told or [_("Đề của mọi vòng thi đã niêm phong.")],
        mends,
    )  # fmt: skip


def _appraisal(bank: Any) -> Check:
    """Of one bank; its counts are those of `banks_with_counts`."""
    board = f"{reverse('admin:questions_question_board')}?bank={bank.pk}"
    change = reverse("admin:questions_bank_change", args=[bank.pk])
    mends = [
        Mend(board, _("Bảng việc của ngân hàng"), "questions.view_question"),
        Mend(change, _("Ngân hàng “%(bank)s”") % {"bank": bank.name}, "questions.view_bank"),
    ]
    title = _("Thẩm định: %(bank)s") % {"bank": bank.name}
    if not bank.total:
        why = [_("Ngân hàng chưa có câu hỏi nào. Nhập từ Excel, Word hoặc soạn từng câu.")]
        return Check(f"bank-{bank.pk}", Part.QUESTIONS, title, State.FIX, why, mends)
    counts = (
        (bank.waiting, _("%(count)s câu chờ thẩm định: người không viết câu đó đọc và duyệt.")),
        (bank.returned, _("%(count)s câu trả lại, chờ người viết sửa.")),
        (bank.drafts, _("%(count)s câu còn là bản nháp, chưa gửi thẩm định.")),
    )
    waits = [text % {"count": number(count)} for count, text in counts if count]
    told = ngettext("%(count)s câu đã duyệt.", "%(count)s câu đã duyệt.", bank.approved)
    approved = told % {"count": number(bank.approved)}
    state = State.ADVISE if waits else State.OK
    return Check(f"bank-{bank.pk}", Part.QUESTIONS, title, state, [approved, *waits], mends)
