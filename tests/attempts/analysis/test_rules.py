"""The formulas of the item analysis: small cases by hand, drawn ones against NumPy and SciPy."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attempts.analysis.rules import (
    ENOUGH,
    Choice,
    Statistics,
    Suspicion,
    group_size,
    guess,
    root,
    statistics,
    sums_of,
    suspicions,
)

SINGLE = (0, 1, 0, 0, 0)  # four options, the first one right
PARTIAL = (0, 30, 30, 60, 0, 0, 0, 30)  # three options, the first two right, in parts of 60


def tallied(papers: list[tuple[int, int]]) -> tuple[dict[int, Choice], dict[int, int]]:
    """(choice, mark on the rest) of each paper, as the database counts them."""
    choices = {}
    for choice in {choice for choice, _rest in papers}:
        rests = [rest for made, rest in papers if made == choice]
        choices[choice] = Choice(len(rests), 0, 0, sum(rests), sum(rest * rest for rest in rests))
    of_rests: dict[int, int] = {}
    for _choice, rest in papers:
        of_rests[rest] = of_rests.get(rest, 0) + 1
    return choices, of_rests


def found(papers: list[tuple[int, int]], worths: tuple[int, ...], parts: int) -> Statistics:
    return statistics(sums_of(*tallied(papers), worths), parts)


class TestByHand:
    def test_four_papers(self) -> None:
        # x = 1, 1, 0, 0; X = 3, 1, 2, 0: means 1/2 and 3/2; Σ(x−x̄)² = 1; Σ(X−X̄)² = 5; Σ of products = 1.
        # In order x = 0, 0, 1, 1 and X = 0, 1, 2, 3: Σ of products = 2.
        of = found([(1, 3), (1, 1), (2, 2), (0, 0)], SINGLE, 1)
        assert of.facility == Fraction(1, 2)
        assert of.deviation == root(Fraction(1, 3))
        assert of.discrimination == root(Fraction(1, 5))
        assert of.efficiency == Fraction(1, 2)

    def test_the_better_ones_are_wrong(self) -> None:
        # x = 0, 0, 1; X = 5, 4, 1: Σ of products = −(7/3), in order 5/3; Σ(x−x̄)² = 2/3; Σ(X−X̄)² = 26/3.
        of = found([(2, 5), (3, 4), (1, 1)], SINGLE, 1)
        assert of.discrimination is not None
        assert of.discrimination == root(Fraction(49, 52)).copy_negate()
        assert of.efficiency == Fraction(-7, 5)

    def test_parts_of_a_question(self) -> None:
        # Half a mark, a whole one and none: the mean is half, and V = (0 + 1/4 + 1/4) / 2.
        of = found([(1, 60), (3, 120), (4, 0)], PARTIAL, 60)
        assert of.facility == Fraction(1, 2)
        assert of.deviation == Decimal("0.5")
        assert of.discrimination == 1
        assert of.efficiency == 1

    def test_without_a_value(self) -> None:
        assert found([], SINGLE, 1) == Statistics(None, None, None, None)
        assert found([(1, 3)], SINGLE, 1) == Statistics(Fraction(1), None, None, None)
        alike = found([(1, 3), (1, 5)], SINGLE, 1)
        assert alike == Statistics(Fraction(1), Decimal(0), None, None)
        same_rest = found([(1, 3), (2, 3)], SINGLE, 1)
        assert (same_rest.discrimination, same_rest.efficiency) == (None, None)

    def test_guessing(self) -> None:
        assert guess(SINGLE, 1) == Fraction(1, 4)
        assert guess((0, 1, 0), 1) == Fraction(1, 2)
        assert guess((0, 1, 1, 0, 0), 1) == Fraction(1, 2)
        # Two of three options to tick: 30 + 30 + 60 + 0 + 0 + 0 + 30 over seven answers of 60.
        assert guess(PARTIAL, 60) == Fraction(150, 420)

    @pytest.mark.parametrize(("papers", "size"), [(0, 0), (1, 0), (2, 1), (10, 3), (50, 14), (100, 27)])
    def test_the_groups_at_either_end(self, papers: int, size: int) -> None:
        assert group_size(papers) == size


class TestSuspicions:
    GOOD = Statistics(Fraction(1, 2), Decimal("0.5"), Decimal("0.4"), Fraction(1, 2))

    def choices(self, key_upper: int, wrong_upper: int) -> dict[int, Choice]:
        return {1: Choice(ENOUGH, key_upper, 0, 0, 0), 2: Choice(ENOUGH, wrong_upper, 0, 0, 0)}

    def test_nothing_is_wrong(self) -> None:
        assert suspicions(self.choices(9, 9), SINGLE, 1, self.GOOD) == []

    def test_a_wrong_option_that_the_better_half_prefers(self) -> None:
        assert suspicions(self.choices(8, 9), SINGLE, 1, self.GOOD) == [Suspicion.WRONG_PREFERRED]

    def test_a_blank_is_no_option(self) -> None:
        choices = {0: Choice(ENOUGH, 9, 0, 0, 0), 1: Choice(ENOUGH, 3, 0, 0, 0)}
        assert suspicions(choices, SINGLE, 1, self.GOOD) == []

    def test_a_combination_that_brings_a_part_is_wrong_too(self) -> None:
        choices = {3: Choice(ENOUGH, 3, 0, 0, 0), 7: Choice(ENOUGH, 9, 0, 0, 0)}
        assert suspicions(choices, PARTIAL, 60, self.GOOD) == [Suspicion.WRONG_PREFERRED]

    def test_all_reasons_at_once(self) -> None:
        bad = Statistics(Fraction(24, 100), Decimal("0.4"), Decimal("-0.01"), Fraction(-1, 9))
        assert suspicions(self.choices(1, 9), SINGLE, 1, bad) == list(Suspicion)

    def test_the_limits_themselves_are_no_fault(self) -> None:
        edge = Statistics(Fraction(1, 4), Decimal("0.4"), Decimal(0), Fraction(0))
        assert suspicions(self.choices(9, 1), SINGLE, 1, edge) == []

    def test_few_papers_say_nothing(self) -> None:
        few = {2: Choice(ENOUGH - 1, 9, 0, 0, 0)}
        assert suspicions(few, SINGLE, 1, self.GOOD) == []

    def test_what_is_right_for_everybody_has_no_key(self) -> None:
        nothing = Statistics(Fraction(1), Decimal(0), None, None)
        assert suspicions(self.choices(0, 9), (1,) * 5, 1, nothing) == []


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[tuple[int, int]], tuple[int, ...], int]:
    worths, parts = draw(st.sampled_from([(SINGLE, 1), (PARTIAL, 60), ((0, 1, 0), 1)]))
    paper = st.tuples(st.integers(0, len(worths) - 1), st.integers(0, 29 * parts))
    return draw(st.lists(paper, min_size=3, max_size=200)), worths, parts


@settings(max_examples=150)
@given(drawn())
def test_numpy_and_scipy_find_the_same(data: tuple[list[tuple[int, int]], tuple[int, ...], int]) -> None:
    from scipy import stats  # type: ignore[import-untyped]  # ships no types; takes seconds to import

    papers, worths, parts = data
    of = found(papers, worths, parts)
    marks = np.array([worths[choice] for choice, _rest in papers], dtype=float)
    rests = np.array([rest for _choice, rest in papers], dtype=float)

    assert of.facility is not None
    assert of.deviation is not None
    assert math.isclose(of.facility, marks.mean() / parts, abs_tol=1e-9)
    assert math.isclose(of.deviation, marks.std(ddof=1) / parts, abs_tol=1e-9)
    if np.ptp(marks) == 0 or np.ptp(rests) == 0:
        assert (of.discrimination, of.efficiency) == (None, None)
        return
    assert of.discrimination is not None
    assert of.efficiency is not None
    assert math.isclose(of.discrimination, stats.pearsonr(marks, rests).statistic, abs_tol=1e-9)
    highest = np.cov(np.sort(marks), np.sort(rests))[0, 1]
    assert math.isclose(of.efficiency, np.cov(marks, rests)[0, 1] / highest, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 29)), min_size=3, max_size=100))
def test_with_one_right_option_it_is_the_point_biserial_correlation(papers: list[tuple[int, int]]) -> None:
    from scipy import stats

    of = found(papers, SINGLE, 1)
    if of.discrimination is None:
        return
    right = [SINGLE[choice] == 1 for choice, _rest in papers]
    expected = stats.pointbiserialr(right, [rest for _choice, rest in papers]).statistic
    assert math.isclose(of.discrimination, expected, abs_tol=1e-9)
