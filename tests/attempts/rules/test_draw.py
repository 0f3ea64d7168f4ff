from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attempts.rules.draw import Stream, attempt_seed, draw

SEED = bytes(range(32))
A, B = tuple(range(10)), tuple(range(10, 30))
WIDTHS = [4] * 30
# Worked out once with a separate script that follows the published rule.
EXPECTED_NUMBERS = [1, 13, 5, 22, 10, 28, 23, 3]
EXPECTED_SEED = "73b4f0ceaa3463f5affd32ecd91767e383fc558ef740fba9684b0eca6107cb46"
EXPECTED_PAPER = ([11, 22, 15, 1, 5], [2, 3, 10, 18, 21])


def test_the_same_seed_gives_the_same_paper() -> None:
    strata = [(A, 3), (B, 7)]
    assert draw(strata, WIDTHS, 10, SEED) == draw(strata, WIDTHS, 10, SEED)


def test_the_published_rule_gives_these_numbers() -> None:
    """Pins the rule: whoever repeats it elsewhere must get these; a change here breaks old papers' proofs."""
    stream = Stream(SEED)
    assert [stream.below(30) for _ in range(8)] == EXPECTED_NUMBERS
    assert attempt_seed(b"k" * 32, 7, 11, 1).hex() == EXPECTED_SEED
    paper = draw([(A, 2), (B, 3)], WIDTHS, 5, SEED)
    assert (paper.questions, paper.orders) == EXPECTED_PAPER


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10), st.integers(0, 20))
def test_quotas_are_filled_without_repeats(seed: bytes, a: int, b: int) -> None:
    if a + b == 0:
        return
    strata = [(indices, n) for indices, n in ((A, a), (B, b)) if n]
    paper = draw(strata, WIDTHS, a + b, seed)
    assert len(set(paper.questions)) == a + b
    assert sum(index in A for index in paper.questions) == a
    assert all(0 <= order < factorial(4) for order in paper.orders)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 30))
def test_without_quotas_the_whole_pool_is_drawn_from(seed: bytes, total: int) -> None:
    paper = draw([], WIDTHS, total, seed)
    assert len(set(paper.questions)) == total
    assert set(paper.questions) <= set(range(30))


def test_a_pool_that_is_too_small_is_an_error() -> None:
    with pytest.raises(ValueError, match="too few"):
        draw([(A, 11)], WIDTHS, 11, SEED)
    with pytest.raises(ValueError, match="add up"):
        draw([(A, 3)], WIDTHS, 4, SEED)


def test_every_question_and_order_is_equally_likely() -> None:
    """Chi-squared of 6,000 drawn papers stays below the 99.99 % quantile (29 and 23 degrees of freedom)."""
    seen = [0] * 30
    orders = [0] * 24
    for n in range(6000):
        paper = draw([], WIDTHS, 5, n.to_bytes(32, "big"))
        for index in paper.questions:
            seen[index] += 1
        orders[paper.orders[0]] += 1
    assert sum((count - 1000) ** 2 / 1000 for count in seen) < 66
    assert sum((count - 250) ** 2 / 250 for count in orders) < 57
