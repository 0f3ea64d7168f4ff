"""What decides how any page looks to a visitor, beside what it is about."""

from django.http import HttpRequest
from django.utils.translation import get_language

from contest_site.lib.addresses import address_of

COOKIE = "reading"  # what it may hold: contest_site.public.reading


def way_of_showing(request: HttpRequest) -> tuple[str, str]:
    """The language, and what was chosen of sizes and colours as the cookie has it."""
    return get_language(), request.COOKIES.get(COOKIE, "")[:200]


def here(request: HttpRequest) -> str:
    """The address to open again: an attempt's addresses lead back to its paper, some take only a POST."""
    attempt = request.resolver_match.kwargs.get("attempt_id") if request.resolver_match else None
    return address_of("attempts:paper", attempt) if attempt else request.get_full_path()
