"""Participation of units: who may see which unit, and the numbers, by one query whatever the tree's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from attempts.queries import MARK, NOT_DISQUALIFIED, REGRADED
from attempts.rules.marking import in_questions
from contest_site.accounts.models import User
from contest_site.lib.text import name_sort_key
from contests.enums import PredictionScope, PredictionTarget
from contests.models import Contest, Round, Unit
from contests.queries import (
    RoundState,
    announced_contests,
    directory_day,
    round_state,
    rounds_of,
    subtree_ids,
    uncounted_entries,
)

# Organisers who may see every entry of a contest may also see every unit's participation.
SEE_ALL = "contests.view_entry"


@dataclass(frozen=True)
class UnitRow:
    """One unit with everybody below it. `mean` is of each person's best score, to 2 places, in questions.

    `headcount` is the sum of what the organiser gave for the unit and for each one below it, since a body's
    number names its own people; None where none was given. The last
    three are None while scores are hidden (`scores_shown`) and where nobody took part.
    """

    unit_id: int
    name: str
    depth: int
    headcount: int | None
    people: int
    attempts: int
    mean: Decimal | None
    best: int | Decimal | None
    all_right: int | None

    @property
    def share(self) -> Decimal | None:
        """People ÷ headcount; more than 1 where the number given was too small."""
        return Decimal(self.people) / self.headcount if self.headcount else None

    @property
    def percent(self) -> Decimal | None:
        return None if self.share is None else (self.share * 100).quantize(Decimal("0.01"))

    @property
    def over(self) -> bool:
        return self.headcount is not None and self.people > self.headcount


@dataclass(frozen=True)
class ParticipantRow:
    """One person; the last three are of the best attempt (score, time, moment), or None while hidden."""

    full_name: str
    birth_year: int | None
    category: str
    unit: str
    attempts: int
    best: int | Decimal | None
    duration: timedelta | None
    submitted_at: datetime | None


# --- Who sees what ------------------------------------------------------------------------------------------
def sees_every_unit(user: User) -> bool:
    return user.has_perm(SEE_ALL)


def offices_of(user: User) -> list[Unit]:
    """The units for which the account reports, by code; for organisers the area of each contest."""
    if sees_every_unit(user):
        areas = _listed(user).values("area_id")
        return list(Unit.objects.filter(pk__in=areas).order_by("code"))
    return list(Unit.objects.filter(officers__user=user).order_by("code"))


def contests_of(user: User, offices: Sequence[Unit]) -> dict[int, list[Contest]]:
    """For each office (by unit id) the announced contests that its unit, or a part of it, takes part in."""
    pairs = _touching([unit.pk for unit in offices])
    contests = list(_listed(user).order_by("-opens_at", "slug"))
    return {
        unit.pk: [contest for contest in contests if (unit.pk, contest.area_id) in pairs] for unit in offices
    }


def reported_unit(user: User, contest: Contest, unit_id: int | None) -> Unit | None:
    """The unit to report on: `unit_id` if it lies in the account's own subtrees; by default its first office.

    An office above the contest's area gets the area. None where there is nothing that the account may see,
    so that a stranger cannot tell a unit that is not theirs from one that does not exist.
    """
    if contest.area_id is None:
        return None
    area_line = lineage(contest.area_id)
    everything = sees_every_unit(user)
    own = {} if everything else {unit.pk: unit for unit in offices_of(user)}
    for wanted in [unit_id] if unit_id is not None else [*own] or [contest.area_id]:
        line = lineage(wanted)
        if not everything and own.keys().isdisjoint(line):
            continue
        if contest.area_id in line:
            return own.get(wanted) or Unit.objects.get(pk=wanted)
        if wanted in area_line:
            return Unit.objects.get(pk=contest.area_id)
    return None


def lineage(unit_id: int) -> list[int]:
    """Ids of the unit and of everything above it; empty if there is no such unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT id, parent_id FROM contests_unit WHERE id = %(unit)s
                UNION
                SELECT above.id, above.parent_id
                FROM contests_unit above JOIN line ON above.id = line.parent_id
            )
            SELECT id FROM line
            """,
            {"unit": unit_id},
        )
        return [row[0] for row in cursor.fetchall()]


def _listed(user: User) -> Any:
    """Announced contests with an area; a rehearsal is listed for rehearsal accounts alone."""
    return announced_contests().filter(area__isnull=False, is_rehearsal=user.is_rehearsal)


def _touching(unit_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs (unit, other): other is above, below or the unit itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up AS (
                SELECT id AS office, id, parent_id FROM contests_unit WHERE id = ANY(%(units)s)
                UNION
                SELECT up.office, above.id, above.parent_id
                FROM contests_unit above JOIN up ON above.id = up.parent_id
            ), down AS (
                SELECT id AS office, id FROM contests_unit WHERE id = ANY(%(units)s)
                UNION
                SELECT down.office, below.id FROM contests_unit below JOIN down ON below.parent_id = down.id
            )
            SELECT office, id FROM up UNION SELECT office, id FROM down
            """,
            {"units": list(unit_ids)},
        )
        return set(cursor.fetchall())


