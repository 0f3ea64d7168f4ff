"""Erasure and copy reach the whole person: merged accounts, linked log-ins, files, names in the trail."""

from __future__ import annotations

import json
import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attempts.domain.disqualifying import disqualify
from attempts.domain.merging import merge_accounts
from contest_site import tasks
from contest_site.accounts.enums import IdentityCheck
from contest_site.accounts.models import AccountMerge, User
from contest_site.audit.models import AuditEvent
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.privacy.asking import ask_for_copy, ask_for_erasure
from contest_site.privacy.copying import FOLDER, make_waiting_copies
from contest_site.privacy.erasing import NAMELESS, answer_erasure, erase_entries
from contest_site.privacy.gathering import gather
from contests.domain.consenting import withdraw_consent
from contests.models import DataExport, Entry
from tests.support.factories import (
    PASSWORD,
    make_contest,
    make_entry,
    make_login,
    make_round,
    make_staff,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
HOW: dict[str, Any] = {"identity_check": IdentityCheck.IN_PERSON, "grounds": "Hai tài khoản cùng một người."}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def user() -> User:
    return make_login(full_name="Nguyễn Thị Thu Hà", phone="+84912345678", phone_verified=True)


def erase(user: User) -> None:
    answer_erasure(ask_for_erasure(user), by=make_staff(), accept=True)


def merged_with_a_staying_entry(kept: User) -> tuple[User, Entry]:
    """An absorbed account, and its disqualified entry that stays with it."""
    absorbed = make_user(full_name="Nguyễn Thu Hà", phone="+84987654321", phone_verified=True)
    contest = make_contest()
    round = make_round(contest)
    make_entry(contest, user=kept)
    staying = make_entry(
        contest, user=absorbed, full_name="Nguyễn Thu Hà", phone="+84987654321", address="12 Hùng Vương"
    )
    submitted_attempt(staying, round)
    disqualify(staying, round=None, grounds="Đăng ký hai lần", by=make_staff())
    merge_accounts(kept, absorbed, by=make_staff(), **HOW)
    return absorbed, staying


def test_an_absorbed_account_keeps_no_name(user: User) -> None:
    absorbed, _entry = merged_with_a_staying_entry(user)
    absorbed.refresh_from_db()
    assert absorbed.full_name == ""


def test_erasure_reaches_every_account_that_was_merged_into_this_one(user: User) -> None:
    middle, staying = merged_with_a_staying_entry(user)
    # One merged long ago, when names were left, and one merged into that one.
    first = make_user(full_name="Thu Hà cũ")
    AccountMerge.objects.create(kept=middle, absorbed=first, by=make_staff(), **HOW)
    old = make_entry(make_contest(), user=first, full_name="Thu Hà cũ", phone="+84911111111")
    erase(user)
    for entry in (staying, old):
        entry.refresh_from_db()
        assert (entry.full_name, entry.phone, entry.address) == (NAMELESS, None, "")
        assert entry.erased_at
    for account in (middle, first):
        account.refresh_from_db()
        assert (account.full_name, account.phone, account.is_active) == ("", None, False)


def test_the_copy_and_the_page_reach_what_was_merged(client: Client, user: User) -> None:
    _absorbed, staying = merged_with_a_staying_entry(user)
    said = json.dumps(gather(user), ensure_ascii=False)
    assert "12 Hùng Vương" in said
    assert staying.full_name in said
    client.force_login(user)
    assert "2 đăng ký dự thi" in client.get(reverse("my_data")).content.decode()


def test_linked_log_ins_and_passkeys_are_in_the_copy_and_go_with_the_person(user: User) -> None:
    SocialAccount.objects.create(user=user, provider="vneid", uid="nguoi-1")
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Điện thoại của Hà", "credential": {}}
    )
    said = json.dumps(gather(user), ensure_ascii=False)
    for words in ("vneid", "nguoi-1", "Điện thoại của Hà"):
        assert words in said
    erase(user)
    assert not SocialAccount.objects.exists()
    assert not Authenticator.objects.exists()
    assert not EmailAddress.objects.exists()


