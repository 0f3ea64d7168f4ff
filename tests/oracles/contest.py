"""A whole contest, worked out from its plan's words and from what people did: units and prizes.

Like tests.oracles.people, it shares no code with the product and computes plainly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.oracles.people import Award, Facts, Paper, People, Scope, half_up
from tests.oracles.planwords import Plan, PrizeLine, Table

# (scope, table, block or None, rank) → people or units as the jury put them
Orders = Mapping[tuple[Scope, int, str | None, int], Sequence[int]]


@dataclass(frozen=True)
class UnitResult:
    """`rank` None: left out, for `why`. `metrics` by the plan's words, exact."""

    unit: int
    block: str
    rank: int | None
    why: str
    metrics: Mapping[str, Fraction | None]
    counts: Mapping[str, int | None]
    points: Decimal | None


@dataclass(frozen=True)
class Awarding:
    awards: list[Award]
    # (table, block, rank) that wait for the jury's order
    waiting: set[tuple[int, str | None, int]]

    @property
    def total(self) -> int:
        return sum(award.amount for award in self.awards)


class Contest(People):
    """What must come out of the facts as they are when it is made."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        super().__init__(plan, facts)
        # By round and competing unit: its people, all their papers and the one that counts.
        self._of_unit: dict[int, dict[int, dict[int, tuple[list[Paper], Paper]]]] = {}
        for round, counted in self.counted.items():
            mine = self._of_unit[round] = {unit: {} for unit in self._units()}
            for who, papers in counted.items():
                if (unit := self.unit_of(who)) is not None:
                    mine[unit][who] = (papers, self.counting[round][who])
        self._unit_results: dict[tuple[Scope, int], list[UnitResult]] = {}

    # --- Units
    def unit_results(self, scope: Scope, table: Table) -> list[UnitResult]:
        """Every competing unit in one table's order, those left out last."""
        key = scope, table.number
        if key not in self._unit_results:
            self._unit_results[key] = self._compare(scope, table)
        return self._unit_results[key]

    def _compare(self, scope: Scope, table: Table) -> list[UnitResult]:
        measured = {unit: self._measure(scope, table, unit) for unit in self._units()}
        why = {unit: self._left_out(scope, table, unit, *measured[unit]) for unit in measured}
        blocks = list(self.facts.blocks) if table.by_block else [None]
        ranks: dict[int, int] = {}
        points: dict[int, Fraction] = {}
        for block in blocks:
            units = [
                unit
                for unit in measured
                if not why[unit] and (block is None or self.competes[unit][1] == block)
            ]
            if table.weights:
                points |= _weighed(units, {unit: measured[unit][0] for unit in units}, table.weights)
            keys = {unit: _unit_key(table, measured[unit][0], points.get(unit)) for unit in units}
            ranks |= {unit: 1 + sum(other < keys[unit] for other in keys.values()) for unit in units}
        found = [
            UnitResult(
                unit=unit,
                block=self.competes[unit][1],
                rank=ranks.get(unit),
                why=why[unit],
                metrics=metrics,
                counts=counts,
                points=half_up(points[unit], 8) if unit in points else None,
            )
            for unit, (metrics, counts) in measured.items()
        ]
        return sorted(found, key=lambda row: (row.block, row.rank is None, row.rank or 0, row.unit))

    def _units(self) -> list[int]:
        return [unit for units in self.facts.blocks.values() for unit in units]

    def _measure(
        self, scope: Scope, table: Table, unit: int
    ) -> tuple[dict[str, Fraction | None], dict[str, int | None]]:
        rounds = [one.number for one in self.plan.rounds] if scope is None else [scope]
        mine = {round: self._of_unit[round][unit] for round in rounds}
        people = {who for papers in mine.values() for who in papers}
        perfect = {
            who
            for papers in mine.values()
            for who, (all_papers, _) in papers.items()
            if any(self.is_all_right(paper) for paper in all_papers)
        }
        sittings = [counting for papers in mine.values() for _, counting in papers.values()]
        correct = sum(self.right[paper.id] for paper in sittings)
        best = self._best(mine, people, table.best_of)
        heads = [self.facts.headcounts.get(below) for below in self._below(unit)]
        headcount = sum(head for head in heads if head is not None) or None
        counts: dict[str, int | None] = {
            "participants": len(people),
            "attempts": sum(len(all_papers) for papers in mine.values() for all_papers, _ in papers.values()),
            "headcount": headcount,
            "sittings": len(sittings),
            "correct": correct,
            "all_right": len(perfect),
            "winners": self._winners(unit) if scope is None else 0,
            "best_people": len(best),
            "best_correct": sum(-minus for minus, _, _ in best),
            "best_duration_ms": sum(duration for _, duration, _ in best),
        }
        metrics: dict[str, Fraction | None] = {
            "participants": Fraction(len(people)),
            "attempts": Fraction(counts["attempts"] or 0),
            "ratio": Fraction(len(people), headcount) if headcount else None,
            "mean_score": Fraction(correct, len(sittings)) if sittings else Fraction(0),
            "all_right": Fraction(len(perfect)),
            "all_right_share": Fraction(len(perfect), len(people)) if people else Fraction(0),
            "winners": Fraction(counts["winners"] or 0),
            "best_score": Fraction(counts["best_correct"] or 0),
            "best_duration": Fraction(counts["best_duration_ms"] or 0),
        }
        return metrics, counts

    def _best(
        self,
        mine: Mapping[int, Mapping[int, tuple[list[Paper], Paper]]],
        people: Iterable[int],
        best_of: int | None,
    ) -> list[tuple[int, int, int]]:
        """(−correct, time, person) of the so many best; a person's rounds are added up."""
        if best_of is None:
            return []
        sums = []
        for who in people:
            papers = [found[who][1] for found in mine.values() if who in found]
            right = sum(self.right[paper.id] for paper in papers)
            sums.append((-right, sum(paper.duration_ms for paper in papers), who))
        return sorted(sums)[:best_of]

    def _below(self, unit: int) -> list[int]:
        """All units whose people count for this competing one."""
        return [below for below, (above, _) in self.competes.items() if above == unit]

    def _winners(self, unit: int) -> int:
        """Individual prizes of the rounds that the unit's people hold."""
        return sum(
            award.audience == "individual" and self.unit_of(award.winner) == unit
            for scope, awards in self.facts.in_force.items()
            if scope is not None
            for award in awards
        )

    def _left_out(
        self,
        scope: Scope,
        table: Table,
        unit: int,
        metrics: Mapping[str, Fraction | None],
        counts: Mapping[str, int | None],
    ) -> str:
        participants = counts["participants"] or 0
        if not participants:
            return "nobody"
        if table.min_participants and participants < table.min_participants:
            return "few"
        asks = "ratio" in table.unit_order or "ratio" in (table.weights or {}) or table.min_ratio_percent
        ratio = metrics["ratio"]
        if asks and ratio is None:
            return "headcount"
        if table.min_ratio_percent and ratio is not None and 100 * ratio < Fraction(table.min_ratio_percent):
            return "ratio"
        return "won" if self._has_won(scope, table, unit) else ""

    def _has_won(self, scope: Scope, table: Table, winner: int) -> bool:
        """Whether the person or unit has won this very table in other rounds as often as one may."""
        if not table.winner_limit:
            return False
        times = sum(
            award.table == table.number and award.winner == winner
            for other, awards in self.facts.in_force.items()
            if other != scope
            for award in awards
        )
        return times >= table.winner_limit

    # --- Prizes
    def awarding(self, scope: Scope, orders: Orders) -> Awarding:
        """Every prize that the scope decides, from the first table to the last, and the ties that wait."""
        done = Awarding([], set())
        standings = self.standings(scope)
        for table in self.plan.tables_of(scope):
            if table.method == "chosen":
                done.awards.extend(self._chosen(scope, table))
                continue
            blocks: list[str | None] = list(self.facts.blocks) if table.by_block else [None]
            for block in blocks:
                if table.audience == "unit":
                    rows = [
                        (row.rank, row.unit)
                        for row in self.unit_results(scope, table)
                        if row.rank is not None and (block is None or row.block == block)
                    ]
                else:
                    rows = [
                        (row.rank, row.person)
                        for row in standings
                        if block is None or self.block_of(row.person) == block
                    ]
                self._lay(scope, table, block, rows, orders, done)
        return done

    def _chosen(self, scope: Scope, table: Table) -> list[Award]:
        lines = {prize.position: prize for prize in table.prizes}
        chosen = [one for one in self.facts.nominated.get(scope, []) if one[0] == table.number]
        return [
            _award(scope, table, lines[position], None, winner, None)
            for _, position, winner in sorted(chosen)
        ]

    def _lay(
        self,
        scope: Scope,
        table: Table,
        block: str | None,
        rows: Sequence[tuple[int, int]],
        orders: Orders,
        done: Awarding,
    ) -> None:
        """Walk the people or units along one purse."""
        purse = [prize for prize in table.prizes for _ in range(prize.quantity)]
        taken: Counter[int] = Counter()  # by unit, where a unit may win only so often
        for rank in sorted({rank for rank, _ in rows}):
            if not purse:
                return
            equal = sorted(
                who for own, who in rows if own == rank and not self._barred(scope, table, who, done)
            )
            room = self._room(table, equal, taken)
            able = [who for who in equal if room is None or room[self._counts_for(who)] > 0]
            if not able:
                continue
            winners = len(able)
            if room is not None:
                wanting = Counter(self._counts_for(who) for who in able)
                winners = sum(min(count, room[unit]) for unit, count in wanting.items())
            prizes = purse[:winners]
            alike = winners == len(able) == len(prizes) and prizes[0] == prizes[-1]
            order = orders.get((scope, table.number, block, rank))
            if not alike and order is None:
                done.waiting.add((table.number, block, rank))
                purse = purse[len(prizes) :]
                continue
            for who in able if alike else list(order or ()):
                unit = self._counts_for(who) if room is not None else None
                full = room is not None and unit is not None and taken[unit] >= (table.unit_limit or 0)
                if who not in able or full or not purse:
                    continue
                done.awards.append(_award(scope, table, purse.pop(0), block, who, rank))
                if unit is not None:
                    taken[unit] += 1

    def _barred(self, scope: Scope, table: Table, who: int, done: Awarding) -> bool:
        if self._has_won(scope, table, who):
            return True
        most = self.plan.prizes_per_person
        if table.audience == "unit" or most is None:
            return False
        elsewhere = [
            award for other, awards in self.facts.in_force.items() if other != scope for award in awards
        ]
        mine = [
            award
            for award in [*elsewhere, *done.awards]
            if award.audience == "individual" and award.winner == who
        ]
        return len(mine) >= most

    def _room(self, table: Table, people: Iterable[int], taken: Counter[int]) -> dict[int, int] | None:
        """By unit of these people, how many more of it may win; None where the plan sets no limit."""
        if table.audience == "unit" or table.unit_limit is None:
            return None
        units = {self._counts_for(who) for who in people}
        return {unit: table.unit_limit - taken[unit] for unit in units}

    def _counts_for(self, person: int) -> int:
        """The competing unit, or without one the person's own."""
        unit = self.unit_of(person)
        return self.facts.people[person].unit if unit is None else unit