# --- The numbers --------------------------------------------------------------------------------------------
def scores_shown(contest: Contest, now: datetime, round: Round | None = None) -> bool:
    """Whether an agency sees the scores of a round (None: of the whole contest) at `now`.

    While it is open, how many are all right would give the prediction away; where a prediction is counted
    over the whole contest, until the last round is closed. Taking part is the agency's own business and is
    always shown.
    """
    states = {one: round_state(one, now) for one in rounds_of(contest)}
    if any(state is not RoundState.CLOSED for state in states.values()) and any(
        one.prediction_scope == PredictionScope.CONTEST and one.prediction_target != PredictionTarget.NONE
        for one in states
    ):
        return False
    return RoundState.OPEN not in (states.values() if round is None else [states[round]])


# The attempts that the standings count: of a round or of all, without those who do not count, with the marks
# in force. The units go in as values: only so does the database know how few of a contest's people are meant.
COUNTED = f"""
attempt AS (
    SELECT a.entry_id, a.round_id, a.duration_ms, a.submitted_at, a.id, {MARK} AS correct,
           {MARK} = %(parts)s * cardinality(a.paper) AS all_right, entry.unit_id, entry.category_id
    FROM attempts_attempt a {REGRADED}
    JOIN contests_entry entry ON entry.id = a.entry_id
    WHERE entry.contest_id = %(contest)s AND a.submitted_at IS NOT NULL
      AND (%(round)s::bigint IS NULL OR a.round_id = %(round)s)
      AND entry.id <> ALL(%(uncounted)s) AND {NOT_DISQUALIFIED} AND entry.unit_id = ANY(%(units)s)
)
"""  # noqa: S608  only constants of attempts.queries
# A unit that the contest does not offer (it ended before the opening, or began after) is a line only where
# there is something to tell of it.
UNITS = f"""
WITH RECURSIVE tree AS (
    SELECT id, name, 0 AS depth, ARRAY[code::text] AS path, TRUE AS offered
    FROM contests_unit WHERE id = %(unit)s
    UNION ALL
    SELECT below.id, below.name, tree.depth + 1, tree.path || below.code::text,
           (below.valid_from IS NULL OR below.valid_from <= %(day)s)
           AND (below.valid_to IS NULL OR below.valid_to > %(day)s)
    FROM contests_unit below JOIN tree ON below.parent_id = tree.id
), subtree AS (
    SELECT id AS unit_id, id AS below FROM tree
    UNION ALL
    SELECT subtree.unit_id, unit.id FROM subtree JOIN contests_unit unit ON unit.parent_id = subtree.below
), {COUNTED}, person AS (
    SELECT entry_id, unit_id, count(*) AS attempts, max(correct) AS best, bool_or(all_right) AS all_right
    FROM attempt GROUP BY entry_id, unit_id
), own AS (
    SELECT unit_id, count(*) AS people, sum(attempts) AS attempts, sum(best) AS scores, max(best) AS best,
           count(*) FILTER (WHERE all_right) AS all_right
    FROM person GROUP BY unit_id
)
SELECT tree.id, tree.name, tree.depth, sum(headcount.people)::bigint,
       coalesce(sum(own.people), 0)::bigint, coalesce(sum(own.attempts), 0)::bigint,
       round(sum(own.scores) / (sum(own.people) * %(parts)s), 2), max(own.best), sum(own.all_right)::bigint
FROM tree
JOIN subtree ON subtree.unit_id = tree.id
LEFT JOIN own ON own.unit_id = subtree.below
LEFT JOIN contests_headcount headcount
       ON headcount.unit_id = subtree.below AND headcount.contest_id = %(contest)s
GROUP BY tree.id, tree.name, tree.depth, tree.path, tree.offered
HAVING tree.offered OR count(own.people) > 0 OR count(headcount.people) > 0
ORDER BY tree.path
"""  # noqa: S608


