from hypothesis import given
from hypothesis import strategies as st

from attempts.rules.marking import mark
from attempts.rules.permutation import permutation


def test_a_tap_is_turned_back_into_the_banks_own_option() -> None:
    # rank 23 of 4 options is (3, 2, 1, 0): the first place shows option 3
    marked = mark(answers=[1, 0, 4], orders=[23, 0, 23], widths=[4, 4, 4], keys=[3, 0, 0])
    assert (marked.choices, marked.correct) == ([4, 0, 1], 2)


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 3)), max_size=60))
def test_tapping_the_key_wherever_it_is_shown_is_right(rows: list[tuple[int, int]]) -> None:
    orders = [order for order, _ in rows]
    keys = [key for _, key in rows]
    answers = [1 + permutation(order, 4).index(key) for order, key in rows]
    assert mark(answers, orders, [4] * len(rows), keys).correct == len(rows)
