"""Addresses of pages about one thing, for pages that tell many of them: reversed once, then filled in."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import reverse

ANY = UUID(int=0)


def address_of(page: str, thing: UUID) -> str:
    """What `reverse` gives for a page whose one argument is a thing's number."""
    before, after = _around(page)
    return f"{before}{thing}{after}"


@cache
def _around(page: str) -> tuple[str, str]:
    before, _any, after = reverse(page, args=[ANY]).partition(str(ANY))
    return before, after