def unit_rows(
    contest: Contest,
    unit: Unit,
    *,
    with_scores: bool,
    round: Round | None = None,
    values: Mapping[str, Any] | None = None,
) -> list[UnitRow]:
    """The unit and all below it, each with its own subtree's people, parents before children, by code.

    People = distinct entries with at least one submitted attempt in the round (None: in any round) that
    counts: without those who may not take part, organisers' trials and the disqualified. `values`: the
    `parameters` where they are there already. Three queries, or one.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNITS, values or parameters(contest, unit, round))
        rows = [_unit(row, contest.parts) for row in cursor.fetchall()]
    if not with_scores:
        rows = [replace(row, mean=None, best=None, all_right=None) for row in rows]
    return rows


def _unit(row: tuple[Any, ...], parts: int) -> UnitRow:
    found = UnitRow(*row)
    return replace(found, best=None if row[-2] is None else in_questions(row[-2], parts))


PARTICIPANTS = f"""
WITH {COUNTED}, ordered AS (
    SELECT attempt.*, count(*) OVER (PARTITION BY entry_id) AS attempts,
           row_number() OVER (
               PARTITION BY entry_id ORDER BY correct DESC, duration_ms, submitted_at, id
           ) AS place
    FROM attempt
)
SELECT entry.full_name, extract(year FROM entry.birth_date)::int, category.name, unit.name,
       best.attempts, best.correct, best.duration_ms, best.submitted_at
FROM ordered best
JOIN contests_entry entry ON entry.id = best.entry_id
JOIN contests_unit unit ON unit.id = entry.unit_id
JOIN contests_category category ON category.id = entry.category_id
WHERE best.place = 1
ORDER BY entry.id
"""  # noqa: S608


def participant_rows(
    contest: Contest, unit: Unit, *, with_scores: bool, round: Round | None = None
) -> list[ParticipantRow]:
    """Those of the unit's subtree whom `unit_rows` counts, in Vietnamese order by given name. Three queries.

    Neither phone nor national ID: a report on participation has no use for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(PARTICIPANTS, parameters(contest, unit, round))
        found = cursor.fetchall()
    rows = [_participant(contest.parts, *row) for row in found]
    if not with_scores:
        rows = [replace(row, best=None, duration=None, submitted_at=None) for row in rows]
    # The database has no Vietnamese collation. Sorting is stable, so namesakes stay in the order of entry.
    return sorted(rows, key=lambda row: name_sort_key(row.full_name))


def _participant(
    parts: int,
    name: str,
    year: int | None,
    category: str,
    unit: str,
    attempts: int,
    best: int,
    milliseconds: int,
    at: datetime,
) -> ParticipantRow:
    return ParticipantRow(
        name,
        year,
        category,
        unit,
        attempts,
        in_questions(best, parts),
        timedelta(milliseconds=milliseconds),
        at,
    )


def parameters(contest: Contest, unit: Unit, round: Round | None) -> dict[str, Any]:
    """What a statement with COUNTED in it is given. Two queries."""
    # A short list (committee, jury, helpers), so it goes in as values.
    uncounted = list(uncounted_entries(contest).order_by().values_list("pk", flat=True))
    return {
        "contest": contest.pk,
        "unit": unit.pk,
        "units": subtree_ids(unit),
        "round": round.pk if round else None,
        "uncounted": uncounted,
        "parts": contest.parts,
        "day": directory_day(contest),
    }
