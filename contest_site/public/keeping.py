"""Public pages under a link from television: made once in a moment for everybody who is not signed in.

Each web process keeps a page for PAGE_CACHE_SECONDS (docs/decisions/0021). A page is for everybody when its
address is one of sharing.PUBLIC_PAGES, nobody is signed in, it sets no cookie and does not ask not to be
stored; it differs by what is asked for, by language and by the way of showing. While one request makes it
anew the others get the last one, so what is published is seen after twice that time at the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from contest_site.public import reading
from contest_site.public.sharing import PUBLIC_PAGES

MOST = 500  # pages kept by a process
Key = tuple[str, ...]


@dataclass
class Page:
    content: bytes
    headers: dict[str, str]
    until: float  # time.monotonic()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or that the browser has it already."""
        response = HttpResponse(self.content, headers=self.headers)
        if "HTTP_IF_NONE_MATCH" not in request.META:
            return response
        # Django's own comparison: a proxy that compresses makes the mark a weak one.
        return get_conditional_response(request, etag=self.headers["ETag"], response=response) or response


class KeptPageMiddleware:
    """Answers before sessions, languages and templates are looked at; what is kept has passed all of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pages: dict[Key, Page] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.PAGE_CACHE_SECONDS or (key := key_of(request)) is None:
            return self.get_response(request)
        now = time.monotonic()
        page = self.pages.get(key)
        if page is not None:
            if now < page.until:
                return page.answer(request)
            page.until = now + settings.PAGE_CACHE_SECONDS  # the others need not make it, too
        response = self.get_response(request)
        if not is_for_everybody(request, response):
            self.pages.pop(key, None)
            return response
        if len(self.pages) >= MOST:
            self.pages.clear()
        etag = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
        # A browser may keep it, and asks each time whether it is still the same.
        response["ETag"], response["Cache-Control"] = etag, "no-cache"
        patch_vary_headers(response, ["Cookie"])
        headers = dict(response.headers)
        self.pages[key] = Page(response.content, headers, now + settings.PAGE_CACHE_SECONDS)
        return self.pages[key].answer(request)


def key_of(request: HttpRequest) -> Key | None:
    """By what a page may differ among people who are not signed in; None for all other requests."""
    cookies = request.COOKIES
    if request.method != "GET" or settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies:
        return None
    return (
        "https" if request.is_secure() else "http",
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
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
    )
