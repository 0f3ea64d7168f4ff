"""Installing what writes the trail of changes, after every migration: new tables are followed at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction

from contest_site.audit import sql
from contest_site.audit.tracked import Tracked, tracked

EVENTS = {
    "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
    # Before, so that emptying the trail's own table with the others leaves nothing behind.
    "truncate": "BEFORE TRUNCATE ON {table}",
}
# How many of the wanted triggers are on, what they were made of, and whether everybody may use what is
# private: a restore brings functions back with the rights that every new function has.
STATE = """
SELECT obj_description(to_regprocedure('audit_record_change()'), 'pg_proc'),
    count(*) FILTER (WHERE tgenabled = 'O'),
    has_function_privilege('public', to_regprocedure('audit_record_change()'), 'EXECUTE')
    OR has_function_privilege('public',
        to_regprocedure('audit_write(jsonb, text, text, text, jsonb)'), 'EXECUTE')
FROM pg_trigger WHERE tgfoid = to_regprocedure('audit_record_change()') AND NOT tgisinternal
"""
OFF = """
SELECT wanted FROM unnest(%s::text[]) AS wanted
WHERE to_regclass(quote_ident(wanted)) IS NOT NULL AND (
    SELECT count(*) FROM pg_trigger
    WHERE tgrelid = to_regclass(quote_ident(wanted)) AND tgenabled = 'O'
    AND tgfoid = to_regprocedure('audit_record_change()')
) < %s ORDER BY wanted
"""


def install(**signal: Any) -> None:
    """Make or mend functions and triggers; one question to the database when nothing is to be done."""
    wanted = tracked()
    made_of = _made_of(wanted)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STATE)
        if cursor.fetchone() == (made_of, len(wanted) * len(EVENTS), False):
            return
        for function in sql.FUNCTIONS:
            cursor.execute(function)
        cursor.execute(sql.PRIVATE)
        for table in _followed(cursor):
            for event in EVENTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS audit_{event} ON {_quoted(table)}")
        for rule in wanted:
            for event, when in EVENTS.items():
                cursor.execute(
                    f"CREATE TRIGGER audit_{event} {when.format(table=_quoted(rule.table))} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_change(%s)",
                    [json.dumps(asdict(rule))],
                )
        cursor.execute("COMMENT ON FUNCTION audit_record_change() IS %s", [made_of])


def unwatched() -> list[str]:
    """Tables whose changes are not all recorded: a trigger was switched off or is not there."""
    with connection.cursor() as cursor:
        cursor.execute(OFF, [[rule.table for rule in tracked()], len(EVENTS)])
        return [table for (table,) in cursor.fetchall()]


def _followed(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgfoid = to_regprocedure('audit_record_change()')"
    )
    return [table for (table,) in cursor.fetchall()]


def _made_of(wanted: list[Tracked]) -> str:
    parts = [*sql.FUNCTIONS, sql.PRIVATE, *EVENTS.values(), *(json.dumps(asdict(rule)) for rule in wanted)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
