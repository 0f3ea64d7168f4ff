"""How often one may try to log in: counted before the password is looked at, in one round trip to Redis.

allauth's own limits take twenty round trips for each log-in, and at the bell a school's log-ins wait for
one another at the list of its one address. The limits here are the same: a sliding window for an account, and
for an address, behind which a whole school may sit, a minute by the clock. When Redis is away nobody gets in
(503), so that no account can be guessed at.
"""

from __future__ import annotations

import secrets
import time
from hashlib import sha256

from django.conf import settings
from django.utils.translation import gettext as _

from contest_site.lib import tally
from contest_site.lib.network import TooMany

ADDRESS_PER_MINUTE = 1200
FAILURES, WINDOW = 10, 300  # wrong passwords for one account in so many seconds, from wherever they come
# Times in milliseconds by Redis's clock, which all web processes share.
BEGIN = """
local asked = redis.call('INCR', KEYS[1])
if asked == 1 then redis.call('EXPIRE', KEYS[1], 120) end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 1000 * ARGV[1])
local free = redis.call('ZCARD', KEYS[2]) < tonumber(ARGV[2])
if free then
    redis.call('ZADD', KEYS[2], now, ARGV[3])
    redis.call('EXPIRE', KEYS[2], ARGV[1])
end
return {asked, free and 1 or 0}
"""


def begin(address: str, login: str) -> str | None:
    """Count an attempt as one that failed; its mark for `succeeded`, or None: too many for this account.

    Attempts at the same time are counted, too. Raises TooMany for the address and RedisError.
    """
    if not settings.ACCOUNT_RATE_LIMITS:
        return ""
    mark = secrets.token_hex(8)
    names = (f"log-in:{address}:{int(time.time() // 60)}", _name(login))
    asked, free = tally.client().eval(BEGIN, 2, *names, WINDOW, FAILURES, mark)
    if asked > ADDRESS_PER_MINUTE:
        raise TooMany(_("Thao tác quá nhanh. Vui lòng đợi một phút rồi thử lại."))
    return mark if free else None


def succeeded(login: str, mark: str) -> None:
    """That attempt was no failure; the others, which may be somebody else's guesses, stay counted."""
    if mark:
        tally.client().zrem(_name(login), mark)


def forget(login: str) -> None:
    """All failures of an account: its owner has set a new password."""
    tally.client().delete(_name(login))


def _name(login: str) -> str:
    return f"log-in-failed:{sha256(login.encode()).hexdigest()}"
