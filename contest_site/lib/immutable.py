"""Rows that the database itself refuses to change.

Invariants 1 and 4 of the design (what was submitted or published is never changed) are kept by triggers,
so that no screen, script or forgotten code path can break them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, migrations

# Deleting is possible only for a rehearsal's data, inside `erasing_rehearsal_data()`.
FUNCTION = """
CREATE OR REPLACE FUNCTION contest_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('contest.erasing_rehearsal', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% on % is refused: the row is final', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def immutable(table: str, *, update: str = "TRUE", delete: str = "TRUE") -> migrations.RunSQL:
    """A migration operation: refuse UPDATE and DELETE of rows of `table` for which the conditions hold.

    `update` and `delete` are SQL conditions over OLD and NEW, for rows that become final at some point
    (an attempt once it is submitted).
    """
    return migrations.RunSQL(
        sql=FUNCTION
        + f"""
        CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            FOR EACH ROW WHEN ({update}) EXECUTE FUNCTION contest_refuse_change();
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW WHEN ({delete}) EXECUTE FUNCTION contest_refuse_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER {table}_no_update ON {table};
        DROP TRIGGER {table}_no_delete ON {table};
        """,
    )


def final_but_for_erasure(table: str, *kept: str) -> migrations.RunSQL:
    """A migration operation: rows of `table` are final, except that a person's data may be taken out once.

    An UPDATE is let through when it sets `erased_at` for the first time and leaves the columns `kept` alone.
    """
    before, after = (", ".join(f"{row}.{column}" for column in kept) for row in ("OLD", "NEW"))
    return immutable(
        table,
        update=f"OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR ({before}) IS DISTINCT FROM ({after})",
    )


@contextmanager
def erasing_rehearsal_data() -> Iterator[None]:
    """Inside a transaction: let final rows be deleted (never updated). Only for rehearsal data."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL contest.erasing_rehearsal = 'on'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL contest.erasing_rehearsal = 'off'")
