"""Statements whose text is always the same give what Django's cursors give."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contest_site.lib import hot
from contest_site.lib.addresses import address_of
from contest_site.lib.postgres.prepared import numbered

KINDS = """
SELECT %s::int, %s::text, %s::timestamptz, %s::numeric, %s::jsonb, %s::inet, ARRAY[1, 2], NULL, '100%%',
    statement_timestamp() > '2020-01-01', %s::uuid
"""


@pytest.mark.django_db
def test_the_values_are_those_of_djangos_cursor() -> None:
    values: list[Any] = [
        7,
        "tiếng Việt",
        datetime(2026, 11, 22, 7, 0, 0, 123456, tzinfo=UTC),
        Decimal("1.50"),
        '{"a": 1}',
        "127.0.0.1",
        "9f0f7a3e-0000-4000-8000-000000000001",
    ]
    with connection.cursor() as cursor:
        cursor.execute(KINDS, values)
        expected = cursor.fetchone()
    for _again in range(2):
        found = hot.row(KINDS, values)
        assert repr(found) == repr(expected)


@pytest.mark.django_db
def test_each_statement_has_its_own_columns_and_all_its_rows() -> None:
    assert hot.rows("SELECT i FROM generate_series(1, %s) i", [3]) == [(1,), (2,), (3,)]
    assert hot.row("SELECT now()::date IS NOT NULL, 'x'", []) == (True, "x")
    assert hot.row("SELECT 1 WHERE false", []) is None
    assert hot.rows("SELECT i FROM generate_series(1, %s) i", [2]) == [(1,), (2,)]


@pytest.mark.django_db
def test_a_failed_statement_raises_djangos_error_and_the_next_goes_on() -> None:
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        hot.row("SELECT 1 / %s::int", [0])
    assert hot.row("SELECT 1 / %s::int", [1]) == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_gets_a_cursor_of_its_own() -> None:
    assert hot.row("SELECT %s::int", [1]) == (1,)
    connection.close()
    assert hot.row("SELECT %s::int", [2]) == (2,)


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_that_the_server_ended_is_made_anew_for_the_next_request() -> None:
    found = hot.row("SELECT pg_backend_pid()", [])
    assert found
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [found[0]])
    other.close()
    close_old_connections()  # as at the beginning of each request
    assert hot.row("SELECT %s::int", [2]) == (2,)


@pytest.mark.django_db
@pytest.mark.parametrize(("pooled", "kept"), [(False, [("force_generic_plan", 1)]), (True, [("auto", 0)])])
def test_behind_a_pooler_nothing_stays_with_the_servers_session(
    pooled: bool, kept: list[tuple[str, int]]
) -> None:
    other: Any = connection.copy()
    other.settings_dict = {**other.settings_dict, "DISABLE_SERVER_SIDE_CURSORS": pooled}
    try:
        for _again in range(2):
            other.prepared_cursor().execute("SELECT %s::int", [7])
        with other.cursor() as cursor:
            cursor.execute("SELECT current_setting('plan_cache_mode'), count(*) FROM pg_prepared_statements")
            assert cursor.fetchall() == kept
    finally:
        other.close()


@pytest.mark.django_db
def test_they_are_counted_with_the_others() -> None:
    with CaptureQueriesContext(connection) as captured:
        for number in range(3):
            hot.row("SELECT %s::int", [number])
    assert len(captured) == 3


@given(st.lists(st.sampled_from(["%s", "%%", "x", " = ", "'%%s'", "$"])))
def test_marks_are_numbered_in_their_order(parts: list[str]) -> None:
    text = numbered("".join(parts)).decode()
    assert re.findall(r"\$(\d+)", text) == [str(at + 1) for at in range(parts.count("%s"))]
    assert text.count("%") == sum(part in ("%%", "'%%s'") for part in parts)


def test_an_address_is_that_of_reverse() -> None:
    for page in ("attempts:paper", "attempts:save", "attempts:review", "attempts:submit", "result"):
        for thing in ("9f0f7a3e-0000-4000-8000-000000000001", "00000000-0000-0000-0000-000000000000"):
            assert address_of(page, UUID(thing)) == reverse(page, args=[thing])