def test_erasure_reads_no_sessions_and_who_was_logged_in_is_out(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": "0912345678", "password": PASSWORD})
    assert client.get(reverse("my_data")).status_code == 200
    request, organiser = ask_for_erasure(user), make_staff()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer_erasure(request, by=organiser, accept=True)
    assert not [one["sql"] for one in queries if "django_session" in one["sql"]]
    assert client.get(reverse("my_data")).status_code == 302


def test_a_winner_whom_retention_left_the_name_is_erased_by_name_on_request(user: User) -> None:
    entry = make_entry(make_contest(), user=user, full_name="Nguyễn Thị Thu Hà")
    erase_entries(Entry.objects.filter(pk=entry.pk), name_too=False)
    entry.refresh_from_db()
    assert (entry.full_name, entry.phone) == ("Nguyễn Thị Thu Hà", None)
    before = entry.erased_at
    erase(user)
    entry.refresh_from_db()
    assert (entry.full_name, entry.erased_at) == (NAMELESS, before)


# --- Tidying -----------------------------------------------------------------------------------------------


def test_a_copy_that_fails_stops_neither_the_others_nor_the_tidying(
    user: User, media: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_user(full_name="Lê Văn Bình")
    ask_for_copy(other)
    make_waiting_copies()
    DataExport.objects.update(expires_at=database_now() - timedelta(seconds=1))
    failing, made = ask_for_copy(user), ask_for_copy(other)

    def broken(person: User) -> dict[str, Any]:
        if person == user:
            raise ValueError(person.full_name)
        return gather(person)

    monkeypatch.setattr("contest_site.privacy.copying.gather", broken)
    with caplog.at_level(logging.ERROR):
        tasks.tidy_personal_data()
    assert list(DataExport.objects.exclude(name="").values_list("request", flat=True)) == [made.pk]
    assert len(list(media.rglob("*.zip"))) == 1
    assert f"{failing.pk}" in caplog.text
    assert "ValueError" in caplog.text
    assert "Thu Hà" not in caplog.text


def test_a_file_without_a_row_goes_after_a_day(user: User, media: Path) -> None:
    """A copy is written before its row is committed: what a rollback left belongs to nobody."""
    ask_for_copy(user)
    make_waiting_copies()
    folder = media / FOLDER
    names = {"old.zip": 25, "old.part": 25, "new.zip": 1}
    now = database_now().timestamp()
    for name, hours in names.items():
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (now - hours * 3600,) * 2)
    kept = media / DataExport.objects.get().name
    os.utime(kept, (now - 25 * 3600,) * 2)
    tasks.tidy_personal_data()
    assert {path.name for path in folder.iterdir()} == {"new.zip", kept.name}


# --- The trail ---------------------------------------------------------------------------------------------


def test_the_trail_holds_no_name_of_who_may_be_erased(client: Client, user: User) -> None:
    entry = make_entry(make_contest(), user=user, full_name="Nguyễn Thị Thu Hà")
    ask_for_copy(user)
    withdraw_consent(entry, by=user)
    record("asked for a new password", user, by=make_staff(full_name="Trần Thư Ký"))
    events = list(AuditEvent.objects.order_by("pk"))
    assert "Thu Hà" not in str([(one.actor_name, one.object_name, one.data) for one in events])
    assert [one.actor_name for one in events] == [f"#{user.pk}", f"#{user.pk}", "Trần Thư Ký"]
    assert [one.object_name for one in events[1:]] == [f"#{entry.pk}", f"#{user.pk}"]


def test_the_admin_s_own_list_of_recent_acts_forgets_the_name(user: User) -> None:
    entry, organiser = make_entry(make_contest(), user=user, full_name="Nguyễn Thị Thu Hà"), make_staff()
    LogEntry.objects.log_actions(organiser.pk, [user], CHANGE, "")
    LogEntry.objects.log_actions(organiser.pk, [entry], CHANGE, "")
    LogEntry.objects.log_actions(organiser.pk, [entry.contest], CHANGE, "")
    erase(user)
    assert list(LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)) == [
        *(f"#{user.pk}", f"#{entry.pk}", str(entry.contest)),
    ]


def test_organisers_are_named_and_read_who_acted_while_the_account_has_a_name(
    client: Client, user: User
) -> None:
    chief = make_user(full_name="Phạm Trưởng Ban", is_staff=True, is_superuser=True)
    record("changed account", chief, by=chief)
    assert AuditEvent.objects.get().object_name == "Phạm Trưởng Ban"
    ask_for_copy(user)
    client.force_login(chief)
    trail = reverse("admin:audit_auditevent_changelist")
    page = client.get(trail).content.decode()
    assert "Nguyễn Thị Thu Hà" in page
    assert "Nguyễn Thị Thu Hà" in client.get(trail, {"q": "Thu Hà"}).content.decode()
    erase(user)
    assert "Nguyễn Thị Thu Hà" not in client.get(trail).content.decode()
