"""A person's own data: shown, copied for 24 hours, erased on request; what results rest on stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.identity import national_id_hash, seal_national_id
from contest_site.privacy.asking import ask_for_copy, ask_for_erasure
from contest_site.privacy.copying import make_waiting_copies, remove_old_copies
from contest_site.privacy.deadlines import answer_due
from contest_site.privacy.erasing import NAMELESS, answer_erasure
from contest_site.privacy.retention import erase_old_entries, months_after
from contests.domain.consenting import current_text
from contests.domain.requesting import ask_correction, decide_request
from contests.domain.rounds import close_round
from contests.models import Contest, DataAnswer, DataExport, DataRequest, Entry, EntryDecision, Guardian
from prizes.domain.deciding import enter_decision, publish_run, review_run
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.scope import Scope
from tests.support.factories import (
    PASSWORD,
    make_entry,
    make_login,
    make_prizes,
    make_round,
    make_staff,
    make_user,
    submitted_attempt,
)
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db
NUMBER = "051088000123"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def user() -> User:
    return make_login(full_name="Nguyễn Thị Thu Hà", phone="+84912345678", phone_verified=True)


@pytest.fixture
def entry(user: User) -> Entry:
    round = make_round()
    found = make_entry(
        round.contest,
        user=user,
        national_id_hash=national_id_hash(NUMBER),
        national_id_sealed=seal_national_id(NUMBER),
        address="12 Hùng Vương",
    )
    submitted_attempt(found, round, submitted_at=database_now())
    Guardian.objects.create(entry=found, full_name="Trần Hoa", relation="mother", contact="+84987654321")
    return found


def published(entry: Entry) -> StandingsRun:
    round = entry.contest.rounds.get()
    make_prizes(entry.contest, round)
    close_round(round, by=make_staff(), reason="Thử")
    first, second = make_staff(), make_staff()
    run = compute_standings(Scope.of_round(round), by=None)
    review_run(run, by=first)
    approve_run(run, by=second)
    enter_decision(run, number="1/QĐ", signed_on=timezone.localdate(database_now()), by=first)
    publish_run(run, by=first)
    return run


# --- Deadlines ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-02 08:00", "2026-03-05 00:00"),  # Monday: until the end of Wednesday
        ("2026-03-06 16:00", "2026-03-11 00:00"),  # Friday: until the end of Tuesday
        ("2026-03-07 10:00", "2026-03-11 00:00"),  # Saturday
        ("2026-03-08 23:59", "2026-03-11 00:00"),  # Sunday
    ],
)
def test_an_answer_is_due_at_the_end_of_the_second_working_day(asked: str, due: str) -> None:
    found = answer_due(datetime.fromisoformat(f"{asked}+07:00").astimezone(UTC))
    assert found == datetime.fromisoformat(f"{due}+07:00")


# --- The copy ----------------------------------------------------------------------------------------------


def logged_in(client: Client) -> Client:
    client.post(reverse("account_login"), {"login": "0912345678", "password": PASSWORD})
    return client


def test_a_copy_is_made_by_a_worker_for_its_owner_alone(client: Client, entry: Entry, media: Path) -> None:
    me = logged_in(client)
    where = reverse("my_data")
    assert "1 đăng ký dự thi" in me.get(where).content.decode()
    assert me.post(reverse("data_copy")).status_code == 302
    assert "Đang lập tệp" in me.get(where).content.decode()
    assert make_waiting_copies() == 1
    assert make_waiting_copies() == 0
    export = DataExport.objects.get()
    assert "Tải tệp" in me.get(where).content.decode()
    file = reverse("data_download", args=[export.pk])
    response = me.get(file)
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert "no-store" in response["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["du-lieu.html", "du-lieu.json"]
        values = json.loads(archive.read("du-lieu.json"))
        page = archive.read("du-lieu.html").decode()
    text = json.dumps(values, ensure_ascii=False)
    attempt = Attempt.objects.get()
    for said in ("Nguyễn Thị Thu Hà", NUMBER, "12 Hùng Vương", "Trần Hoa", str(attempt.receipt)):
        assert said in text
        assert said in page
    assert AuditEvent.objects.filter(verb="downloaded own data", actor=entry.user).count() == 1
    other = Client()
    other.force_login(make_user())
    assert other.get(file).status_code in (302, 404)
    DataExport.objects.update(expires_at=database_now())
    assert me.get(file).status_code == 404
    assert remove_old_copies() == 1
    assert not list(media.rglob("*.zip"))


def test_a_copy_wants_the_owner_proved_within_minutes(client: Client, entry: Entry) -> None:
    client.force_login(entry.user)
    for name in ("data_copy", "data_erasure"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert "xac-nhan-lai" in response["Location"] or "dang-xuat" in response["Location"]
        assert client.post(reverse(name)).status_code == 302
    assert not DataRequest.objects.exists()


def test_a_score_that_the_plan_hides_is_not_in_the_copy(entry: Entry) -> None:
    from contest_site.privacy.gathering import gather

    entry.contest.rounds.update(result_shown="after_publication")
    attempts = gather(entry.user)["Cuộc thi đã đăng ký"][0]["lượt thi"]
    assert attempts[0]["số câu đúng"] == "chưa được hiện theo thể lệ"
    entry.contest.rounds.update(result_shown="at_once")
    assert gather(entry.user)["Cuộc thi đã đăng ký"][0]["lượt thi"][0]["số câu đúng"] == 30


def test_two_taps_make_one_request(entry: Entry) -> None:
    assert ask_for_copy(entry.user) == ask_for_copy(entry.user)
    assert ask_for_erasure(entry.user) == ask_for_erasure(entry.user)
    assert DataRequest.objects.count() == 2


# --- Erasure -----------------------------------------------------------------------------------------------


def test_erasure_takes_the_person_and_leaves_what_was_published(entry: Entry, media: Path) -> None:
    user, organiser = entry.user, make_staff()
    correction = ask_correction(entry, by=user, wanted={"address": "Số 13"}, reason="Chuyển nhà")
    decide_request(correction, by=organiser, accept=True)
    run = published(entry)
    rows = list(run.rows.values())
    ask_for_copy(user)
    make_waiting_copies()
    request = ask_for_erasure(user)
    answer_erasure(request, by=organiser, accept=True)
    entry.refresh_from_db()
    user.refresh_from_db()
    run.refresh_from_db()
    assert entry.full_name == NAMELESS
    assert (entry.birth_date, entry.gender, entry.phone, entry.address) == (None, "", None, "")
    assert (entry.national_id_hash, entry.national_id_sealed) == (None, None)
    assert (user.full_name, user.phone, user.email, user.is_active) == ("", None, "", False)
    assert Guardian.objects.get().contact == ""
    decision = EntryDecision.objects.get()
    assert (decision.before, decision.after, decision.verdict) == ({}, {}, "accepted")
    attempt = Attempt.objects.get()
    assert (attempt.address, attempt.device, attempt.correct) == (None, "", 30)
    assert (run.digest, list(run.rows.values())) == (StandingsRun.objects.get(pk=run.pk).digest, rows)
    assert not list(media.rglob("personal/*.zip"))
    assert DataAnswer.objects.get(request=request).verdict == "accepted"
    trail = str(list(AuditEvent.objects.filter(verb="erased person").values()))
    assert "Thu Hà" not in trail
    with pytest.raises(IntegrityError, match="erased_entry_names_nobody"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(phone="+84912345678")
    with pytest.raises(NotNow, match="đã được trả lời"):
        answer_erasure(request, by=organiser, accept=False, grounds="Thôi")


def test_a_submitted_attempt_is_final_but_for_its_network_address(entry: Entry) -> None:
    for change in ({"correct": 1}, {"address": None, "device": "", "correct": 1}, {"device": "x"}):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            Attempt.objects.update(**change)
    Attempt.objects.update(address=None, device="")


def test_an_erasure_is_refused_with_grounds_and_never_during_a_paper(entry: Entry) -> None:
    organiser, request = make_staff(), ask_for_erasure(entry.user)
    with pytest.raises(Invalid, match="Ghi lý do"):
        answer_erasure(request, by=organiser, accept=False)
    answer_erasure(request, by=organiser, accept=False, grounds="Đang khiếu nại")
    entry.refresh_from_db()
    assert entry.erased_at is None
    from attempts.domain.starting import start_attempt

    start_attempt(entry, entry.contest.rounds.get())
    with pytest.raises(NotNow, match="chưa nộp"):
        ask_for_erasure(entry.user)
    with pytest.raises(NotAllowed, match="Ban Tổ chức"):
        ask_for_erasure(organiser)


def test_the_organisers_answer_from_a_queue_with_deadlines(client: Client, entry: Entry) -> None:
    me = logged_in(Client())
    page = reverse("data_erasure")
    assert "Được giữ, không còn tên" in me.get(page).content.decode()
    assert me.post(page).status_code == 400
    assert me.post(page, {"sure": "on"}).status_code == 302
    assert "Chờ Ban Tổ chức trả lời" in me.get(reverse("my_data")).content.decode()
    secretary = make_user(is_staff=True)
    secretary.groups.add(Group.objects.get(name="Thư ký"))
    client.force_login(secretary)
    queue = client.get(reverse("admin:contests_datarequest_changelist")).content.decode()
    assert "Nguyễn Thị Thu Hà" in queue
    where = reverse("admin:contests_datarequest_answer", args=[DataRequest.objects.get().pk])
    assert "2 ngày làm việc" in client.get(where).content.decode()
    assert client.post(where, {"act": "erase"}).status_code == 302
    entry.refresh_from_db()
    assert entry.erased_at
    # The session that was open has ended.
    assert me.get(reverse("my_data")).status_code == 302


# --- Retention ---------------------------------------------------------------------------------------------


def test_people_of_old_contests_are_erased_and_winners_keep_their_names(entry: Entry, settings: Any) -> None:
    published(entry)
    contest = entry.contest
    other = make_entry(contest)
    assert erase_old_entries() == 0
    past = database_now() - timedelta(days=800)
    contest.rounds.update(opens_at=past - timedelta(days=1), closes_at=past)
    Contest.objects.filter(pk=contest.pk).update(opens_at=past - timedelta(days=1), closes_at=past)
    settings.RETENTION_MONTHS = 0
    assert erase_old_entries() == 0
    settings.RETENTION_MONTHS = 24
    assert erase_old_entries() == 2
    assert erase_old_entries() == 0
    entry.refresh_from_db()
    other.refresh_from_db()
    assert (entry.full_name, entry.phone) == ("Nguyễn Thị Thu Hà", None)
    assert other.full_name == NAMELESS
    assert AuditEvent.objects.get(verb="erased old entries").data["count"] == 2


def test_months_are_whole() -> None:
    contest = Contest(closes_at=datetime(2024, 12, 31, tzinfo=UTC))
    assert str(months_after(contest, 24)) == "2026-12-31"
    assert str(months_after(contest, 2)) == "2025-03-01"


# --- Pages -------------------------------------------------------------------------------------------------


def test_my_pages_cost_the_same_for_one_contest_and_for_three(
    client: Client, entry: Entry, django_assert_num_queries: Callable[..., Any]
) -> None:
    client.force_login(entry.user)
    current_text(entry.contest)
    for made in range(2):
        # session, account, merged accounts, clock, five counts, two requests, and the officer of the header
        with django_assert_num_queries(12):
            client.get(reverse("my_data"))
        with django_assert_num_queries(10):
            client.get(reverse("mine"))
        for _more in range(2 - 2 * made):
            round = make_round()
            submitted_attempt(make_entry(round.contest, user=entry.user), round)
