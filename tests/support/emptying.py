"""A database as it was before a test that committed: only what holds rows is emptied.

Django truncates every table of the site and then makes content types, permissions and roles anew: seconds
for what is a handful of rows. Here rows are deleted where there are any; what migrating has left stays, and
where a test has changed that, Django's own way is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection, transaction
from psycopg import sql

_left: dict[str, str] = {}


def remember() -> None:
    """What is in the tables of a database that no test has used yet."""
    _left.clear()
    with connection.cursor() as cursor:
        _left.update({table: _rows(cursor, table) for table in _filled(cursor)})


def emptied(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    """In place of `TransactionTestCase._fixture_teardown`, which is `flush`."""

    def empty(case: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            # Final rows and the trail are kept by triggers, the order of deleting by foreign keys.
            cursor.execute("SET LOCAL session_replication_role = replica")
            filled = _filled(cursor)
            for table in filled - _left.keys():
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            as_left = _left.keys() <= filled and all(
                rows == _rows(cursor, table) for table, rows in _left.items()
            )
        if not as_left:
            flush(case)
            remember()

    return empty


def _filled(cursor: Any) -> set[str]:
    cursor.execute(_any_rows())
    return {table for (table,) in cursor.fetchall()}


@cache
def _any_rows() -> sql.Composed:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    one = "SELECT {} WHERE EXISTS (SELECT FROM {})"
    return sql.SQL(" UNION ALL ").join(
        sql.SQL(one).format(sql.Literal(table), sql.Identifier(table)) for table in tables
    )


def _rows(cursor: Any, table: str) -> str:
    """A digest of all of them."""
    told = "SELECT md5(string_agg(rows::text, chr(10) ORDER BY rows::text)) FROM {} AS rows"
    cursor.execute(sql.SQL(told).format(sql.Identifier(table)))
    return str(cursor.fetchone()[0])
