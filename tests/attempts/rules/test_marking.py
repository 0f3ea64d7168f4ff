from decimal import Decimal
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attempts.rules.corrections import corrected_worths
from attempts.rules.marking import PARTS, Scale, choice_of, in_questions, mark, scale_of, worths
from attempts.rules.permutation import permutation
from questions.enums import Kind
from tests.oracles.marks import mark_of

Question = tuple[Kind, int, tuple[int, ...]]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question of any kind with 2 to 7 options and its keys."""
    kind = draw(st.sampled_from(Kind))
    width = 2 if kind == Kind.TRUE_FALSE else draw(st.integers(2, 7))
    several = kind == Kind.MULTIPLE
    keys = draw(st.sets(st.integers(0, width - 1), min_size=1, max_size=width - 1 if several else 1))
    return kind, width, tuple(sorted(keys))


@st.composite
def papers(draw: st.DrawFn) -> tuple[list[Question], list[int], list[int]]:
    """Questions, the orders in which their options are shown, and any answers that there can be."""
    found = draw(st.lists(questions(), max_size=12))
    orders = [draw(st.integers(0, factorial(width) - 1)) for _kind, width, _keys in found]
    answers = [
        draw(st.integers(0, 2**width - 1 if kind == Kind.MULTIPLE else width)) for kind, width, _keys in found
    ]
    return found, orders, answers


def single(keys: list[int]) -> list[Scale]:
    return [scale_of("single", 4, (key,), 1) for key in keys]


def test_a_tap_is_turned_back_into_the_banks_own_option() -> None:
    # rank 23 of 4 options is (3, 2, 1, 0): the first place shows option 3
    marked = mark([1, 0, 4], [23, 0, 23], single([3, 0, 0]))
    assert (marked.choices, marked.correct) == ([4, 0, 1], 2)


def test_ticks_are_turned_back_into_the_banks_own_options() -> None:
    # places 0 and 1 show options 3 and 2
    assert choice_of(0b0011, 23, 4, multiple=True) == 0b1100
    assert choice_of(0, 23, 4, multiple=True) == 0


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 3)), max_size=60))
def test_tapping_the_key_wherever_it_is_shown_is_right(rows: list[tuple[int, int]]) -> None:
    orders = [order for order, _ in rows]
    keys = [key for _, key in rows]
    answers = [1 + permutation(order, 4).index(key) for order, key in rows]
    assert mark(answers, orders, single(keys)).correct == len(rows)


@given(papers(), st.sampled_from([1, PARTS]))
def test_any_paper_is_marked_as_by_hand(
    paper: tuple[list[Question], list[int], list[int]], parts: int
) -> None:
    found, orders, answers = paper
    marked = mark(answers, orders, [scale_of(*question, parts) for question in found])
    by_hand = mark_of(
        range(len(found)),
        orders,
        answers,
        [width for _kind, width, _keys in found],
        [set(keys) for _kind, _width, keys in found],
        {at for at, one in enumerate(found) if one[0] == Kind.MULTIPLE},
        {},
        partial=parts > 1,
    )
    assert marked.correct == by_hand * parts


@given(questions(), st.sampled_from([1, PARTS]))
def test_the_keys_alone_are_worth_a_whole_question_and_a_blank_nothing(
    question: Question, parts: int
) -> None:
    kind, width, keys = question
    table = worths(kind, width, keys, parts)
    right = sum(1 << key for key in keys) if kind == Kind.MULTIPLE else 1 + keys[0]
    assert len(table) == (2**width if kind == Kind.MULTIPLE else width + 1)
    assert [at for at, worth in enumerate(table) if worth == parts] == [right]
    assert table[0] == 0
    assert min(table) >= 0


@pytest.mark.parametrize(
    ("ticked", "worth"),
    [({0, 1, 2}, 60), ({0, 1}, 40), ({0}, 20), ({0, 1, 3}, 20), ({0, 3}, 0), ({3, 4}, 0), (set(), 0),
     ({0, 1, 2, 3}, 40), ({0, 1, 2, 3, 4}, 20)],
)  # fmt: skip
def test_a_part_for_every_key_less_a_part_for_every_other(ticked: set[int], worth: int) -> None:
    choice = sum(1 << option for option in ticked)
    assert worths("multiple", 5, (0, 1, 2), PARTS)[choice] == worth
    assert worths("multiple", 5, (0, 1, 2), 1)[choice] == (worth == 60)


def test_parts_that_cannot_be_shared_are_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        worths("multiple", 8, tuple(range(7)), PARTS)


def test_corrections_accept_any_of_several_one_combination_or_everything() -> None:
    assert corrected_worths("single", 3, (0, 2), 1, void=False) == (0, 1, 0, 1)
    assert corrected_worths("multiple", 2, (1,), 1, void=False) == (0, 0, 1, 0)
    assert corrected_worths("single", 3, (0, 1, 2), PARTS, void=True) == (60,) * 4
    assert corrected_worths("multiple", 2, (0, 1), PARTS, void=True) == (60,) * 4


def test_a_mark_is_shown_in_questions() -> None:
    assert in_questions(28, 1) == 28
    assert in_questions(28 * 60 + 30, 60) == Decimal("28.5")
    assert in_questions(20, 60) == Decimal("0.33")
    assert in_questions(-40, 60) == Decimal("-0.67")
    assert len({in_questions(mark, 60) for mark in range(1800)}) == 1800
