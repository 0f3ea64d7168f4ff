"""Whether an organiser has changed anything: a sign in the cache's Redis, written anew with each such change.

What processes keep for a moment (contest_site.lib.hot.Kept) is kept on while the sign is still the same. The
sign is no record: without Redis nothing is kept longer than its moment.
"""

from __future__ import annotations

import logging
import time
import uuid

from django.db import transaction
from redis.exceptions import RedisError

from contest_site.lib import tally

log = logging.getLogger(__name__)

SIGN = "changes:sign"


_silent_until = 0.0


def sign() -> str | None:
    """The sign of now; None when nobody can tell."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return None
    try:
        return tally.client().get(SIGN) or ""
    except RedisError:
        _silent_until = time.monotonic() + tally.PAUSE
        return None


def note() -> None:
    """Something was changed: the sign changes when it is there for others to read, at the commit."""
    waiting = transaction.get_connection().run_on_commit
    if not any(function is _renew for _savepoints, function, _robust in waiting):
        transaction.on_commit(_renew, robust=True)


def _renew() -> None:
    try:
        tally.client().set(SIGN, f"{time.time():.3f} {uuid.uuid4()}")
    except RedisError as error:
        log.warning("a change could not be told to other processes: %s", type(error).__name__)
