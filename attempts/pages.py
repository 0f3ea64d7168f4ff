"""What the contestant's pages show, put together from an attempt."""

from string import ascii_uppercase
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from attempts.domain.finishing import attempt_end
from attempts.domain.papers import paper_questions
from attempts.models import Attempt
from attempts.queries import attempts_of, bound_prediction, result_visible
from attempts.rules.permutation import permutation
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import number as grouped
from contests.enums import PredictionTarget
from contests.models import Entry, Round
from contests.queries import RoundState, effective_close, round_state


def remaining_seconds(attempt: Attempt) -> int:
    """Whole seconds until the attempt ends, by the database's clock (attempt.now)."""
    return max(0, int((attempt_end(attempt) - attempt.now).total_seconds()))  # type: ignore[attr-defined]


def start_context(entry: Entry, round: Round) -> dict[str, Any]:
    """The page before a start: what it costs and what is left."""
    attempts = [attempt for attempt in attempts_of(entry) if attempt.round_id == round.pk]
    now = database_now()
    state = round_state(round, now)
    until_close = int((effective_close(round) - now).total_seconds() // 60)
    bound = bound_prediction(entry.pk, round.pk)
    return {
        "contest": round.contest,
        "round": round,
        "entry": entry,
        "state": state.value,
        "open_attempt": next((attempt for attempt in attempts if attempt.submitted_at is None), None),
        "left": round.attempts_allowed - len(attempts),
        "time_limit_minutes": round.time_limit_minutes,
        "closes_in_minutes": until_close
        if state is RoundState.OPEN and until_close < round.time_limit_minutes
        else None,
        "prediction_bound": bound.value if bound else None,
    }


def paper_context(attempt: Attempt) -> dict[str, Any]:
    """The paper: questions and options in this attempt's own order; nothing that tells a key."""
    return {
        "attempt": attempt,
        "contest": attempt.round.contest,
        "round": attempt.round,
        "items": _items(attempt),
        "prediction": _prediction(attempt),
        "remaining_seconds": remaining_seconds(attempt),
        "paper_url": reverse("attempts:paper", args=[attempt.pk]),
        "save_url": reverse("attempts:save", args=[attempt.pk]),
        "review_url": reverse("attempts:review", args=[attempt.pk]),
        "submit_url": reverse("attempts:submit", args=[attempt.pk]),
    }


def _items(attempt: Attempt) -> list[dict[str, Any]]:
    items = []
    for at, question in enumerate(paper_questions(attempt)):
        order = permutation(attempt.orders[at], attempt.widths[at])
        answer = attempt.answers[at]
        items.append(
            {
                "number": at + 1,
                "topic": question.topic,
                "text": question.text,
                # The value is the place shown, so it says nothing about the bank's own order.
                "options": [
                    (str(place + 1), ascii_uppercase[place], question.options[option])
                    for place, option in enumerate(order)
                ],
                "answer": str(answer) if answer else "",
            }
        )
    return items


def _prediction(attempt: Attempt) -> dict[str, Any] | None:
    round = attempt.round
    if round.prediction_target == PredictionTarget.NONE:
        return None
    bound = bound_prediction(attempt.entry_id, round.pk)
    value = bound.value if bound else attempt.prediction_draft
    percent = round.prediction_target == PredictionTarget.ALL_RIGHT_PERCENT
    return {
        "text": round.prediction_text,
        "value": ""
        if value is None
        else grouped(value)
        if bound
        else f"{value.normalize():f}".replace(".", ","),
        "bound": bound is not None,
        "example": "87,65432" if percent else "1250",
        "percent": percent,
        "error": "",
    }


def result_context(attempt: Attempt, *, published: bool) -> dict[str, Any]:
    """The page after the submission: the receipt always, score and time when the plan allows.

    `published`: whether the round's results are public (known one app further on).
    """
    round = attempt.round
    state = round_state(round, attempt.now)  # type: ignore[attr-defined]
    shown = result_visible(round, closed=state is RoundState.CLOSED, published=published)
    prediction = bound_prediction(attempt.entry_id, round.pk)
    left = round.attempts_allowed - attempt.number
    again = left > 0 and state is RoundState.OPEN
    return {
        "attempt": attempt,
        "contest": round.contest,
        "round": round,
        "shown": shown,
        "when_shown": "" if shown else _when_shown(round),
        "correct": attempt.correct,
        "total": len(attempt.answers),
        "duration_ms": attempt.duration_ms,
        "receipt": attempt.receipt,
        "prediction": prediction.value if prediction else None,
        "finished_by_server": attempt.finished_by == Attempt.FinishedBy.SERVER,
        "attempts_left": left,
        "again_url": reverse("attempts:start", args=[round.contest.slug, round.number]) if again else "",
    }


def _when_shown(round: Round) -> str:
    if round.result_shown == "after_close":
        return _("Điểm được hiển thị sau khi vòng thi kết thúc.")
    return _("Điểm được hiển thị sau khi Ban Tổ chức công bố kết quả.")
