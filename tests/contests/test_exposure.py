"""How often a question is seen, how alike two papers are: formulas, another way of counting, the draw."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attempts.rules.draw import draw
from contests.rules.exposure import Part, expected_shared, shared, sharing_at_least

PARTS = st.lists(
    st.integers(1, 5).flatmap(lambda size: st.builds(Part, st.just(size), st.integers(0, size))),
    min_size=1,
    max_size=2,
)


def every_paper(parts: list[Part]) -> list[frozenset[tuple[int, int]]]:
    """All papers that can be drawn, each as likely as any other."""
    choices = [
        [frozenset((at, index) for index in chosen) for chosen in combinations(range(part.size), part.drawn)]
        for at, part in enumerate(parts)
    ]
    return [frozenset().union(*one) for one in product(*choices)]


@settings(max_examples=60)
@given(PARTS)
def test_two_papers_share_as_many_questions_as_counting_all_pairs_says(parts: list[Part]) -> None:
    papers = every_paper(parts)
    # By symmetry one paper may be held fast.
    counts = [len(papers[0] & other) for other in papers]
    length = sum(part.drawn for part in parts)
    assert shared(parts) == [Fraction(counts.count(k), len(papers)) for k in range(length + 1)]
    assert expected_shared(parts) == Fraction(sum(counts), len(papers))
    for k in range(length + 2):
        assert sharing_at_least(parts, k) == Fraction(sum(one >= k for one in counts), len(papers))


@settings(max_examples=30)
@given(PARTS)
def test_each_question_is_in_as_many_papers_as_counting_says(parts: list[Part]) -> None:
    papers = every_paper(parts)
    for at, part in enumerate(parts):
        for index in range(part.size):
            assert sum((at, index) in paper for paper in papers) == part.seen(len(papers))


def test_the_figures_of_a_real_blueprint() -> None:
    """30 of 400: with inclusion and exclusion over falling products instead of binomials."""
    part = Part(400, 30)
    none = Fraction(1)
    for at in range(30):
        none *= Fraction(370 - at, 400 - at)
    assert 1 - sharing_at_least([part], 1) == none
    assert expected_shared([part]) == Fraction(9, 4)
    assert part.seen(2_000) == 150
    assert sum(shared([part])) == 1
    split = [Part(200, 10), Part(150, 15), Part(50, 5)]
    assert sum(shared(split)) == 1
    assert expected_shared(split) == Fraction(1, 2) + Fraction(3, 2) + Fraction(1, 2)


def test_the_draw_itself_agrees() -> None:
    """4,000 papers of the product's own draw: within five standard errors of what is promised."""
    parts = [Part(6, 3), Part(5, 2)]
    strata = [(range(6), 3), (range(6, 11), 2)]
    drawn = [set(draw(strata, [4] * 11, 5, at.to_bytes(32, "big")).questions) for at in range(4_000)]
    for at, part in enumerate(parts):
        for index in range(part.size):
            count = sum(6 * at + index in one for one in drawn)
            chance = Fraction(part.drawn, part.size)
            assert abs(count - part.seen(4_000)) ** 2 < 25 * 4_000 * chance * (1 - chance)
    pairs = [len(drawn[at] & drawn[at + 1]) for at in range(0, 4_000, 2)]
    for k, chance in enumerate(shared(parts)):
        assert abs(pairs.count(k) - 2_000 * chance) ** 2 <= 25 * 2_000 * chance * (1 - chance) + 1, k


@pytest.mark.parametrize("k", [-3, 0])
def test_any_two_papers_share_no_question_or_more(k: int) -> None:
    assert sharing_at_least([Part(10, 3)], k) == 1
