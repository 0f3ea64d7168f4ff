"""How many text messages a number and the whole site may cost in a day (Vietnamese time).

Counted where a message is really sent, in a worker: the pages of the entrance do the same work whether a
number has an account or not.
"""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from contest_site.accounts.senders import sender, serving

TODAY = "(statement_timestamp() AT TIME ZONE %s)::date"
COUNT_ONE = f"""
INSERT INTO accounts_messagecount (day, key, sent, refused) VALUES ({TODAY}, %s, 1, 0)
ON CONFLICT (day, key) DO UPDATE SET sent = accounts_messagecount.sent + 1
WHERE accounts_messagecount.sent < %s
RETURNING sent
"""  # noqa: S608  (constants of this module)
COUNT_REFUSED = f"""
INSERT INTO accounts_messagecount (day, key, sent, refused) VALUES ({TODAY}, '', 0, 1)
ON CONFLICT (day, key) DO UPDATE SET refused = accounts_messagecount.refused + 1
"""  # noqa: S608
NO_END = 2**31 - 1  # of the column
READ = f"SELECT sent, refused FROM accounts_messagecount WHERE day = {TODAY} AND key = ''"  # noqa: S608
FORGET = f"""
DELETE FROM accounts_messagecount
WHERE key <> '' AND day < {TODAY} - 7 OR day < {TODAY} - 400
"""  # noqa: S608


@dataclass(frozen=True)
class Spending:
    """Today's text messages: sent, not sent for want of budget, and how many there may be."""

    sent: int
    refused: int
    budget: int

    @property
    def used_up(self) -> bool:
        return self.sent >= self.budget

    @property
    def nearly(self) -> bool:
        return self.refused > 0 or 10 * self.sent >= 8 * self.budget


def spend(to: str) -> bool:
    """Take one message out of both budgets; False, and counted as refused, when one is empty."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                _take(cursor, _key(to), settings.SMS_PER_NUMBER_PER_DAY)
                _take(cursor, "", settings.SMS_PER_DAY)
        except _Empty:
            cursor.execute(COUNT_REFUSED, [settings.TIME_ZONE])
            return False
    return True


def spend_on_notice() -> bool:
    """Count one message to the site; always True, for a notice is owed whatever was sent before."""
    with connection.cursor() as cursor:
        _take(cursor, "", NO_END)
    return True


class _Empty(Exception):
    """Rolls back what one of the two budgets had already given."""


def _take(cursor: object, key: str, budget: int) -> None:
    if budget < 1:
        raise _Empty
    cursor.execute(COUNT_ONE, [settings.TIME_ZONE, key, budget])  # type: ignore[attr-defined]
    if cursor.fetchone() is None:  # type: ignore[attr-defined]
        raise _Empty


def _key(to: str) -> str:
    return hmac.new(settings.IDENTITY_KEY.encode(), f"messages:{to}".encode(), hashlib.sha256).hexdigest()


def spending() -> Spending:
    with connection.cursor() as cursor:
        cursor.execute(READ, [settings.TIME_ZONE])
        sent, refused = cursor.fetchone() or (0, 0)
    return Spending(sent, refused, settings.SMS_PER_DAY)


def has_meter() -> bool:
    """Whether any configured sender costs money for each message."""
    return any(getattr(sender(path), "metered", False) for path in settings.CODE_SENDERS)


def is_used_up(to: str) -> bool:
    """Whether only senders whose budget for today is gone serve this contact. The same for every contact."""
    paths = serving(to)
    return (
        bool(paths) and all(getattr(sender(path), "metered", False) for path in paths) and spending().used_up
    )


def forget_old_counts() -> int:
    """Numbers' counts of more than a week ago, the site's of more than a year ago; how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [settings.TIME_ZONE, settings.TIME_ZONE])
        return int(cursor.rowcount)
