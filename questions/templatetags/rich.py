"""Rich texts (questions.formats.rich) on pages."""

import re
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from questions.formats.rich_reading import MARKUP, TooComplexError, clean_rich, to_plain

register = template.Library()

# In the stored form < begins nothing but a tag, so this is no text that looks like one.
PICTURE = re.compile(r'<img src="([0-9a-f]{32}\.[a-z]+)"')


@register.filter
def rich(text: str) -> SafeString:
    """The markup of a rich text, its pictures at their addresses.

    A text that is not exactly in the stored form is shown as the characters it consists of: what came into
    the database past the cleaning runs in nobody's browser.
    """
    if not MARKUP.search(text):
        return mark_safe(text)  # noqa: S308  # nothing in it means anything to a browser
    return _markup(text)


@register.filter
def plain(text: str) -> str:
    """What a person reads of a rich text, in lines: for titles, lists and cut texts."""
    try:
        return to_plain(text)
    except TooComplexError:
        return text


@lru_cache(maxsize=2_048)
def _markup(text: str) -> SafeString:
    """A sealed pool's texts are shown to everybody, and each is looked through once."""
    try:
        stored = clean_rich(text) == text
    except TooComplexError:
        stored = False
    if not stored:
        return escape(text)
    return mark_safe(PICTURE.sub(_addressed, text))  # noqa: S308  # it is what the cleaning itself writes


def _addressed(picture: re.Match[str]) -> str:
    return f'<img src="{reverse("picture", args=[picture[1]])}" loading="lazy" decoding="async"'
