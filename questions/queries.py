"""What is read from the question banks, each as one statement whatever the bank's size."""

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from questions.models import Appraisal, Bank, Question, Revision

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Verdict(TypedDict):
        verdict: str | None

    class _Counts(TypedDict):
        total: int
        approved: int
        waiting: int
        returned: int
        retired: int

    class _Current(TypedDict):
        revision_id: int
        text: str
        form: str
        topic: str
        version: int
        writer: str
        verdict: str | None

    JudgedRevision = WithAnnotations[Revision, _Verdict]
    CountedBank = WithAnnotations[Bank, _Counts]
    CurrentQuestion = WithAnnotations[Question, _Current]


def last_revisions(bank: Bank | None = None) -> "QuerySet[JudgedRevision]":
    """What each question of the bank (or of all banks) says now, by question number.

    Annotated with `verdict`: that of the revision's last appraisal, None while it waits for one.
    """
    newer = Revision.objects.filter(question=OuterRef("question"), number__gt=OuterRef("number"))
    revisions = Revision.objects.filter(~Exists(newer)).annotate(verdict=_last_verdict(OuterRef("pk")))
    if bank:
        revisions = revisions.filter(question__bank=bank)
    return revisions.order_by("question__bank", "question__number")


def _last_verdict(revision: OuterRef) -> Subquery:
    return Subquery(Appraisal.objects.filter(revision=revision).order_by("-id").values("verdict")[:1])


def approved_revisions(bank: Bank) -> QuerySet[Revision]:
    """The last revision of each question whose last appraisal says "approved", by question number.

    A question that was edited after its approval waits again, and so is not among them.
    """
    return last_revisions(bank).filter(verdict=Appraisal.Verdict.APPROVED)


def waiting_revisions(bank: Bank) -> QuerySet[Revision]:
    """The last revision of each question that was handed in and has no verdict yet."""
    return last_revisions(bank).filter(verdict=None, submission__isnull=False)


def known_questions(bank: Bank) -> dict[str, int]:
    """Question number by fingerprint of what each question of the bank says now."""
    return dict(last_revisions(bank).values_list("fingerprint", "question__number"))


def banks_with_counts() -> "QuerySet[CountedBank]":
    """Every bank with how many questions it has, in all and in each state."""

    def count(condition: Q) -> Coalesce:
        per_bank = (
            last_revisions()
            .filter(condition, question__bank=OuterRef("pk"))
            .order_by()
            .values("question__bank")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return Coalesce(Subquery(per_bank, output_field=IntegerField()), 0)

    return Bank.objects.annotate(
        total=count(Q()),
        approved=count(Q(verdict=Appraisal.Verdict.APPROVED)),
        waiting=count(Q(verdict=None)),
        returned=count(Q(verdict=Appraisal.Verdict.RETURNED)),
        retired=count(Q(verdict=Appraisal.Verdict.RETIRED)),
    )


def questions_now() -> "QuerySet[CurrentQuestion]":
    """Every question with what a list shows of its last revision: never its key."""
    last = Revision.objects.filter(question=OuterRef("pk")).order_by("-number")
    return Question.objects.annotate(
        revision_id=Subquery(last.values("pk")[:1]),
        text=Subquery(last.values("text")[:1]),
        form=Subquery(last.values("fingerprint")[:1]),
        topic=Subquery(last.values("topic__name")[:1]),
        version=Subquery(last.values("number")[:1]),
        writer=Subquery(last.values("writer__full_name")[:1]),
    ).annotate(verdict=_last_verdict(OuterRef("revision_id")))
