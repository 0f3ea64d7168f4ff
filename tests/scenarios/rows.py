"""Thousands of rows at once, as PostgreSQL takes them fastest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model

from tests.oracles.people import Person

BORN = date(1985, 5, 17)
Row = dict[str, Any]


def new_ids(model: type[Model], count: int) -> list[int]:
    """So many ids of the table's own sequence, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def copy_in(model: type[Model], rows: Iterable[Row]) -> None:
    """COPY rows that all have the same columns; the others take the database's own default."""
    waiting = list(rows)
    if not waiting:
        return
    statement = f"COPY {model._meta.db_table} ({', '.join(waiting[0])}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in waiting:
            copy.write_row(tuple(row.values()))


def account_of(number: int, person: Person) -> Row:
    """Nobody can sign in with it: a password is not worth its hashing here."""
    return {
        "id": person.account,
        "username": f"nguoi-thi-{number}",
        "full_name": f"Người thi số {number}",
        "phone": max(person.phones),
        "phone_verified": True,
        "password": "!",
        "email": "",
        "is_staff": False,
        "is_superuser": False,
        "is_active": True,
        "is_rehearsal": False,
    }


def entry_of(number: int, person: Person) -> Row:
    """The person's part of an entry."""
    return {
        "user_id": person.account,
        "full_name": f"Người thi số {number}",
        "birth_date": BORN,
        "gender": "female",
        "phone": min(person.phones),
        "national_id_hash": person.id_hash,
        "unit_id": person.unit,
        "unofficial": False,
    }
