"""What the watch page shows: rows that were counted already, and signs that cost nothing to read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from attempts.anomalies.links import queue_url
from attempts.anomalies.queries import waiting
from contest_site.lib import tally
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import clock, number, span
from contest_site.watch import reading
from contest_site.watch.enums import State
from contest_site.watch.models import Incident, RoundCount
from contest_site.watch.signs import LATELY, Sign, all_signs, state_of
from contests.models import Round
from contests.queries import RoundState, effective_close, round_state

MINUTES = 60  # of the charts
UNITS = 12  # of the page; more when asked for
SOON, LATELY_CLOSED = timedelta(hours=24), timedelta(days=3)
WORST = [State.NORMAL, State.LOOK, State.URGENT]


@dataclass(frozen=True)
class UnitLine:
    name: str
    started: int
    open: int
    submitted: int


@dataclass(frozen=True)
class MinuteLine:
    minute: datetime
    started: int
    submitted: int
    open: int | None
    errors: int
    refused: int
    slow: int


@dataclass(frozen=True)
class Snapshot:
    """Everything that the page shows at one moment; `state` is the worst of all."""

    at: datetime
    state: State
    rounds: list[Round]
    round: Round | None
    stage: str
    figures: list[Sign]
    signs: list[Sign]
    incidents: list[Incident]
    minutes: list[MinuteLine] = field(default_factory=list)
    units: list[UnitLine] = field(default_factory=list)
    more_units: int = 0
    troubles: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        urgent = sum(sign.state is State.URGENT for sign in [*self.figures, *self.signs])
        look = sum(sign.state is State.LOOK for sign in [*self.figures, *self.signs])
        if urgent:
            return _("Khẩn: %(urgent)d mục cần xử lý ngay") % {"urgent": urgent}
        if look:
            return _("Cần xem: %(look)d mục") % {"look": look}
        return _("Mọi số liệu bình thường")

    def chart(self) -> dict[str, list[Any]]:
        """Columns for the charts: seconds since 1970, and a number for each minute."""
        return {
            "minute": [int(line.minute.timestamp()) for line in self.minutes],
            **{
                name: [getattr(line, name) for line in self.minutes]
                for name in ("started", "submitted", "open", "errors", "refused", "slow")
            },
        }


def snapshot(round_id: int | None = None, *, every_unit: bool = False) -> Snapshot:
    """Of the round, or of the one that runs now; a dozen queries whatever was counted."""
    now = database_now()
    rounds = watched_rounds(now)
    round = next((one for one in rounds if one.pk == round_id), None) or _most_urgent(rounds, now)
    tallies = _tallies()
    signs = all_signs(now, tallies)
    figures: list[Sign] = []
    units: list[UnitLine] = []
    if round is not None:
        row = reading.round_count(round)
        lines = minute_lines(round, now, tallies)
        figures = round_figures(round, row, lines, now)
        units = unit_lines(round)
    else:
        lines = minute_lines(None, now, tallies)
    shown = units if every_unit else units[:UNITS]
    return Snapshot(
        at=now,
        state=max((sign.state for sign in [*figures, *signs]), key=WORST.index, default=State.NORMAL),
        rounds=rounds,
        round=round,
        stage=stage_of(round, now) if round else "",
        figures=figures,
        signs=signs,
        incidents=reading.incidents(),
        minutes=lines,
        units=shown,
        more_units=len(units) - len(shown),
        troubles=troubled_views(tallies),
    )


def watched_rounds(now: datetime) -> list[Round]:
    """Rounds that run, run soon, or ended lately; those of rehearsals too."""
    return reading.rounds_between(now - LATELY_CLOSED, now + SOON)


def _most_urgent(rounds: list[Round], now: datetime) -> Round | None:
    """The one that runs (a real one before a rehearsal), else the next to open, else the last that closed."""
    order = {RoundState.OPEN: 0, RoundState.NOT_OPEN: 1, RoundState.CLOSED: 2}
    return min(
        rounds,
        key=lambda one: (
            order[round_state(one, now)],
            one.contest.is_rehearsal,
            abs((now - one.opens_at).total_seconds()),
        ),
        default=None,
    )


def stage_of(round: Round, now: datetime) -> str:
    state = round_state(round, now)
    if state is RoundState.NOT_OPEN:
        return _("Mở sau %(span)s") % {"span": span(int((round.opens_at - now).total_seconds()))}
    if state is RoundState.CLOSED:
        return _("Đã hết giờ")
    return _("Đang mở, còn %(span)s") % {"span": span(int((effective_close(round) - now).total_seconds()))}


def round_figures(round: Round, row: RoundCount | None, lines: list[MinuteLine], now: datetime) -> list[Sign]:
    """The round's own numbers. A number is as good as its count is fresh."""
    if row is None:
        unseen = State.LOOK if round_state(round, now) is RoundState.OPEN else State.NORMAL
        return [Sign("started", _("Đã bắt đầu"), "–", unseen, _("chưa được đếm")), *_anomalies(round)]
    seconds = int((now - row.counted_at).total_seconds())
    fresh = State.NORMAL if row.final else state_of(seconds, settings.WATCH_SILENCE)
    counted = _("đã đếm xong") if row.final else _("đếm lúc %(clock)s") % {"clock": clock(row.counted_at)}
    last = lines[-LATELY - 1 : -1]
    per_minute = {
        name: _("%(mean)s lượt mỗi phút trong %(minutes)d phút qua")
        % {"mean": number(-(-sum(getattr(one, name) for one in last) // LATELY)), "minutes": LATELY}
        for name in ("started", "submitted")
    }
    overdue = State.URGENT if row.overdue else fresh
    late = _("%(count)s bài quá giờ chưa được kết thúc") % {"count": number(row.overdue)}
    return [
        Sign("started", _("Đã bắt đầu"), number(row.started), fresh, per_minute["started"]),
        Sign("open", _("Đang làm bài"), number(row.open), overdue, late if row.overdue else counted),
        Sign("submitted", _("Đã nộp bài"), number(row.submitted), fresh, per_minute["submitted"]),
        *_anomalies(round),
    ]


def _anomalies(round: Round) -> list[Sign]:
    """Signals that wait for a verdict; a round is looked through once it is closed."""
    count = waiting(round)
    note = _("chờ Ban Giám khảo kết luận") if count else _("được rà sau khi đóng vòng thi")
    state = state_of(count, settings.WATCH_ANOMALIES)
    return [Sign("anomalies", _("Bất thường"), number(count), state, note, url=queue_url(round))]


def _tallies() -> tally.Tallies | None:
    """Of the last minutes; None where Redis does not answer."""
    try:
        return tally.everything(int(time.time() // 60), MINUTES, LATELY)
    except RedisError:
        return None


def minute_lines(round: Round | None, now: datetime, tallies: tally.Tallies | None) -> list[MinuteLine]:
    """One line for each of the last minutes, the oldest first, also for those in which nothing was."""
    this = now.replace(second=0, microsecond=0)
    first = this - timedelta(minutes=MINUTES - 1)
    counts = {row[0]: row[1:] for row in reading.minute_counts(round, first)} if round else {}
    by_minute = tallies.minutes if tallies else [dict.fromkeys(tally.KINDS, 0)] * MINUTES
    nothing: tuple[int, int, int | None] = (0, 0, None)
    lines = []
    for place in range(MINUTES):
        minute = first + timedelta(minutes=place)
        started, submitted, still_open = counts.get(minute, nothing)
        errors = by_minute[place]
        lines.append(
            MinuteLine(
                minute,
                started,
                submitted,
                still_open,
                errors[tally.ERROR],
                errors[tally.REFUSED],
                errors[tally.SLOW],
            )
        )
    return lines


def unit_lines(round: Round) -> list[UnitLine]:
    """The units right below the contest's area, those with most attempts first."""
    counts = reading.unit_counts(round)
    lines = [UnitLine(name, open + submitted, open, submitted) for name, open, submitted in counts]
    return sorted(lines, key=lambda line: (-line.started, line.name))


def troubled_views(tallies: tally.Tallies | None) -> list[tuple[str, str, int]]:
    """What fails, is refused or is slow: (kind in words, name of the view, how often), most first."""
    labels = {tally.ERROR: _("lỗi"), tally.REFUSED: _("từ chối"), tally.SLOW: _("chậm")}
    found = tallies.views if tallies else {}
    lines = [(labels[kind], view, count) for (kind, view), count in found.items() if kind in labels]
    return sorted(lines, key=lambda line: (-line[2], line[1]))[:5]
