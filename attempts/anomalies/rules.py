"""The published thresholds of signals, and the exact statistic of equal wrong answers. Pure.

The printed rules name every threshold (prizes.rulebook.fairness): what is changed here is changed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeVar

Number = TypeVar("Number", Fraction, float)

# Equal wrong answers. Papers are drawn at random, so two are compared on the questions that both have, by the
# question's and the option's place in the sealed pool. Fewer than 6 equal wrong answers are no signal however
# unlikely they are: one wrong leaflet in an office explains as many.
EQUAL_WRONG = 6
# How many pairs of honest papers, expected in a whole round, may look so by chance alone: 1 in 1,000 rounds.
FALSE_ALARMS = Fraction(1, 1000)
# Papers are compared with what papers of a like result chose: fifths of the round, by share right.
BANDS = 5

# Shared networks are normal (a school, an office, a mobile provider): reported from so many people on.
ADDRESS_PEOPLE = 20
# One device handed on: so many people in turn, each within so many seconds after the one before.
DEVICE_PEOPLE = 5
DEVICE_SECONDS = 120

# A burst: so many papers of a unit begun within ten minutes, and so many times its own mean of ten minutes.
BURST_MINUTES = 10
BURST_ATTEMPTS = 30
BURST_TIMES = 20


def share(chosen: int, seen: int) -> Fraction:
    """How likely an answer is in a band, never too low: as if this very answer had been given once more.

    `chosen` of `seen` papers of the band gave it. 1 where nobody of the band had the question: no evidence.
    """
    return Fraction(chosen + 1, seen + 1)


def at_least(count: int, chances: Sequence[Fraction]) -> Fraction:
    """The probability that at least `count` of independent events with these chances happen. Exact."""
    return _tail(count, chances, Fraction(1))


def _tail(count: int, chances: Sequence[Number], one: Number) -> Number:
    if count <= 0:
        return one
    # tail[k]: exactly k happened; the last place gathers `count` and more.
    nothing: Number = one - one
    tail: list[Number] = [one] + [nothing] * count
    for chance in chances:
        tail[count] += tail[count - 1] * chance
        for k in range(count - 1, 0, -1):
            tail[k] = tail[k] * (one - chance) + tail[k - 1] * chance
        tail[0] *= one - chance
    return tail[count]


def is_striking(equal: int, probability: Fraction, pairs: int) -> bool:
    """Whether so many equal wrong answers, that likely by chance, are a signal among so many pairs compared.

    Why the product: of `pairs` comparisons, `pairs × probability` are expected to look like this by chance.
    """
    return equal >= EQUAL_WRONG and probability * pairs <= FALSE_ALARMS


def is_surely_chance(equal: int, chances: Sequence[Fraction], pairs: int) -> bool:
    """Whether `is_striking` is known to say no without the exact probability, which takes 1,000 times longer.

    Told in floating point, whose error in a sum of so few positive terms is far below the factor 2 left here.
    """
    if equal < EQUAL_WRONG:
        return True
    return _tail(equal, [float(chance) for chance in chances], 1.0) * pairs > 2 * float(FALSE_ALARMS)


def groups(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The connected groups of what was paired, each in order, by their first."""
    above: dict[str, str] = {}

    def top(one: str) -> str:
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for a, b in pairs:
        low, high = sorted((top(a), top(b)))
        above[high] = low
    found: dict[str, list[str]] = {}
    for one in sorted(above):
        found.setdefault(top(one), []).append(one)
    return [found[first] for first in sorted(found)]
