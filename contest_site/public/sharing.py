"""Addresses of public pages as other sites know them: whole, on the site's own name, one for each page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest

# What of an address decides what a page shows, by the page's name; the rest of a query is no page of its own.
# Everything here is for anyone, and nothing else is: pages of a person are neither shared nor listed.
PUBLIC_PAGES: dict[str, tuple[str, ...]] = {
    "home": (),
    "guide": (),
    "contest": (),
    "answers": (),
    "participation": (),
    "embedding": (),
    "studies": (),
    "study": (),
    "prizes:results": ("vong",),
    "prizes:verify": (),
    "prizes:rules": (),
    "prizes:certificate_check": (),
    "attempts:receipt": (),
}


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def public_url(request: HttpRequest) -> str:
    """The one address of the page that is asked for, or "" when it is not for everybody."""
    match = request.resolver_match
    if match is None or match.view_name not in PUBLIC_PAGES:
        return ""
    kept = {name: request.GET[name] for name in PUBLIC_PAGES[match.view_name] if name in request.GET}
    return absolute(request.path) + (f"?{urlencode(kept)}" if kept else "")
