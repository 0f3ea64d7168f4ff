"""One-time codes: six figures, ten minutes, once, few guesses."""

import re
import time
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import Codes, enter_code, sign_up, signed_in

PHONE = "+84912345678"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
def test_a_code_is_six_figures_and_names_its_purpose(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    (sent,) = codes.sent()
    assert re.fullmatch(r"\d{6}", sent["code"])
    assert (sent["to"], sent["purpose"]) == (PHONE, "login")


@pytest.mark.django_db
@pytest.mark.parametrize("shape", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "full-width"])
def test_a_code_is_understood_as_people_type_it(client: Client, codes: Codes, shape: str) -> None:
    sign_up(client, "0912345678")
    code = codes.last(PHONE)
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    enter_code(client, full_width if shape == "full-width" else shape.format(code))
    assert signed_in(client)


@pytest.mark.django_db
def test_a_code_works_once(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    code = codes.last(PHONE)
    enter_code(client, code)
    client.post(reverse("account_logout"))
    enter_code(client, code)
    assert not signed_in(client)


@pytest.mark.django_db
def test_a_code_works_only_in_the_browser_that_asked(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    code = codes.last(PHONE)
    other = Client()
    enter_code(other, code)
    assert not signed_in(other)
    sign_up(other, "0912345679")
    enter_code(other, code)
    assert not signed_in(other)


@pytest.mark.django_db
def test_a_code_dies_after_ten_minutes(client: Client, codes: Codes, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_up(client, "0912345678")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 601)
    enter_code(client, codes.last(PHONE))
    assert not signed_in(client)


@pytest.mark.django_db
def test_five_wrong_guesses_end_a_code(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    code = codes.last(PHONE)
    answers = [enter_code(client, wrong(code)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [302]
    assert answers[-1]["Location"] == reverse("account_signup")
    enter_code(client, code)
    assert not signed_in(client)


@pytest.mark.django_db
def test_a_new_code_makes_the_old_one_useless_and_lives_its_own_ten_minutes(
    client: Client, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(client, "0912345678")
    old = codes.last(PHONE)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 500)
    client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    new = codes.last(PHONE)
    monkeypatch.setattr(time, "time", lambda: now() + 1000)
    if old != new:
        enter_code(client, old)
        assert not signed_in(client)
    enter_code(client, new)
    assert signed_in(client)


@pytest.mark.django_db
def test_a_code_is_sent_again_twice_at_most(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    for _ in range(4):
        client.post(reverse("account_confirm_login_code"), {"action": "resend", "code": ""})
    assert len(codes.sent()) == 3


@pytest.mark.django_db
def test_an_account_erased_meanwhile_is_no_crash(client: Client, codes: Codes) -> None:
    sign_up(client, "0912345678")
    User.objects.all().delete()
    response = enter_code(client, codes.last(PHONE))
    assert response.status_code == 302
    assert not signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_are_counted_together(client: Client, codes: Codes) -> None:
    """Each request reads the session before the others have written theirs; Redis counts them all."""
    assert guesses_judged(client, codes) <= 15


@pytest.mark.django_db(transaction=True)
def test_without_the_count_in_redis_more_guesses_would_pass(
    client: Client, codes: Codes, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    assert guesses_judged(client, codes) > 15


def guesses_judged(client: Client, codes: Codes) -> int:
    """How many of 24 guesses sent at the same moment, in one session, were compared with the code."""
    sign_up(client, "0912345678")
    guess = wrong(codes.last(PHONE))
    cookies = client.cookies.output(header="", sep=";")
    barrier, judged = Barrier(24), []

    def attempt() -> None:
        try:
            browser = Client(headers={"cookie": cookies})
            browser.cookies.load(cookies)
            barrier.wait(timeout=20)
            page = enter_code(browser, guess).content.decode()
            if "Mã chưa đúng" in page:
                judged.append(1)
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return len(judged)
