"""Two standings side by side: another order than the plan's, and an older version with a newer one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from psycopg import sql

from contest_site.lib.errors import Invalid, NotNow
from contests.enums import RankKey
from contests.models import Entry, PrizeTable, Unit
from prizes.domain.persons import Order, order_of, persons
from prizes.domain.ranking import as_now, check_ready
from prizes.models import Award, StandingsRun
from prizes.scope import Scope

SHOWN = 200

# --- What if -----------------------------------------------------------------------------------------------
BOTH = sql.SQL("""
CREATE TEMP TABLE standings_both ON COMMIT DROP AS
SELECT entry_id, plan.rank AS plan, other.rank AS other,
    coalesce(plan.correct, other.correct) AS correct,
    coalesce(plan.duration_ms, other.duration_ms) AS duration_ms,
    coalesce(plan.submitted_at, other.submitted_at) AS submitted_at,
    coalesce(plan.prediction, other.prediction) AS prediction,
    coalesce(plan.distance, other.distance) AS distance
FROM ({plan}) plan FULL JOIN ({other}) other USING (entry_id)
""")
BOTH_COUNTS = """
SELECT count(plan), count(other), count(*) FILTER (WHERE plan IS DISTINCT FROM other),
    count(*) FILTER (WHERE other <= %(first)s AND (plan <= %(first)s) IS NOT TRUE),
    count(*) FILTER (WHERE plan <= %(first)s AND (other <= %(first)s) IS NOT TRUE)
FROM standings_both
"""
LISTS = {
    "plan": sql.SQL("WHERE plan IS NOT NULL ORDER BY plan, entry_id LIMIT {first}"),
    "other": sql.SQL("WHERE other IS NOT NULL ORDER BY other, entry_id LIMIT {first}"),
    "entering": sql.SQL(
        "WHERE other <= {first} AND (plan <= {first}) IS NOT TRUE ORDER BY other, entry_id LIMIT {shown}"
    ),
    "leaving": sql.SQL(
        "WHERE plan <= {first} AND (other <= {first}) IS NOT TRUE ORDER BY plan, entry_id LIMIT {shown}"
    ),
}
LIST = sql.SQL("""
SELECT entry_id, plan, other, correct, duration_ms, submitted_at, prediction, distance
FROM standings_both {which}
""")


@dataclass(frozen=True)
class WhatIfRow:
    """A person's result, and the rank in the plan's order and in the other one; None where not ranked."""

    entry: Entry
    plan: int | None
    other: int | None
    correct: int
    duration_ms: int
    submitted_at: datetime
    prediction: Decimal | None
    distance: Decimal | None


@dataclass(frozen=True)
class WhatIf:
    """The plan's order and another one over the same results of now.

    `plan` and `other` are the first `first` rows of each. Within the first N is who has a rank ≤ N, so that
    people of one rank are in or out together; `entering` and `leaving` (at most SHOWN of them, counted whole)
    are those who would come in and go out by the other order. `moved`: people whose rank differs.
    """

    first: int
    plan_order: Order
    other_order: Order
    plan: Sequence[WhatIfRow]
    other: Sequence[WhatIfRow]
    entering: Sequence[WhatIfRow]
    leaving: Sequence[WhatIfRow]
    ranked_by_plan: int
    ranked_by_other: int
    moved: int
    entering_count: int
    leaving_count: int


def what_if(scope: Scope, *, rank_order: Sequence[str], only_all_right: bool, first: int = 20) -> WhatIf:
    """The standings that another order would give beside the plan's, from the data of now; writes nothing.

    `first`: how many places matter (the number of prizes). Raises Invalid for an order that is none, NotNow
    and Refused as compute_standings does, and NotNow where the plan ranks nobody.
    """
    keys = tuple(RankKey(key) for key in rank_order if key in RankKey.values)
    if not keys or len(keys) != len(rank_order) or len(set(keys)) != len(keys):
        raise Invalid(_("Cần chọn ít nhất một tiêu chí xếp hạng, mỗi tiêu chí một lần."))
    with transaction.atomic():
        scope = as_now(scope)
        check_ready(scope)
        plan_order = order_of(scope)
        if not plan_order.ranks_people:
            raise NotNow(_("Kế hoạch không xếp hạng cá nhân cả cuộc thi."))
        other_order = Order(plan_order.combine, keys, only_all_right)
        with persons(scope) as found:
            cursor = found.cursor
            cursor.execute(BOTH.format(plan=found.ranked(plan_order), other=found.ranked(other_order)))
            cursor.execute(BOTH_COUNTS, {"first": first})
            by_plan, by_other, moved, entering, leaving = cursor.fetchone()
            lists = _lists(cursor, first)
            cursor.execute("DROP TABLE standings_both")
    return WhatIf(
        first=first,
        plan_order=plan_order,
        other_order=other_order,
        ranked_by_plan=by_plan,
        ranked_by_other=by_other,
        moved=moved,
        entering_count=entering,
        leaving_count=leaving,
        **lists,
    )


def _lists(cursor: CursorWrapper, first: int) -> dict[str, list[WhatIfRow]]:
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for name, which in LISTS.items():
        limits = which.format(first=sql.Literal(first), shown=sql.Literal(SHOWN))
        cursor.execute(LIST.format(which=limits))
        rows[name] = cursor.fetchall()
    entries = _entries(row[0] for found in rows.values() for row in found)
    return {name: [WhatIfRow(entries[row[0]], *row[1:]) for row in found] for name, found in rows.items()}


# --- What moved --------------------------------------------------------------------------------------------
# What a person's rank is made of; a change of any of it is a changed result.
CHANGED = """
(old.attempt_id, old.correct, old.duration_ms, old.distance)
    IS DISTINCT FROM (new.attempt_id, new.correct, new.duration_ms, new.distance)
