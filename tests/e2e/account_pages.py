"""The pages of accounts, each with somebody in whose state it is there."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from contest_site.accounts.oidc import PENDING, Pending, Proved, provider_id
from tests.contest_site.accounts.entrance import Codes, enter_code, log_in, sign_up
from tests.support.factories import PASSWORD, make_login, make_staff, make_user

Addresses = list[tuple[str, str, str]]
STRANGER, CONTESTANT, GUARDED = "stranger", "contestant", "somebody with a second factor"
OF_STRANGERS = (
    *("account_signup", "account_login", "account_request_login_code", "account_inactive"),
    "account_reset_password",
)
OWN = (
    *("account_overview", "account_logout", "account_reauthenticate", "account_change_password"),
    *("account_change_phone", "account_email", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn"),
    *("mfa_add_webauthn", "oidc_links"),
)
WITH_A_SECOND_FACTOR = (
    *("mfa_index", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
    "mfa_generate_recovery_codes",
)


def signed_in(user: Any) -> Client:
    """With a password just typed, so that pages which ask for it again are there."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "username": user.username, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def account_pages(codes: Codes) -> tuple[dict[str, Client], Addresses]:
    """Who looks, beside STRANGER and CONTESTANT, and every page of an account."""
    clients = {GUARDED: with_second_factor()}
    addresses = [
        *((STRANGER, name, reverse(name)) for name in OF_STRANGERS),
        *((CONTESTANT, name, reverse(name)) for name in OWN),
        *((GUARDED, name, reverse(name)) for name in WITH_A_SECOND_FACTOR),
    ]
    for who, (client, name) in half_way(codes).items():
        clients[who] = client
        addresses.append((who, name, reverse(name.partition(",")[0])))
    return clients, addresses


def with_second_factor() -> Client:
    user = make_staff()
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return signed_in(user)


def half_way(codes: Codes) -> dict[str, tuple[Client, str]]:
    """People in the middle of something, and the page that waits for them."""
    return {
        "signing up": (signing_up(), "account_confirm_login_code, new"),
        "waiting for a code": (asking_for_a_code(), "account_confirm_login_code"),
        "resetting a password": (resetting(), "account_confirm_password_reset_code"),
        "about to choose a password": (choosing_a_password(codes), "account_complete_password_reset"),
        "without a password yet": (signed_in(make_user()), "account_set_password"),
        "proving it by a code": (proving_it(), "account_reauthenticate_code"),
        "asked for the second factor": (asked_for_the_second(), "mfa_authenticate"),
        "sent by the provider": (sent_by_the_provider(), "oidc_new"),
        "with a new phone": (with_a_new_phone(), "account_verify_phone"),
        "with a new address": (with_a_new_address(), "account_email_verification_sent"),
    }


def signing_up() -> Client:
    client = Client()
    sign_up(client, "0912000111")
    return client


def asking_for_a_code() -> Client:
    client, user = Client(), make_login(phone_verified=True)
    client.post(reverse("account_request_login_code"), {"contact": user.phone})
    return client


def resetting() -> Client:
    client, user = Client(), make_login(phone_verified=True)
    client.post(reverse("account_reset_password"), {"contact": user.phone})
    return client


def choosing_a_password(codes: Codes) -> Client:
    client, user = Client(), make_login(phone_verified=True)
    client.post(reverse("account_reset_password"), {"contact": user.phone})
    enter_code(client, codes.last(str(user.phone)), "account_confirm_password_reset_code")
    return client


def proving_it() -> Client:
    client = Client()
    client.force_login(make_user(phone_verified=True))
    return client


def asked_for_the_second() -> Client:
    client, user = Client(), make_staff(password=PASSWORD)
    TOTP.activate(user, generate_totp_secret())
    log_in(client, user.username, PASSWORD)
    return client


def sent_by_the_provider() -> Client:
    client = Client()
    session = client.session
    who = Pending("1", provider_id(), Proved("Nguyễn Thị Ánh"), next="", at=time.time())
    session[PENDING] = asdict(who)
    session.save()
    return client


def with_a_new_phone() -> Client:
    client = signed_in(make_login(phone_verified=True))
    client.post(reverse("account_change_phone"), {"phone": "0912000222"})
    return client


def with_a_new_address() -> Client:
    client = signed_in(make_login(phone_verified=True))
    client.post(reverse("account_email"), {"email": "moi@example.com", "action_add": "1"})
    return client
