"""For what thousands ask at the same moment: statements planned once, and things kept for a moment.

Django writes each statement anew and the server plans it anew, which costs both more than running it does.
Here the text is made once, and the server keeps its plan for a connection (PostgreSQL's prepared
statements).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

R = TypeVar("R")
MOST = 1000  # things kept of one kind


class _Prepared(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        prepare = not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        return super().execute(query, params, prepare=prepare)


def row(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement whose text is always the same; None without one."""
    connection.ensure_connection()
    # In Django's own wrapping: errors, what is told to the trail, and counting in tests are as always.
    raw = _Prepared(connection.connection)
    with connection._prepare_cursor(raw) as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, parameters)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement whose text is always the same."""
    connection.ensure_connection()
    raw = _Prepared(connection.connection)
    with connection._prepare_cursor(raw) as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@cache
def attributes(model: type[Model]) -> list[str]:
    """The names that Model.from_db takes for a row of `columns`."""
    return [field.attname for field in model._meta.concrete_fields]


@cache
def columns(model: type[Model], alias: str) -> str:
    """All columns of a model's table, for a statement that calls it `alias`."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


class Compiled:
    """A query set's statement, written once; the marks in its parameters are given with each use."""

    def __init__(self, rows: QuerySet[Any, Any], *marks: Any) -> None:
        self.statement, given = rows.query.sql_with_params()
        self.given = list(given)
        self.places = [[at for at, one in enumerate(given) if one == mark] for mark in marks]
        assert all(self.places), "a mark is no parameter"

    def row(self, *values: Any) -> tuple[Any, ...] | None:
        return row(self.statement, self._parameters(values))

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        return rows(self.statement, self._parameters(values))

    def _parameters(self, values: Sequence[Any]) -> list[Any]:
        parameters = list(self.given)
        for places, value in zip(self.places, values, strict=True):
            for at in places:
                parameters[at] = value
        return parameters


class Kept(Generic[R]):
    """What was made is given again for PAGE_CACHE_SECONDS, in this process.

    For what an organiser changes and thousands read. Whoever gets it leaves it as it is.
    """

    def __init__(self) -> None:
        self.known: dict[Hashable, tuple[float, R]] = {}

    def get(self, key: Hashable, make: Callable[[], R]) -> R:
        now = time.monotonic()
        found = self.known.get(key)
        if found is not None and now < found[0]:
            return found[1]
        made = make()
        if settings.PAGE_CACHE_SECONDS:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[key] = (now + settings.PAGE_CACHE_SECONDS, made)
        return made
