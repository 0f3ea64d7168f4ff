"""Orders of options as one small number each: the rank of the permutation (Lehmer code)."""

from functools import cache
from math import factorial


@cache
def permutation(rank: int, width: int) -> tuple[int, ...]:
    """The `rank`-th of the width! orders of range(width): element = canonical option at each shown position.

    Lexicographic: rank 0 is (0, 1, 2, …). Raises ValueError for a rank outside [0, width!).
    """
    if not 0 <= rank < factorial(width):
        raise ValueError(f"{rank} is no order of {width} options.")
    left = list(range(width))
    order = []
    for remaining in range(width, 0, -1):
        place, rank = divmod(rank, factorial(remaining - 1))
        order.append(left.pop(place))
    return tuple(order)
