from itertools import permutations
from math import factorial

import pytest

from attempts.rules.permutation import permutation


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_ranks_run_through_all_orders_lexicographically(width: int) -> None:
    assert [permutation(rank, width) for rank in range(factorial(width))] == list(permutations(range(width)))


@pytest.mark.parametrize("rank", [-1, 24])
def test_a_rank_outside_is_an_error(rank: int) -> None:
    with pytest.raises(ValueError, match="no order"):
        permutation(rank, 4)
