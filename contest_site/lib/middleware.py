import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from contest_site.lib import tally
from contest_site.lib.errors import DomainError, Refused

log = logging.getLogger(__name__)

# What somebody was not let do: by the plan's rules, a limit, a stale form. Unknown addresses are no matter.
REFUSALS = frozenset({400, 403, 409, 413, 422, 429})


class CountingMiddleware:
    """Counts errors, refusals and slow answers; stands first. All others cost two readings of a clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.slow = settings.WATCH_SLOW_MS / 1000

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        status = response.status_code
        slow = time.monotonic() - began >= self.slow
        if slow or status >= 500 or status in REFUSALS:
            found = [tally.ERROR] if status >= 500 else [tally.REFUSED] if status in REFUSALS else []
            match = request.resolver_match
            tally.count([*found, *([tally.SLOW] if slow else [])], match.view_name if match else "-")
        return response


class DomainErrorMiddleware:
    """Turns a refusal of a domain function into a page (or JSON) with its sentence and its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return refusal(request, exception)
        if isinstance(exception, OperationalError | InterfaceError | RedisError):
            # A database or a counter is away for a moment: the page keeps its answers and tries again.
            log.error("%s: %s", type(exception).__name__, exception)
            response = render(request, "503.html", status=503)
            response["Retry-After"] = "3"
            return response
        return None


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page (or JSON for a script) that tells a person why something was refused."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"error": str(error.message)}, status=error.status)
    reasons = error.reasons if isinstance(error, Refused) else []
    return render(
        request,
        "refused.html",
        {"message": error.message, "reasons": reasons},
        status=error.status,
    )
