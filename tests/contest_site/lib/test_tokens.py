"""Tokens of forms: Django's own check takes them, and nothing about them can be guessed."""

from collections import Counter

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CsrfViewMiddleware
from django.test import RequestFactory

from contest_site.lib import tokens
from contest_site.lib.tokens import form_token, letters


def refused(token: str, secret: str) -> HttpResponse | None:
    request = RequestFactory().post("/", {"csrfmiddlewaretoken": token})
    request.COOKIES["csrftoken"] = secret
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda request: HttpResponse(), (), {})


@pytest.fixture(autouse=True)
def _plain_cookie(settings: object) -> None:
    settings.CSRF_COOKIE_NAME = "csrftoken"  # type: ignore[attr-defined]
    settings.CSRF_USE_SESSIONS = False  # type: ignore[attr-defined]


def test_the_check_takes_each_and_no_two_are_alike() -> None:
    request = HttpRequest()
    found = [form_token(request) for _ in range(50)]
    secret = request.META["CSRF_COOKIE"]
    assert len(set(found)) == 50
    assert len({token[:32] for token in found}) == len({token[32:] for token in found}) == 50
    assert not any(refused(token, secret) for token in found)
    for token in found[:5]:
        assert refused(token, letters(32))
        assert refused(token[:-1] + ("a" if token[-1] != "a" else "b"), secret)


def test_the_cookie_is_set_as_with_djangos() -> None:
    request = RequestFactory().get("/")

    def page(request: HttpRequest) -> HttpResponse:
        form_token(request)
        return HttpResponse()

    def cookie(request: HttpRequest) -> str:
        check = CsrfViewMiddleware(page)
        check.process_request(request)
        value: str = check.process_response(request, page(request)).cookies["csrftoken"].value
        return value

    again = RequestFactory().get("/")
    again.COOKIES["csrftoken"] = secret = cookie(request)
    assert cookie(again) == secret


def test_each_letter_is_as_likely_as_any_other() -> None:
    """By construction: of the bytes that are taken, as many stand for each letter."""
    taken = bytes(byte for byte in range(256) if byte not in tokens.UNEVEN)
    counts = Counter(taken.translate(tokens.LETTERS).decode())
    assert set(counts) == set(CSRF_ALLOWED_CHARS)
    assert len(set(counts.values())) == 1


def test_where_the_system_gives_only_uneven_bytes_it_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([b"\xff" * 48, b"\xff" * 40 + b"\x00" * 8, b"\x01" * 48])
    monkeypatch.setattr(tokens, "token_bytes", lambda number: next(given))
    assert letters(32) == "a" * 8 + "b" * 24
