"""How often a question will be seen, and how much two papers share: exact, from the blueprint alone. Pure.

A paper takes `drawn` of the `size` questions of each stratum, every choice of them equally likely, and the
strata and the papers independently of each other (attempts.rules.draw).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import NamedTuple


class Part(NamedTuple):
    """A stratum: how many questions it has and how many of them a paper takes."""

    size: int
    drawn: int

    def seen(self, papers: int) -> Fraction:
        """In how many of so many papers each question of it is expected."""
        return Fraction(self.drawn * papers, self.size)


def expected_shared(parts: Sequence[Part]) -> Fraction:
    """How many questions two papers share on average: n²/N of each stratum."""
    return sum((Fraction(part.drawn**2, part.size) for part in parts), Fraction(0))


def shared(parts: Sequence[Part]) -> list[Fraction]:
    """The probability that two papers share exactly k questions, for k = 0, 1, …, the paper's length.

    Hypergeometric in each stratum: C(n, k)·C(N−n, n−k) / C(N, n); convolved over the strata.
    """
    ways = [1]
    for part in parts:
        own = [
            comb(part.drawn, k) * comb(part.size - part.drawn, part.drawn - k) for k in range(part.drawn + 1)
        ]
        ways = _convolved(ways, own)
    total = 1
    for part in parts:
        total *= comb(part.size, part.drawn)
    return [Fraction(one, total) for one in ways]


def _convolved(one: Sequence[int], other: Sequence[int]) -> list[int]:
    found = [0] * (len(one) + len(other) - 1)
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            found[i + j] += left * right
    return found


def sharing_at_least(parts: Sequence[Part], k: int) -> Fraction:
    """The probability that two papers share k questions or more."""
    return sum(shared(parts)[max(k, 0) :], Fraction(0))
