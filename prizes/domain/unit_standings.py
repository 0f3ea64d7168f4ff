"""Unit standings: SQL adds up the people of each competing unit, prizes.rules.unit_order finds the order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from contests.enums import Audience, AwardMethod, UnitMetric
from contests.models import BlockUnit, Headcount, PrizeTable
from prizes.domain.persons import Persons
from prizes.domain.prior import Prior, winners_of_units, wins_of_units
from prizes.models import StandingsRun, UnitRow
from prizes.rules.canonical import line, points_shown
from prizes.rules.unit_order import Measures, Placed, UnitRule, rank_units

# One row per person: in one round the table has them, over several they are added up.
ONE_ROUND = sql.SQL("""
NOT MATERIALIZED (
    SELECT entry_id, competitor_id, attempts, 1 AS sittings, correct, duration_ms, once_all_right
    FROM standings_person WHERE competitor_id IS NOT NULL AND round_id = ANY(%(rounds)s::bigint[])
)
""")
SEVERAL_ROUNDS = sql.SQL("""
MATERIALIZED (
    SELECT entry_id, competitor_id, sum(attempts) AS attempts, count(*) AS sittings, sum(correct) AS correct,
        sum(duration_ms) AS duration_ms, bool_or(once_all_right) AS once_all_right
    FROM standings_person WHERE competitor_id IS NOT NULL AND round_id = ANY(%(rounds)s::bigint[])
    GROUP BY entry_id, competitor_id
)
""")
# By competing unit; `best` has three numbers for every number of best people that a table asks for. How many
# have which mark tells from which one on the best are, so that few people have to be put in order.
SUMS = sql.SQL("""
WITH person AS {people}, mark AS (
    SELECT competitor_id, correct, count(*) AS people, sum(attempts) AS attempts, sum(sittings) AS sittings,
        count(*) FILTER (WHERE once_all_right) AS all_right
    FROM person GROUP BY competitor_id, correct
), needed AS (
    SELECT competitor_id, min(correct) AS least
    FROM (
        SELECT competitor_id, correct,
            sum(people) OVER (PARTITION BY competitor_id ORDER BY correct DESC) - people AS better
        FROM mark
    ) above
    WHERE better < {most}
    GROUP BY competitor_id
), best AS (
    SELECT competitor_id, ARRAY[{best}]::bigint[] AS best
    FROM (
        SELECT competitor_id, correct, duration_ms, row_number() OVER (
            PARTITION BY competitor_id ORDER BY correct DESC, duration_ms, entry_id
        ) AS place
        FROM person JOIN needed USING (competitor_id) WHERE correct >= least
    ) placed
    GROUP BY competitor_id
)
SELECT competitor_id, sum(people)::bigint, sum(attempts)::bigint, sum(sittings)::bigint,
    sum(people * correct)::bigint, sum(all_right)::bigint, coalesce(best, '{{}}')
FROM mark LEFT JOIN best USING (competitor_id)
GROUP BY competitor_id, best
""")
BEST = sql.SQL("""
    count(*) FILTER (WHERE place <= {k}), sum(correct) FILTER (WHERE place <= {k}),
    sum(duration_ms) FILTER (WHERE place <= {k})""")


@dataclass(frozen=True)
class UnitTable:
    """A prize table that ranks units, and every competing unit in its order."""

    table: PrizeTable
    placed: Sequence[Placed]


# People, their number right and their time in ms, added up.
Best = tuple[int, int, int]
NOBODY: Best = (0, 0, 0)


def ranks_units(table: PrizeTable) -> bool:
    return table.audience == Audience.UNIT and table.method == AwardMethod.RANKED


def rule_of(table: PrizeTable) -> UnitRule:
    """The table's rule as prizes.rules.unit_order reads it."""
    return UnitRule(
        order=tuple(UnitMetric(metric) for metric in table.unit_order),
        weights={UnitMetric(metric): share for metric, share in table.weights.items()},
        by_block=table.by_block,
        min_participants=table.min_participants,
        min_ratio_percent=table.min_ratio_percent,
        winner_limit=table.winner_limit,
    )