def _weighed(
    units: Sequence[int],
    metrics: Mapping[int, Mapping[str, Fraction | None]],
    weights: Mapping[str, int],
) -> dict[int, Fraction]:
    """Each metric as a part of the best unit's, times its weight in per cent."""
    best = {name: max((metrics[unit][name] or Fraction(0) for unit in units), default=0) for name in weights}
    return {
        unit: sum(
            (
                weight * (metrics[unit][name] or Fraction(0)) / best[name]
                for name, weight in weights.items()
                if best[name]
            ),
            Fraction(0),
        )
        for unit in units
    }


def _unit_key(
    table: Table, metrics: Mapping[str, Fraction | None], points: Fraction | None
) -> tuple[Fraction, ...]:
    if points is not None:
        return (-points,)
    values = {name: metrics[name] or Fraction(0) for name in table.unit_order}
    return tuple(value if name == "best_duration" else -value for name, value in values.items())


def _award(
    scope: Scope, table: Table, line: PrizeLine, block: str | None, winner: int, rank: int | None
) -> Award:
    return Award(
        scope=scope,
        table=table.number,
        position=line.position,
        block=block,
        winner=winner,
        rank=rank,
        name=line.name,
        amount=line.amount,
        audience=table.audience,
        paper=line.paper,
    )
