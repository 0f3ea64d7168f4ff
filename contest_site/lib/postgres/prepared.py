"""Statements whose text is always the same: numbered once, planned once, asked through one cursor."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg.types.datetime import TimestamptzLoader

MARK = re.compile("%[s%]")


class PreparedCursor(psycopg.RawCursor[Any]):
    """Takes statements as Django's cursors do, with %s for a parameter and %% for the sign itself.

    A cursor knows how to read the columns that it has read before, so one is used again and again: its rows
    are fetched before the next statement. Times come by psycopg's own reader in the connection's zone, which
    is the UTC that Django's reader gives each of them once more.
    """

    def __init__(self, connection: psycopg.Connection[Any], *, prepare: bool) -> None:
        super().__init__(connection)
        self.prepare = prepare
        self.adapters.register_loader("timestamptz", TimestamptzLoader)

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(numbered(query), params or (), prepare=self.prepare, **options)


@lru_cache(maxsize=1000)
def numbered(statement: str) -> bytes:
    """With $1, $2 … for its parameters."""
    numbers = count(1)
    return MARK.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", statement).encode()
