"""The watch's statements, written once in a process: writing them anew costs more than running them does.

Rounds come with their contest and closing and without the plan's texts, which are long and many.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet

from contest_site.lib import hot
from contest_site.lib.hot import Compiled
from contest_site.watch.models import Backup, Incident, MinuteCount, RoundCount, UnitCount
from contests.models import Contest, Round, RoundClosing
from contests.queries import announced_contests

M = TypeVar("M", bound=Model)
CHOICES, LATE, INCIDENTS = 12, 5, 6
# Stand in the statements for what is given with each use.
ROUND = -987_654_321
FROM, UNTIL = datetime(1900, 1, 1, tzinfo=UTC), datetime(1900, 1, 2, tzinfo=UTC)
ROUND_FIELDS = ["id", "contest_id", "number", "name", "opens_at", "closes_at"]
CONTEST_FIELDS = ["id", "name", "is_rehearsal"]
CLOSING_FIELDS = ["id", "round_id", "at"]
COLUMNS = [
    *ROUND_FIELDS,
    *(f"contest__{name}" for name in CONTEST_FIELDS),
    *(f"closing__{name}" for name in CLOSING_FIELDS),
]


def rounds_between(first: datetime, last: datetime) -> list[Round]:
    """Announced rounds that end after the first moment and open before the last: the newest CHOICES."""
    return _rounds(_rounds_between().rows(first, last))


def unclosed_rounds(now: datetime) -> list[Round]:
    """Announced rounds past their end that were not closed, those that wait longest first; at most LATE."""
    return _rounds(_unclosed_rounds().rows(now))


def round_count(round: Round) -> RoundCount | None:
    return next(iter(_made(RoundCount, _round_count().rows(round.pk))), None)


def minute_counts(round: Round, first: datetime) -> list[tuple[Any, ...]]:
    """(minute, started, submitted, open) from that minute on."""
    return _minute_counts().rows(round.pk, first)


def unit_counts(round: Round) -> list[tuple[Any, ...]]:
    """(name, open, submitted) of each unit right below the contest's area."""
    return _unit_counts().rows(round.pk)


def incidents() -> list[Incident]:
    """Those that last, then the newest that are over."""
    return _made(Incident, _incidents().rows())


def backups() -> tuple[list[Backup], Backup | None]:
    """The two newest, whatever came of them; and what contest_site.watch.backups.last_backup finds."""
    found = sorted(_made(Backup, _backups().rows()), key=lambda one: (one.at, one.pk), reverse=True)
    good = next((one for one in found if not one.failure and not one.running), None)
    return found[:2], good


def _made(model: type[M], rows: Iterable[tuple[Any, ...]]) -> list[M]:
    return [model.from_db("default", hot.attributes(model), row) for row in rows]


def _rounds(rows: Iterable[tuple[Any, ...]]) -> list[Round]:
    at, end = len(ROUND_FIELDS), len(ROUND_FIELDS) + len(CONTEST_FIELDS)
    found = []
    for row in rows:
        round = Round.from_db("default", ROUND_FIELDS, row[:at])
        round.contest = Contest.from_db("default", CONTEST_FIELDS, row[at:end])
        closing = RoundClosing.from_db("default", CLOSING_FIELDS, row[end:]) if row[end] else None
        round._state.fields_cache["closing"] = closing
        found.append(round)
    return found


def _announced() -> QuerySet[Round]:
    return Round.objects.filter(contest__in=announced_contests())


@cache
def _rounds_between() -> Compiled:
    rounds = _announced().filter(closes_at__gt=FROM, opens_at__lt=UNTIL)
    return Compiled(rounds.order_by("-opens_at", "-pk").values_list(*COLUMNS)[:CHOICES], FROM, UNTIL)


@cache
def _unclosed_rounds() -> Compiled:
    rounds = _announced().filter(closing=None, closes_at__lt=UNTIL)
    return Compiled(rounds.order_by("closes_at").values_list(*COLUMNS)[:LATE], UNTIL)


@cache
def _round_count() -> Compiled:
    return Compiled(RoundCount.objects.filter(round=ROUND), ROUND)


@cache
def _minute_counts() -> Compiled:
    rows = MinuteCount.objects.filter(round=ROUND, minute__gte=FROM)
    return Compiled(rows.values_list("minute", "started", "submitted", "open"), ROUND, FROM)


@cache
def _unit_counts() -> Compiled:
    rows = UnitCount.objects.filter(round=ROUND)
    return Compiled(rows.values_list("unit__name", "open", "submitted"), ROUND)


@cache
def _incidents() -> Compiled:
    newest = Incident.objects.order_by(F("ended_at").desc(nulls_first=True), "-began_at", "-pk")
    return Compiled(newest[:INCIDENTS])


@cache
def _backups() -> Compiled:
    newest = Backup.objects.order_by("-at", "-pk")
    return Compiled(newest[:2].union(newest.filter(failure="", running=False)[:1]))
