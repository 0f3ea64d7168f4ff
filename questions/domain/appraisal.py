"""The second pair of eyes: a question is drawn only after someone other than its writer approved it."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from questions.models import Appraisal, Bank, Revision
from questions.queries import waiting_revisions

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@transaction.atomic
def appraise(revisions: Iterable[Revision], verdict: str, *, by: "User", comment: str = "") -> int:
    """Give one verdict on all of the revisions, or on none; returns on how many.

    `verdict`: a value of Appraisal.Verdict; a return says why in `comment`. The number of statements does
    not hang on the number of revisions. Raises NotAllowed when one was written by `by`, NotNow when one was
    edited meanwhile, Invalid for no verdict, no revision or a return without a reason.
    """
    comment = comment.strip()
    if verdict not in Appraisal.Verdict.values:
        raise Invalid(_("Chọn một kết luận thẩm định."))
    if verdict == Appraisal.Verdict.RETURNED and not comment:
        raise Invalid(_("Trả lại câu hỏi thì phải ghi lý do để người soạn chỉnh sửa."))
    newer = Revision.objects.filter(question=OuterRef("question"), number__gt=OuterRef("number"))
    rows = list(
        Revision.objects.filter(pk__in=[revision.pk for revision in revisions])
        .annotate(edited=Exists(newer))
        .order_by("pk")
        .values_list("pk", "writer_id", "question__bank_id", "edited")
    )
    if not rows:
        raise Invalid(_("Chưa chọn câu hỏi nào."))
    if any(writer == by.pk for _pk, writer, _bank, _edited in rows):
        raise NotAllowed(_("Người soạn không được thẩm định câu hỏi của chính mình."))
    if any(edited for _pk, _writer, _bank, edited in rows):
        raise NotNow(_("Câu hỏi vừa được sửa, đã có phiên bản mới. Xem lại rồi thẩm định phiên bản mới."))
    Appraisal.objects.bulk_create(
        [
            Appraisal(revision_id=pk, verdict=verdict, comment=comment, writer_id=writer, appraiser=by)
            for pk, writer, _bank, _edited in rows
        ],
        batch_size=1_000,
    )
    counts = Counter(bank for _pk, _writer, bank, _edited in rows)
    for bank in Bank.objects.filter(pk__in=counts).order_by("pk"):
        record("appraised questions", bank, by=by, reason=comment, verdict=verdict, questions=counts[bank.pk])
    return len(rows)


def approve_waiting(bank: Bank, *, by: "User", expected: int) -> int:
    """Approve every question that waits for a verdict, except those that `by` wrote; returns how many.

    `expected` is the number that the person confirmed: raises NotNow when by now it is another one, or 0.
    """
    revisions = list(waiting_revisions(bank).exclude(writer=by).only("pk"))
    if not revisions:
        raise NotNow(_("Không có câu hỏi nào đang chờ người này duyệt."))
    if len(revisions) != expected:
        raise NotNow(
            _("Số câu chờ duyệt đã thay đổi: nay là %(now)d, không phải %(expected)d. Xem lại rồi xác nhận.")
            % {"now": len(revisions), "expected": expected}
        )
    return appraise(revisions, Appraisal.Verdict.APPROVED, by=by)
