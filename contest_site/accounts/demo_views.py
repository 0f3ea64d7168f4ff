"""Pages that only the demo has: its logins, and the one-time codes that it has "sent"."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from contest_site.accounts import demo_codes
from contest_site.accounts.contact import display
from contest_site.accounts.demo import DEMO_LOGINS, DEMO_PASSWORD


def only_in_demo(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The URLs are absent elsewhere already; this stands should they ever be included by mistake."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return guarded


@never_cache
@only_in_demo
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/index.html", {"logins": DEMO_LOGINS, "password": DEMO_PASSWORD})


@never_cache
@only_in_demo
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    shown = [(display(item.to), item) for item in demo_codes.last_codes()]
    return render(request, "demo/codes.html", {"codes": shown})
