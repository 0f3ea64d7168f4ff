"""The short way of what thousands ask for in the same minute: contest page, start, paper, saves, submission,
result.

Such a request passes the middlewares that know who asks and whether it is forged, Django's own called one by
one, and no others: what those put on an answer, its headers, they have put on an answer of the same page
before. Whatever is the matter (a refusal, a fault, a page that is not there) takes the ordinary way, which
tells of it; these pages may all be asked for twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from attempts import views
from contest_site.accounts.sessions import session_key
from contest_site.audit.acting import Acting, acting
from contest_site.lib.language import chosen_language

ADDRESS = re.compile(r"/(?:bai-thi|cuoc-thi)/")
SAVE = re.compile(r"/bai-thi/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/luu/")
# The pages, by how they are asked for.
PAGES = frozenset(
    {
        ("GET", "contest"),
        ("GET", "attempts:start"),
        ("POST", "attempts:start"),
        ("GET", "attempts:paper"),
        ("GET", "attempts:review"),
        ("POST", "attempts:submit"),
        ("GET", "result"),
    }
)
OF_ITS_OWN = frozenset({"Content-Length", "Location"})  # what no answer has from another
# Which view a save's counts are told under (contest_site.lib.middleware); its address is not looked up.
SAVING = ResolverMatch(views.save, (), {}, "save", ["attempts"], ["attempts"])
LARGEST = 2000  # bytes of a form; a whole paper of 60 questions is a quarter of it
FIELDS = "application/x-www-form-urlencoded"
MOST = 500  # pages, hosts and languages
Key = tuple[str, bool, str, str]


class ExpressMiddleware:
    """Stands before all but what counts errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.sessions = SessionMiddleware(get_response)
        self.csrf = CsrfViewMiddleware(get_response)
        self.accounts = AuthenticationMiddleware(get_response)
        self.messages = MessageMiddleware(get_response)
        self.headers: dict[Key, dict[str, str]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not ADDRESS.match(request.path_info) or not session_key(request):
            return self.get_response(request)
        if request.method == "POST" and not _is_plain(request):
            return self.get_response(request)
        if request.method == "POST" and (found := SAVE.fullmatch(request.path_info)):
            if views.wants_json(request):
                return self._with_headers(request, "save", lambda: self._saved(request, UUID(found[1])))
        elif match := _page_of(request):
            return self._with_headers(request, match.view_name, lambda: self._page(request, match))
        return self.get_response(request)

    def _with_headers(
        self, request: HttpRequest, page: str, serve: Callable[[], HttpResponse | None]
    ) -> HttpResponse:
        # All that such a header may hang on; only a host that the chain let in is ever known here.
        key = (page, request.is_secure(), request.META.get("HTTP_HOST", ""), chosen_language(request))
        headers = self.headers.get(key)
        if headers and (response := _tried(serve)):
            response.headers["Content-Length"] = str(len(response.content))
            for name, value in headers.items():
                response.headers.setdefault(name, value)
            return response
        response = self.get_response(request)
        if response.status_code in (200, 302):
            if len(self.headers) >= MOST:
                self.headers.clear()  # a visitor may name any port of the host
            found = response.headers.items()
            self.headers[key] = {name: value for name, value in found if name not in OF_ITS_OWN}
        return response

    def _page(self, request: HttpRequest, match: ResolverMatch) -> HttpResponse | None:
        request.resolver_match = match
        for middleware in (self.sessions, self.csrf, self.accounts, self.messages):
            middleware.process_request(request)
        if self.csrf.process_view(request, match.func, match.args, match.kwargs) is not None:
            return None
        with translation.override(chosen_language(request)), acting(Acting("web", request.path, request)):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        for middleware in (self.messages, self.csrf, self.sessions):
            middleware.process_response(request, response)  # each gives back the one it was given
        return response

    def _saved(self, request: HttpRequest, attempt_id: UUID) -> HttpResponse | None:
        """Not even the session is read here: the statement that saves knows whose it is."""
        request.resolver_match = SAVING
        self.csrf.process_request(request)
        if self.csrf.process_view(request, views.save, (), {}) is not None:
            return None
        saved = views.save_at_once(request, attempt_id)
        return views.told(saved) if saved else None


def _tried(serve: Callable[[], HttpResponse | None]) -> HttpResponse | None:
    try:
        return serve()
    except Exception:  # the ordinary way meets it again, and has an answer to each, with all its headers
        return None


def _page_of(request: HttpRequest) -> ResolverMatch | None:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    return match if (request.method, match.view_name) in PAGES else None


def _is_plain(request: HttpRequest) -> bool:
    """A form of the size and kind that the site's own pages send."""
    size = request.META.get("CONTENT_LENGTH", "")
    return request.content_type == FIELDS and size.isdecimal() and int(size) <= LARGEST
