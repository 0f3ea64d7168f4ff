"""Signing up: one account for a contact however it is typed, proved by a code."""

from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import (
    PASSWORD,
    Codes,
    enter_code,
    log_in,
    registered,
    sign_up,
    signed_in,
    text,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "+84 912 345 678",
        "84912345678",
        "0084912345678",
        "0912.345.678",
        "（+84）912-345-678",
        "０９１２３４５６７８",
        "\u200e0912345678\u202c",
    ],
)
def test_every_form_of_a_phone_number_is_one_account(client: Client, codes: Codes, typed: str) -> None:
    response = registered(client, codes, typed, "+84912345678")
    assert response.status_code == 302
    assert response["Location"] == reverse("home")
    assert signed_in(client)
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.full_name) == ("+84912345678", True, "Trần Văn An")
    for form in ("0912345678", "+84912345678", "84 912 345 678", "00 84 912345678"):
        browser = Client()
        log_in(browser, form)
        assert signed_in(browser), form


@pytest.mark.parametrize("typed", ["An.Tran@Example.VN", " an.tran@example.vn ", "ａｎ.tran@example.vn"])
def test_every_form_of_an_address_is_one_account(client: Client, codes: Codes, typed: str) -> None:
    registered(client, codes, typed, "an.tran@example.vn")
    assert signed_in(client)
    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == ("an.tran@example.vn", True, True)
    browser = Client()
    log_in(browser, "AN.TRAN@example.vn")
    assert signed_in(browser)


def test_without_the_code_there_is_no_session_and_no_password(client: Client, codes: Codes) -> None:
    response = sign_up(client, "0912345678")
    assert response["Location"] == reverse("account_confirm_login_code")
    assert not signed_in(client)
    user = User.objects.get()
    assert not user.has_usable_password()
    assert user.full_name == ""
    browser = Client()
    log_in(browser, "0912345678")
    assert not signed_in(browser)


def test_who_left_before_the_code_signs_up_again(codes: Codes) -> None:
    sign_up(Client(), "0912345678")
    browser = Client()
    registered(browser, codes, "0912345678", "+84912345678", name="Trần Thị Bình")
    assert signed_in(browser)
    assert User.objects.get().full_name == "Trần Thị Bình"


def test_a_strangers_earlier_sign_up_gains_nothing(codes: Codes) -> None:
    stranger, owner = Client(), Client()
    sign_up(stranger, "0912345678", password="mat khau cua ke la", name="Kẻ Lạ")
    registered(owner, codes, "0912345678", "+84912345678")
    enter_code(stranger, codes.last("+84912345678"))
    assert signed_in(owner)
    assert not signed_in(stranger)
    browser = Client()
    log_in(browser, "0912345678", "mat khau cua ke la")
    assert not signed_in(browser)
    log_in(browser, "0912345678", PASSWORD)
    assert signed_in(browser)


def test_who_has_an_account_is_led_into_it(client: Client, codes: Codes, member: User) -> None:
    registered(client, codes, "0912345678", "+84912345678", password="mot mat khau khac")
    assert client.session["_auth_user_id"] == str(member.pk)
    member.refresh_from_db()
    assert member.full_name == "Nguyễn Thị Hạnh"
    assert member.check_password(PASSWORD)
    assert "đã có tài khoản" in client.get(reverse("account_overview")).content.decode()


