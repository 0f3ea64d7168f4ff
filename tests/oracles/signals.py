"""Which papers of a round belong together as signals, by looking at every paper and every pair in turn.

Written from the printed rules alone; it shares no code with the site.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any, TypeVar

Group = frozenset[Any]  # ids of papers
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Sheet:
    """One submitted paper and what is known of its person."""

    id: Any
    person: int
    unit: int
    name: str = ""
    born: date | None = None
    phones: frozenset[str] = frozenset()
    id_hashes: frozenset[str] = frozenset()
    address: str | None = None
    device: str = ""
    started: datetime | None = None
    submitted: datetime | None = None
    deadline: datetime | None = None
    saved: datetime | None = None
    duration_ms: int = 0
    own_end: bool = True
    number: int = 1
    right: int = 0
    # question → choice (0 = blank)
    choices: dict[int, int] = field(default_factory=dict)


def _by(sheets: Iterable[Sheet], key: Callable[[Sheet], Key]) -> dict[Key, list[Sheet]]:
    found: dict[Key, list[Sheet]] = defaultdict(list)
    for one in sheets:
        found[key(one)].append(one)
    return found


def _ids(sheets: Iterable[Sheet]) -> Group:
    return frozenset(one.id for one in sheets)


def _people(sheets: Iterable[Sheet]) -> int:
    return len({one.person for one in sheets})


def too_fast(sheets: Sequence[Sheet], seconds: int) -> set[Group]:
    fast = [
        one
        for one in sheets
        if one.duration_ms < seconds * 1000 and one.own_end and any(one.choices.values())
    ]
    return {_ids(group) for group in _by(fast, lambda one: one.person).values()}


def sharing(sheets: Sequence[Sheet], values: Callable[[Sheet], Iterable[Hashable]]) -> set[Group]:
    """Groups of two people and more that have a value in common (a number, an ID)."""
    found: dict[Hashable, list[Sheet]] = defaultdict(list)
    for one in sheets:
        for value in values(one):
            found[value].append(one)
    return {_ids(group) for group in found.values() if _people(group) > 1}


def namesakes(sheets: Sequence[Sheet]) -> set[Group]:
    known = [one for one in sheets if one.born]
    groups = _by(known, lambda one: (one.name.lower(), one.born)).values()
    return {_ids(group) for group in groups if _people(group) > 1}


def addresses(sheets: Sequence[Sheet], least: int) -> set[Group]:
    groups = _by([one for one in sheets if one.address], lambda one: one.address).values()
    return {_ids(group) for group in groups if _people(group) >= least}


def handed_on(sheets: Sequence[Sheet], least: int, seconds: int) -> set[Group]:
    found = set()
    known = [one for one in sheets if one.address and one.device]
    for group in _by(known, lambda one: (one.address, one.device)).values():
        chain: list[Sheet] = []
        over: datetime | None = None
        for one in [*sorted(group, key=lambda one: (one.started, one.id)), None]:
            if one is not None and over is not None:
                assert one.started
                if timedelta(0) <= one.started - over <= timedelta(seconds=seconds):
                    chain.append(one)
                    over = max(over, one.submitted)  # type: ignore[type-var]
                    continue
            if _people(chain) >= least:
                found.add(_ids(chain))
            if one is not None:
                chain = [one]
                over = one.submitted if over is None else max(over, one.submitted)  # type: ignore[type-var]
    return found


def bursts(
    sheets: Sequence[Sheet], minutes: int, least: int, times: int, length: timedelta
) -> set[tuple[int, Group]]:
    slots = length // timedelta(minutes=minutes)
    found = set()
    for unit, group in _by(sheets, lambda one: one.unit).items():
        together = _by(group, lambda one: int(one.started.timestamp()) // (minutes * 60))  # type: ignore[union-attr]
        dense = [
            one
            for some in together.values()
            if len(some) >= least and len(some) >= times * Fraction(len(group), slots)
            for one in some
        ]
        if dense:
            found.add((unit, _ids(dense)))
    return found


def crowded(sheets: Sequence[Sheet], headcounts: dict[int, int]) -> set[tuple[int, int]]:
    found = set()
    for unit, group in _by(sheets, lambda one: one.unit).items():
        if unit in headcounts and _people(group) > headcounts[unit]:
            found.add((unit, _people(group)))
    return found


# --- Equal wrong answers ------------------------------------------------------------------------------------
def copies(
    sheets: Sequence[Sheet], is_right: Callable[[int, int], bool], *, least: int = 6, rounds: int = 1000
) -> set[Group]:
    """Connected groups of papers with strikingly equal wrong answers; every pair of a unit is looked at."""
    order = sorted(one.right for one in sheets)
    bands = {one.id: min(4, order.index(one.right) * 5 // len(sheets)) for one in sheets}
    given: Counter[tuple[int, int, int]] = Counter()
    seen: Counter[tuple[int, int]] = Counter()
    for one in sheets:
        for question, choice in one.choices.items():
            given[bands[one.id], question, choice] += 1
            seen[bands[one.id], question] += 1
    pairs = [
        (one, other)
        for one, other in combinations(sheets, 2)
        if one.unit == other.unit and one.person != other.person
    ]

    def equal_wrong(one: Sheet, other: Sheet) -> int:
        return sum(
            other.choices.get(question) == choice
            for question, choice in one.choices.items()
            if choice and not is_right(question, choice)
        )

    def by_chance(one: Sheet, other: Sheet, equal: int) -> Fraction:
        chances = []
        for question, choice in one.choices.items():
            if question in other.choices and choice and not is_right(question, choice):
                band = bands[other.id]
                # The others of the band, and one more who gave this answer.
                both = [other, one] if bands[one.id] == band else [other]
                chosen = given[band, question, choice] - sum(
                    sheet.choices[question] == choice for sheet in both
                )
                chances.append(Fraction(chosen + 1, seen[band, question] - len(both) + 1))
        exactly = {0: Fraction(1)}
        for chance in chances:
            after: dict[int, Fraction] = defaultdict(Fraction)
            for count, probability in exactly.items():
                after[count] += probability * (1 - chance)
                after[count + 1] += probability * chance
            exactly = after
        return sum((exactly[count] for count in exactly if count >= equal), Fraction(0))

    linked: dict[Any, set[Any]] = defaultdict(set)
    for one, other in pairs:
        equal = equal_wrong(one, other)
        if equal < least:
            continue
        likeliest = max(by_chance(one, other, equal), by_chance(other, one, equal))
        if likeliest * len(pairs) * rounds <= 1:
            linked[one.id].add(other.id)
            linked[other.id].add(one.id)
    found: set[Group] = set()
    for start in linked:
        group, edge = {start}, [start]
        while edge:
            for other in linked[edge.pop()] - group:
                group.add(other)
                edge.append(other)
        found.add(frozenset(group))
    return found
