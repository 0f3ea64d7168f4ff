"""Whole addresses for what leaves the site: sharing cards, banners."""

from __future__ import annotations

from django import template

from contest_site.public.cards import card_address
from contest_site.public.sharing import absolute
from contests.models import Contest

register = template.Library()

register.filter("absolute", absolute)


@register.filter
def card_url(contest: Contest) -> str:
    """The address of the contest's sharing card as it looks now."""
    return absolute(card_address(contest))
