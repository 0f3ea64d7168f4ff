"""Sharing cards, as other sites fetch them."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from contest_site.public.cards import card_address, card_file, card_of
from contests.queries import announced_contests

YEAR = 365 * 24 * 3600  # seconds


@require_safe
@cache_control(public=True, max_age=300)
def card_today(request: HttpRequest, slug: str) -> HttpResponse:
    """One address for good, for pictures that editors have put on their pages."""
    return redirect(card_address(get_object_or_404(announced_contests(), slug=slug)))


@require_safe
def card(request: HttpRequest, slug: str, digest: str) -> HttpResponseBase:
    """The contest's sharing card; the address of an older one leads to that of today."""
    wanted = card_of(get_object_or_404(announced_contests(), slug=slug))
    if digest != wanted.digest:
        return redirect("card", slug, wanted.digest)
    response = FileResponse(card_file(wanted).open("rb"), content_type="image/png")
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response
