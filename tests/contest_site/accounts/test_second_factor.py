"""Organisers: the admin's door is the site's door, and it has two locks."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import PASSWORD, Codes, enter_code, log_in, signed_in

pytestmark = pytest.mark.django_db
ADMIN = reverse("admin:index")


@pytest.fixture
def organiser(db: None) -> User:
    return User.objects.create_user(
        username="thuky",
        full_name="Lê Thị Nhung",
        phone="+84912345678",
        phone_verified=True,
        password=PASSWORD,
        is_staff=True,
        is_superuser=True,
    )


def current_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def activated(client: Client) -> str:
    """Walk through the page that switches the second factor on; its secret."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'class="code">([A-Z2-7]+)<', page)
    assert found
    client.post(reverse("mfa_activate_totp"), {"code": current_code(found[1])})
    return found[1]


def test_the_admin_sends_strangers_to_the_sites_log_in(client: Client) -> None:
    response = client.get(ADMIN, follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "unfold" not in response.content.decode()
    for name in ("admin:login", "admin:password_change"):
        assert client.get(reverse(name), follow=True).resolver_match.url_name == "account_login"


def test_a_log_in_leads_back_to_the_admin(client: Client, organiser: User) -> None:
    response = log_in(client, "thuky", next=ADMIN)
    assert response["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_contestants_are_kept_out_of_the_admin(client: Client, member: User) -> None:
    client.force_login(member)
    assert client.get(ADMIN, follow=True).status_code == 403


def test_on_a_real_address_the_admin_waits_for_the_second_factor(
    client: Client, organiser: User, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    log_in(client, "thuky")
    assert client.get(ADMIN)["Location"] == reverse("mfa_index")
    activated(client)
    assert client.get(ADMIN).status_code == 200


def test_with_it_a_password_or_a_code_alone_opens_nothing(
    client: Client, codes: Codes, organiser: User, settings: Any
) -> None:
    log_in(client, "thuky")
    secret = activated(client)
    by_password, by_code, by_reset = Client(), Client(), Client()
    assert log_in(by_password, "thuky")["Location"] == reverse("mfa_authenticate")
    by_code.post(reverse("account_request_login_code"), {"contact": "0912345678"})
    enter_code(by_code, codes.last("+84912345678"))
    by_reset.post(reverse("account_reset_password"), {"contact": "0912345678"})
    enter_code(by_reset, codes.last("+84912345678"), "account_confirm_password_reset_code")
    by_reset.post(reverse("account_complete_password_reset"), {"password1": "mot mat khau moi"})
    for browser in (by_password, by_code, by_reset):
        assert not signed_in(browser)
        assert browser.get(reverse("mfa_authenticate")).status_code == 200
        assert "Mã chưa đúng" in browser.post(reverse("mfa_authenticate"), {"code": "abc"}).content.decode()
    assert secret


def test_the_app_or_a_spare_code_opens_it(client: Client, organiser: User) -> None:
    log_in(client, "thuky")
    activated(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    spare = re.findall(r"<li>(\d{8})</li>", page)
    assert len(spare) == 10
    browser = Client()
    log_in(browser, "thuky")
    browser.post(reverse("mfa_authenticate"), {"code": spare[0]})
    assert signed_in(browser)
    again = Client()
    log_in(again, "thuky")
    again.post(reverse("mfa_authenticate"), {"code": spare[0]})
    assert not signed_in(again)


def test_its_secret_is_encrypted_in_the_database(client: Client, organiser: User) -> None:
    log_in(client, "thuky")
    secret = activated(client)
    stored = Authenticator.objects.get(user=organiser, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert TOTP(stored).validate_code(current_code(secret)) in {True, False}


def test_switching_it_off_takes_the_password_again(client: Client, organiser: User) -> None:
    log_in(client, "thuky")
    activated(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 600
    session.save()
    response = client.post(reverse("mfa_deactivate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=organiser, type=Authenticator.Type.TOTP).exists()
