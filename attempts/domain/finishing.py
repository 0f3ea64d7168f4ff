"""Ending attempts: marked, timed and receipted in one compare-and-set UPDATE, by contestant or server."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from attempts.domain.papers import paper_scales
from attempts.models import Attempt, Prediction
from attempts.queries import line_of
from attempts.rules.marking import mark
from attempts.rules.receipts import receipt_of_line
from contest_site.lib import hot
from contests.models import Round, RoundClosing

log = logging.getLogger(__name__)

BATCH = 200
MILLISECOND = timedelta(milliseconds=1)
# What an end writes into the row.
WRITTEN = (
    *("answers", "prediction_draft", "revision", "submitted_at", "finished_by"),
    *("choices", "correct", "duration_ms", "receipt"),
)


def seal_attempt(attempt: Attempt, *, received: datetime, finished_by: Attempt.FinishedBy) -> bool:
    """Mark an open attempt and make it final; False when another request was first.

    `received` is the database's time at which the submission arrived; it is cut at the deadline and at
    the round's close. Duration = cut time − start, in whole milliseconds. Call inside a transaction, with
    the row locked and `round__seal` and `round__closing` loaded. The first value predicted binds.
    """
    _end(attempt, received, finished_by)
    done = Attempt.objects.filter(pk=attempt.pk, submitted_at=None).update(
        **{name: getattr(attempt, name) for name in WRITTEN}
    )
    if done and attempt.prediction_draft is not None:
        Prediction.objects.bulk_create(
            [
                Prediction(
                    entry_id=attempt.entry_id,
                    round_id=attempt.round_id,
                    attempt=attempt,
                    value=attempt.prediction_draft,
                    at=attempt.submitted_at,  # type: ignore[misc]  # set by _end
                )
            ],
            ignore_conflicts=True,
        )
    return bool(done)


ARRAYS = dict.fromkeys(("answers", "choices"), "%s::smallint[]")
# The seal's row holds off a closing, or waits for one; the function looks only once the row is held. A save
# in between has another revision.
AT_ONCE = f"""
{hot.UNTOLD} WITH seal AS MATERIALIZED (
    SELECT round_id FROM contests_roundseal WHERE id = %s FOR KEY SHARE
), done AS (
    UPDATE attempts_attempt a SET {", ".join(f"{name} = {ARRAYS.get(name, '%s')}" for name in WRITTEN)}
    FROM seal
    WHERE a.id = %s AND a.revision = %s AND a.submitted_at IS NULL AND NOT contests_is_closed(seal.round_id)
    RETURNING a.entry_id, a.round_id, a.id, a.prediction_draft, a.submitted_at
), bound AS (
    INSERT INTO attempts_prediction (entry_id, round_id, attempt_id, value, at)
    SELECT * FROM done WHERE prediction_draft IS NOT NULL ON CONFLICT DO NOTHING
)
SELECT id FROM done
"""  # noqa: S608  the names are this module's


def seal_at_once(attempt: Attempt, *, received: datetime) -> bool:
    """The same for a contestant's submission in time, in one statement that needs no row locked before.

    False when the attempt is no longer as it was read (saved, finished, or its round closed since): nothing
    is changed then but the object.
    """
    was = attempt.revision
    _end(attempt, received, Attempt.FinishedBy.CONTESTANT)
    written = [getattr(attempt, name) for name in WRITTEN]
    written = [hot.numbers(one) if isinstance(one, list) else one for one in written]
    return hot.row(AT_ONCE, [attempt.round.seal.pk, *written, attempt.pk, was]) is not None


def _end(attempt: Attempt, received: datetime, finished_by: Attempt.FinishedBy) -> None:
    ended = min(received, attempt_end(attempt))
    attempt.submitted_at = ended
    attempt.finished_by = finished_by
    attempt.duration_ms = (ended - attempt.started_at) // MILLISECOND
    marked = mark(attempt.answers, attempt.orders, paper_scales(attempt))
    attempt.choices, attempt.correct = marked.choices, marked.correct
    attempt.receipt = receipt_of_line(line_of(attempt))
    attempt.revision += 1


def attempt_end(attempt: Attempt) -> datetime:
    """The exclusive end of an attempt: its deadline, or the round's early close if that came first."""
    closing: RoundClosing | None = getattr(attempt.round, "closing", None)
    if closing is None:
        return attempt.deadline
    # An attempt that began in the instant of an early close still lasts no negative time.
    return max(attempt.started_at, min(attempt.deadline, closing.at))


def finish_open_attempts(round: Round | None = None) -> int:
    """Finish every open attempt whose time is over (of one round, or of all) with the answers saved.

    Works in batches that skip rows another worker holds; returns how many were finished. Safe to repeat. An
    attempt that cannot be finished is logged, holds up no other, and is tried again with the next call.
    """
    total = 0
    failed: set[UUID] = set()
    while True:
        finished, failing = _finish_batch(round, failed)
        if not (finished or failing):
            return total
        total += finished
        failed |= failing


@transaction.atomic
def _finish_batch(round: Round | None, leave: Collection[UUID]) -> tuple[int, set[UUID]]:
    """How many of the next batch were finished, and which of it could not be."""
    due = (
        Attempt.objects.filter(submitted_at=None)
        .filter(Q(deadline__lte=Now()) | Q(round__closing__isnull=False))
        .exclude(pk__in=leave)
        .select_related("round__seal", "round__closing")
        .annotate(now=Now())
        .order_by("deadline")
        .select_for_update(of=("self",), skip_locked=True)
    )
    if round is not None:
        due = due.filter(round=round)
    finished, failing = 0, set()
    for attempt in due[:BATCH]:
        try:
            with transaction.atomic():
                finished += seal_attempt(attempt, received=attempt.now, finished_by=Attempt.FinishedBy.SERVER)
        except OperationalError:
            raise  # the database itself is in trouble, not this attempt
        except Exception:
            log.exception("attempt %s could not be finished", attempt.pk)
            failing.add(attempt.pk)
    return finished, failing
