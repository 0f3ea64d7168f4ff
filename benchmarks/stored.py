"""Attempts by the million, set by set: people who have taken part ten times each, with their prediction."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EACH = 10  # attempts of one person
TABLES = ("accounts_user", "contests_entry", "attempts_attempt", "attempts_prediction")
PEOPLE = """
INSERT INTO accounts_user (password, is_superuser, username, full_name, phone_verified, email, is_staff,
    is_active, is_rehearsal, date_joined)
SELECT '!', false, 'kho' || n, 'Nguyễn Văn ' || n, false, '', false, true, false, now()
FROM generate_series(%s, %s) n
"""
ENTRIES = """
WITH made AS (
    INSERT INTO contests_entry (contest_id, user_id, full_name, birth_date, gender, address, unit_id,
        category_id, consent_version, unofficial)
    SELECT %s, u.id, u.full_name, '1990-05-17', 'female', '', %s, %s, '1', false
    FROM accounts_user u WHERE u.username LIKE 'kho%%' AND NOT EXISTS (
        SELECT FROM contests_entry e WHERE e.user_id = u.id AND e.contest_id = %s)
    RETURNING id
)
SELECT min(id), max(id) FROM made
"""
# Keys and receipts are spread like chance over all there may be, but come in order: an index that is filled
# from left to right costs a fifth of one that is filled anywhere, and is then no larger.
ATTEMPTS = """
INSERT INTO attempts_attempt (
    id, entry_id, round_id, number, seed, paper, orders, limits, answers, choices, revision, started_at,
    deadline, saved_at, submitted_at, finished_by, correct, duration_ms, receipt, device
)
SELECT (place || '40008000' || lpad(to_hex(%(first)s), 12, '0'))::uuid, %(first)s + n / %(each)s, %(round)s,
    1 + n %% %(each)s, '\\x00', %(paper)s, %(paper)s, %(limits)s, %(limits)s, %(limits)s, 4, began,
    began + interval '30 min', began + interval '20 min', began + interval '25 min', 'contestant', 10,
    1500000, place || lpad(to_hex(%(first)s), 7, '0'), ''
FROM generate_series(0::bigint, %(number)s - 1) n
CROSS JOIN LATERAL (SELECT
    lpad(to_hex(n * ((1::bigint << 48) / %(number)s)), 12, '0') AS place,
    now() - interval '40 min' - (%(number)s - n) * interval '10 ms' AS began
) made
"""
PREDICTIONS = """
INSERT INTO attempts_prediction (entry_id, round_id, attempt_id, value, at)
SELECT a.entry_id, a.round_id, a.id, a.entry_id %% 5000, a.submitted_at
FROM attempts_attempt a WHERE a.round_id = %s AND a.number = 1 AND a.entry_id >= %s
    AND a.submitted_at IS NOT NULL
ON CONFLICT DO NOTHING
"""
# Those that no constraint stands on; filling them at the end takes a fraction of the time.
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


def store_attempts(contest: Any, round: Any, number: int) -> None:
    """Until so many attempts are stored; indexes and triggers are then what they were."""
    from django.db import connection, transaction

    from attempts.models import Attempt

    missing = math.ceil((number - Attempt.objects.count()) / EACH)
    if missing <= 0:
        return
    category = contest.categories.first()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no checks of keys
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with without_indexes(cursor):
            cursor.execute("SELECT count(*) FROM accounts_user WHERE username LIKE 'kho%%'")
            (known,) = cursor.fetchone()
            cursor.execute(PEOPLE, [known + 1, known + missing])
            cursor.execute(ENTRIES, [contest.pk, contest.area_id, category and category.pk, contest.pk])
            first, last = cursor.fetchone()
            assert last - first == missing - 1
            values = {
                "first": first, "number": missing * EACH, "each": EACH, "round": round.pk,
                "paper": list(range(30)), "limits": [4] * 30,
            }  # fmt: skip
            cursor.execute(ATTEMPTS, values)
            cursor.execute(PREDICTIONS, [round.pk, first])
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
        # What is written to disk later would count as the next journeys' work.
        cursor.execute("CHECKPOINT")


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    cursor.execute(INDEXES, [list(TABLES)])
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in found:
        cursor.execute(definition)
