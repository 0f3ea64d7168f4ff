"""What people and units already hold from other rankings of the contest, where a limit of the plan asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contests.enums import Audience, UnitMetric
from contests.models import PrizeTable, Round
from contests.queries import Competitor, tables_of
from prizes.models import RunApproval
from prizes.queries import approval_of, awards_in_force, newest_runs
from prizes.scope import Scope


@dataclass(frozen=True)
class Prior:
    """An award in force from another ranking; `table` is the table's number."""

    table: int
    audience: str
    in_round: bool
    entry: int | None
    entry_unit: int | None
    unit: int | None


def prior_awards(scope: Scope, *, before: RunApproval | None = None) -> list[Prior]:
    """Those that stand now, or (`before`) of what was approved before the scope's own approval."""
    rows = awards_in_force(scope.contest, apart_from=scope, before=before).values_list(
        "prize__table__number",
        "prize__table__audience",
        "run__round_id",
        "entry_id",
        "entry__unit_id",
        "unit_id",
    )
    return [
        Prior(table, audience, round is not None, entry, entry_unit, unit)
        for table, audience, round, entry, entry_unit, unit in rows
    ]


def wins_of_units(prior: Iterable[Prior], table: PrizeTable) -> Mapping[int, int]:
    """How often each unit has won this table in other rounds."""
    return Counter(
        one.unit for one in prior if one.unit is not None and one.in_round and one.table == table.number
    )


def winners_of_units(
    scope: Scope, prior: Iterable[Prior], competes: Mapping[int, Competitor]
) -> Mapping[int, int]:
    """Individual prizes of the rounds, by the competing unit of who holds them; of the whole contest only."""
    if scope.round:
        return {}
    units = (one.entry_unit for one in prior if one.in_round and one.audience == Audience.INDIVIDUAL)
    return Counter(competes[unit].unit_id for unit in units if unit is not None and unit in competes)


def rounds_to_win(scope: Scope) -> list[Round]:
    """Rounds whose individual prizes count for units of the whole contest and are not approved yet."""
    if scope.round:
        return []
    tables = tables_of(scope.contest, None)
    if not any(UnitMetric.WINNERS in {*one.unit_order, *one.weights} for one in tables):
        return []
    rounds = [
        round
        for round in scope.rounds()
        if tables_of(scope.contest, round).filter(audience=Audience.INDIVIDUAL).exists()
    ]
    newest = {run.round_id: run for run in newest_runs(map(Scope.of_round, rounds))}
    return [
        round
        for round in rounds
        if (run := newest.get(round.pk)) is None or approval_of(run) is None or hasattr(run, "returned")
    ]


def won(scope: Scope, tables: Sequence[PrizeTable], prior: Iterable[Prior]) -> dict[str, list[list[Any]]]:
    """The part `won` of a run's configuration (prizes.rules.canonical)."""
    prior = list(prior)
    limited = {table.number for table in tables if table.winner_limit is not None}
    times = Counter(
        (one.table, "entry", one.entry) if one.entry else (one.table, "unit", one.unit)
        for one in prior
        if one.in_round and one.table in limited
    )
    held: Counter[int] = Counter()
    if scope.contest.prizes_per_person is not None:
        held.update(one.entry for one in prior if one.entry is not None)
    return {
        "tables": sorted([*who, count] for who, count in times.items()),
        "people": sorted([entry, count] for entry, count in held.items()),
    }
