"""The fourth step: prizes, the order that decides them, and the papers that go with them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.lib.templatetags.vi import dong
from contest_site.preflight.papers import LONG_NAME, Fit, fits_of
from contest_site.preflight.plan_checks import form_of
from contest_site.preflight.report import Check, Mend, State
from contest_site.preflight.subject import Subject
from contests.prize_tables import prize_tables
from contests.wizard import Part


def prize_checks(subject: Subject) -> Iterator[Check]:
    yield _prizes(subject)
    yield _order(subject)
    mend = [form_of(subject, Part.PRIZES)]
    wrong = subject.found(Part.PRIZES, only="certificates")
    if wrong or not subject.papers:
        yield Check(
            "papers", Part.PRIZES, _("Mẫu giấy chứng nhận"),
            State.FIX if wrong else State.ADVISE,
            wrong or [_("Chưa có mẫu giấy nào: người được giải không nhận được giấy.")],
            mend,
        )  # fmt: skip
    for fit in fits_of(subject):
        yield _paper(fit, mend)


def _prizes(subject: Subject) -> Check:
    contest = subject.contest
    wrong = subject.found(Part.PRIZES, only="prize_tables")
    tables = prize_tables(contest)
    add = reverse("admin:contests_prizetable_add") + f"?contest={contest.pk}"
    mends = [
        Mend(
            reverse("admin:contests_prizetable_change", args=[laid.table.pk]),
            laid.table.name,
            "contests.view_prizetable",
        )
        for laid in tables
    ]
    if not subject.announced:
        mends.append(Mend(add, _("Thêm bảng giải"), "contests.add_prizetable"))
    if not tables:
        state, why = State.ADVISE, [_("Chưa có bảng giải nào: cuộc thi sẽ không trao giải.")]
    else:
        total = dong(sum(laid.total for laid in tables))
        count = ngettext(
            "%(count)d bảng giải, tổng cộng %(total)s.",
            "%(count)d bảng giải, tổng cộng %(total)s.",
            len(tables),
        )
        state, why = State.OK, [count % {"count": len(tables), "total": total}]
    return Check(
        "prizes", Part.PRIZES, _("Cơ cấu giải thưởng"), State.FIX if wrong else state, wrong or why, mends
    )


def _order(subject: Subject) -> Check:
    wrong = [
        *subject.found(Part.PRIZES, only="rounds"),
        *subject.found(Part.PRIZES, only="overall"),
        *subject.found(Part.PRIZES, only="contest"),
    ]
    told = [f"{one.name}: {' → '.join(one.order_labels)}" for one in subject.rounds]
    state = State.OK if told else State.LATER
    mends = [form_of(subject, Part.PLAN), *([form_of(subject, Part.PRIZES)] if wrong else [])]
    return Check(
        "order", Part.PRIZES, _("Thứ tự xếp hạng khi bằng điểm"),
        State.FIX if wrong else state,
        wrong or told or [_("Chưa có vòng thi nào.")],
        mends,
    )  # fmt: skip


def _paper(fit: Fit, mends: list[Mend]) -> Check:
    title = _("Giấy in vừa trang: %(paper)s") % {"paper": fit.template.name}
    why = []
    state = State.OK
    if fit.missing:
        state = State.ADVISE
        why.append(_("Phông chữ trên giấy không có các ký tự: %(signs)s") % {"signs": " ".join(fit.missing)})
    if fit.size is None:
        state = State.FIX
        why.append(
            _("Lời trên giấy dài quá một trang dù đặt cỡ chữ nhỏ nhất. Hãy rút gọn nội dung ghi trên giấy.")
        )
    elif fit.small:
        state = State.ADVISE
        why.append(_("Với tên dài, chữ phải thu nhỏ đến cỡ %(size)s. Nên rút gọn nội dung ghi trên giấy.")
                   % {"size": fit.size})  # fmt: skip
    if not why:
        why.append(_("Vừa một trang, đủ dấu, với họ tên %(length)d ký tự và đơn vị tên dài nhất.")
            % {"length": len(LONG_NAME)})  # fmt: skip
    return Check(f"paper-{fit.template.pk}", Part.PRIZES, title, state, why, mends)