"""
PEOPLE = """
FROM (SELECT * FROM prizes_standingsrow WHERE run_id = %(older)s) old
FULL JOIN (SELECT * FROM prizes_standingsrow WHERE run_id = %(newer)s) new USING (entry_id)
"""
PEOPLE_COUNTS = f"""
SELECT count(*) FILTER (WHERE old.rank IS NULL), count(*) FILTER (WHERE new.rank IS NULL),
    count(*) FILTER (WHERE old.rank <> new.rank),
    count(*) FILTER (WHERE old.rank IS NOT NULL AND new.rank IS NOT NULL AND {CHANGED})
{PEOPLE}
"""
# Those who came or went first (they are few and the reason of the rest), then from the top.
PEOPLE_ROWS = f"""
SELECT entry_id, old.rank, new.rank, old.correct, new.correct, old.duration_ms, new.duration_ms,
    old.distance, new.distance
{PEOPLE}
WHERE old.rank IS DISTINCT FROM new.rank OR {CHANGED}
ORDER BY old.rank IS NOT NULL AND new.rank IS NOT NULL, least(old.rank, new.rank), entry_id
LIMIT {SHOWN}
"""  # noqa: S608
UNITS = """
FROM (SELECT * FROM prizes_unitrow WHERE run_id = %(older)s) old
FULL JOIN (SELECT * FROM prizes_unitrow WHERE run_id = %(newer)s) new USING (table_id, unit_id)
WHERE (old.rank, old.left_out) IS DISTINCT FROM (new.rank, new.left_out)
"""
UNIT_COUNT = f"SELECT count(*) {UNITS}"
UNIT_ROWS = f"""
SELECT table_id, unit_id, old.rank, new.rank, coalesce(old.left_out, ''), coalesce(new.left_out, '')
{UNITS}
ORDER BY least(old.rank, new.rank), table_id, unit_id
LIMIT {SHOWN}
"""


@dataclass(frozen=True)
class PersonMove:
    """One person before and after; rank None = not in that version, and then the rest of that side too."""

    entry: Entry
    rank_before: int | None
    rank_after: int | None
    correct_before: int | None
    correct_after: int | None
    duration_ms_before: int | None
    duration_ms_after: int | None
    distance_before: Decimal | None
    distance_after: Decimal | None


@dataclass(frozen=True)
class UnitMove:
    """One unit in one table before and after; a rank None has its reason in `left_out_…` (prizes.enums)."""

    table: PrizeTable
    unit: Unit
    rank_before: int | None
    rank_after: int | None
    left_out_before: str
    left_out_after: str


@dataclass(frozen=True)
class AwardMove:
    """Who won another prize of a table than before, or won one newly or no more (None)."""

    table: PrizeTable
    entry: Entry | None
    unit: Unit | None
    prize_before: str | None
    prize_after: str | None


@dataclass(frozen=True)
class Moves:
    """What moved between two versions of the same standings, counted whole, listed up to SHOWN.

    `entered`, `left`: people in one version alone; `reranked`, `remarked`: people in both with another rank,
    with another counting attempt, number right, time or distance. `awards` is None unless both versions have
    awards, that is, were approved.
    """

    older: StandingsRun
    newer: StandingsRun
    entered: int
    left: int
    reranked: int
    remarked: int
    units_moved: int
    people: Sequence[PersonMove]
    units: Sequence[UnitMove]
    awards: Sequence[AwardMove] | None

    @property
    def nothing(self) -> bool:
        return not (self.people or self.units or self.awards)


def moves(older: StandingsRun, newer: StandingsRun) -> Moves:
    """Compare two versions of one scope, set-based; people who came or went first, then from the top."""
    runs = {"older": older.pk, "newer": newer.pk}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_COUNTS, runs)
        entered, left, reranked, remarked = cursor.fetchone()
        cursor.execute(PEOPLE_ROWS, runs)
        people = cursor.fetchall()
        cursor.execute(UNIT_COUNT, runs)
        (units_moved,) = cursor.fetchone()
        cursor.execute(UNIT_ROWS, runs)
        units = cursor.fetchall()
    entries = _entries(row[0] for row in people)
    tables = PrizeTable.objects.in_bulk({row[0] for row in units})
    unit_by_id = Unit.objects.in_bulk({row[1] for row in units})
    return Moves(
        older=older,
        newer=newer,
        entered=entered,
        left=left,
        reranked=reranked,
        remarked=remarked,
        units_moved=units_moved,
        people=[PersonMove(entries[row[0]], *row[1:]) for row in people],
        units=[UnitMove(tables[row[0]], unit_by_id[row[1]], *row[2:]) for row in units],
        awards=_award_moves(older, newer),
    )


def _award_moves(older: StandingsRun, newer: StandingsRun) -> list[AwardMove] | None:
    """By table and holder: nobody holds two prizes of one table in one version."""
    before, after = _awards(older), _awards(newer)
    if not before or not after:
        return None
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        one = new or old
        assert one is not None
        if old is None or new is None or old.prize_id != new.prize_id:
            found.append(
                AwardMove(
                    table=one.prize.table,
                    entry=one.entry,
                    unit=one.unit,
                    prize_before=old.prize_name if old else None,
                    prize_after=new.prize_name if new else None,
                )
            )
    return found


def _awards(run: StandingsRun) -> dict[tuple[int, int, int], Award]:
    awards = Award.objects.filter(run=run).select_related("prize__table", "entry__unit", "unit")
    return {(award.prize.table.number, award.entry_id or 0, award.unit_id or 0): award for award in awards}


def _entries(ids: Iterable[int]) -> dict[int, Entry]:
    return Entry.objects.select_related("unit").in_bulk(set(ids))
