"""A page is Vietnamese unless this visitor has chosen English."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contest_site.accounts import tasks
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.senders import Purpose
from contest_site.lib.templatetags.vi import clock, day, dong, duration, end_moment, moment, number, span

pytestmark = pytest.mark.django_db


def choose(client: Client, language: str, back: str = "/") -> str:
    response = client.post(reverse("language"), {"language": language, "next": back})
    assert response.status_code == 302
    return str(response.headers["Location"])


def language_of(client: Client, address: str = "/", **headers: str) -> str:
    response = client.get(address, headers=headers)
    html = response.content.decode()
    language = response.headers["Content-Language"]
    assert f'<html lang="{language}"' in html
    return str(language)


def test_what_a_browser_asks_for_decides_nothing(client: Client) -> None:
    for asked in ("en", "en-US,en;q=0.9", "fr", ""):
        assert language_of(client, **{"accept-language": asked}) == "vi"
    choose(client, "en")
    assert language_of(client, **{"accept-language": "vi-VN,vi"}) == "en"


def test_the_choice_keeps_the_page_and_lasts(client: Client) -> None:
    page = reverse("account_login") + "?next=/cua-toi/"
    assert choose(client, "en", page) == page
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["max-age"] == 365 * 24 * 3600
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert [language_of(client, address) for address in ("/", page, "/khong-co-trang-nay/")] == ["en"] * 3
    assert choose(client, "vi", page) == page
    assert language_of(client) == "vi"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_choice_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    assert choose(client, "en", elsewhere) == "/"


def test_there_are_two_languages_and_the_choice_is_a_post(client: Client) -> None:
    assert client.post(reverse("language"), {"language": "fr"}).status_code == 400
    assert client.get(reverse("language"), {"language": "en"}).status_code == 405
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert language_of(client) == "vi"


def test_a_page_goes_into_no_cache_for_both_languages(client: Client) -> None:
    assert "Cookie" in client.get("/").headers["Vary"]


def test_the_admin_is_vietnamese_and_the_thread_keeps_nothing(admin_client: Client) -> None:
    choose(admin_client, "en")
    assert language_of(admin_client, reverse("admin:index")) == "vi"
    assert language_of(admin_client) == "en"
    assert translation.get_language() == "vi"


@pytest.mark.parametrize(("language", "subject"), [("vi", "Mã xác thực: 123456"), ("en", "Code: 123456")])
def test_a_code_comes_in_the_language_of_who_asked(
    language: str, subject: str, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """The worker that sends it has a language of its own."""
    settings.CODE_SENDERS = ["contest_site.accounts.senders.Email"]
    with django_capture_on_commit_callbacks() as waiting, translation.override(language):
        send_code("ten@coquan.gov.vn", "123456", Purpose.LOGIN)
    with patch.object(
        tasks.deliver, "apply_async", lambda **options: tasks.deliver.apply(args=options["args"])
    ):
        for callback in waiting:
            callback()
    assert [one.subject for one in mail.outbox] == [subject]


def test_figures_times_and_money_are_written_as_english_does() -> None:
    seven = datetime(2024, 11, 10, 0, 0, tzinfo=UTC)
    with translation.override("en"):
        assert [duration(ms) for ms in (242_315, 60_000, 2_005)] == [
            "4 minutes 02.315 seconds",
            "1 minute 00.000 seconds",
            "2.005 seconds",
        ]
        assert (dong(3_000_000), number(1234)) == ("3,000,000 đồng", "1,234")
        assert (moment(seven), clock(seven)) == ("07:00, 10 November 2024", "07:00:00")
        assert end_moment(datetime(2024, 11, 30, 17, tzinfo=UTC)) == "24:00, 30 November 2024"
        assert (day(seven), day(seven.date())) == ("10 November 2024", "10 November 2024")
        assert [span(seconds) for seconds in (183_600, 90_000, 3_660, 59)] == [
            "2 days 3 hours",
            "1 day 1 hour",
            "1 hour 1 minute",
            "less than 1 minute",
        ]
    assert (day(seven), day(seven.date())) == ("10/11/2024", "10/11/2024")
