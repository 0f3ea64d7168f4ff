"""The language of a page: Vietnamese, unless this visitor has chosen English.

What a browser says about its languages (Accept-Language) decides nothing: many phones sold in Viet Nam ask
for English, and their owners read Vietnamese. The choice is a cookie, so it needs no account and no session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

Given = ParamSpec("Given")
Made = TypeVar("Made")
View = TypeVar("View", bound=Callable[..., Any])


def chosen_language(request: HttpRequest) -> str:
    """The language that this visitor has chosen, else the product's own."""
    chosen: str = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def in_vietnamese(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """For what makes a paper, a file or a stored text: its words are Vietnamese, whoever asks.

    (`translation.override` as a decorator would share one memory of the former language among threads.)
    """

    @wraps(function)
    def spoken(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with translation.override(settings.LANGUAGE_CODE):
            return function(*args, **kwargs)

    return spoken


def always_vietnamese(view: View) -> View:
    """For views that answer with an official paper, a file for offices or what stands on their portals."""
    view.always_vietnamese = True  # type: ignore[attr-defined]  # a mark, as csrf_exempt sets
    return view


class LanguageMiddleware:
    """Answers each request in its visitor's language; the admin speaks Vietnamese to everyone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Nothing of a request stays with the thread that served it.
        with translation.override(chosen_language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]) -> None:
        admin = request.resolver_match is not None and "admin" in request.resolver_match.app_names
        if admin or getattr(view, "always_vietnamese", False):
            translation.activate(settings.LANGUAGE_CODE)


@csrf_exempt
@require_POST
@never_cache
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language chosen and go back to the page.

    It changes nothing but in what language pages are shown, so it asks for no token: pages that show no other
    form need no cookie of their own and stay the same for everybody.
    """
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("no such language")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
