"""The number right of a paper by a corrected key, question by question; shares no code with the product."""

from collections.abc import Mapping, Sequence
from itertools import permutations


def number_right(
    paper: Sequence[int],
    orders: Sequence[int],
    answers: Sequence[int],
    options: Sequence[int],
    keys: Sequence[int],
    corrections: Mapping[int, set[int] | None],
) -> int:
    """Marks what was tapped. `options` and `keys` are of the pool's questions.

    `corrections`: the options that count now, by question of the pool; None = the question is right for all.
    """
    right = 0
    for question, order, answer in zip(paper, orders, answers, strict=True):
        accepted = corrections.get(question, {keys[question]})
        if accepted is None:
            right += 1
        elif answer:
            shown = list(permutations(range(options[question])))[order]
            right += shown[answer - 1] in accepted
    return right
