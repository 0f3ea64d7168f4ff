"""Advisory locks of the database: one worker at a time at a piece of work, gone with the transaction."""

from django.db import connection


def lock(name: str) -> None:
    """Wait for the lock `name` and hold it until the surrounding transaction ends.

    Statements after it see what the former holder committed (READ COMMITTED).
    """
    _ask("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name)


def try_lock(name: str) -> bool:
    """Take the lock `name` until the surrounding transaction ends; False at once when another holds it."""
    return bool(_ask("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", name))


def _ask(sql: str, name: str) -> object:
    if not connection.in_atomic_block:
        raise RuntimeError("A lock outside a transaction would be gone at once.")
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        row = cursor.fetchone()
    return row[0] if row else None
