"""Who of one unit goes on to a final, from ranks alone.

The best take the places, rank after rank; people of one rank of whom only some find a place need a recorded
order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class LastPlaces:
    """People of one rank and how many of them go on."""

    rank: int
    entries: tuple[int, ...]
    places: int


@dataclass(frozen=True)
class Choice:
    """Those who go on, the best first, and the tie at which the choosing stopped."""

    entries: tuple[int, ...]
    tie: LastPlaces | None = None


def choose(ranked: Sequence[tuple[int, int]], places: int, orders: Mapping[int, Sequence[int]]) -> Choice:
    """The best `places` of the people `ranked` (rank, entry) by rank and entry.

    `orders`: rank → entries as they were put in order; it may name others too, who are passed over. An order
    that leaves out somebody of the tie settles nothing: it was made without them.
    """
    chosen: list[int] = []
    for rank, group in groupby(ranked, key=lambda pair: pair[0]):
        left = places - len(chosen)
        if left <= 0:
            break
        entries = tuple(entry for _rank, entry in group)
        if len(entries) <= left:
            chosen += entries
            continue
        order = [entry for entry in orders.get(rank, ()) if entry in entries]
        if len(order) < len(entries):
            return Choice(tuple(chosen), LastPlaces(rank, entries, left))
        chosen += order[:left]
    return Choice(tuple(chosen))