def headcounts_of(found: Persons) -> dict[int, int]:
    """By competing unit: the headcounts of all units whose people count for it; none without any."""
    people: dict[int, int] = {}
    own = Headcount.objects.filter(contest=found.scope.contest, unit__in=list(found.competes))
    for unit, count in own.values_list("unit_id", "people"):
        competitor = found.competes[unit].unit_id
        people[competitor] = people.get(competitor, 0) + count
    return people


def unit_tables(
    found: Persons, tables: Iterable[PrizeTable], headcounts: Mapping[int, int], prior: Sequence[Prior]
) -> list[UnitTable]:
    """The tables that rank units, each with all competing units, also those in which nobody took part."""
    ranked = [table for table in tables if ranks_units(table)]
    if not ranked:
        return []
    winners = winners_of_units(found.scope, prior, found.competes)
    units, best = _measured(found, sorted({table.best_of for table in ranked if table.best_of}))
    units = [
        replace(one, headcount=headcounts.get(one.unit), winners=winners.get(one.unit, 0)) for one in units
    ]
    result = []
    for table in ranked:
        wins = wins_of_units(prior, table)
        measures = (
            _with_best(replace(one, wins=wins.get(one.unit, 0)), best.get((one.unit, table.best_of), NOBODY))
            for one in units
        )
        result.append(UnitTable(table, rank_units(measures, rule_of(table))))
    return result


def unit_lines(tables: Iterable[UnitTable]) -> Iterator[bytes]:
    """The canonical lines of unit standings (prizes.rules.canonical)."""
    for one in tables:
        for placed in one.placed:
            unit = placed.measures
            yield line(
                "unit", one.table.number, unit.block, unit.unit, placed.rank, placed.left_out,
                unit.participants, unit.attempts, unit.headcount, unit.sittings, unit.correct, unit.all_right,
                unit.winners, unit.best_people, unit.best_correct, unit.best_duration_ms,
                points_shown(placed.points),
            )  # fmt: skip


def store_units(run: StandingsRun, tables: Iterable[UnitTable]) -> None:
    UnitRow.objects.bulk_create(
        (_row(run, one.table, placed) for one in tables for placed in one.placed), batch_size=1000
    )


def _measured(
    found: Persons, numbers: Sequence[int]
) -> tuple[list[Measures], dict[tuple[int, int | None], Best]]:
    """All competing units with what their people did; by unit and number of best people, what those did."""
    query = SUMS.format(
        people=ONE_ROUND if len(found.rounds) == 1 else SEVERAL_ROUNDS,
        most=sql.Literal(max(numbers, default=0)),
        best=sql.SQL(",").join(BEST.format(k=sql.Literal(number)) for number in numbers),
    )
    found.cursor.execute(query, {"rounds": [one.round.pk for one in found.rounds]})
    sums = {}
    bests: dict[tuple[int, int | None], Best] = {}
    for unit, participants, attempts, sittings, correct, all_right, columns in found.cursor.fetchall():
        sums[unit] = {
            "participants": participants,
            "attempts": attempts,
            "sittings": sittings,
            "correct": correct,
            "all_right": all_right,
        }
        for at, number in enumerate(numbers):
            bests[unit, number] = tuple(columns[3 * at : 3 * at + 3])
    own = BlockUnit.objects.filter(contest=found.scope.contest).order_by("unit_id")
    return [
        Measures(unit=unit, block=block, **sums.get(unit, {}))
        for unit, block in own.values_list("unit_id", "block_id")
    ], bests


def _with_best(unit: Measures, best: Best) -> Measures:
    people, correct, duration_ms = best
    return replace(unit, best_people=people, best_correct=correct, best_duration_ms=duration_ms)


def _row(run: StandingsRun, table: PrizeTable, placed: Placed) -> UnitRow:
    unit = placed.measures
    return UnitRow(
        run=run,
        table=table,
        block_id=unit.block,
        unit_id=unit.unit,
        rank=placed.rank,
        left_out=placed.left_out or "",
        participants=unit.participants,
        attempts=unit.attempts,
        headcount=unit.headcount,
        sittings=unit.sittings,
        correct=unit.correct,
        all_right=unit.all_right,
        winners=unit.winners,
        best_people=unit.best_people,
        best_correct=unit.best_correct,
        best_duration_ms=unit.best_duration_ms,
        points=points_shown(placed.points),
    )
