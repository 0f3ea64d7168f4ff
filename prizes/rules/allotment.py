"""Who gets which prize, from ranks alone.

Prizes are laid out from the top (position, then each of its places) and those ranked are walked along
them from rank 1 on. Everyone ranked may win, whatever the score: the plan's filter (only all right) is the
place to ask for more. Nobody gets two prizes of one ladder.

Passed over without a word, keeping the rank: who is barred, who has as many prizes as a person may have, and
whose group (unit) has as many winners in this ladder as it may have. Of the others, those of one rank whose
prizes would differ, or of whom only some would get one, need the jury's recorded order; those of one rank
inside one prize do not.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby


@dataclass(frozen=True)
class Line:
    """One line of the prize table. `key` is the caller's own (an id)."""

    key: int
    quantity: int


@dataclass(frozen=True)
class Candidate:
    """Someone ranked: `key` is an entry's or a unit's id, `group` what the group limit counts in."""

    rank: int
    key: int
    group: int = 0


@dataclass(frozen=True)
class Ladder:
    """One ranking and the prizes laid along it.

    `ranked` by rank and key, read no further than the prizes reach (and to the end of that rank);
    `orders`: rank → keys in the jury's order (those who get a prize suffice).
    """

    prizes: Sequence[Line]
    ranked: Iterable[Candidate]
    orders: Mapping[int, Sequence[int]] = field(default_factory=dict)
    barred: Collection[int] = frozenset()
    group_limit: int | None = None
    people: bool = True  # whether the limit of prizes per person counts here


@dataclass(frozen=True)
class Picked:
    """Prizes that were given without a ranking: (prize, key) in the order of the nominations."""

    prizes: Sequence[Line]
    given: Sequence[tuple[int, int]]
    people: bool = True


@dataclass(frozen=True)
class Placed:
    """A winner and the prize: `place` is 1 … quantity inside that prize; `rank` None for the picked."""

    key: int
    rank: int | None
    prize: int
    place: int


