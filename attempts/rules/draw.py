"""Drawing a paper: pure, deterministic and simple enough to be repeated by anyone, in any language.

The published rule: the round's secret is committed to before the opening and revealed after the close;
an attempt's seed is HMAC-SHA256(secret, "round:entry:number"); everything random about a paper comes from
that seed by `Stream`. Nobody, the organiser included, can arrange a single paper unseen.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import TypeVar

T = TypeVar("T")

WORD = 8  # bytes of one number of the stream
WORDS = 1 << (8 * WORD)

# (indices in the pool, how many questions of them); no strata means: so many from the whole pool
Strata = Sequence[tuple[Sequence[int], int]]


@dataclass(frozen=True)
class Paper:
    """`questions`: indices in the pool, as shown; `orders`: rank of each question's order of options."""

    questions: list[int]
    orders: list[int]


class Stream:
    """Uniform whole numbers from a seed: block i is SHA-256(seed ‖ i as 8 bytes), read 8 bytes at a time."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self.block = 0
        self.words: list[int] = []

    def word(self) -> int:
        if not self.words:
            digest = hashlib.sha256(self.seed + self.block.to_bytes(8, "big")).digest()
            self.block += 1
            self.words = [int.from_bytes(digest[at : at + WORD], "big") for at in range(0, 32, WORD)]
        return self.words.pop(0)

    def below(self, n: int) -> int:
        """A number in [0, n), exactly uniform: words of the incomplete last stretch are thrown away."""
        fair = WORDS - WORDS % n
        while (word := self.word()) >= fair:
            pass
        return word % n

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """`k` of the items in random order (the first `k` steps of Fisher and Yates)."""
        pile = list(items)
        for at in range(k):
            other = at + self.below(len(pile) - at)
            pile[at], pile[other] = pile[other], pile[at]
        return pile[:k]


def attempt_seed(secret: bytes, round_id: int, entry_id: int, number: int) -> bytes:
    """The seed of one attempt: HMAC-SHA256 of the round's secret over "round:entry:number"."""
    return hmac.new(secret, f"{round_id}:{entry_id}:{number}".encode(), hashlib.sha256).digest()


def draw(strata: Strata, widths: Sequence[int], total: int, seed: bytes) -> Paper:
    """Draw a paper of `total` questions.

    `strata` share no index and are drawn from in this order; their numbers add up to `total`, or there are
    none for a free draw. `widths[i]` is how many options question i of the pool has.
    Raises ValueError when the pool cannot fill the paper (sealing checks that beforehand).
    """
    stream = Stream(seed)
    if strata:
        chosen = [index for indices, count in strata for index in _some(stream, indices, count)]
        if len(chosen) != total:
            raise ValueError("The quotas do not add up to the paper.")
        chosen = stream.sample(chosen, len(chosen))
    else:
        chosen = _some(stream, range(len(widths)), total)
    return Paper(chosen, [stream.below(factorial(widths[index])) for index in chosen])


def _some(stream: Stream, indices: Sequence[int], count: int) -> list[int]:
    if count > len(indices):
        raise ValueError("The pool has too few questions.")
    return stream.sample(indices, count)
