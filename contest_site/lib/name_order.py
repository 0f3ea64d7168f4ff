"""Rows of a query in the Vietnamese order of people's names, however many: the database sorts, on disk.

The database has no Vietnamese collation, so each name's key goes into a temporary table beside the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from django.db import connection

from contest_site.lib.text import name_sort_key

AT_ONCE = 2_000  # rows read or written together
OTHER_LETTERS = 100  # the values of letters that the alphabet has not begin here


def name_key(full_name: str) -> bytes:
    """Bytes that compare as `name_sort_key`'s tuples do.

    Letters of the alphabet and tones are small numbers and take a byte each; 0 ends a word's letters and its
    tones, so that what is over sooner comes first.
    """
    return b"".join(_word(*word) for word in name_sort_key(full_name))


@lru_cache(maxsize=20_000)
def _word(letters: tuple[int, ...], tones: tuple[int, ...]) -> bytes:
    return b"".join(map(_letter, letters)) + b"\0" + bytes(tone + 1 for tone in tones) + b"\0"


def _letter(value: int) -> bytes:
    return bytes([value + 1]) if value < OTHER_LETTERS else b"\xff" + value.to_bytes(4)


def rows_by_name(
    sql: str, parameters: Mapping[str, Any], *, within: str = "", most: int | None = None
) -> tuple[int, Iterator[tuple[Any, ...]]]:
    """How many rows the statement gives, and the rows by name; one reading of the tables decides both.

    The statement's first two columns are `id` and `full_name`; namesakes come by id. `within`: a column of it
    by which rows come first, names inside of each; `most`: only the first so many of the rows. Inside a
    transaction, as long as which the rows can be read; neither needs more memory with more rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS named_row, name_place")
        cursor.execute(f"CREATE TEMPORARY TABLE named_row ON COMMIT DROP AS {sql}", parameters)
        cursor.execute("CREATE TEMPORARY TABLE name_place (id bigint, key bytea) ON COMMIT DROP")
        cursor.execute("SELECT count(*) FROM named_row")
        (count,) = cast("tuple[int]", cursor.fetchone())
        for names in _streamed("SELECT id, full_name FROM named_row"):
            with cursor.copy("COPY name_place FROM STDIN") as place:
                for row_id, name in names:
                    place.write_row((row_id, name_key(name)))
        cursor.execute("ANALYZE named_row; ANALYZE name_place")
    order = f"{within}, key, id" if within else "key, id"
    limit = "" if most is None else f" LIMIT {most:d}"
    rows = _streamed(
        f"SELECT named_row.* FROM named_row JOIN name_place USING (id) ORDER BY {order}{limit}"  # noqa: S608
    )
    return count, (row for part in rows for row in part)


def _streamed(sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """Part by part from a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
