"""Marking: from what was tapped to canonical choices and the number right."""

from collections.abc import Sequence
from dataclasses import dataclass

from attempts.rules.permutation import permutation

BLANK = 0


@dataclass(frozen=True)
class Marked:
    """`choices`: per question, 0 = blank, else 1 + canonical option; `correct`: how many are right."""

    choices: list[int]
    correct: int


def mark(answers: Sequence[int], orders: Sequence[int], widths: Sequence[int], keys: Sequence[int]) -> Marked:
    """Mark one paper. `answers`: 0 = blank, else 1 + position shown; `keys`: canonical right options."""
    choices = [
        BLANK if answer == BLANK else 1 + permutation(order, width)[answer - 1]
        for answer, order, width in zip(answers, orders, widths, strict=True)
    ]
    return Marked(choices, sum(choice == 1 + key for choice, key in zip(choices, keys, strict=True)))
