"""The application's own role in the database: reads and writes rows, and nothing else.

Migrations run as the owner (MIGRATION_DATABASE_URL). Everything else connects as the role in DATABASE_URL,
which cannot make, alter or empty tables, switch a trigger off, or touch a trail that is written.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

# Whoever has the right to a whole table has it; from these it is taken again.
ONLY_READ = ("audit_change", "audit_seal", "django_migrations")
ONLY_ADDED = ("audit_auditevent",)
# Whoever adds an event does not number it.
COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'
"""


def grant() -> None:
    """Give the application's role its rights on all tables there are. Nothing where the roles are one."""
    role = str(settings.APPLICATION["USER"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), rolsuper OR rolcreaterole FROM pg_roles "
                       "WHERE rolname = current_user")  # fmt: skip
        owner, database, may_create = cursor.fetchone()
        if role in {"", owner} or settings.OWNER["USER"] != owner:
            return
        _role(cursor, role, may_create)
        names = {"role": sql.Identifier(role), "database": sql.Identifier(database)}
        for statement in (
            "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}" for table in ONLY_READ),
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}" for table in ONLY_ADDED),
            *(f"GRANT INSERT ({_columns(cursor, table)}) ON {table} TO {{role}}" for table in ONLY_ADDED),
        ):
            cursor.execute(sql.SQL(statement).format(**names))


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(COLUMNS, [table])
    return str(cursor.fetchone()[0])


def _role(cursor: object, role: str, may_create: bool) -> None:
    """Made where it is missing, with the password of DATABASE_URL; brought up to date with it afterwards."""
    execute = cursor.execute  # type: ignore[attr-defined]  # Django's wrapper around psycopg's cursor
    execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    known = cursor.fetchone()  # type: ignore[attr-defined]
    if known and not may_create:
        return
    password = settings.APPLICATION["PASSWORD"]
    act = "ALTER" if known else "CREATE"
    statement = act + " ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    if password:
        statement += " PASSWORD {password}"
    execute(sql.SQL(statement).format(role=sql.Identifier(role), password=sql.Literal(password)))
