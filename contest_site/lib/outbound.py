"""One request to another machine: to the hosts that an operator named, to no other, and into no log.

No redirect is followed (it could lead anywhere), no proxy of the environment is used, and an error names only
what kind of error it was: addresses and bodies carry phone numbers, codes and keys.
"""

import http.client
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

READ_AT_MOST = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OutboundError(Exception):
    """There was no answer; says only what kind of error it was."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


def host_of(url: str) -> str:
    """The host that an address names, with its port where it names one; "" when it names none."""
    parts = urlsplit(url)
    return (parts.hostname or "") + (f":{parts.port}" if parts.port else "")


def may_reach(url: str, hosts: Collection[str]) -> bool:
    """Whether the address is at one of `hosts`, over TLS; a laptop may reach itself in the clear."""
    try:
        parts = urlsplit(url)
        known = host_of(url) in hosts and parts.username is None
    except ValueError:  # a port that is no number
        return False
    plain = settings.INSECURE_HTTP and parts.scheme == "http" and parts.hostname in LOOPBACK
    return known and (parts.scheme == "https" or plain)


def fetch(
    method: str,
    url: str,
    *,
    hosts: Collection[str],
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float,
) -> Answer:
    """Send one request; `timeout` in seconds for each step of it. At most 64 KiB of the answer are read.

    Raises OutboundError when the address is not allowed or nothing came back.
    """
    if not may_reach(url, hosts):
        raise OutboundError("address not allowed")
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=_tls())
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read(READ_AT_MOST).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutboundError(type(error).__name__) from None
    finally:
        connection.close()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
