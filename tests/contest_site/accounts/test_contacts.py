"""Changing the phone number or the e-mail address: the owner again, then a code to the new place."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import PASSWORD, Codes, enter_code, log_in, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client: Client, member: User) -> Client:
    """A browser whose owner has just typed the password again."""
    log_in(client, "0912345678")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_a_change_asks_for_the_password_again(client: Client, codes: Codes, member: User) -> None:
    log_in(client, "0912345678")
    for name, data in (
        ("account_change_phone", {"phone": "0987654321"}),
        ("account_email", {"email": "hanh@example.vn", "action_add": "1"}),
    ):
        response = client.post(reverse(name), data)
        assert response["Location"].startswith(reverse("account_reauthenticate")), name
    assert codes.sent() == []


def test_the_phone_number_changes_with_the_code(mine: Client, codes: Codes, member: User) -> None:
    mine.post(reverse("account_change_phone"), {"phone": "+84 987 654 321"})
    member.refresh_from_db()
    assert member.phone == "+84912345678"
    assert codes.sent()[-1]["purpose"] == "change"
    enter_code(mine, codes.last("+84987654321"), "account_verify_phone")
    member.refresh_from_db()
    assert (member.phone, member.phone_verified) == ("+84987654321", True)
    log_in(browser := Client(), "0987654321")
    assert signed_in(browser)


def test_an_address_is_added_and_changed_with_codes(mine: Client, codes: Codes, member: User) -> None:
    for email in ("hanh@example.vn", "hanh.nguyen@example.vn"):
        mine.post(reverse("account_email"), {"email": email.upper(), "action_add": "1"})
        enter_code(mine, codes.last(email), "account_email_verification_sent")
    address = EmailAddress.objects.get(user=member)
    assert (address.email, address.verified) == ("hanh.nguyen@example.vn", True)
    page = mine.get(reverse("account_overview")).content.decode()
    assert "hanh.nguyen@example.vn" in page


def test_anothers_contact_is_told_only_to_who_has_its_code(mine: Client, codes: Codes) -> None:
    other = User.objects.create_user(phone="+84987654321", phone_verified=True, email="khac@example.vn")
    EmailAddress.objects.create(user=other, email="khac@example.vn", verified=True, primary=True)
    taken = mine.post(reverse("account_change_phone"), {"phone": "0987654321"})
    free = mine.post(reverse("account_change_phone"), {"phone": "0987654322"})
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    mine.post(reverse("account_change_phone"), {"phone": "0987654321"})
    response = enter_code(mine, codes.last("+84987654321"), "account_verify_phone")
    assert "thuộc về một tài khoản khác" in response.content.decode()
    mine.post(reverse("account_email"), {"email": "khac@example.vn", "action_add": "1"})
    response = enter_code(mine, codes.last("khac@example.vn"), "account_email_verification_sent")
    assert "thuộc về một tài khoản khác" in response.content.decode()
    assert User.objects.get(phone="+84987654321") == other


def test_the_only_way_in_cannot_be_removed(client: Client, codes: Codes) -> None:
    user = User.objects.create_user(email="mot@example.vn", password=PASSWORD)
    EmailAddress.objects.create(user=user, email="mot@example.vn", verified=True, primary=True)
    log_in(client, "mot@example.vn")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "mot@example.vn", "action_remove": "1"})
    assert EmailAddress.objects.filter(user=user).exists()


def test_strangers_reach_none_of_it(client: Client, db: None) -> None:
    for name in (
        *("account_overview", "account_change_phone", "account_verify_phone", "account_email", "mfa_index"),
        *("account_email_verification_sent", "account_change_password", "account_set_password"),
        *("account_reauthenticate", "mfa_view_recovery_codes", "mfa_download_recovery_codes"),
    ):
        response = client.get(reverse(name))
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name
