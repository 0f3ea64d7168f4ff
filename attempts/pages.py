"""What the contestant's pages show, put together from an attempt."""

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from attempts.domain.finishing import attempt_end
from attempts.domain.papers import paper_questions
from attempts.domain.starting import allowance_of, refusal, waiting
from attempts.models import Attempt
from attempts.queries import (
    attempts_of,
    bound_prediction,
    regraded_result,
    result_visible,
    standing_disqualification,
)
from attempts.rules.marking import BLANK
from attempts.rules.permutation import permutation
from contest_site.lib.templatetags.vi import day
from contest_site.lib.templatetags.vi import number as grouped
from contests.enums import PredictionTarget
from contests.models import Entry, Round
from contests.queries import RoundState, effective_close, exclusion_of, round_state
from questions.enums import Kind


def remaining_seconds(attempt: Attempt) -> int:
    """Whole seconds until the attempt ends, by the database's clock (attempt.now)."""
    return max(0, int((attempt_end(attempt) - attempt.now).total_seconds()))  # type: ignore[attr-defined]


def start_context(entry: Entry, round: Round) -> dict[str, Any]:
    """The page before a start, for a round of `round_for`: what it costs, what is left, what limits it."""
    attempts = list(attempts_of(entry).filter(round=round))
    now = round.now  # type: ignore[attr-defined]
    state = round_state(round, now)
    until_close = int((effective_close(round) - now).total_seconds() // 60)
    bound = bound_prediction(entry.pk, round.pk)
    allowed = allowance_of(round, attempts, now)
    return {
        "contest": round.contest,
        "round": round,
        "entry": entry,
        "state": state.value,
        "open_attempt": next((attempt for attempt in attempts if attempt.submitted_at is None), None),
        "left": allowed.left,
        "left_today": allowed.left_today,
        "waiting": waiting(allowed),
        "cooldown_seconds": round.cooldown_minutes * 60,
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


@dataclass(frozen=True)
class PaperOption:
    """An option as a paper shows it; where several may be ticked, the values ticked add up to the answer."""

    value: int
    letter: str
    text: str
    chosen: bool


def _items(attempt: Attempt) -> list[dict[str, Any]]:
    items = []
    for at, question in enumerate(paper_questions(attempt)):
        order = permutation(attempt.orders[at], len(question.options))
        answer = attempt.answers[at]
        multiple = question.kind == Kind.MULTIPLE
        items.append(
            {
                "number": at + 1,
                "topic": question.topic,
                "text": question.text,
                "multiple": multiple,
                # The value tells the place shown, so it says nothing about the bank's own order.
                "options": [
                    PaperOption(
                        value=1 << place if multiple else place + 1,
                        letter=ascii_uppercase[place],
                        text=question.options[option],
                        chosen=bool(answer >> place & 1) if multiple else answer == place + 1,
                    )
                    for place, option in enumerate(order)
                ],
                "answered": answer != BLANK,
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
    now = attempt.now  # type: ignore[attr-defined]
    state = round_state(round, now)
    shown = result_visible(round, closed=state is RoundState.CLOSED, published=published)
    prediction = bound_prediction(attempt.entry_id, round.pk)
    allowed = None
    if state is RoundState.OPEN:
        allowed = allowance_of(round, attempts_of(attempt.entry).filter(round=round), now)
    again = allowed is not None and allowed.wait is None
    regraded = regraded_result(attempt) if state is RoundState.CLOSED else None
    return {
        "attempt": attempt,
        "contest": round.contest,
        "round": round,
        "shown": shown,
        "when_shown": "" if shown else _when_shown(round),
        "uncounted": _uncounted(attempt),
        "correct": regraded.correct if regraded else attempt.correct,
        "regraded": regraded,
        "parts": round.contest.parts,
        "total": len(attempt.answers),
        "duration_ms": attempt.duration_ms,
        "receipt": attempt.receipt,
        "prediction": prediction.value if prediction else None,
        "finished_by_server": attempt.finished_by == Attempt.FinishedBy.SERVER,
        "attempts_left": allowed.left if allowed else 0,
        "waiting": waiting(allowed) if allowed and allowed.left else "",
        "again_url": reverse("attempts:start", args=[round.contest.slug, round.number]) if again else "",
    }


def receipt_context(attempt: Attempt) -> dict[str, Any]:
    """The receipt of a submitted attempt on paper; its QR code holds an address and nothing about anybody."""
    check_page = settings.SITE_URL + reverse("attempts:receipt")
    code = segno.make(f"{check_page}?code={attempt.receipt}", error="m", micro=False)
    return {
        "attempt": attempt,
        "contest": attempt.round.contest,
        "round": attempt.round,
        "check_page": check_page,
        "qr": mark_safe(code.svg_inline(border=2, omitsize=True)),  # noqa: S308  drawn from a code of ours
    }


def _uncounted(attempt: Attempt) -> str:
    """Why the attempt, finished and receipted like any other, is not counted and not ranked; "" when it is.

    Somebody may have come onto the list, been disqualified, or taken the consent back, after the start or
    after the submission.
    """
    entry = attempt.entry
    if entry.unofficial:
        return _("Bài thi thử của Ban Tổ chức: không được tính và không được xếp hạng.")
    if exclusion := exclusion_of(entry):
        return _("Bài thi đã được ghi nhận nhưng không được xếp hạng.") + " " + refusal(exclusion)
    if withdrawal := getattr(entry, "consent_withdrawal", None):
        return _(
            "Sự đồng ý xử lý dữ liệu đã được rút lại ngày %(day)s, nên từ đó bài thi không được tính và không"
            " được xếp hạng; kết quả công bố trước ngày đó được giữ nguyên."
        ) % {"day": day(withdrawal.at)}
    if judged := standing_disqualification(entry, attempt.round):
        return _(
            "Ban Tổ chức đã loại kết quả này ngày %(day)s, nên bài thi không được tính và không được xếp"
            " hạng. Cần biết thêm, liên hệ: %(hotline)s."
        ) % {"day": day(judged.at), "hotline": attempt.round.contest.hotline}
    return ""


def _when_shown(round: Round) -> str:
    if round.result_shown == "after_close":
        return _("Điểm được hiển thị sau khi vòng thi kết thúc.")
    return _("Điểm được hiển thị sau khi Ban Tổ chức công bố kết quả.")
