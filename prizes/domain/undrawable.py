"""Papers whose words no page can hold: marked, so that nobody waits for them and no worker tries for ever."""

from __future__ import annotations

import logging
from pathlib import Path

from django.core.cache import cache
from redis.exceptions import RedisError

# Then it is tried once more: the template or the site's own layout may have been mended.
SECONDS_MARKED = 3600

log = logging.getLogger(__name__)


def mark_undrawable(path: Path, error: Exception) -> None:
    """Log why this paper cannot be drawn. The name tells what it says: mended words are another paper."""
    log.error("The paper %s cannot be drawn: %s", path.name, error)
    try:
        cache.set(_key(path), 1, SECONDS_MARKED)
    except RedisError:
        log.warning("The cache is away: whoever waits for %s is not told", path.name)


def is_undrawable(path: Path) -> bool:
    """Whether drawing what would lie there failed within the last hour; False while the cache is away."""
    try:
        return bool(cache.get(_key(path)))
    except RedisError:
        return False


def _key(path: Path) -> str:
    return f"undrawable:{path.name}"
