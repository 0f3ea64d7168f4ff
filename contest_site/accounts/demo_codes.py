"""The demo's last codes, in Redis: what the page /demo/ma-xac-thuc/ shows."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.utils import timezone

KEY = "demo:codes"
KEPT = 50


@dataclass(frozen=True)
class ShownCode:
    to: str
    code: str
    purpose: str
    at: datetime


def remember(to: str, code: str, purpose: str) -> None:
    entry = json.dumps([to, code, purpose, timezone.now().isoformat()])
    with _client().pipeline() as pipe:
        pipe.lpush(KEY, entry)
        pipe.ltrim(KEY, 0, KEPT - 1)
        pipe.expire(KEY, 24 * 3600)
        pipe.execute()


def last_codes() -> list[ShownCode]:
    """The newest first, at most KEPT."""
    rows = [json.loads(row) for row in _client().lrange(KEY, 0, KEPT - 1)]
    return [ShownCode(to, code, purpose, datetime.fromisoformat(at)) for to, code, purpose, at in rows]


@lru_cache(maxsize=1)
def _client() -> Any:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=3)
