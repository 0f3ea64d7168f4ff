"""Logging in and out: who gets in, what strangers learn, what becomes of sessions."""

import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from contest_site.accounts import guessing
from contest_site.accounts.models import User
from contest_site.accounts.session_engine import SessionStore
from tests.contest_site.accounts.entrance import (
    PASSWORD,
    Codes,
    enter_code,
    log_in,
    signed_in,
    text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db: None) -> User:
    """A contestant with a proved e-mail address."""
    user = User.objects.create_user(full_name="Lê Văn Cường", email="cuong@example.vn", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_by_phone_by_address_and_by_user_name(member: User, reader: User) -> None:
    User.objects.create_user(username="thuky", full_name="Thư ký", password=PASSWORD, is_staff=True)
    for login in ("0912 345 678", "Cuong@Example.vn", "thuky"):
        browser = Client()
        response = log_in(browser, login)
        assert (response.status_code, response["Location"]) == (302, reverse("home"))
        assert signed_in(browser), login


def test_a_user_name_with_a_phone_number_in_it_is_a_user_name(client: Client, db: None) -> None:
    User.objects.create_user(username="canbo0912345678", password=PASSWORD)
    log_in(client, "canbo0912345678")
    assert signed_in(client)


def test_a_refusal_tells_nothing(member: User, reader: User) -> None:
    User.objects.create_user(username="thuky", password=PASSWORD)
    User.objects.create_user(phone="+84912345600", password=PASSWORD, is_active=False)
    known = ["0912345678", "cuong@example.vn", "thuky", "0912345600"]
    unknown = ["0912345611", "khong@example.vn", "khongco", "0912345622"]
    pages = []
    for login in known + unknown:
        response = log_in(Client(), login, "khong phai mat khau nay")
        pages.append((response.status_code, text(response).replace(f'value="{login}"', "")))
    assert len(set(pages)) == 1
    assert "Thông tin đăng nhập chưa đúng" in pages[0][1]


def test_an_account_that_is_switched_off_says_so_to_its_owner_alone(client: Client, db: None) -> None:
    User.objects.create_user(phone="+84912345600", password=PASSWORD, is_active=False)
    response = log_in(client, "0912345600")
    assert response["Location"] == reverse("account_inactive")
    assert not signed_in(client)
    assert "đã bị khóa" in client.get(response["Location"]).content.decode()


def test_one_account_is_guarded_against_guessing_from_anywhere(member: User) -> None:
    for n in range(10):
        log_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), "0912345678", "doan mo")
    browser = Client(REMOTE_ADDR="198.51.100.1")
    response = log_in(browser, "+84 912 345 678", PASSWORD)
    assert not signed_in(browser)
    assert "Đã nhập sai quá nhiều lần" in response.content.decode()


def test_the_others_behind_the_same_address_still_get_in(client: Client, member: User, reader: User) -> None:
    for n in range(12):
        log_in(Client(), f"0912{n:06d}", "doan mo")
    log_in(client, "cuong@example.vn")
    assert signed_in(client)


