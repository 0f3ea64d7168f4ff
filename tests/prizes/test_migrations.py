"""Rows of standings that were there before keep what they hold when their table gets another key."""

from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from prizes.models import StandingsRow

narrow_rows: Any = import_module("prizes.migrations.0002_narrow_rows")
SHAPE = """
SELECT indexdef FROM pg_indexes WHERE tablename = 'prizes_standingsrow' ORDER BY 1
"""
ROWS = """
SELECT run_id, rank, entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance
FROM prizes_standingsrow ORDER BY run_id, rank, entry_id
"""


def read(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


@pytest.mark.django_db
def test_the_narrow_key_is_made_of_old_rows_and_can_be_taken_back() -> None:
    now = timezone.now()
    StandingsRow.objects.bulk_create(
        StandingsRow(
            run_id=version, entry_id=entry, rank=1, attempt_id=UUID(int=entry), correct=9, duration_ms=entry,
            submitted_at=now, prediction=None if entry == 1 else 12, distance=None if entry == 1 else 3,
        )
        for version in (1, 2)
        for entry in (1, 2)
    )  # fmt: skip
    rows, shape = read(ROWS), read(SHAPE)
    run(narrow_rows.BACKWARDS)
    assert read(ROWS) == rows
    assert len(read("SELECT DISTINCT id FROM prizes_standingsrow")) == 4
    run(narrow_rows.FORWARDS)
    assert (read(ROWS), read(SHAPE)) == (rows, shape)
