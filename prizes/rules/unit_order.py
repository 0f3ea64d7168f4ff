"""Which unit comes before which: filters, then keys one after another, or published weights. Exact fractions.

What a unit is measured by (`value_of`):

    participants     people who took part
    attempts         all their attempts
    ratio            participants ÷ headcount
    mean_score       number right ÷ papers, over the papers that count (one per person and round)
    all_right        people with at least one paper all right
    all_right_share  people all right ÷ participants
    winners          individual prizes that its people hold from the contest's rounds
    best_score       number right of its k best people, added up
    best_duration    their time, added up; the only one of which less is better

Filters, in this order; a unit that one of them leaves out has no rank (prizes.enums.LeftOut):

    nobody     no participants
    few        participants < min_participants
    headcount  the ratio is needed (as key, weight or filter) and there is no headcount
    ratio      100 × participants ÷ headcount < min_ratio_percent
    won        has won this table winner_limit times in other rounds

Keys: the first that differs decides. Weights (per cent): a unit's points are the sum, over the metrics, of

    weight × own value ÷ best value        (best_duration: weight × least time ÷ own time)

where the best value is that of the units that are ranked with it; 0 where the best value is 0. So the best
unit of every metric gets the whole weight, and 100 points is the most that can be had. Equal = same rank, and
the next rank counts those before it. With `by_block` all of this, the best values too, is inside a block.
A ratio over 1 (more people took part than the unit has) is used as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from contests.enums import UnitMetric
from prizes.enums import LeftOut

LESS_IS_BETTER = frozenset({UnitMetric.BEST_DURATION})


@dataclass(frozen=True)
class Measures:
    """What the people of one competing unit did in a scope.

    `sittings` is the number of papers that count and `correct` their marks (all in the same parts of a
    question, so no order hangs on which); the `best_…` are of the k best people, of whom there may be fewer;
    `wins` says how often it won the same table in other rounds.
    """

    unit: int
    block: int
    participants: int = 0
    attempts: int = 0
    headcount: int | None = None
    sittings: int = 0
    correct: int = 0
    all_right: int = 0
    winners: int = 0
    best_people: int = 0
    best_correct: int = 0
    best_duration_ms: int = 0
    wins: int = 0


@dataclass(frozen=True)
class UnitRule:
    """How a table ranks units: by `order`, or by `weights` (per cent by metric), never both."""

    order: Sequence[UnitMetric] = ()
    weights: Mapping[UnitMetric, int] = field(default_factory=dict)
    by_block: bool = False
    min_participants: int | None = None
    min_ratio_percent: Decimal | None = None
    winner_limit: int | None = None

    @property
    def needs_headcount(self) -> bool:
        return (
            UnitMetric.RATIO in self.order
            or UnitMetric.RATIO in self.weights
            or self.min_ratio_percent is not None
        )


@dataclass(frozen=True)
class Placed:
    """A unit's place; `rank` is None exactly when `left_out` says why. `points` only with weights."""

    measures: Measures
    rank: int | None = None
    left_out: LeftOut | None = None
    points: Fraction | None = None


def rank_units(measures: Iterable[Measures], rule: UnitRule) -> list[Placed]:
    """Every unit with its rank, by block (where the rule ranks inside blocks), rank and unit.

    Inside a block those left out come last.
    """
    rivals: dict[int | None, list[Measures]] = {}
    placed: list[Placed] = []
    for one in measures:
        if reason := left_out(one, rule):
            placed.append(Placed(one, left_out=reason))
        else:
            rivals.setdefault(one.block if rule.by_block else None, []).append(one)
    for units in rivals.values():
        placed += _ranked(units, rule)
    return sorted(placed, key=lambda one: _shown(one, rule))


def value_of(metric: UnitMetric, unit: Measures) -> Fraction:
    """The unit's value, as the head of this module defines it; 0 where there is nothing to divide by."""
    return _VALUES[metric](unit)


def points_of(unit: Measures, units: Sequence[Measures], weights: Mapping[UnitMetric, int]) -> Fraction:
    """The unit's points among `units` (those ranked with it, itself too)."""
    return sum(
        (weight * _share(value_of(metric, unit), metric, units) for metric, weight in weights.items()),
        Fraction(0),
    )


def left_out(unit: Measures, rule: UnitRule) -> LeftOut | None:
    """The first filter that the unit does not pass."""
    least = rule.min_ratio_percent
    if not unit.participants:
        return LeftOut.NOBODY
    if rule.min_participants is not None and unit.participants < rule.min_participants:
        return LeftOut.FEW_PARTICIPANTS
    if rule.needs_headcount and not unit.headcount:
        return LeftOut.NO_HEADCOUNT
    if least is not None and 100 * value_of(UnitMetric.RATIO, unit) < Fraction(least):
        return LeftOut.LOW_RATIO
    if rule.winner_limit is not None and unit.wins >= rule.winner_limit:
        return LeftOut.WON_BEFORE
    return None


def _ranked(units: Sequence[Measures], rule: UnitRule) -> list[Placed]:
    points = [points_of(unit, units, rule.weights) if rule.weights else None for unit in units]
    keys = [_key(unit, own, rule) for unit, own in zip(units, points, strict=True)]
    rank_of: dict[tuple[Fraction, ...], int] = {}
    for place, key in enumerate(sorted(keys), 1):
        rank_of.setdefault(key, place)
    return [
        Placed(unit, rank=rank_of[key], points=own)
        for unit, own, key in zip(units, points, keys, strict=True)
    ]


def _key(unit: Measures, points: Fraction | None, rule: UnitRule) -> tuple[Fraction, ...]:
    """Smaller is better."""
    if points is not None:
        return (-points,)
    return tuple(value_of(metric, unit) * (1 if metric in LESS_IS_BETTER else -1) for metric in rule.order)


def _share(value: Fraction, metric: UnitMetric, units: Sequence[Measures]) -> Fraction:
    """How much of the metric's weight a value earns: from 0 to 1."""
    if metric in LESS_IS_BETTER:
        least = min(value_of(metric, unit) for unit in units)
        return least / value if value else Fraction(1)
    best = max(value_of(metric, unit) for unit in units)
    return value / best if best else Fraction(0)


def _shown(one: Placed, rule: UnitRule) -> tuple[int, bool, int, int]:
    block = one.measures.block if rule.by_block else 0
    return (block, one.rank is None, one.rank or 0, one.measures.unit)


def _divided(part: int, whole: int | None) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


_VALUES: dict[UnitMetric, Callable[[Measures], Fraction]] = {
    UnitMetric.PARTICIPANTS: lambda unit: Fraction(unit.participants),
    UnitMetric.ATTEMPTS: lambda unit: Fraction(unit.attempts),
    UnitMetric.RATIO: lambda unit: _divided(unit.participants, unit.headcount),
    UnitMetric.MEAN_SCORE: lambda unit: _divided(unit.correct, unit.sittings),
    UnitMetric.ALL_RIGHT: lambda unit: Fraction(unit.all_right),
    UnitMetric.ALL_RIGHT_SHARE: lambda unit: _divided(unit.all_right, unit.participants),
    UnitMetric.WINNERS: lambda unit: Fraction(unit.winners),
    UnitMetric.BEST_SCORE: lambda unit: Fraction(unit.best_correct),
    UnitMetric.BEST_DURATION: lambda unit: Fraction(unit.best_duration_ms),
}