@dataclass(frozen=True)
class Tie:
    """Those equal on every key of whom the prizes differ.

    `slots` are the prizes (keys, from the top) that the jury's order hands out among them; fewer than keys
    when the prizes run out inside the tie or a group may not have as many winners.
    """

    rank: int
    keys: tuple[int, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Allotment:
    placed: tuple[Placed, ...]
    ties: tuple[Tie, ...] = ()  # all that need an order, decided or not
    undecided: tuple[Tie, ...] = ()
    # Prize → how many found nobody, without the places of undecided ties.
    left: Mapping[int, int] = field(default_factory=dict)
    # From this rank on nothing was laid: an undecided tie of an earlier ladder says who may still win here.
    waits_at: int | None = None


def allot(
    ladders: Iterable[Ladder | Picked], *, limit: int | None, held: Mapping[int, int]
) -> list[Allotment]:
    """Lay the ladders one after another, each in the light of those before it.

    `limit`: how many prizes one person may have in all; `held`: person → prizes held from elsewhere.
    """
    hands = _Hands(limit, Counter(held))
    return [_pick(one, hands) if isinstance(one, Picked) else _Walk(one, hands).result() for one in ladders]


def winners_in(
    tie: Tie, order: Sequence[int], groups: Mapping[int, int], room: Mapping[int, int]
) -> list[int]:
    """Whom the order gives the tie's prizes, the first prize first; fewer than prizes: it settles nothing.

    `groups`: key → group; `room`: group → how many more winners it may have, none for no limit.
    """
    if len(set(order)) != len(order) or not set(order) <= set(tie.keys):
        return []
    left = dict(room)
    found: list[int] = []
    for key in order:
        group = groups[key]
        if left.get(group, 1) > 0:
            found.append(key)
            if group in left:
                left[group] -= 1
    return found[: len(tie.slots)]


@dataclass
class _Hands:
    """What people hold so far, and who might hold one more after an undecided tie."""

    limit: int | None
    held: Counter[int]
    unsettled: Counter[int] = field(default_factory=Counter)

    def full(self, key: int) -> bool:
        return self.limit is not None and self.held[key] >= self.limit

    def may_be_full(self, key: int) -> bool:
        maybe = self.unsettled[key]
        return self.limit is not None and maybe > 0 and self.held[key] + maybe >= self.limit


def _pick(picked: Picked, hands: _Hands) -> Allotment:
    places: Counter[int] = Counter()
    placed = []
    for prize, key in picked.given:
        places[prize] += 1
        placed.append(Placed(key, None, prize, places[prize]))
        if picked.people:
            hands.held[key] += 1
    left = {line.key: line.quantity - places[line.key] for line in picked.prizes}
    return Allotment(tuple(placed), left={key: count for key, count in left.items() if count > 0})


class _Walk:
    """One ladder: its ranks from the top, each taking the next prizes."""

    def __init__(self, ladder: Ladder, hands: _Hands) -> None:
        self.ladder = ladder
        self.hands = hands
        self.slots = [(line.key, place) for line in ladder.prizes for place in range(1, line.quantity + 1)]
        self.taken = 0
        self.won: Counter[int] = Counter()  # winners by group
        self.placed: list[Placed] = []
        self.ties: list[Tie] = []
        self.undecided: list[Tie] = []

    def result(self) -> Allotment:
        waits_at = None
        for rank, candidates in self._ranks():
            if self.ladder.people and any(self.hands.may_be_full(one.key) for one in candidates):
                waits_at = rank
                break
            self._lay(rank, candidates)
        left = Counter(key for key, _place in self.slots[self.taken :]) if waits_at is None else {}
        return Allotment(tuple(self.placed), tuple(self.ties), tuple(self.undecided), dict(left), waits_at)

    def _ranks(self) -> Iterator[tuple[int, list[Candidate]]]:
        """Ranks with those who may win there, while there are prizes."""
        if not self.slots:
            return
        for rank, group in groupby(self.ladder.ranked, key=lambda one: one.rank):
            candidates = [one for one in group if self._may_win(one)]
            if candidates:
                yield rank, candidates
            if self.taken >= len(self.slots):
                return

    def _may_win(self, one: Candidate) -> bool:
        if one.key in self.ladder.barred or (self.ladder.people and self.hands.full(one.key)):
            return False
        limit = self.ladder.group_limit
        return limit is None or self.won[one.group] < limit

    def _lay(self, rank: int, candidates: list[Candidate]) -> None:
        groups = {one.key: one.group for one in candidates}
        sizes = Counter(groups.values())
        room = self._room(sizes)
        winners = sum(min(size, room.get(group, size)) for group, size in sizes.items())
        taken = self.slots[self.taken : self.taken + winners]
        self.taken += len(taken)
        keys: Sequence[int] = tuple(groups)
        tie = Tie(rank, tuple(groups), tuple(prize for prize, _place in taken))
        if len(taken) < len(keys) or len(set(tie.slots)) > 1:
            self.ties.append(tie)
            keys = winners_in(tie, self.ladder.orders.get(rank, ()), groups, room)
            if len(keys) < len(taken):
                self._leave_open(tie, sizes, room)
                return
        for key, (prize, place) in zip(keys, taken, strict=True):
            self.placed.append(Placed(key, rank, prize, place))
            self.won[groups[key]] += 1
            self._hold(key)

    def _room(self, groups: Iterable[int]) -> dict[int, int]:
        limit = self.ladder.group_limit
        return {} if limit is None else {group: limit - self.won[group] for group in groups}

    def _leave_open(self, tie: Tie, sizes: Mapping[int, int], room: Mapping[int, int]) -> None:
        """Whatever the order will be: each group is as full as it can get, or the prizes are gone."""
        self.undecided.append(tie)
        for group, size in sizes.items():
            self.won[group] += min(size, room.get(group, size))
        for key in tie.keys:
            if len(tie.slots) == len(tie.keys):
                self._hold(key)  # wins in any order; only which prize is open
            elif self.ladder.people:
                self.hands.unsettled[key] += 1

    def _hold(self, key: int) -> None:
        if self.ladder.people:
            self.hands.held[key] += 1
