"""What stands in a list more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def repeated(items: Sequence[Item]) -> list[Item]:
    """What stands there more than once, in the order of the first."""
    return [item for item, count in Counter(items).items() if count > 1]


def again(items: Sequence[Item]) -> Iterator[tuple[int, Item]]:
    """The places (from 1) of items that stand earlier in the list already; empty ones are no items."""
    seen: set[Item] = set()
    for at, item in enumerate(items, 1):
        if item in seen:
            yield at, item
        if item:
            seen.add(item)
