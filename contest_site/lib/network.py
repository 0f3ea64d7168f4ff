"""Who is asking: the client's address, and how often."""

import hashlib
import logging
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from contest_site.lib import tally
from contest_site.lib.errors import DomainError

log = logging.getLogger(__name__)


class TooMany(DomainError):
    """A limit of requests per minute was passed; nothing was done."""

    status = 429


def client_address(request: HttpRequest) -> str | None:
    """The client's address: the last hop that a trusted proxy added, or the peer without proxies.

    X-Forwarded-For is believed only as far as TRUSTED_PROXY_COUNT says; what clients forge lies further left.
    """
    count = settings.TRUSTED_PROXY_COUNT
    if count:
        hops: list[str] = [
            hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()
        ]
        if len(hops) >= count:
            return hops[-count]
    peer: str = request.META.get("REMOTE_ADDR", "")
    return peer or None


def device_mark(request: HttpRequest) -> str:
    """16 hex digits that stand for the browser's kind; a signal for people to judge, not an identity."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    return hashlib.sha256(agent.encode()).hexdigest()[:16]


def limit(action: str, key: object, *, per_minute: int) -> None:
    """Count one request of `key` (an account, not an office's shared address); raises TooMany beyond.

    When Redis is away nobody is refused: the limit guards the machine, not the contest's rules.
    """
    if not settings.RATE_LIMITS_ENABLED:
        return
    name = f"limit:{action}:{key}:{int(time.time() // 60)}"
    try:
        count = tally.one_more(name, kept=120)
    except RedisError:
        log.warning("limit of %s could not be counted", action)
        return
    if count > per_minute:
        raise TooMany(_("Thao tác quá nhanh. Vui lòng đợi một phút rồi thử lại."))
