"""Public pages under a link from television: made once in a moment for everybody who is not signed in.

Each web process keeps a page for PAGE_CACHE_SECONDS (docs/decisions/0021). A page is for everybody when its
address is one of sharing.PUBLIC_PAGES, nobody is signed in, it sets no cookie and does not ask not to be
stored; it differs by what is asked for, by language and by the way of showing. While one request makes it
anew the others get the last one, so what is published is seen after twice that time at the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, get_str_from_wsgi
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from contest_site.public import reading
from contest_site.public.sharing import PUBLIC_PAGES

MOST = 500  # pages kept by a process
KEY = "contest_site.kept_page"  # in a request's environment: under what its page may be kept
# What an answer "not changed" says of the page; the browser has the rest.
VALIDATORS = ("Cache-Control", "ETag", "Vary")
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[str, ...]


@dataclass
class Page:
    content: bytes
    headers: Headers
    etag: str
    until: float  # time.monotonic()

    def is_had(self, environ: Environ) -> bool:
        """Whether the browser says that it has this very page."""
        named = environ.get("HTTP_IF_NONE_MATCH", "")
        if not named or named == self.etag:
            return bool(named)
        # A proxy that compresses makes the mark a weak one.
        marks = [mark.removeprefix("W/") for mark in parse_etags(named)]
        return self.etag in marks or marks == ["*"]

    def answer(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.is_had(environ):
            start_response("304 Not Modified", [line for line in self.headers if line[0] in VALIDATORS])
            return ()
        start_response("200 OK", self.headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (self.content,)


class Site(WSGIHandler):
    """Django's application, but a page that is kept is given again before Django makes a request of it.

    What is kept has passed the whole chain of middleware.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[Key, Page] = {}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        if settings.PAGE_CACHE_SECONDS and (key := key_of(environ)) is not None:
            now = time.monotonic()
            page = self.pages.get(key)
            if page is not None and now < page.until:
                return page.answer(environ, start_response)
            if environ["REQUEST_METHOD"] == "GET":
                environ[KEY] = key
                if page is not None:
                    page.until = now + settings.PAGE_CACHE_SECONDS  # the others need not make it, too
        return super().__call__(environ, start_response)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        response = super().get_response(request)
        if (key := request.META.get(KEY)) is None:
            return response
        if not isinstance(response, HttpResponse) or not is_for_everybody(request, response):
            self.pages.pop(key, None)
            return response
        etag = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
        # A browser may keep it, and asks each time whether it is still the same.
        response["ETag"], response["Cache-Control"] = etag, "no-cache"
        patch_vary_headers(response, ["Cookie"])
        if len(self.pages) >= MOST:
            self.pages.clear()
        until = began + settings.PAGE_CACHE_SECONDS
        page = self.pages[key] = Page(response.content, list(response.items()), etag, until)
        if page.is_had(request.META):
            response.status_code, response.content = 304, b""
            for name, _value in page.headers:
                if name not in VALIDATORS:
                    del response[name]
        return response


def key_of(environ: Environ) -> Key | None:
    """By what a page may differ among people who are not signed in; None for all other requests.

    As it came: what Django reads as the same address may be kept twice, two addresses never as one.
    """
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_IF_MATCH" in environ:
        return None
    named = get_str_from_wsgi(environ, "HTTP_COOKIE", "")
    # Whatever Django takes for a session, its name stands there.
    if settings.SESSION_COOKIE_NAME in named or "messages" in named:
        return None
    cookies = parse_cookie(named) if named else {}
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
        cookies.get(settings.LANGUAGE_COOKIE_NAME, ""),
        cookies.get(reading.COOKIE, ""),
    )


def is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    match = request.resolver_match
    return (
        response.status_code == 200
        and match is not None
        and match.view_name in PUBLIC_PAGES
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        # It differs by nothing that the key does not hold.
        and response.get("Vary", "Cookie").lower() == "cookie"
    )
