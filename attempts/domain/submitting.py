"""Submitting: the contestant's own end of an attempt. Repeating it gives the same receipt."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from attempts.domain.finishing import attempt_end, seal_at_once, seal_attempt
from attempts.domain.saving import Answers
from attempts.models import Attempt
from attempts.queries import attempt_of
from contest_site.lib.errors import Invalid

HOLD = """
SELECT 1 FROM contests_roundseal seal JOIN attempts_attempt attempt ON attempt.round_id = seal.round_id
WHERE attempt.id = %s FOR KEY SHARE OF seal
"""


def submit_attempt(
    attempt_id: UUID,
    user_id: int,
    answers: Answers | None = None,
    *,
    prediction: Decimal | None = None,
    clear_prediction: bool = False,
    read: Attempt | None = None,
) -> Attempt:
    """Finish the user's attempt with what is saved plus `answers` and the prediction (or its clearing).

    A second call, or one after the server finished it, changes nothing and returns the attempt as it is.
    What arrives at or after the deadline is not taken: the attempt ends with what was saved in time.
    `read`: the attempt as `attempt_of` has just given it, when the submission arrived; it is changed.
    Raises Attempt.DoesNotExist (not this user's) and Invalid (a choice that is not in the paper).
    """
    sent = Sent(answers or {}, prediction, clear_prediction)
    attempt = read or attempt_of(user_id, attempt_id)
    if attempt.submitted_at is not None:
        return attempt
    now = attempt.now  # type: ignore[attr-defined]  # by the database's clock
    if now < attempt_end(attempt):
        _take(attempt, sent)
        if seal_at_once(attempt, received=now):
            return attempt
    return _submit_holding(attempt_id, user_id, sent)


@dataclass(frozen=True)
class Sent:
    """What came with a submission."""

    answers: Answers
    prediction: Decimal | None
    clear_prediction: bool


@transaction.atomic
def _submit_holding(attempt_id: UUID, user_id: int, sent: Sent) -> Attempt:
    """With the round held open and the attempt's row locked: whatever else is going on waits."""
    hold_open(attempt_id)
    attempt = attempt_of(user_id, attempt_id, lock=True)
    if attempt.submitted_at is None:
        now = attempt.now  # type: ignore[attr-defined]
        in_time = now < attempt_end(attempt)
        if in_time:
            _take(attempt, sent)
        finished_by = Attempt.FinishedBy.CONTESTANT if in_time else Attempt.FinishedBy.SERVER
        seal_attempt(attempt, received=now, finished_by=finished_by)
    return attempt


def hold_open(attempt_id: UUID) -> None:
    """Until the transaction ends, keep the round of the attempt from being closed, or wait for its closing.

    So that what is read next is later than any closing that it does not see.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [attempt_id])


def _take(attempt: Attempt, sent: Sent) -> None:
    for number, value in sent.answers.items():
        if not (1 <= number <= len(attempt.limits) and 0 <= value <= attempt.limits[number - 1]):
            raise Invalid(_("Câu %(number)d: phương án trả lời không có trong đề thi.") % {"number": number})
        attempt.answers[number - 1] = value
    if sent.prediction is not None or sent.clear_prediction:
        attempt.prediction_draft = sent.prediction
