"""What is read from the question banks, each as one statement whatever the bank's size."""

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from questions.models import Appraisal, Bank, Revision

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Verdict(TypedDict):
        verdict: str | None

    JudgedRevision = WithAnnotations[Revision, _Verdict]


def last_revisions(bank: Bank) -> "QuerySet[JudgedRevision]":
    """What each question of the bank says now, by question number.

    Annotated with `verdict`: that of the revision's last appraisal, None while it waits for one.
    """
    newer = Revision.objects.filter(question=OuterRef("question"), number__gt=OuterRef("number"))
    last_verdict = Appraisal.objects.filter(revision=OuterRef("pk")).order_by("-id").values("verdict")[:1]
    return (
        Revision.objects.filter(~Exists(newer), question__bank=bank)
        .annotate(verdict=Subquery(last_verdict))
        .order_by("question__number")
    )


def approved_revisions(bank: Bank) -> QuerySet[Revision]:
    """The last revision of each question whose last appraisal says "approved", by question number.

    A question that was edited after its approval waits again, and so is not among them.
    """
    return last_revisions(bank).filter(verdict=Appraisal.Verdict.APPROVED)


def waiting_revisions(bank: Bank) -> QuerySet[Revision]:
    """The last revision of each question on which nobody has given a verdict yet."""
    return last_revisions(bank).filter(verdict=None)


def known_questions(bank: Bank) -> dict[str, int]:
    """Question number by fingerprint of what each question of the bank says now."""
    return dict(last_revisions(bank).values_list("fingerprint", "question__number"))
