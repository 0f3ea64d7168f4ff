"""Who gets which prize, from ranks alone.

Prizes are laid out from the top (position, then each of its places) and people are walked along them from
rank 1 on. Everyone ranked may win, whatever the score: the plan's filter (only all right) is the place to
ask for more. People of one rank whose prizes would differ, or of whom only some would get one, need the
jury's recorded order; people of one rank inside one prize do not. One person gets at most one prize.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Line:
    """One line of the prize table. `key` is the caller's own (an id)."""

    key: int
    quantity: int


@dataclass(frozen=True)
class Placed:
    """A person and the prize: `place` is 1 … quantity inside that prize."""

    entry: int
    rank: int
    prize: int
    place: int


@dataclass(frozen=True)
class Tie:
    """People equal on every key of whom the prizes differ.

    `slots` are the prizes (keys, from the top) that the jury's order hands out among them; fewer than people
    when the prizes run out inside the tie.
    """

    rank: int
    entries: tuple[int, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Allotment:
    placed: tuple[Placed, ...]
    ties: tuple[Tie, ...]  # all that need an order, decided or not
    undecided: tuple[Tie, ...]
    left: Mapping[int, int]  # prize → how many found nobody, without the places of undecided ties


def allot(
    ranked: Sequence[tuple[int, int]],
    prizes: Sequence[Line],
    orders: Mapping[int, Sequence[int]],
) -> Allotment:
    """Lay the prizes along the people.

    `ranked`: (rank, entry) by rank and entry, as far as the prizes reach and with the last rank whole;
    `prizes`: from the highest; `orders`: rank → entries in the jury's order (those who get a prize suffice).
    """
    slots = [(line.key, place) for line in prizes for place in range(1, line.quantity + 1)]
    placed: list[Placed] = []
    ties: list[Tie] = []
    undecided: list[Tie] = []
    start = 0
    for rank, group in groupby(ranked, key=lambda pair: pair[0]):
        if start >= len(slots):
            break
        entries = tuple(entry for _, entry in group)
        taken = slots[start : start + len(entries)]
        start += len(taken)
        tie = Tie(rank, entries, tuple(key for key, _ in taken))
        if len(taken) < len(entries) or len(set(tie.slots)) > 1:
            ties.append(tie)
            if faults_of_order(tie, orders.get(rank, ())):
                undecided.append(tie)
                continue
            entries = tuple(orders[rank])
        placed += [
            Placed(entry, rank, key, place) for entry, (key, place) in zip(entries, taken, strict=False)
        ]
    left = {line.key: sum(key == line.key for key, _ in slots[start:]) for line in prizes}
    return Allotment(tuple(placed), tuple(ties), tuple(undecided), {k: n for k, n in left.items() if n})


def faults_of_order(tie: Tie, order: Sequence[int]) -> bool:
    """Whether `order` does not settle the tie: someone twice, someone from elsewhere, or too few."""
    return (
        len(set(order)) != len(order)
        or not set(order) <= set(tie.entries)
        or len(order) < min(len(tie.slots), len(tie.entries))
    )
