"""Reading attempts for pages."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from attempts.models import Attempt, Prediction
from contests.enums import ResultShown
from contests.models import Entry, Round


def attempt_of(user_id: int, attempt_id: UUID) -> Attempt:
    """The user's own attempt with all that its pages show, and `now` by the database's clock.

    Raises Attempt.DoesNotExist for another's.
    """
    return (
        Attempt.objects.select_related("entry", "round__contest", "round__seal", "round__closing")
        .annotate(now=Now())
        .get(pk=attempt_id, entry__user_id=user_id)
    )


def attempts_of(entry: Entry) -> QuerySet[Attempt]:
    """All attempts of an entry, by round and number."""
    return Attempt.objects.filter(entry=entry).order_by("round__number", "number")


def bound_prediction(entry_id: int, round_id: int) -> Prediction | None:
    """The prediction that already binds this person in this round, if any."""
    return Prediction.objects.filter(entry_id=entry_id, round_id=round_id).first()


def receipt_of(code: str) -> dict[str, Any]:
    """What the public check of a receipt shows: that it exists, when and for which round."""
    attempt = Attempt.objects.select_related("round__contest").filter(receipt=code).first()
    if attempt is None:
        return {"found": False}
    return {
        "found": True,
        "code": code,
        "submitted_at": attempt.submitted_at,
        "contest": attempt.round.contest,
        "round": attempt.round,
        "number": attempt.number,
    }


def result_visible(round: Round, *, closed: bool, published: bool) -> bool:
    """Whether a contestant may see score and time now, by the plan's choice."""
    match round.result_shown:
        case ResultShown.AT_ONCE:
            return True
        case ResultShown.AFTER_CLOSE:
            return closed
    return published
