"""For what thousands ask at the same moment: statements planned once, and things kept for a moment.

Django writes each statement anew and the server plans it anew, which costs both more than running it does.
Here the text is made once, and the server keeps its plan for a connection (PostgreSQL's prepared
statements).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

from contest_site.lib import changes

R = TypeVar("R")
MOST = 1000  # things kept of one kind
LONGEST = 15  # times PAGE_CACHE_SECONDS


# Stands before a statement that begins with WITH and writes only where the trail of changes does not look:
# who acts is not told with it then, so its text is always the same.
UNTOLD = "/*untold*/"


def row(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement whose text is always the same; None without one."""
    cursor = connection.prepared_cursor()  # type: ignore[attr-defined]  # of contest_site.lib.postgres
    cursor.execute(statement, parameters)
    found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement whose text is always the same."""
    cursor = connection.prepared_cursor()  # type: ignore[attr-defined]
    cursor.execute(statement, parameters)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def numbers(values: Iterable[int]) -> str:
    """An array as PostgreSQL writes one, for a parameter with a cast: cheaper than a list for psycopg."""
    return f"{{{','.join(map(str, values))}}}"


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
        return row(self.statement, self.parameters(*values))

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        return rows(self.statement, self.parameters(*values))

    def parameters(self, *values: Any) -> list[Any]:
        parameters = list(self.given)
        for places, value in zip(self.places, values, strict=True):
            for at in places:
                parameters[at] = value
        return parameters

    def beside(self, *names: str | None) -> Compiled:
        """The same inside another statement: a mark that has a name here is a column of that one."""
        named = {at: name for name, places in zip(names, self.places, strict=True) if name for at in places}
        assert "%%" not in self.statement
        first, *others = self.statement.split("%s")
        one = copy(self)
        one.statement = first + "".join(named.get(at, "%s") + part for at, part in enumerate(others))
        left = [at for at in range(len(self.given)) if at not in named]
        one.given = [self.given[at] for at in left]
        one.places = [
            [left.index(at) for at in places]
            for name, places in zip(names, self.places, strict=True)
            if not name
        ]
        return one


@dataclass
class _Thing(Generic[R]):
    made: R
    sign: str | None  # of contest_site.lib.changes, read before it was made
    until: float  # by time.monotonic()
    last: float


class Kept(Generic[R]):
    """What was made is given again for PAGE_CACHE_SECONDS, in this process, and on while nobody changes it.

    For what an organiser changes and thousands read: the sign of changes says whether one did. What changes
    by itself (by the clock, by people taking part) is seen after LONGEST; what must be seen at once belongs
    to the key. Whoever gets a thing leaves it as it is.
    """

    def __init__(self) -> None:
        self.known: dict[Hashable, _Thing[R]] = {}

    def get(self, key: Hashable, make: Callable[[], R]) -> R:
        now = time.monotonic()
        found = self.known.get(key)
        if found is not None and now < found.until:
            return found.made
        if not settings.PAGE_CACHE_SECONDS:
            return make()
        until = now + settings.PAGE_CACHE_SECONDS
        if found is not None:
            found.until = until  # the other threads get the last one meanwhile, and need not make it, too
        sign = changes.sign()
        if found is not None and now < found.last and sign is not None and sign == found.sign:
            return found.made
        made = make()
        if len(self.known) >= MOST:
            self.known.clear()
        self.known[key] = _Thing(made, sign, until, now + LONGEST * settings.PAGE_CACHE_SECONDS)
        return made
