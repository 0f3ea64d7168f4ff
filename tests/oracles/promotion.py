"""Who goes on to a final, worked out one unit after another; shares no code with the product."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from tests.oracles.people import Result


@dataclass(frozen=True)
class Promoted:
    """`going`: by unit, people in their places, without those who withdrew; `waiting`: (unit, rank)."""

    going: Mapping[int, list[int]]
    waiting: set[tuple[int, int]]


def promoted(
    standings: Sequence[Result],
    unit_of: Callable[[int], int | None],
    best: int,
    *,
    orders: Mapping[tuple[int, int], Sequence[int]] | None = None,
    withdrawn: Collection[int] = (),
) -> Promoted:
    """The `best` of each competing unit by the earlier round's ranks.

    People of one rank of whom only some still fit wait for the jury's order (`orders`: by unit and rank), and
    wait still when it does not name them all. One who withdrew leaves the place to the next of the unit.
    """
    going: dict[int, list[int]] = {}
    waiting = set()
    by_unit: dict[int, dict[int, list[int]]] = {}
    for row in standings:
        unit = unit_of(row.person)
        if unit is not None:
            by_unit.setdefault(unit, {}).setdefault(row.rank, []).append(row.person)
    for unit, ranks in by_unit.items():
        mine: list[int] = []
        for rank in sorted(ranks):
            free = best - len(mine)
            equal = sorted(who for who in ranks[rank] if who not in withdrawn)
            order = list((orders or {}).get((unit, rank), ()))
            all_named = set(equal) <= set(order)
            if free > 0 and len(equal) > free and not all_named:
                waiting.add((unit, rank))
                break
            in_order = [who for who in order if who in equal] if all_named else equal
            mine += in_order[: max(free, 0)]
        going[unit] = mine
    return Promoted(going, waiting)
