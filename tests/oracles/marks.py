"""The mark of a paper by a corrected key, question by question; shares no code with the product."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations


def mark_of(
    paper: Sequence[int],
    orders: Sequence[int],
    answers: Sequence[int],
    options: Sequence[int],
    keys: Sequence[set[int]],
    several: set[int],
    corrections: Mapping[int, set[int] | None],
    *,
    partial: bool,
) -> Fraction:
    """The mark, in questions, of what was tapped. `options` and `keys` are of the pool's questions.

    `several`: the questions where more than one option may be ticked; `partial`: whether a part of these is
    worth something. `corrections`: what is right now, by question of the pool; None = everybody is right.
    """
    total = Fraction(0)
    for question, order, answer in zip(paper, orders, answers, strict=True):
        right = corrections.get(question, keys[question])
        if right is None:
            total += 1
            continue
        shown = list(permutations(range(options[question])))[order]
        if question not in several:
            total += bool(answer) and shown[answer - 1] in right
            continue
        ticked = {
            option
            for option, bit in zip(shown, reversed(f"{answer:b}".zfill(len(shown))), strict=True)
            if bit == "1"
        }
        if partial:
            total += max(Fraction(0), Fraction(len(ticked & right) - len(ticked - right), len(right)))
        else:
            total += ticked == right
    return total
