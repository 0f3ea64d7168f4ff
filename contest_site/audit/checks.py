"""Checks of the deployment: the application should not own the tables that its trail is in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connection

from contest_site.audit.triggers import unwatched

ONE_ROLE = "DATABASE_URL is a role that can change the audit trail and switch its triggers off."
HINT = (
    "Give the application a role of its own: set MIGRATION_DATABASE_URL to the owner's (docs/operations.md)."
)
# Whatever its name: who owns the trail's table, belongs to who does, or may change the table all the same.
MAY = """
SELECT pg_has_role(relowner, 'MEMBER') OR has_table_privilege(oid, 'UPDATE')
FROM pg_class WHERE oid = to_regclass('audit_change')
"""


@register(Tags.security, deploy=True)
def application_role(**kwargs: Any) -> list[CheckMessage]:
    """Asked of the database, as the role that the site runs with; where it is away or empty, of the names."""
    as_application = connection.settings_dict["USER"] == settings.APPLICATION["USER"]
    doubtful = settings.OWNER["USER"] == settings.APPLICATION["USER"]
    if as_application:
        try:
            with connection.cursor() as cursor:
                cursor.execute(MAY)
                found = cursor.fetchone()
                doubtful = found[0] if found else doubtful
        except DatabaseError:
            pass
    return [Warning(ONE_ROLE, hint=HINT, id="audit.W001")] if doubtful else []


@register(Tags.database)
def triggers_on(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A table whose triggers are off is changed without a trace."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('audit_record_change()') IS NOT NULL")
        if not cursor.fetchone()[0]:  # before the first migration
            return []
    tables = ", ".join(unwatched())
    text = f"Changes of these tables are not recorded: {tables}."
    return [Warning(text, hint="Run manage.py migrate.", id="audit.W002")] if tables else []
