"""The database's clock, the only one that decides anything (a web server's clock may be wrong)."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The moment at which the database runs this statement, with time zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    now: datetime = row[0]
    return now
