"""Marking: from what was tapped to canonical choices, and what each choice is worth.

An answer and a choice are one number each, 0 = blank. Where one option is chosen it is 1 + the option's
place; where several may be, the sum of 2^place over those ticked. An answer counts the places shown, a choice
the options as the pool has them. A mark is a whole number of 1/`parts` of a question: nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from attempts.rules.permutation import permutation
from contests.enums import Marking
from questions.enums import Kind

BLANK = 0
# 1/60 of a question: what is divided by 1 to 6 keys stays whole.
PARTS = Marking.PARTS.parts


@cache
def worths(kind: str, width: int, keys: tuple[int, ...], parts: int) -> tuple[int, ...]:
    """What every possible choice of a question of `width` options is worth, by the choice.

    One option chosen: `parts` for any of `keys`. Several: with `parts` 1 exactly the keys are 1, anything
    else 0; otherwise each key ticked earns parts/number of keys, each other option ticked takes as much away,
    and nobody falls below 0.
    """
    if kind != Kind.MULTIPLE:
        return (0, *(parts if option in keys else 0 for option in range(width)))
    right = sum(1 << key for key in keys)
    if parts == 1:
        return tuple(int(choice == right) for choice in range(1 << width))
    share, rest = divmod(parts, len(keys))
    if rest:
        raise ValueError(f"{parts} parts cannot be shared by {len(keys)} keys.")
    return tuple(
        max(0, (choice & right).bit_count() - (choice & ~right).bit_count()) * share
        for choice in range(1 << width)
    )


@dataclass(frozen=True)
class Scale:
    """How one question is marked: `worths` by choice, `multiple` where several options may be ticked."""

    multiple: bool
    width: int
    worths: tuple[int, ...]

    @property
    def limit(self) -> int:
        """The highest answer that there is."""
        return len(self.worths) - 1


@cache
def scale_of(kind: str, width: int, keys: tuple[int, ...], parts: int) -> Scale:
    """The scale of a question by the key of its sealing."""
    return Scale(kind == Kind.MULTIPLE, width, worths(kind, width, keys, parts))


def choice_of(answer: int, order: int, width: int, *, multiple: bool) -> int:
    """The canonical choice of an answer to a question whose options were shown in this order."""
    if answer == BLANK:
        return BLANK
    shown = permutation(order, width)
    if multiple:
        return sum(1 << option for place, option in enumerate(shown) if answer >> place & 1)
    return 1 + shown[answer - 1]


@dataclass(frozen=True)
class Marked:
    """`choices`: per question of the paper; `correct`: the mark in parts."""

    choices: list[int]
    correct: int


def mark(answers: Sequence[int], orders: Sequence[int], scales: Sequence[Scale]) -> Marked:
    """Mark one paper; `scales` of its questions in the order shown."""
    choices = [
        choice_of(answer, order, scale.width, multiple=scale.multiple)
        for answer, order, scale in zip(answers, orders, scales, strict=True)
    ]
    return Marked(choices, sum(scale.worths[at] for scale, at in zip(scales, choices, strict=True)))


def in_questions(mark: int, parts: int) -> int | Decimal:
    """A mark (or a sum or difference of marks) in questions, for people: to two places, half up.

    Two different marks never look the same: 1/60 is more than 0.01.
    """
    if parts == 1:
        return mark
    return (Decimal(mark) / parts).quantize(Decimal("0.01"), ROUND_HALF_UP)
