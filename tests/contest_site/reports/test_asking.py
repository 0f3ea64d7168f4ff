"""Asking for a report, seeing how far it is, taking it, and its end after a day."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.reports import making
from contest_site.reports.domain import ask, erase_lost_files, erase_old_files, hand_out, kinds_for
from contest_site.reports.models import Report
from contest_site.reports.registry import KINDS
from contest_site.reports.tasks import make_report
from contest_site.roles import AUDITOR, CHIEF, SECRETARY
from contests.models import Contest, Round, Unit, UnitOfficer
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def city() -> Unit:
    return make_unit("Thành phố", code="C")


@pytest.fixture
def ward(city: Unit) -> Unit:
    return make_unit("Phường A", city, code="C-A")


@pytest.fixture
def contest(city: Unit, ward: Unit) -> Contest:
    now = database_now()
    contest = make_contest(
        area=city, slug="cuoc-thi", opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1)
    )
    round = make_round(contest, questions=5, sealed=False)
    for unit, name in ((city, "Trần Bình"), (ward, "Lê An"), (ward, "=HYPERLINK(1)")):
        submitted_attempt(make_entry(contest, unit=unit, full_name=name), round, correct=3)
    return contest


def organiser(role: str = SECRETARY) -> User:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def officer(unit: Unit) -> User:
    user = make_user()
    UnitOfficer.objects.create(user=user, unit=unit)
    return user


def finished(report: Report) -> Report:
    make_report(report.pk)
    report.refresh_from_db()
    return report


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def proved(user: User) -> Client:
    """Signed in within the last minutes, as the log-in itself records it."""
    client = client_of(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": database_now().timestamp()}]
    session.save()
    return client


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def test_a_report_is_made_with_every_row_and_kept_for_a_day(contest: Contest) -> None:
    report = finished(ask("participants", by=organiser(), contest=contest))
    assert (report.failure, report.rows_expected, report.rows_written) == ("", 3, 3)
    assert report.expires_at is not None
    assert report.made_at is not None
    assert timedelta(hours=24) <= report.expires_at - report.made_at < timedelta(hours=24, minutes=1)
    assert (settings.MEDIA_ROOT / report.name).stat().st_size == report.size


def test_the_same_button_pressed_twice_asks_once(contest: Contest, ward: Unit) -> None:
    user = organiser()
    first = ask("participation", by=user, contest=contest)
    assert ask("participation", by=user, contest=contest) == first
    assert ask("participation", by=user, contest=contest, unit=ward) != first
    assert ask("participation", by=organiser(), contest=contest) != first


def test_an_officer_asks_for_the_own_subtree_alone(contest: Contest, city: Unit, ward: Unit) -> None:
    user = officer(ward)
    report = finished(ask("participants", by=user, contest=contest, unit=ward))
    assert report.rows_written == 2
    for unit in (city, make_unit("Phường B", city, code="C-B"), make_unit("Nơi khác", code="X"), None):
        with pytest.raises(NotAllowed):
            ask("participants", by=user, contest=contest, unit=unit)


def test_officers_have_the_reports_for_agencies_and_no_others(contest: Contest, ward: Unit) -> None:
    names = {kind.name for kind in kinds_for(officer(ward), contest, ward)}
    assert names == {kind.name for kind in KINDS.values() if kind.for_agencies}


def test_who_has_no_right_to_take_peoples_data_out_gets_no_list_of_people(contest: Contest) -> None:
    names = {kind.name for kind in kinds_for(organiser(AUDITOR), contest)}
    assert "participation" in names
    assert not [name for name in names if KINDS[name].holds_personal_data]


def test_national_ids_need_their_own_permission(contest: Contest) -> None:
    with pytest.raises(NotAllowed):
        ask("participants", by=organiser(SECRETARY), contest=contest, national_ids=True)
    assert ask("participants", by=organiser(CHIEF), contest=contest, national_ids=True).national_ids


def test_what_is_no_kind_or_no_round_of_the_contest_is_refused(contest: Contest) -> None:
    with pytest.raises(Invalid):
        ask("khong-co", by=organiser(), contest=contest)
    elsewhere = make_round(make_contest(), sealed=False)
    with pytest.raises(NotAllowed):
        ask("participation", by=organiser(), contest=contest, round=elsewhere)


def test_a_right_that_was_taken_away_meanwhile_counts(contest: Contest) -> None:
    user = organiser()
    made, waiting = (
        ask("participation", by=user, contest=contest),
        ask("participants", by=user, contest=contest),
    )
    finished(made)
    user.groups.clear()
    with pytest.raises(NotAllowed):
        hand_out(Report.objects.get(pk=made.pk))
    assert finished(waiting).failure == "refused"


def test_a_file_with_a_row_too_few_is_not_offered(
    contest: Contest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(making, "rows_in", lambda file: [9])
    report = finished(ask("participants", by=organiser(), contest=contest))
    assert (report.failure, report.name) == ("rows", "")
    assert list((settings.MEDIA_ROOT / "reports").iterdir()) == []
    assert "where SQL counts 3" in caplog.text


def test_files_are_erased_after_their_day_and_lost_ones_too(contest: Contest) -> None:
    report = finished(ask("participation", by=organiser(), contest=contest))
    path = settings.MEDIA_ROOT / report.name
    assert (erase_old_files(), path.exists()) == (0, True)
    Report.objects.update(expires_at=database_now())
    assert (erase_old_files(), path.exists()) == (1, False)
    with pytest.raises(NotNow):
        hand_out(Report.objects.get(pk=report.pk))
    path.write_bytes(b"lost")
    assert erase_lost_files() == 0
    old = (database_now() - timedelta(hours=25)).timestamp()

    os.utime(path, (old, old))
    assert erase_lost_files() == 1


def test_the_page_asks_shows_and_hands_out(contest: Contest, ward: Unit) -> None:
    client = proved(officer(ward))
    address = reverse("reports:new", args=[contest.slug])
    assert "Danh sách người dự thi" in client.get(address, {"unit": ward.pk}).content.decode()
    asked: Any = client.post(address, {"kind": "participants", "unit": ward.pk})
    report = Report.objects.get()
    assert asked.url == reverse("reports:report", args=[report.key])
    Report.objects.update(asked_at=database_now() - timedelta(seconds=10))
    waiting = client.get(asked.url)
    assert waiting["Refresh"] == "3"
    finished(report)
    page = client.get(asked.url)
    assert "Refresh" not in page
    file: Any = client.get(reverse("reports:download", args=[report.key]))
    names = [row[1] for row in rows_of(b"".join(file.streaming_content))]
    assert {"Lê An", "=HYPERLINK(1)"} <= set(names)
    assert "Trần Bình" not in names
    assert "no-store" in file["Cache-Control"]
    event = AuditEvent.objects.get(verb="downloaded report")
    assert event.data == {
        "kind": "participants", "report": str(report.key), "rows": 2, "unit": ward.pk,
        "digest": Report.objects.get().digest,
    }  # fmt: skip


def test_peoples_data_is_handed_out_after_proving_who_one_is(contest: Contest) -> None:
    user = organiser()
    personal = finished(ask("participants", by=user, contest=contest))
    numbers = finished(ask("participation", by=user, contest=contest))
    client = client_of(user)
    assert client.get(reverse("reports:download", args=[personal.key])).status_code == 302
    file: Any = client.get(reverse("reports:download", args=[numbers.key]))
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert [event.data["kind"] for event in AuditEvent.objects.filter(verb="downloaded report")] == [
        "participation"
    ]


def test_national_ids_that_were_taken_are_in_the_trail(contest: Contest) -> None:
    report = finished(ask("participants", by=organiser(CHIEF), contest=contest, national_ids=True))
    hand_out(report)
    assert AuditEvent.objects.get(verb="saw national IDs").data == {"count": 3}


def test_anothers_report_is_not_there(contest: Contest) -> None:
    report = finished(ask("participation", by=organiser(), contest=contest))
    client = client_of(organiser())
    for name in ("report", "download"):
        assert client.get(reverse(f"reports:{name}", args=[report.key])).status_code == 404


@pytest.mark.parametrize("query", [{"unit": "x"}, {"unit": "9" * 19}, {"unit": "0"}])
def test_a_unit_that_is_none_is_not_found(contest: Contest, ward: Unit, query: dict[str, str]) -> None:
    client = client_of(officer(ward))
    assert client.get(reverse("reports:new", args=[contest.slug]), query).status_code == 404


def test_who_reports_for_nobody_finds_no_reports(contest: Contest) -> None:
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="export_people"))
    assert client_of(user).get(reverse("reports:new", args=[contest.slug])).status_code == 404


def test_a_round_that_is_none_is_not_found(contest: Contest) -> None:
    client = client_of(organiser())
    address = reverse("reports:new", args=[contest.slug])
    assert client.post(address, {"kind": "participation", "round": "7"}).status_code == 404
    assert Round.objects.count() == 1


def test_organisers_choose_a_round_where_a_report_has_one(contest: Contest) -> None:
    make_round(
        contest, sealed=False, opens_at=contest.closes_at, closes_at=contest.closes_at + timedelta(days=1)
    )
    user = organiser(CHIEF)
    user.user_permissions.add(Permission.objects.get(codename="see_key"))
    page = client_of(user).get(reverse("admin:reports_contest", args=[contest.pk])).content.decode()
    forms = {form.split('"')[0]: form for form in page.split('name="kind" value="')[1:]}
    assert set(forms) == set(KINDS)
    whole = {name for name, form in forms.items() if "Cả cuộc thi" in form.split("</form>")[0]}
    rounds = {name for name, form in forms.items() if "<select" in form.split("</form>")[0]}
    assert whole == {name for name, kind in KINDS.items() if kind.offers_rounds}
    assert rounds - whole == {name for name, kind in KINDS.items() if kind.needs_round} == {"items"}


def test_a_person_without_organisers_rights_finds_no_page_of_reports(contest: Contest) -> None:
    assert client_of(make_user(is_staff=True)).get(
        reverse("admin:reports_contest", args=[contest.pk])
    ).status_code == 403  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reports_takes_as_many_queries_however_many_there_are(
    contest: Contest, django_assert_num_queries: Any, count: int
) -> None:
    user = organiser(CHIEF)
    for _number in range(count):
        Report.objects.create(kind="participation", contest=contest, by=user)
    client = client_of(user)
    with django_assert_num_queries(7):
        assert client.get(reverse("admin:reports_report_changelist")).status_code == 200
    with django_assert_num_queries(8):
        assert client.get(reverse("admin:reports_contest", args=[contest.pk])).status_code == 200
