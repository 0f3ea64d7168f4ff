"""Forgetting and changing a password ends what others have open."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import PASSWORD, Codes, enter_code, log_in, signed_in, text

pytestmark = pytest.mark.django_db
NEW = "mot con vit xoe ra"


def reset(client: Client, codes: Codes, contact: str, to: str, new: str = NEW) -> None:
    client.post(reverse("account_reset_password"), {"contact": contact})
    enter_code(client, codes.last(to), "account_confirm_password_reset_code")
    client.post(reverse("account_complete_password_reset"), {"password1": new})


def test_reset_by_phone_signs_in_and_ends_other_sessions(client: Client, codes: Codes, member: User) -> None:
    elsewhere = Client()
    log_in(elsewhere, "0912345678")
    assert elsewhere.get(reverse("account_overview")).status_code == 200
    reset(client, codes, "+84 912 345 678", "+84912345678")
    assert signed_in(client)
    assert elsewhere.get(reverse("account_overview")).status_code == 302
    member.refresh_from_db()
    assert member.check_password(NEW)
    assert not EmailAddress.objects.exists()


def test_reset_by_e_mail(client: Client, codes: Codes, member: User) -> None:
    EmailAddress.objects.create(user=member, email="hanh@example.vn", verified=True, primary=True)
    reset(client, codes, "Hanh@example.vn", "hanh@example.vn")
    assert signed_in(client)
    member.refresh_from_db()
    assert member.check_password(NEW)
    assert codes.sent()[0]["purpose"] == "reset"


def test_asking_for_a_reset_looks_the_same_for_everybody(codes: Codes, member: User) -> None:
    User.objects.create_user(phone="+84912345600")
    answers = []
    for phone in ("0912345678", "0912345600", "0912345611"):
        browser = Client()
        first = browser.post(reverse("account_reset_password"), {"contact": phone})
        page = browser.get(first["Location"])
        wrong = enter_code(browser, "000 00", "account_confirm_password_reset_code")
        shown = [text(answer).replace(f"0912 345 {phone[-3:]}", "…") for answer in (first, page, wrong)]
        answers.append(([answer.status_code for answer in (first, page, wrong)], first["Location"], shown))
    assert answers[0] == answers[1] == answers[2]
    assert {item["to"] for item in codes.sent()} == {"+84912345678"}


def test_the_new_password_cannot_be_set_without_the_code(client: Client, codes: Codes, member: User) -> None:
    client.post(reverse("account_reset_password"), {"contact": "0912345678"})
    client.post(reverse("account_complete_password_reset"), {"password1": NEW})
    for _ in range(5):
        enter_code(client, "abcdef", "account_confirm_password_reset_code")
    enter_code(client, codes.last("+84912345678"), "account_confirm_password_reset_code")
    client.post(reverse("account_complete_password_reset"), {"password1": NEW})
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_a_weak_new_password_is_refused(client: Client, codes: Codes, member: User) -> None:
    client.post(reverse("account_reset_password"), {"contact": "0912345678"})
    enter_code(client, codes.last("+84912345678"), "account_confirm_password_reset_code")
    response = client.post(reverse("account_complete_password_reset"), {"password1": "0912345678"})
    assert "trùng với số điện thoại" in response.content.decode()


def test_changing_it_keeps_this_session_and_ends_the_others(client: Client, member: User) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        log_in(browser, "0912345678")
    data = {"oldpassword": PASSWORD, "password1": NEW}
    response = client.post(reverse("account_change_password"), data)
    assert response["Location"] == reverse("account_overview")
    assert client.get(reverse("account_overview")).status_code == 200
    assert elsewhere.get(reverse("account_overview")).status_code == 302


def test_changing_it_takes_the_old_one(client: Client, member: User) -> None:
    client.force_login(member)
    response = client.post(reverse("account_change_password"), {"oldpassword": "sai", "password1": NEW})
    assert "Mật khẩu hiện tại chưa đúng" in response.content.decode()
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_who_has_none_sets_one_after_a_code(client: Client, codes: Codes, db: None) -> None:
    user = User.objects.create_user(phone="+84912345678", phone_verified=True)
    client.force_login(user)
    asked = client.get(reverse("account_set_password"))["Location"]
    assert asked.startswith(reverse("account_reauthenticate_code"))
    client.post(asked)
    assert client.post(asked, {"code": codes.last("+84912345678")})["Location"] == reverse(
        "account_set_password"
    )
    assert client.get(reverse("account_change_password"))["Location"] == reverse("account_set_password")
    client.post(reverse("account_set_password"), {"password1": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert client.get(reverse("account_overview")).status_code == 200