def test_sign_up_looks_the_same_for_a_known_and_an_unknown_contact(codes: Codes, member: User) -> None:
    off = User.objects.create_user(
        phone="+84912345600", phone_verified=True, password=PASSWORD, is_active=False
    )
    pages = []
    for phone in ("0912345678", "0912345600", "0912345611"):
        browser = Client()
        first = sign_up(browser, phone)
        page = browser.get(first["Location"])
        wrong = enter_code(browser, "not it")
        again = browser.post(first["Location"], {"action": "resend"})
        after = browser.get(again["Location"])
        shown = [
            text(answer).replace(f"0912 345 {phone[-3:]}", "…")
            for answer in (first, page, wrong, again, after)
        ]
        statuses = [answer.status_code for answer in (first, page, wrong, again, after)]
        pages.append((statuses, first["Location"], again["Location"], shown, sorted(browser.cookies)))
    assert pages[0] == pages[1] == pages[2]
    assert off.pk


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("contact", "0912", "0912 345 678"),
        ("contact", "an@", "ten@coquan.gov.vn"),
        ("contact", "Trần Văn An", "ten@coquan.gov.vn"),
        ("contact", "", "Hãy nhập số điện thoại hoặc thư điện tử"),
        ("contact", "0912345678\x00", "0912 345 678"),
        ("full_name", "", "Hãy nhập đầy đủ họ và tên"),
        ("full_name", "123", "Hãy nhập đầy đủ họ và tên"),
        ("password1", "1234567", "ít nhất 8 ký tự"),
        ("password1", "12345678", "quá phổ biến"),
        ("password1", "MatKhau123", "quá phổ biến"),
        ("password1", "mậtkhẩu123", "quá phổ biến"),
        ("password1", "0987654320", "trùng với số điện thoại"),
        ("password1", "a" * 129, "128"),
    ],
)
def test_what_cannot_be_right_is_said_in_words(
    client: Client, codes: Codes, field: str, value: str, says: str
) -> None:
    data = {"full_name": "Trần Văn An", "contact": "0987654320", "password1": PASSWORD, field: value}
    response = client.post(reverse("account_signup"), data)
    assert response.status_code == 200
    if "\x00" not in value:
        assert says in response.content.decode()
        assert codes.sent() == []
        assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["chi chu thuong", "a" * 64, "a1" * 64, "  hai dau cach  ", "mật khẩu có dấu 🌱"]
)
def test_long_plain_passwords_are_welcome(client: Client, codes: Codes, password: str) -> None:
    registered(client, codes, "0912345678", "+84912345678", password=password)
    browser = Client()
    log_in(browser, "0912345678", password)
    assert signed_in(browser)


def test_a_name_is_stored_clean(client: Client, codes: Codes) -> None:
    registered(client, codes, "0912345678", "+84912345678", name="  Trần\u200b Va\u0306n   An\u202e ")
    assert User.objects.get().full_name == "Trần Văn An"


def test_other_fields_are_ignored(client: Client, codes: Codes) -> None:
    registered(client, codes, "0912345678", "+84912345678", is_staff="1", is_superuser="on", username="admin")
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser
    assert user.username != "admin"


def test_one_contact_gets_few_codes(client: Client, codes: Codes) -> None:
    for _ in range(5):
        assert sign_up(Client(), "0912345678").status_code == 302
    refused = sign_up(client, "+84912345678")
    assert refused.status_code == 200
    assert "thử lại sau 15 phút" in refused.content.decode()
    assert len(codes.sent()) == 5


def test_two_hundred_people_behind_one_address_sign_up(codes: Codes) -> None:
    for n in range(200):
        response = sign_up(Client(REMOTE_ADDR="203.0.113.7"), f"0912{n:06d}")
        assert response.status_code == 302, n
    assert len(codes.sent()) == 200


def test_a_password_can_be_seen_before_it_is_sent(client: Client, codes: Codes) -> None:
    data = {"full_name": "An", "contact": "0912345678", "password1": "trong sang", "hien-mat-khau": "1"}
    response = client.post(reverse("account_signup"), data)
    page = response.content.decode()
    assert 'value="trong sang"' in page
    assert 'type="password"' not in page
    assert 'value="0912345678"' in page
    assert "no-store" in response["Cache-Control"]
    assert codes.sent() == []
    assert not User.objects.exists()


def test_a_channel_that_nothing_serves_is_refused_at_once(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.CODE_SENDERS = ["contest_site.accounts.senders.Email"]
    response = sign_up(client, "0912345678")
    assert "chỉ gửi được mã qua thư điện tử" in response.content.decode()
    assert not User.objects.exists()
