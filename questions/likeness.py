"""How alike texts are by their trigrams, and which of many are alike. Pure.

The likeness of two texts is what pg_trgm calls similarity: of the groups of three signs that their words are
made of (each word with two spaces before and one behind it), the share that both have. No pair is missed:

- Who has less than LEAST times as many trigrams as the other cannot be that alike to it.
- Let the trigrams stand in one order, the rarest first. Two that are LEAST alike share one of the first
  n - ⌈LEAST·n⌉ + 1 of theirs ("prefix filtering": R. Bayardo, Y. Ma, R. Srikant, "Scaling up all pairs
  similarity search", 2007). Only those are compared who share one; or all, where that is less work.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

LEAST = Fraction(7, 10)  # from here on people should look at the two
# To look a text up among those that share a rare trigram costs so much more than to compare it.
LOOKUP = 2


def trigrams(form: str) -> frozenset[str]:
    """Of a text in lower case whose words have single spaces between them."""
    padded = (f"  {word} " for word in form.split())
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """From 0 (nothing in common) to 1."""
    both = len(one | other)
    return Fraction(len(one & other), both) if both else Fraction(0)


@dataclass(frozen=True, order=True)
class Alike:
    """Texts number `a` < `b` with `shared` of `both` trigrams in common; the least alike first."""

    likeness: float
    a: int
    b: int
    shared: int = field(compare=False)
    both: int = field(compare=False)


def most_alike(forms: Sequence[str], *, known: int = 0, limit: int) -> list[Alike]:
    """The pairs that are at least LEAST alike, the most alike first, then by number; at most `limit`.

    Of the first `known` forms nothing is said among themselves.
    """
    sets = [trigrams(form) for form in forms]
    order = sorted(range(len(forms)), key=lambda at: len(sets[at]))
    counts = Counter(gram for grams in sets for gram in grams)
    ranks = {gram: rank for rank, gram in enumerate(sorted(counts, key=lambda gram: (counts[gram], gram)))}
    repeated = sum(count == 1 for count in counts.values())  # what comes once is shared by nobody
    everybody, fresh = _Shelf(), _Shelf()
    found: list[tuple[float, int, int, int, int]] = []
    for number in order:
        places = sorted(ranks[gram] for gram in sets[number])
        if not places:
            continue
        mask = 0
        for place in places:
            if place >= repeated:
                mask |= 1 << (place - repeated)
        text = _Text(number, mask, len(places), places[: len(places) - _least_of(len(places)) + 1])
        shelf = everybody if number >= known else fresh
        if len(found) == limit:  # who is less alike than the last of them is of no interest any more
            shared, both = found[0][3:]
            shelf.least = max(LEAST, Fraction(shared, both))
        for other, shared in shelf.alike(text):
            both = text.size + other.size - shared
            a, b = sorted((number, other.number))
            entry = (shared / both, -a, -b, shared, both)
            if len(found) < limit:
                heapq.heappush(found, entry)
            elif entry > found[0]:
                heapq.heapreplace(found, entry)
        everybody.add(text)
        if number >= known:
            fresh.add(text)
    return [Alike(ratio, -a, -b, shared, both) for ratio, a, b, shared, both in sorted(found, reverse=True)]


def _least_of(size: int) -> int:
    """⌈LEAST · size⌉: how many trigrams one must share with who is that alike; also the least size of it."""
    return -(-LEAST.numerator * size // LEAST.denominator)


def _needed(sizes: int, least: Fraction) -> int:
    """How many two that have so many trigrams together must share: s / (sizes − s) ≥ least."""
    return -(-least.numerator * sizes // (least.numerator + least.denominator))


@dataclass(frozen=True)
class _Text:
    """`mask`: a bit for each trigram that any other text has too; `rarest`: ranks of its first ones."""

    number: int
    mask: int
    size: int
    rarest: list[int]


class _Shelf:
    """Texts in ascending size, to be searched for those that are like a text that is no smaller."""

    def __init__(self) -> None:
        self.texts: list[_Text] = []
        self.sizes: list[int] = []
        self.masks: list[int] = []
        self.least = LEAST
        self.places: dict[int, list[int]] = {}  # of the texts that have the trigram among their rarest

    def add(self, text: _Text) -> None:
        place = len(self.texts)
        self.texts.append(text)
        self.sizes.append(text.size)
        self.masks.append(text.mask)
        for rank in text.rarest:
            self.places.setdefault(rank, []).append(place)

    def alike(self, text: _Text) -> list[tuple[_Text, int]]:
        """(text, trigrams in common) of each that is `least` alike."""
        start = bisect_left(self.sizes, _least_of(text.size))
        lists = [places for rank in text.rarest if (places := self.places.get(rank))]
        if sum(map(len, lists)) * LOOKUP < len(self.texts) - start:
            shared = set[int]().union(*lists)
            candidates = [place for place in shared if place >= start]
            return [
                (self.texts[place], common)
                for place in candidates
                if (common := (self.masks[place] & text.mask).bit_count())
                >= _needed(text.size + self.sizes[place], self.least)
            ]
        return self._among(text, start)

    def _among(self, text: _Text, start: int) -> list[tuple[_Text, int]]:
        """The same of all from that place on, those of one size together: one comparison each."""
        found: list[tuple[_Text, int]] = []
        mask, masks = text.mask, self.masks
        while start < len(masks):
            size = self.sizes[start]
            end = bisect_left(self.sizes, size + 1, start)
            needed = _needed(text.size + size, self.least)
            found += [
                (self.texts[place], (masks[place] & mask).bit_count())
                for place in range(start, end)
                if (masks[place] & mask).bit_count() >= needed
            ]
            start = end
        return found
