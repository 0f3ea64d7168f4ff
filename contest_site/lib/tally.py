"""Signs of life and of trouble, kept in the cache's Redis: for eyes and alerts, never for records.

Errors, refusals and slow answers are counted by the minute, in one round trip and only when there is one.
Parts of the site (beat, workers) leave the time at which they lived. All of it may be lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

ERROR, REFUSED, SLOW = "error", "refused", "slow"
KINDS = (ERROR, REFUSED, SLOW)
KEPT = 3 * 3600  # seconds
PATIENCE = 0.3  # seconds that an answer may be held up by its own counting
PAUSE = 5.0  # seconds without counting after Redis did not answer
ALIVE = "watch:alive"
# By Redis's clock, so that machines whose clocks differ agree on who was silent for how long.
STAMP = "return redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1])"
# Of many minutes those in which anything was counted, each with its place.
COUNTED = """
local found = {}
for place, key in ipairs(KEYS) do
    local row = redis.call('HMGET', key, unpack(ARGV))
    for at = 1, #ARGV do
        if row[at] then
            for other = 1, #ARGV do row[other] = tonumber(row[other] or 0) end
            table.insert(row, 1, place - 1)
            table.insert(found, row)
            break
        end
    end
end
return found
"""

_silent_until = 0.0


@dataclass(frozen=True)
class Tallies:
    """All that is kept here, as it is at one moment."""

    minutes: list[dict[str, int]]  # kind → how often, for each minute, the oldest first
    views: dict[tuple[str, str], int]  # (kind, view) → how often lately
    silence: dict[str, int]  # part → seconds since it last gave a sign


@lru_cache(maxsize=1)
def client() -> Any:
    """The cache's Redis; its own short patience."""
    return Redis.from_url(
        settings.CACHE_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        decode_responses=True,
    )


def count(kinds: Iterable[str], view: str) -> None:
    """Add one of each kind to this minute, for the site and for the view of that name. Never raises."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    key = _key(int(time.time() // 60))
    try:
        with client().pipeline(transaction=False) as pipe:
            for kind in kinds:
                pipe.hincrby(key, kind, 1)
                pipe.hincrby(key, f"{kind} {view}", 1)
            pipe.expire(key, KEPT)
            pipe.execute()
    except RedisError as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("errors could not be counted: %s", type(error).__name__)


def one_more(name: str, kept: int) -> int:
    """Count one more under this name, kept for so many seconds; how many there are. Raises RedisError."""
    number = int(client().incr(name))
    if number == 1:
        client().expire(name, kept)
    return number


def by_minute(last: int, minutes: int) -> list[dict[str, int]]:
    """The counts of `minutes` minutes up to `last` (minutes since 1970), oldest first. Raises RedisError."""
    keys = _keys(last, minutes)
    return _minutes(client().eval(COUNTED, len(keys), *keys, *KINDS), minutes)


def everything(last: int, minutes: int, lately: int) -> Tallies:
    """Of `minutes` minutes, the views of the last `lately` of them, in one round trip. Raises RedisError."""
    keys = _keys(last, minutes)
    with client().pipeline(transaction=False) as pipe:
        pipe.eval(COUNTED, len(keys), *keys, *KINDS)
        pipe.time()
        pipe.hgetall(ALIVE)
        for key in keys[-lately:]:
            pipe.hgetall(key)
        counted, now, stamps, *rows = pipe.execute()
    return Tallies(_minutes(counted, minutes), _views(rows), _silence(now, stamps))


def _minutes(counted: list[list[int]], minutes: int) -> list[dict[str, int]]:
    found = [dict.fromkeys(KINDS, 0) for _minute in range(minutes)]
    for place, *counts in counted:
        found[place] = dict(zip(KINDS, counts, strict=True))
    return found


def _views(rows: Iterable[dict[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        for field, value in row.items():
            kind, _space, view = field.partition(" ")
            if view:
                found[kind, view] = found.get((kind, view), 0) + int(value)
    return found


def stamp(part: str) -> None:
    """The part lives at this moment. Never raises."""
    try:
        client().eval(STAMP, 1, ALIVE, part)
    except RedisError as error:
        log.warning("no sign of life could be left: %s", type(error).__name__)


def silence() -> dict[str, int]:
    """Part → seconds since it last gave a sign. Raises RedisError."""
    with client().pipeline(transaction=False) as pipe:
        pipe.time()
        pipe.hgetall(ALIVE)
        return _silence(*pipe.execute())


def _silence(time: tuple[int, int], stamps: dict[str, str]) -> dict[str, int]:
    now, _micro = time
    return {part: max(0, int(now) - int(at)) for part, at in stamps.items()}


def forget(parts: Iterable[str]) -> None:
    """Parts that are gone for good. Raises RedisError."""
    if names := list(parts):
        client().hdel(ALIVE, *names)


def _keys(last: int, minutes: int) -> list[str]:
    return [_key(minute) for minute in range(last - minutes + 1, last + 1)]


def _key(minute: int) -> str:
    return f"watch:minute:{minute}"
