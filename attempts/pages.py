"""What the contestant's pages show, put together from an attempt."""

from decimal import Decimal
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from attempts.domain.finishing import attempt_end
from attempts.domain.starting import Look, allowance_of, refusal, waiting
from attempts.models import Attempt
from attempts.queries import (
    regraded_result,
    result_visible,
    standing_disqualifications,
)
from attempts.templatetags.marks import mark
from contest_site.lib.addresses import address_of
from contest_site.lib.templatetags.vi import clock, day, duration, moment, span
from contest_site.lib.templatetags.vi import number as grouped
from contests.enums import PredictionTarget
from contests.models import Round
from contests.queries import RoundState, effective_close, exclusion_of, round_state


def remaining_seconds(attempt: Attempt) -> int:
    """Whole seconds until the attempt ends, by the database's clock (attempt.now)."""
    return max(0, int((attempt_end(attempt) - attempt.now).total_seconds()))  # type: ignore[attr-defined]


# What of the page before a start is its person's own and decides nothing else on it.
OWN_START = ("name", "unit", "left", "left_today", "waiting", "closes_in_minutes", "bound")


def start_context(look: Look) -> dict[str, Any]:
    """The page before a start: what it costs, what is left, what limits it."""
    round, now = look.round, look.round.now  # type: ignore[attr-defined]
    state = round_state(round, now)
    until_close = int((effective_close(round) - now).total_seconds() // 60)
    allowed = allowance_of(round, look.attempts, now)
    return {
        "contest": round.contest,
        "round": round,
        "unofficial": look.entry.unofficial,
        "name": look.entry.full_name,
        "unit": look.entry.unit.name,
        "state": state.value,
        "left": allowed.left,
        "left_today": allowed.left_today,
        "waiting": waiting(allowed) or None,
        "cooldown_seconds": round.cooldown_minutes * 60,
        "time_limit_minutes": round.time_limit_minutes,
        "closes_in_minutes": until_close
        if state is RoundState.OPEN and until_close < round.time_limit_minutes
        else None,
        "bound": None if look.bound is None else grouped(look.bound),
    }


def review_context(attempt: Attempt) -> dict[str, Any]:
    """The page before the submission: what is unanswered, on top."""
    paper = address_of("attempts:paper", attempt.pk)
    unanswered = [at for at, value in enumerate(attempt.answers, 1) if not value]
    prediction = prediction_context(attempt)
    seconds = remaining_seconds(attempt)
    return {
        "contest": attempt.round.contest,
        "paper": paper,
        "submit_url": address_of("attempts:submit", attempt.pk),
        "unanswered": len(unanswered),
        "links": format_html_join(
            "",
            '<li><a href="{}#cau-{}" aria-label="{}">{}</a></li>',
            ((paper, at, _("Câu %(number)s") % {"number": at}, at) for at in unanswered),
        ),
        "prediction_missing": prediction is not None and prediction["value"] == "",
        "remaining_seconds": seconds,
        "remaining": span(seconds),
    }


OWN_REVIEW = ("paper", "submit_url", "links", "remaining_seconds", "remaining")


def paper_context(attempt: Attempt) -> dict[str, Any]:
    """What the paper's page shows beside its questions (attempts.sheets); nothing that tells a key."""
    seconds = remaining_seconds(attempt)
    return {
        "attempt_id": attempt.pk,
        "entry": attempt.entry,
        "contest": attempt.round.contest,
        "round": attempt.round,
        "prediction": prediction_context(attempt),
        "remaining_seconds": seconds,
        "remaining": span(seconds),
        "deadline": clock(attempt.deadline),
        "paper_url": address_of("attempts:paper", attempt.pk),
        "save_url": address_of("attempts:save", attempt.pk),
        "review_url": address_of("attempts:review", attempt.pk),
        "submit_url": address_of("attempts:submit", attempt.pk),
    }


def prediction_context(attempt: Attempt) -> dict[str, Any] | None:
    """The question for a number: what was typed or already binds; None in a round without it."""
    round = attempt.round
    if round.prediction_target == PredictionTarget.NONE:
        return None
    bound: Decimal | None = attempt.bound  # type: ignore[attr-defined]  # read with the attempt
    value = attempt.prediction_draft if bound is None else bound
    percent = round.prediction_target == PredictionTarget.ALL_RIGHT_PERCENT
    return {
        "text": round.prediction_text,
        "value": ""
        if value is None
        else grouped(value)
        if bound is not None
        else f"{value.normalize():f}".replace(".", ","),
        "bound": bound is not None,
        "example": "87,65432" if percent else "1250",
        "percent": percent,
        "error": "",
    }


# What of a result is its person's own and decides nothing else on the page.
OWN_RESULT = (
    *("attempt_id", "number", "name", "mark", "first_mark", "duration", "submitted", "prediction", "receipt"),
    *("waiting", "sheet_url"),
)


def result_context(attempt: Attempt, look: Look, *, published: bool) -> dict[str, Any]:
    """The page after the submission: the receipt always, score and time when the plan allows.

    `look`: at the attempt's round. `published`: whether the round's results are public (known one app
    further on).
    """
    contest, entry = attempt.round.contest, attempt.entry
    round, now = look.round, attempt.now  # type: ignore[attr-defined]
    state = round_state(round, now)
    shown = result_visible(round, closed=state is RoundState.CLOSED, published=published)
    allowed = allowance_of(round, look.attempts, now) if state is RoundState.OPEN else None
    again = allowed is not None and allowed.wait is None
    regraded = regraded_result(attempt) if state is RoundState.CLOSED else None
    bound = attempt.bound  # type: ignore[attr-defined]  # read with the attempt
    return {
        "attempt_id": attempt.pk,
        "number": attempt.number,
        "name": entry.full_name or entry.user,
        "contest": contest,
        "round": round,
        "shown": shown,
        "when_shown": "" if shown else _when_shown(round),
        "uncounted": _uncounted(attempt, look),
        "mark": mark(regraded.correct if regraded else attempt.correct, contest.parts),
        "first_mark": mark(attempt.correct, contest.parts),
        "regraded": regraded,
        "parts": contest.parts,
        "total": len(attempt.answers),
        "duration": duration(attempt.duration_ms),
        "submitted": moment(attempt.submitted_at),
        "receipt": attempt.receipt,
        "prediction": None if bound is None else grouped(bound),
        "finished_by_server": attempt.finished_by == Attempt.FinishedBy.SERVER,
        "attempts_left": allowed.left if allowed else 0,
        "waiting": (waiting(allowed) or None) if allowed and allowed.left else None,
        "again_url": reverse("attempts:start", args=[contest.slug, round.number]) if again else "",
        "sheet_url": address_of("attempts:receipt_sheet", attempt.pk),
    }


def result_mould(context: dict[str, Any]) -> tuple[Any, ...] | None:
    """By what results look different beside the values of OWN_RESULT; None for what few see."""
    if context["regraded"] or context["uncounted"]:
        return None
    facts = ("shown", "when_shown", "total", "finished_by_server", "attempts_left", "again_url")
    return context["round"].pk, *(context[name] for name in facts)


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


def _uncounted(attempt: Attempt, look: Look) -> str:
    """Why the attempt, finished and receipted like any other, is not counted and not ranked; "" when it is.

    Somebody may have come onto the list, been disqualified, or taken the consent back, after the start or
    after the submission.
    """
    entry = attempt.entry
    if entry.unofficial:
        return _("Bài thi thử của Ban Tổ chức: không được tính và không được xếp hạng.")
    if look.round.excluded:  # type: ignore[attr-defined]
        not_ranked = _("Bài thi đã được ghi nhận nhưng không được xếp hạng.")
        return f"{not_ranked} {refusal(exclusion_of(entry))}"
    if withdrawal := getattr(entry, "consent_withdrawal", None):
        return _(
            "Sự đồng ý xử lý dữ liệu đã được rút lại ngày %(day)s, nên từ đó bài thi không được tính và không"
            " được xếp hạng; kết quả công bố trước ngày đó được giữ nguyên."
        ) % {"day": day(withdrawal.at)}
    if look.round.judged:  # type: ignore[attr-defined]
        judged = standing_disqualifications(attempt.round).filter(entry=entry).order_by("pk")[0]
        return _(
            "Ban Tổ chức đã loại kết quả này ngày %(day)s, nên bài thi không được tính và không được xếp"
            " hạng. Cần biết thêm, liên hệ: %(hotline)s."
        ) % {"day": day(judged.at), "hotline": attempt.round.contest.hotline}
    return ""


def _when_shown(round: Round) -> str:
    if round.result_shown == "after_close":
        return _("Điểm được hiển thị sau khi vòng thi kết thúc.")
    return _("Điểm được hiển thị sau khi Ban Tổ chức công bố kết quả.")
