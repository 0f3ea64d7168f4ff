"""Proving to be the owner before what only the owner may do; sign-ups that nobody finished."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from contest_site.accounts import tasks
from contest_site.accounts.domain.registering import purge_unconfirmed
from contest_site.accounts.models import User
from contest_site.accounts.recent import MOST_GUESSES, recently_authenticated
from tests.contest_site.accounts.entrance import PASSWORD, Codes, log_in, sign_up

pytestmark = pytest.mark.django_db
PAGE = reverse("account_reauthenticate_code")


def age(client: Client, seconds: int) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


def test_a_log_in_is_recent_for_five_minutes(client: Client, member: User) -> None:
    log_in(client, "0912345678")
    wanted = reverse("account_set_password")
    assert client.get(wanted)["Location"] == reverse("account_change_password")  # through, and sent on
    age(client, 301)
    assert client.get(wanted)["Location"].startswith(reverse("account_reauthenticate"))


def test_strangers_log_in_first() -> None:
    @recently_authenticated
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    request = RequestFactory().get("/tep/?a=1")
    request.user = AnonymousUser()
    assert view(request)["Location"] == f"{reverse('account_login')}?next=/tep/%3Fa%3D1"


@pytest.fixture
def without_password(client: Client, member: User) -> Client:
    member.set_unusable_password()
    member.save()
    client.force_login(member)
    return client


def test_without_a_password_a_code_to_the_own_contact_proves_it(
    without_password: Client, codes: Codes
) -> None:
    wanted = without_password.get(reverse("account_change_phone"))["Location"]
    assert wanted == f"{PAGE}?next={reverse('account_change_phone').replace('/', '%2F')}"
    page = without_password.get(wanted).content.decode()
    assert "0912 ••• 678" in page
    assert "0912 345 678" not in page
    without_password.post(wanted)
    assert [item["purpose"] for item in codes.sent()] == ["confirm"]
    response = without_password.post(wanted, {"code": codes.last("+84912345678")})
    assert response["Location"] == reverse("account_change_phone")
    assert without_password.get(reverse("account_change_phone")).status_code == 200
    # Once: the code is gone.
    response = without_password.post(wanted, {"code": codes.last("+84912345678")}, follow=True)
    assert "Mã không còn dùng được" in response.content.decode()


def test_guesses_are_limited(without_password: Client, codes: Codes) -> None:
    without_password.post(PAGE)
    right = codes.last("+84912345678")
    wrong = "000000" if right != "000000" else "111111"
    answers = [without_password.post(PAGE, {"code": wrong}, follow=True) for _guess in range(MOST_GUESSES)]
    assert "Mã không còn dùng được" in answers[-1].content.decode()
    without_password.post(PAGE, {"code": right})
    assert without_password.get(reverse("account_change_phone")).status_code == 302


def test_a_code_is_as_old_as_it_may_be(without_password: Client, codes: Codes) -> None:
    without_password.post(PAGE)
    session = without_password.session
    session["confirming_code"] = {**session["confirming_code"], "at": 0}
    session.save()
    without_password.post(PAGE, {"code": codes.last("+84912345678")})
    assert without_password.get(reverse("account_change_phone")).status_code == 302


def test_beside_a_second_factor_no_code_is_enough(client: Client, codes: Codes, member: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client.force_login(member)
    TOTP.activate(member, generate_totp_secret())
    client.post(PAGE)
    assert codes.sent() == []


def test_who_has_no_way_to_prove_it_logs_in_anew(client: Client) -> None:
    client.force_login(User.objects.create_user(full_name="Chỉ qua cổng tỉnh"))
    response = client.get(reverse("account_change_phone"), follow=True)
    assert response.redirect_chain[-1][0] == reverse("account_logout")
    assert "Hãy đăng xuất rồi đăng nhập lại" in response.content.decode()


# --- Sign-ups that nobody finished --------------------------------------------------------------------------


def old(**fields: Any) -> User:
    user = User.objects.create_user(**fields)
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(days=2))
    return user


def test_only_what_nobody_finished_is_removed(client: Client, codes: Codes, member: User) -> None:
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    sign_up(client, "0987654321")  # a minute ago
    gone = [old(phone="+84911111111"), old(email="bo@example.vn")]
    EmailAddress.objects.create(user=gone[1], email="bo@example.vn", primary=True)
    kept = [
        old(phone="+84911111112", phone_verified=True),
        old(phone="+84911111113", password=PASSWORD),
        old(phone="+84911111114", is_staff=True),
        old(username="canbo", full_name="Cán bộ đầu mối"),
        old(phone="+84911111115", last_login=timezone.now()),
    ]
    proved = old(email="co@example.vn")
    EmailAddress.objects.create(user=proved, email="co@example.vn", verified=True)
    assert purge_unconfirmed() == 2
    left = set(User.objects.all())
    assert {member, proved, *kept} <= left
    assert not left & set(gone)
    assert User.objects.filter(phone="+84987654321").exists()


def test_the_nightly_task_does_it_all(client: Client) -> None:
    old(phone="+84911111111")
    tasks.tidy_up()
    assert not User.objects.exists()
