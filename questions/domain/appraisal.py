"""The second pair of eyes: a question is drawn only after someone other than its writer approved it.

What a question's last revision is (questions.enums.State): a draft until somebody hands it in (`submit`),
then waiting until the last word on it (`appraise`) says approved, returned or retired.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from questions.models import Appraisal, Bank, Revision, Submission
from questions.queries import waiting_revisions

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from contest_site.accounts.models import User

    class _Edited(TypedDict):
        edited: bool

    ChosenRevision = WithAnnotations[Revision, _Edited]


@transaction.atomic
def submit(revisions: Iterable[Revision], *, by: "User") -> int:
    """Hand in drafts for appraisal, all of them or none; returns how many.

    Anyone of the writers may do it: the draft of a colleague who is away need not wait. Raises NotNow when
    one was edited or handed in meanwhile, Invalid for none at all. The number of statements is fixed.
    """
    rows = list(
        _chosen(revisions)
        .annotate(given=Exists(Submission.objects.filter(revision=OuterRef("pk"))))
        .values_list("pk", "question__bank_id", "edited", "given")
    )
    if not rows:
        raise Invalid(_("Chưa chọn câu hỏi nào."))
    if any(edited for _pk, _bank, edited, _given in rows):
        raise NotNow(_("Có câu hỏi vừa được sửa, đã có phiên bản mới. Xem lại rồi gửi thẩm định."))
    if any(given for _pk, _bank, _edited, given in rows):
        raise NotNow(_("Có câu hỏi đã được gửi thẩm định trước đó. Xem lại danh sách."))
    Submission.objects.bulk_create(
        [Submission(revision_id=pk, by=by) for pk, _bank, _edited, _given in rows],
        batch_size=1_000,
        ignore_conflicts=True,  # somebody else hands in the same draft at this moment: it is handed in
    )
    counts = Counter(bank for _pk, bank, _edited, _given in rows)
    for bank in Bank.objects.filter(pk__in=counts).order_by("pk"):
        record("submitted questions", bank, by=by, questions=counts[bank.pk])
    return len(rows)


def _chosen(revisions: Iterable[Revision]) -> "QuerySet[ChosenRevision]":
    """The same revisions as the database has them now, with `edited`: whether there is a later one."""
    newer = Revision.objects.filter(question=OuterRef("question"), number__gt=OuterRef("number"))
    chosen = Revision.objects.filter(pk__in=[revision.pk for revision in revisions])
    return chosen.annotate(edited=Exists(newer)).order_by("pk")


@transaction.atomic
def appraise(revisions: Iterable[Revision], verdict: str, *, by: "User", comment: str = "") -> int:
    """Give one verdict on all of the revisions, or on none; returns on how many.

    `verdict`: a value of Appraisal.Verdict; a return says why in `comment`. The number of statements does
    not hang on the number of revisions. Raises NotAllowed when one was written by `by`, NotNow when one was
    edited meanwhile or is a draft, Invalid for no verdict, no revision or a return without a reason.
    """
    comment = comment.strip()
    if verdict not in Appraisal.Verdict.values:
        raise Invalid(_("Chọn một kết luận thẩm định."))
    if verdict == Appraisal.Verdict.RETURNED and not comment:
        raise Invalid(_("Trả lại câu hỏi thì phải ghi lý do để người soạn chỉnh sửa."))
    rows = list(
        _chosen(revisions).values_list("pk", "writer_id", "question__bank_id", "edited", "submission__pk")
    )
    if not rows:
        raise Invalid(_("Chưa chọn câu hỏi nào."))
    if any(writer == by.pk for _pk, writer, _bank, _edited, _given in rows):
        raise NotAllowed(_("Người soạn không được thẩm định câu hỏi của chính mình."))
    if any(edited for _pk, _writer, _bank, edited, _given in rows):
        raise NotNow(_("Câu hỏi vừa được sửa, đã có phiên bản mới. Xem lại rồi thẩm định phiên bản mới."))
    if any(given is None for _pk, _writer, _bank, _edited, given in rows):
        raise NotNow(_("Câu hỏi còn là bản nháp, người soạn chưa gửi thẩm định."))
    Appraisal.objects.bulk_create(
        [
            Appraisal(revision_id=pk, verdict=verdict, comment=comment, writer_id=writer, appraiser=by)
            for pk, writer, _bank, _edited, _given in rows
        ],
        batch_size=1_000,
    )
    counts = Counter(bank for _pk, _writer, bank, _edited, _given in rows)
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
