"""The floor of public pages: a WSGI application that returns a constant, in the same web server.

No Django. /N is a page of N bytes, /304 says that nothing changed; two headers, where the site sends a dozen.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

Headers = list[tuple[str, str]]


@lru_cache
def page(path: str) -> tuple[str, Headers, bytes]:
    if path == "/304":
        return "304 Not Modified", [("ETag", '"constant"')], b""
    content = b"x" * int(path[1:]) if path[1:].isdigit() else b"ok"
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))]
    return "200 OK", headers, content


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, headers, content = page(environ["PATH_INFO"])
    start_response(status, headers)
    return (content,) if content else ()
