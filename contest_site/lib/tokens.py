"""Tokens of forms, as Django's `get_token` gives them, for pages of which thousands are made in a minute.

Django asks the system for each random letter by itself, which costs a tenth of such a page; here they all
come at once. The secret, its cookie and the check of what comes back are Django's own.
"""

from __future__ import annotations

from secrets import token_bytes

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

MANY = len(CSRF_ALLOWED_CHARS)
# A byte stands for a letter; the last few would make some letters likelier, so they are left out.
EVEN = 256 - 256 % MANY
LETTERS = bytes(ord(CSRF_ALLOWED_CHARS[byte % MANY]) for byte in range(256))
UNEVEN = bytes(range(EVEN, 256))
PLACES = {letter: place for place, letter in enumerate(CSRF_ALLOWED_CHARS)}


def form_token(request: HttpRequest) -> str:
    """The secret of the request's cookie, or a new one, under a mask that no other page has."""
    secret = request.META.get("CSRF_COOKIE")
    if secret is None:
        secret = request.META["CSRF_COOKIE"] = letters(CSRF_SECRET_LENGTH)
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True  # the cookie is used, so its time begins anew
    mask = letters(CSRF_SECRET_LENGTH)
    hidden = [CSRF_ALLOWED_CHARS[(PLACES[a] + PLACES[b]) % MANY] for a, b in zip(secret, mask, strict=True)]
    return mask + "".join(hidden)


def letters(number: int) -> str:
    """Random letters and digits, each as likely as any other."""
    found = b""
    while len(found) < number:
        found += token_bytes(number * 3 // 2).translate(LETTERS, UNEVEN)
    return found[:number].decode()
