"""A contest on one line of time: milestones, rounds. Pure; units are hundredths of the picture's width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.lib.templatetags.vi import day, end_moment, moment
from contests.fileschema import PLAN_ZONE
from contests.models import Contest, Milestone, Round

# The line begins and ends so much (of its length) before the first and after the last thing on it.
MARGIN = Decimal("0.03")
MARKS = 5  # dates over the line, at most
LAST_MARK = 84  # a date is written to the right of its place


@dataclass(frozen=True)
class Line:
    """A row: what, when in words, and where its bar lies; `left` None for what has no date."""

    label: str
    when: str
    kind: str  # "milestone" | "round" | "contest"
    left: str | None
    width: str
    state: str  # "past" | "now" | "future" | ""


@dataclass(frozen=True)
class Timetable:
    """`today`: where the mark of now lies, None outside the line. `marks`: (where, date) along it."""

    lines: Sequence[Line]
    today: str | None
    marks: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Span:
    label: str
    when: str
    kind: str
    start: datetime | None
    end: datetime | None


def timetable(
    contest: Contest, milestones: Iterable[Milestone], rounds: Iterable[Round], now: datetime
) -> Timetable:
    """Milestones in the plan's order, then the contest's own window and its rounds by their opening."""
    spans = [_of_milestone(one) for one in milestones]
    window = f"{moment(contest.opens_at)} – {end_moment(contest.closes_at)}"
    spans.append(_Span(_("Cả cuộc thi"), window, "contest", contest.opens_at, contest.closes_at))
    spans += [
        _Span(one.name, f"{moment(one.opens_at)} – {end_moment(one.closes_at)}", "round",
              one.opens_at, one.closes_at)
        for one in sorted(rounds, key=lambda one: one.opens_at)
    ]  # fmt: skip
    first = min(one.start for one in spans if one.start)
    last = max(one.end for one in spans if one.end)
    scale = _Scale(first, last)
    lines = [
        Line(
            one.label, one.when, one.kind,
            scale.at(one.start) if one.start else None,
            scale.long(one.start, one.end) if one.start and one.end else "0",
            _state(one, now),
        )
        for one in spans
    ]  # fmt: skip
    today = scale.at(now) if scale.first <= now <= scale.last else None
    return Timetable(lines, today, scale.marks())


def _of_milestone(one: Milestone) -> _Span:
    """Its days are whole ones in Viet Nam; one without a date is told in words alone."""
    first, last = one.starts_on or one.ends_on, one.ends_on or one.starts_on
    if first is None or last is None:
        return _Span(one.label, one.text, "milestone", None, None)
    if one.starts_on and one.ends_on and one.starts_on != one.ends_on:
        words = f"{day(one.starts_on)} – {day(one.ends_on)}"
    else:
        words = day(first)
    when = f"{words} ({one.text})" if one.text else words
    return _Span(one.label, when, "milestone", _midnight(first), _midnight(last + timedelta(days=1)))


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), PLAN_ZONE)


def _state(one: _Span, now: datetime) -> str:
    if one.start is None or one.end is None:
        return ""
    return "past" if one.end <= now else "now" if one.start <= now else "future"


class _Scale:
    """From instants to hundredths of the picture's width, two decimals."""

    def __init__(self, first: datetime, last: datetime) -> None:
        length = max(last - first, timedelta(days=1))
        rim = timedelta(seconds=int(Decimal(int(length.total_seconds())) * MARGIN))
        self.first, self.last = first - rim, last + rim

    def at(self, instant: datetime) -> str:
        return str(self._hundredths(instant - self.first))

    def long(self, start: datetime, end: datetime) -> str:
        """Never so short that it cannot be seen."""
        return str(max(self._hundredths(end - start), Decimal("0.80")))

    def marks(self) -> list[tuple[str, str]]:
        """Midnights at equal distances, as many as are legible; none so near the end that it is cut."""
        start = timezone.localtime(self.first, PLAN_ZONE).date() + timedelta(days=1)
        days = (timezone.localtime(self.last, PLAN_ZONE).date() - start).days
        step = max(1, -(-days // MARKS))
        found = [start + timedelta(days=at) for at in range(0, max(days, 0) + 1, step)]
        places = [(self._hundredths(_midnight(one) - self.first), day(one)) for one in found]
        return [(str(where), words) for where, words in places if where <= LAST_MARK]

    def _hundredths(self, length: timedelta) -> Decimal:
        whole = int((self.last - self.first).total_seconds())
        return (Decimal(int(length.total_seconds()) * 100) / whole).quantize(Decimal("0.01"))
