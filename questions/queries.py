"""What is read from the question banks, each as one statement whatever the bank's size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from questions.enums import State
from questions.models import Appraisal, Bank, Question, Revision, Submission

if TYPE_CHECKING:
    from datetime import datetime

    from django_stubs_ext import WithAnnotations

    class _Verdict(TypedDict):
        verdict: str | None

    class _Work(_Verdict):
        state: str
        comment: str | None
        appraiser: str | None
        judged_at: datetime | None

    class _Counts(TypedDict):
        total: int
        drafts: int
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
        writer_pk: int
        kind: str
        difficulty: str
        verdict: str | None
        state: str

    JudgedRevision = WithAnnotations[Revision, _Verdict]
    WorkRevision = WithAnnotations[Revision, _Work]
    CountedBank = WithAnnotations[Bank, _Counts]
    CurrentQuestion = WithAnnotations[Question, _Current]


@dataclass(frozen=True)
class WorkCount:
    """`count` questions of one state and one writer in a bank."""

    bank: int
    bank_name: str
    writer: int
    writer_name: str
    state: str
    count: int


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
        drafts=count(Q(verdict=None, submission=None)),
        waiting=count(Q(verdict=None, submission__isnull=False)),
        returned=count(Q(verdict=Appraisal.Verdict.RETURNED)),
        retired=count(Q(verdict=Appraisal.Verdict.RETIRED)),
    )


def questions_now() -> "QuerySet[CurrentQuestion]":
    """Every question with what a list shows of its last revision (never its key), and its State."""
    last = Revision.objects.filter(question=OuterRef("pk")).order_by("-number")

    def of_last(field: str) -> Subquery:
        return Subquery(last.values(field)[:1])

    return Question.objects.annotate(
        revision_id=of_last("pk"),
        text=of_last("text"),
        form=of_last("fingerprint"),
        topic=of_last("topic__name"),
        version=of_last("number"),
        writer=of_last("writer__full_name"),
        writer_pk=of_last("writer"),
        kind=of_last("kind"),
        difficulty=of_last("difficulty"),
        verdict=_last_verdict(OuterRef("revision_id")),
    ).annotate(state=_state(Exists(Submission.objects.filter(revision=OuterRef("revision_id")))))


def work(bank: Bank | None = None) -> "QuerySet[WorkRevision]":
    """What each question says now, as `last_revisions`, with its State and the last word on it.

    `comment`, `appraiser`, `judged_at`: of the last appraisal, None while there is none.
    """
    last = Appraisal.objects.filter(revision=OuterRef("pk")).order_by("-id")
    return (
        last_revisions(bank)
        .annotate(
            state=_state(Q(submission__isnull=False)),
            comment=Subquery(last.values("comment")[:1]),
            appraiser=Subquery(last.values("appraiser__full_name")[:1]),
            judged_at=Subquery(last.values("at")[:1]),
        )
        .select_related("question__bank", "topic", "writer")
    )


def work_counts() -> list[WorkCount]:
    """How many questions each person has in each state of each bank: the board in one statement."""
    counted = (
        last_revisions()
        .annotate(state=_state(Q(submission__isnull=False)))
        .order_by("question__bank__name", "writer__full_name", "writer")
        .values_list("question__bank_id", "question__bank__name", "writer_id", "writer__full_name", "state")
        .annotate(count=Count("pk"))
    )
    return [WorkCount(*row) for row in counted]


def questions_per_topic(bank: Bank) -> dict[str, dict[str, int]]:
    """How many questions are of each topic of the bank now, by difficulty ("" = none given)."""
    counts: dict[str, dict[str, int]] = {}
    rows = (
        last_revisions(bank).order_by().values_list("topic__name", "difficulty").annotate(count=Count("pk"))
    )
    for topic, difficulty, count in rows:
        counts.setdefault(topic, {})[difficulty] = count
    return counts


def named_topics(bank: Bank) -> set[str]:
    """The topics of the bank that any revision names, an old one too: they stay for ever."""
    named = Revision.objects.filter(topic=OuterRef("pk"))
    return set(bank.topics.filter(Exists(named)).values_list("name", flat=True))


def _state(submitted: Exists | Q) -> Case:
    """The State of what has the annotation `verdict`: a verdict's value is that of its state."""
    return Case(
        When(verdict__isnull=False, then=F("verdict")),
        When(submitted, then=Value(State.WAITING.value)),
        default=Value(State.DRAFT.value),
        output_field=CharField(),
    )
