"""A wrong answer key found after the sealing: one person proposes what counts instead, another decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.domain.grounds import checked_attachment, checked_grounds
from attempts.domain.papers import sealed_paper
from attempts.models import KeyCorrection, KeyCorrectionDecision
from attempts.queries import corrections_in_force, undecided_corrections
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.locks import lock
from contest_site.lib.queue import send_after_commit
from contests.models import Round
from contests.queries import seal_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def propose_correction(
    round: Round,
    *,
    question: int,
    accepted: Collection[int] = (),
    void: bool = False,
    grounds: str,
    attachment: Any = None,
    by: User,
) -> KeyCorrection:
    """Propose to mark a question of the round's sealed pool otherwise; in force once another person approves.

    `question` is its index in the pool, `accepted` the canonical options (from 0) that are to count as right:
    any of them where one is chosen, together as the right combination where several may be. With `void`
    everybody who had the question is right, a blank included, and `accepted` is not looked at. May be
    proposed while the round runs. Raises Invalid (no such question or option, nothing that changes,
    no grounds, a file of another kind), NotNow (not sealed, or a proposal about it is still undecided).
    """
    grounds, file = checked_grounds(grounds), checked_attachment(attachment)
    with transaction.atomic():
        lock(f"correction:{round.pk}")
        options = checked_options(round, question, accepted, void=void)
        if undecided_corrections(round).filter(question=question).exists():
            raise NotNow(_("Câu này đang có một đề nghị sửa đáp án chờ quyết định."))
        made = KeyCorrection.objects.create(
            round=round,
            question=question,
            accepted=options,
            void=void,
            grounds=grounds,
            attachment=file,
            by=by,
        )
        # The trail tells which question, never what its key was or is to be.
        record(
            "proposed key correction", made, by=by, reason=grounds,
            contest=round.contest_id, round=round.number, question=question + 1,
            attachment=made.attachment.name,
        )  # fmt: skip
    return made


def decide_correction(
    correction: KeyCorrection, *, approve: bool, reason: str = "", by: User
) -> KeyCorrectionDecision:
    """Approve a proposal or turn it down (with a reason); somebody other than the proposer.

    An approved one is applied to the attempts by `regrade`, after the round's end; a worker does so at once
    when the round is over. Raises NotAllowed (the proposer), NotNow (decided before), Invalid (no reason).
    """
    if correction.by_id == by.pk:
        raise NotAllowed(_("Người đề nghị sửa đáp án không được tự quyết định. Cần một người khác."))
    if not approve and not reason.strip():
        raise Invalid(_("Cần ghi lý do không đồng ý."))
    with transaction.atomic():
        lock(f"correction:{correction.round_id}")
        if KeyCorrectionDecision.objects.filter(correction=correction).exists():
            raise NotNow(_("Đề nghị này đã có quyết định."))
        made = KeyCorrectionDecision.objects.create(
            correction=correction, approved=approve, proposer=correction.by, by=by, reason=reason.strip()
        )
        record(
            "approved key correction" if approve else "turned down key correction",
            correction, by=by, reason=made.reason, question=correction.question + 1,
        )  # fmt: skip
        if approve:
            send_after_commit("prizes.tasks.regrade_and_rank", correction.round_id)
    return made


def checked_options(round: Round, question: int, accepted: Collection[int], *, void: bool) -> list[int]:
    """The options that a correction would store, checked against the sealed pool and what is in force.

    Raises Invalid (no such question or option, nothing that changes), NotNow (not sealed).
    """
    seal = seal_of(round)
    if seal is None:
        raise NotNow(_("Vòng thi chưa niêm phong đề nên chưa có đáp án để sửa."))
    questions = sealed_paper(seal.pk).pool.questions
    if not 0 <= question < len(questions):
        raise Invalid(_("Bộ câu hỏi của vòng thi không có câu này."))
    width = len(questions[question].options)
    if void:
        options = list(range(width))
    else:
        options = sorted(set(accepted))
        if not options or not set(options) <= set(range(width)):
            raise Invalid(_("Cần chọn ít nhất một phương án của câu hỏi."))
        if len(options) == width:
            raise Invalid(_("Khi mọi phương án đều đúng, hãy chọn tính đúng cho mọi người."))
    in_force = {at: (right, for_all) for at, right, for_all in corrections_in_force(round)}
    if (options, void) == in_force.get(question, (list(questions[question].keys), False)):
        raise Invalid(_("Đề nghị không khác với đáp án đang dùng."))
    return options
