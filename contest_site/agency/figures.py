"""An agency's participation by day, by round and by category, counted as in the reports: a statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from attempts.reports import COUNTED, parameters
from contests.models import Contest, Round, Unit
from contests.queries import effective_close

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A day in Viet Nam: who took part for the first time on it, and every attempt submitted on it."""

    day: date
    people: int
    attempts: int


@dataclass(frozen=True)
class Part:
    """A round, or a category of contestants."""

    name: str
    people: int
    attempts: int


TREE = f"""
WITH RECURSIVE tree AS (
    SELECT id FROM contests_unit WHERE id = %(unit)s
    UNION ALL
    SELECT below.id FROM contests_unit below JOIN tree ON below.parent_id = tree.id
), {COUNTED}
"""  # noqa: S608  only constants of attempts.reports
DAYS = f"""
{TREE}, numbered AS (
    SELECT submitted_at, row_number() OVER (PARTITION BY entry_id ORDER BY submitted_at, id) AS place
    FROM attempt
)
SELECT (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       count(*) FILTER (WHERE place = 1), count(*)
FROM numbered GROUP BY day ORDER BY day
"""  # noqa: S608
ROUNDS = f"""
{TREE}
SELECT round.name, count(DISTINCT attempt.entry_id), count(attempt.id)
FROM contests_round round
LEFT JOIN attempt ON attempt.round_id = round.id
WHERE round.contest_id = %(contest)s
GROUP BY round.id ORDER BY round.number
"""  # noqa: S608
CATEGORIES = f"""
{TREE}
SELECT category.name, count(DISTINCT attempt.entry_id), count(attempt.id)
FROM contests_category category
LEFT JOIN contests_entry entry ON entry.category_id = category.id AND entry.unit_id IN (SELECT id FROM tree)
LEFT JOIN attempt ON attempt.entry_id = entry.id
WHERE category.contest_id = %(contest)s
GROUP BY category.id ORDER BY category.position, category.id
"""  # noqa: S608


def days(contest: Contest, unit: Unit, *, now: datetime, round: Round | None = None) -> list[Day]:
    """Each day from the opening to the end, or to today while it runs; none before the opening."""
    found = {row[0]: Day(*row) for row in _rows(DAYS, contest, unit, round)}
    opens = round.opens_at if round else contest.opens_at
    closes = effective_close(round) if round else contest.closes_at
    if now < opens and not found:
        return []
    # The end is exclusive: 24:00 of a day is still that day.
    last = timezone.localdate(min(now, closes - timedelta(microseconds=1)))
    first = min([timezone.localdate(opens), *found])
    last = max([last, *found])
    every = [first + DAY * at for at in range((last - first).days + 1)]
    return [found.get(day, Day(day, 0, 0)) for day in every]


def by_round(contest: Contest, unit: Unit) -> list[Part]:
    """Every round in its order; a person of two rounds is one in each."""
    return [Part(*row) for row in _rows(ROUNDS, contest, unit, None)]


def by_category(contest: Contest, unit: Unit, *, round: Round | None = None) -> list[Part]:
    """Every category of the plan in its order."""
    return [Part(*row) for row in _rows(CATEGORIES, contest, unit, round)]


def _rows(statement: str, contest: Contest, unit: Unit, round: Round | None) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters(contest, unit, round))
        return list(cursor.fetchall())
