"""Passkeys: instead of the password for everybody, as the second factor for organisers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from contest_site.accounts.models import User
from contest_site.accounts.passkeys import MOST
from tests.contest_site.accounts.device import Device
from tests.contest_site.accounts.entrance import PASSWORD, Codes, log_in, signed_in

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _name(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]


def browser() -> Client:
    return Client(headers={"host": "localhost", "user-agent": PHONE})


def asked(response: Any) -> dict[str, Any]:
    """What the page asks the device for."""
    scripts: Any = html.document_fromstring(response.content).xpath("//form[@data-passkey]/script/text()")
    (script,) = scripts
    options: dict[str, Any] = json.loads(script)
    return options


def proved(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def with_key(user_login: str, **options: Any) -> tuple[Client, Device]:
    """A browser that is logged in, and the device that has just got a key."""
    client, device = browser(), Device(**options)
    log_in(client, user_login)
    proved(client)
    address = reverse("mfa_add_webauthn")
    answer = device.create(asked(client.get(address)))
    client.post(address, {"name": "", "credential": answer})
    return client, device


def enter(client: Client, device: Device, **more: str) -> Any:
    options = client.get(reverse("mfa_login_webauthn"), headers=JSON).json()
    return client.post(reverse("mfa_login_webauthn"), {"credential": device.get(options), **more})


def organiser() -> User:
    return User.objects.create_user(username="thuky", password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.mark.usefixtures("eager_tasks")
def test_a_key_is_added_named_after_the_device_and_told_by_e_mail(
    member: User, django_capture_on_commit_callbacks: Any
) -> None:
    EmailAddress.objects.create(user=member, email="hanh@example.vn", verified=True, primary=True)
    with django_capture_on_commit_callbacks(execute=True):
        client, _device = with_key("0912345678")
    page = client.get(reverse("mfa_list_webauthn")).content.decode()
    assert "Điện thoại Android" in page
    assert "Chưa dùng lần nào" in page
    assert not Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).exists()
    assert any("khóa đăng nhập" in message.subject for message in mail.outbox)


def test_it_opens_the_account_without_a_name_or_password_and_leads_on(member: User) -> None:
    _client, device = with_key("0912345678")
    other = browser()
    response = enter(other, device, next=reverse("account_overview"))
    assert response["Location"] == reverse("account_overview")
    assert other.session["_auth_user_id"] == str(member.pk)
    assert "Dùng gần nhất" in other.get(reverse("mfa_list_webauthn")).content.decode()


def test_a_contestant_with_a_key_still_gets_in_by_password(member: User) -> None:
    with_key("0912345678")
    client = browser()
    log_in(client, "0912345678")
    assert signed_in(client)


def test_for_an_organiser_it_is_the_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    organiser()
    enrolled, device = with_key("thuky")
    assert enrolled.get(reverse("admin:index")).status_code == 200
    client = browser()
    assert log_in(client, "thuky")["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    page = client.get(reverse("mfa_authenticate"))
    client.post(reverse("mfa_authenticate"), {"credential": device.get(asked(page))})
    assert client.get(reverse("admin:index")).status_code == 200
    alone = browser()
    enter(alone, device)
    assert alone.get(reverse("admin:index")).status_code == 200


def test_a_session_from_before_the_rights_shows_the_second_factor_first(member: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    _client, device = with_key("0912345678")
    client = browser()
    log_in(client, "0912345678")
    User.objects.filter(pk=member.pk).update(is_staff=True, is_superuser=True)
    wanted = client.get(reverse("admin:index"))["Location"]
    assert wanted.startswith(reverse("mfa_reauthenticate_webauthn"))
    client.post(wanted, {"credential": device.get(asked(client.get(wanted)))})
    assert client.get(reverse("admin:index")).status_code == 200


def garbage(device: Device) -> list[str]:
    options = {"challenge": "AAAA", "user": {"id": "MQ"}}
    made = json.loads(device.create(options)), json.loads(device.get(options))
    broken = [{**one, "response": {**one["response"], "clientDataJSON": "!"}} for one in made]
    empty: list[Any] = [[], {}, 1, None, "x", {"response": {}}, {"response": {"userHandle": "*"}}]
    return ["", "no json", *(json.dumps(one) for one in (*made, *broken, *empty))]


def test_what_no_device_said_is_refused_with_a_sentence(member: User) -> None:
    client, device = with_key("0912345678")
    stranger = browser()
    for said in garbage(device):
        client.get(reverse("mfa_add_webauthn"))
        response = client.post(reverse("mfa_add_webauthn"), {"credential": said})
        assert response.status_code == 200, said
        assert "Thiết bị chưa" in response.content.decode(), said
        stranger.get(reverse("mfa_login_webauthn"), headers=JSON)
        response = stranger.post(reverse("mfa_login_webauthn"), {"credential": said}, follow=True)
        assert "không dùng được" in response.content.decode(), said
        assert not signed_in(stranger)
    assert Authenticator.objects.count() == 1


def test_a_wrong_signature_another_site_or_an_old_challenge_opens_nothing(member: User) -> None:
    _client, device = with_key("0912345678")
    forger, elsewhere = Device(), Device("https://localhost.example.vn")
    for other in (forger, elsewhere):
        other.id, other.user = device.id, device.user
    elsewhere.key = device.key
    for wrong in (forger, elsewhere):
        client = browser()
        enter(client, wrong)
        assert not signed_in(client)
    client = browser()
    options = client.get(reverse("mfa_login_webauthn"), headers=JSON).json()
    answer = device.get(options)
    client.get(reverse("mfa_login_webauthn"), headers=JSON)
    client.post(reverse("mfa_login_webauthn"), {"credential": answer})
    assert not signed_in(client)


def test_a_key_that_was_only_touched_is_no_passkey(member: User) -> None:
    with_key("0912345678", verifies=False)
    assert not Authenticator.objects.exists()


def test_nobody_learns_from_a_key_whether_an_account_exists(member: User) -> None:
    _client, known = with_key("0912345678")
    switched_off, unknown, without = Device(), Device(), Device()
    switched_off.user = without.user = known.user
    unknown.user = "OTk5OTk5"  # nobody has this number
    seen = []
    for device in (switched_off, unknown, without):
        client = browser()
        options = client.get(reverse("mfa_login_webauthn"), headers=JSON).json()
        assert "allowCredentials" not in options or not options["allowCredentials"]
        with CaptureQueriesContext(connection) as queries:
            response = client.post(reverse("mfa_login_webauthn"), {"credential": device.get(options)})
        page = client.get(response["Location"]).content.decode()
        seen.append((response.status_code, response["Location"], len(queries), "không dùng được" in page))
    assert len(set(seen)) == 1
    assert seen[0][3]


def test_a_key_is_renamed_and_removed_by_its_owner_alone(member: User) -> None:
    client, device = with_key("0912345678")
    key = Authenticator.objects.get()
    stranger = browser()
    User.objects.create_user(phone="+84987654321", phone_verified=True, password=PASSWORD)
    log_in(stranger, "0987654321")
    proved(stranger)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert stranger.get(reverse(name, args=[key.pk])).status_code == 404
    client.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "Máy <b>cơ quan</b>"})
    assert "Máy &lt;b&gt;cơ quan" in client.get(reverse("mfa_list_webauthn")).content.decode()
    assert client.post(reverse("mfa_edit_webauthn", args=[key.pk]), {"name": " "}).status_code == 200
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    other = browser()
    enter(other, device)
    assert not signed_in(other)


def test_adding_takes_the_password_again_and_ends_at_ten(member: User) -> None:
    client = browser()
    client.force_login(member)
    wanted = client.get(reverse("mfa_add_webauthn"))["Location"]
    assert wanted.startswith(reverse("account_reauthenticate"))
    client, _device = with_key("0912345678")
    (key,) = Authenticator.objects.all()
    Authenticator.objects.bulk_create(
        Authenticator(user=member, type=key.type, data=key.data) for _number in range(MOST - 1)
    )
    answer = Device().create(asked(client.get(reverse("mfa_add_webauthn"))))
    page = client.post(reverse("mfa_add_webauthn"), {"credential": answer}).content.decode()
    assert "xóa một khóa" in page


def test_who_has_no_password_proves_to_be_the_owner_by_key(codes: Codes, member: User) -> None:
    _client, device = with_key("0912345678")
    member.set_unusable_password()
    member.save()
    client = browser()
    client.force_login(member)
    wanted = client.get(reverse("account_change_phone"))["Location"]
    assert wanted.startswith(reverse("mfa_reauthenticate_webauthn"))
    client.post(wanted, {"credential": device.get(asked(client.get(wanted)))})
    assert client.get(reverse("account_change_phone")).status_code == 200