def test_the_rehearsals_server_may_switch_the_limits_off(client: Client, member: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    for _ in range(12):
        log_in(Client(), "0912345678", "doan mo")
    log_in(client, "0912345678")
    assert signed_in(client)


@pytest.mark.parametrize(
    ("following", "leads_to"),
    [
        ("/cua-toi/", "/cua-toi/"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
        ("http:///evil.example", "/"),
    ],
)
def test_only_this_site_is_led_to(
    client: Client, member: User, codes: Codes, following: str, leads_to: str
) -> None:
    assert log_in(client, "0912345678", next=following)["Location"] == leads_to
    browser = Client()
    sent = browser.post(reverse("account_request_login_code"), {"contact": "0912345678", "next": following})
    code_page = sent["Location"]
    response = browser.post(code_page, {"code": codes.last("+84912345678"), "next": following})
    assert response["Location"] == leads_to


def test_the_session_key_changes_at_the_log_in(client: Client, member: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["mark"] = 1
    session.save()
    before = session.session_key
    assert before
    client.cookies["sessionid"] = before
    log_in(client, "0912345678")
    assert signed_in(client)
    assert client.cookies["sessionid"].value != before


def test_a_shared_machine_forgets_when_the_browser_closes(client: Client, member: User) -> None:
    log_in(client, "0912345678", shared="on")
    assert client.session.get_expire_at_browser_close()
    log_in(other := Client(), "0912345678")
    assert not other.session.get_expire_at_browser_close()


def test_logging_out_takes_a_post(client: Client, member: User) -> None:
    client.force_login(member)
    page = client.get(reverse("account_logout"))
    assert page.status_code == 200
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_with_a_code_and_no_password(client: Client, codes: Codes, member: User, reader: User) -> None:
    for contact, to, user in (
        ("0912 345 678", "+84912345678", member),
        ("cuong@example.vn", "cuong@example.vn", reader),
    ):
        browser = Client()
        browser.post(reverse("account_request_login_code"), {"contact": contact})
        enter_code(browser, codes.last(to))
        assert browser.session["_auth_user_id"] == str(user.pk)


def test_asking_for_a_code_looks_the_same_for_everybody(codes: Codes, member: User) -> None:
    User.objects.create_user(phone="+84912345600")  # a sign-up that nobody finished
    answers = []
    for phone in ("0912345678", "0912345600", "0912345611"):
        browser = Client()
        first = browser.post(reverse("account_request_login_code"), {"contact": phone})
        page = browser.get(first["Location"])
        wrong = enter_code(browser, "000 00")
        again = browser.post(first["Location"], {"action": "resend"})
        after = browser.get(again["Location"])
        everything = (first, page, wrong, again, after)
        shown = [text(answer).replace(f"0912 345 {phone[-3:]}", "…") for answer in everything]
        answers.append(([answer.status_code for answer in everything], first["Location"], shown))
    assert answers[0] == answers[1] == answers[2]
    assert {item["to"] for item in codes.sent()} == {"+84912345678"}


def test_the_entrance_can_be_entered_anew_while_a_code_is_awaited(
    client: Client, codes: Codes, member: User
) -> None:
    client.post(reverse("account_request_login_code"), {"contact": "0912345678"})
    for name in ("account_login", "account_signup", "account_request_login_code"):
        assert client.get(reverse(name)).status_code == 200


def test_no_page_of_the_entrance_may_be_kept(client: Client, member: User) -> None:
    client.force_login(member)
    for name in ("account_overview", "account_change_password", "account_change_phone", "account_email"):
        response = client.get(reverse(name))
        assert "no-store" in response["Cache-Control"], name


def test_a_log_in_takes_two_statements_and_two_round_trips_to_redis(
    member: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    asked = []
    execute = Redis.execute_command

    def counted(self: Any, *words: Any, **options: Any) -> Any:
        asked.append(words[0])
        return execute(self, *words, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Redis, "execute_command", counted)
    browser = Client()
    # The account with its second factor, the session with the time of this log-in.
    with django_assert_num_queries(2):
        log_in(browser, "0912345678")
    assert asked == ["EVAL", "ZREM"]
    assert signed_in(browser)


def test_whose_the_new_session_is_stands_beside_it_and_when_he_came(client: Client, member: User) -> None:
    log_in(client, "0912345678")
    member.refresh_from_db()
    assert member.last_login is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id FROM django_session WHERE session_key = %s", [client.session.session_key]
        )
        assert cursor.fetchone() == (member.pk,)


def test_a_session_that_was_taken_away_meanwhile_does_not_come_back(member: User) -> None:
    session = SessionStore()
    session["mark"] = 1
    session.save()
    other = SessionStore(session.session_key)
    assert other["mark"] == 1
    session.flush()
    other["mark"] = 2
    with pytest.raises(UpdateError):
        other.save()


def test_an_account_is_free_again_when_the_last_guesses_are_old_enough(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "WINDOW", 1)
    marks = [guessing.begin("192.0.2.1", "+84912345678") for _ in range(11)]
    assert [mark is None for mark in marks] == [False] * 10 + [True]
    assert guessing.begin("192.0.2.1", "another")
    deadline = time.monotonic() + 10
    while guessing.begin("192.0.2.1", "+84912345678") is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_gets_in_takes_back_his_own_attempt_alone(member: User) -> None:
    for _ in range(9):
        guessing.begin("192.0.2.1", "+84912345678")
    for _ in range(3):
        assert log_in(Client(), "0912345678").status_code == 302
    log_in(Client(), "0912345678", "doan mo")
    assert "Đã nhập sai quá nhiều lần" in log_in(Client(), "0912345678").content.decode()


def test_a_new_password_forgets_the_failures(member: User) -> None:
    for _ in range(10):
        guessing.begin("192.0.2.1", "+84912345678")
    guessing.forget("+84912345678")
    assert guessing.begin("192.0.2.1", "+84912345678")


def test_an_address_has_its_limit_too(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "ADDRESS_PER_MINUTE", 0)
    response = log_in(Client(), "0912345678")
    assert response.status_code == 429
    assert "đợi một phút" in response.content.decode()


def test_without_redis_nobody_gets_in_and_nobody_can_guess(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*words: Any, **options: Any) -> Any:
        raise RedisConnectionError

    monkeypatch.setattr(Redis, "execute_command", away)
    browser = Client()
    assert log_in(browser, "0912345678").status_code == 503
    monkeypatch.undo()
    assert not signed_in(browser)
