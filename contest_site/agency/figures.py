"""An agency's participation by day, by round and by category, counted as in the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Figures:
    """`days`: those on which anybody took part, in their order; every round and category of the plan."""

    days: list[Day]
    rounds: list[Part]
    categories: list[Part]


# One statement, because what takes long is finding the attempts.
FIGURES = f"""
WITH {COUNTED}, numbered AS MATERIALIZED (
    SELECT entry_id, round_id, category_id, submitted_at,
           row_number() OVER (PARTITION BY entry_id ORDER BY submitted_at, id) AS place
    FROM attempt
)
SELECT 'day' AS what, (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, '' AS name,
       count(*) FILTER (WHERE place = 1), count(*), 0 AS position, 0 AS id
FROM numbered GROUP BY day
UNION ALL
SELECT 'round', NULL, round.name, count(DISTINCT entry_id), count(entry_id), round.number, round.id
FROM contests_round round LEFT JOIN numbered ON numbered.round_id = round.id
WHERE round.contest_id = %(contest)s GROUP BY round.id
UNION ALL
SELECT 'category', NULL, category.name, count(DISTINCT entry_id), count(entry_id), category.position,
       category.id
FROM contests_category category LEFT JOIN numbered ON numbered.category_id = category.id
WHERE category.contest_id = %(contest)s GROUP BY category.id
ORDER BY what, day, position, id
"""  # noqa: S608


def figures(
    contest: Contest, unit: Unit, *, round: Round | None = None, values: Mapping[str, Any] | None = None
) -> Figures:
    """Of a round or of all. `values`: the `parameters` where they are there already. Three queries or one."""
    found = Figures([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, values or parameters(contest, unit, round))
        for what, day, name, people, attempts, _position, _pk in cursor.fetchall():
            if what == "day":
                found.days.append(Day(day, people, attempts))
            else:
                (found.rounds if what == "round" else found.categories).append(Part(name, people, attempts))
    return found


def every_day(
    days: Sequence[Day], contest: Contest, *, now: datetime, round: Round | None = None
) -> list[Day]:
    """Each day from the opening to the end, or to today while it runs; none before the opening."""
    found = {one.day: one for one in days}
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
