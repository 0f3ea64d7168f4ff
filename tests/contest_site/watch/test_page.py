"""The watch page: who may look, what it shows, what it costs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attempts.domain.starting import start_attempt
from contest_site.lib import tally
from contest_site.lib.clock import database_now
from contest_site.roles import AUDITOR, CHIEF, JURY, SECRETARY, WATCH, WRITER, assign_roles
from contest_site.watch.counting import count_round
from contest_site.watch.enums import BackupKind, IncidentKind, State
from contest_site.watch.models import Backup, Incident, RoundCount
from contest_site.watch.queries import snapshot
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
PAGE, DATA = "/quan-tri/theo-doi/", "/quan-tri/theo-doi/so-lieu/"


def signed_in(role: str = "") -> Client:
    user = make_staff(is_superuser=not role)
    if role:
        assign_roles()
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def running(units: int = 1) -> Any:
    area = make_unit("Tỉnh")
    contest = make_contest(area=area)
    round = make_round(contest, name="Tuần 1")
    for number in range(units):
        unit = make_unit(f"Phường {number}", area)
        submitted_attempt(make_entry(contest, unit=unit), round, submitted_at=database_now())
        start_attempt(make_entry(contest, unit=unit), round)
    count_round(round)
    return round


@pytest.mark.parametrize(
    ("role", "status"),
    [(CHIEF, 200), (SECRETARY, 200), (WATCH, 200), (AUDITOR, 200), (JURY, 403), (WRITER, 403)],
)
def test_those_who_watch_may_look(role: str, status: int) -> None:
    client = signed_in(role)
    assert client.get(PAGE).status_code == status
    assert client.get(DATA).status_code == status


def test_strangers_are_led_to_the_log_in() -> None:
    response = Client().get(PAGE)
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_the_page_tells_the_round_in_numbers_each_with_its_state_in_words() -> None:
    running(2)
    response = signed_in().get(PAGE)
    html = response.content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Đã bắt đầu 4 bình thường" in text
    assert "Đang làm bài 2 bình thường" in text
    assert "Đã nộp bài 2 bình thường" in text
    assert "Phường 0 2 2 1 1" in text  # in the bar, started, open, submitted
    # Without script it loads itself anew; nothing in the page needs a looser policy.
    assert response["Refresh"] == "15"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(
        r"<script(?! (?:defer src|id=\"chart-data\" type=\"application/json\"))| style=| on\w+=\"", html
    )
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_with_script_the_page_stays_and_only_its_parts_are_asked_for() -> None:
    round = running()
    client = signed_in()
    assert "Refresh" not in client.get(f"{PAGE}?lien-tuc=1")
    found = json.loads(client.get(f"{DATA}?vong={round.pk}").content)
    assert set(found["parts"]) == {"head", "now", "units", "minutes"}
    assert "Phường 0" in found["parts"]["units"]
    chart = found["chart"]
    assert {len(column) for column in chart.values()} == {60}
    assert (sum(chart["started"]), sum(chart["submitted"]), max(one or 0 for one in chart["open"])) == (
        2,
        1,
        1,
    )
    assert chart["minute"][-1] - chart["minute"][0] == 59 * 60


def test_without_any_round_the_page_still_tells_of_the_system() -> None:
    html = signed_in().get(PAGE).content.decode()
    assert "Không có vòng thi nào" in html
    assert "Sao lưu gần nhất" in html


@pytest.mark.parametrize("wanted", ["", "x", "-1", "99999999999999999999", "²"])
def test_an_odd_round_is_the_running_one(wanted: str) -> None:
    running()
    assert "Tuần 1" in signed_in().get(PAGE, {"vong": wanted}).content.decode()


def test_what_is_wrong_is_on_top_in_words() -> None:
    running()
    for _number in range(25):
        tally.count([tally.ERROR], "attempts:save")
    Incident.objects.create(kind=IncidentKind.ERRORS, text="Lỗi máy chủ: 25")
    found = snapshot()
    assert found.state is State.URGENT
    assert found.summary.startswith("Khẩn: ")
    assert found.troubles == [("lỗi", "attempts:save", 25)]
    html = signed_in().get(PAGE).content.decode()
    assert "đang diễn ra" in html
    assert "attempts:save: 25 lỗi" in html


def test_papers_over_time_that_nobody_ends_are_urgent() -> None:
    round = running()
    RoundCount.objects.update(overdue=3)
    (sign,) = [one for one in snapshot(round.pk).figures if one.key == "open"]
    assert (sign.state, sign.note) == (State.URGENT, "3 bài quá giờ chưa được kết thúc")
    RoundCount.objects.update(overdue=0, counted_at=database_now() - timedelta(seconds=90))
    assert {
        one.state for one in snapshot(round.pk).figures if one.key in {"started", "open", "submitted"}
    } == {State.LOOK}


@pytest.mark.parametrize("units", [1, 3])
def test_the_page_asks_as_much_whatever_there_is(units: int, django_assert_num_queries: Any) -> None:
    round = running(units)
    for number in range(units):
        Backup.objects.create(kind=BackupKind.MANUAL, name="x.tar")
        Incident.objects.create(kind=IncidentKind.DISK, text="Đĩa", about=str(number))
    client = signed_in()
    client.get(PAGE)
    # Session with account, clock, rounds, signs, counts, minutes, units, incidents (no rights: a superuser)
    with django_assert_num_queries(11):
        first = client.get(f"{DATA}?vong={round.pk}")
    # Whoever looks at the same within seconds; who has it already gets nothing.
    with django_assert_num_queries(1):
        second = client.get(f"{DATA}?vong={round.pk}")
    assert second.content == first.content
    same = client.get(f"{DATA}?vong={round.pk}", headers={"If-None-Match": second["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_of_many_who_look_one_puts_it_together_anew(django_assert_num_queries: Any) -> None:
    round = running()
    client = signed_in()
    old = client.get(f"{DATA}?vong={round.pk}").content
    RoundCount.objects.update(submitted=77_777)
    key = f"watch:seen:vi:{round.pk}:False:True"
    tally.client().delete(f"{key}:shared")
    new = client.get(f"{DATA}?vong={round.pk}").content
    assert (b"77.777" in old, b"77.777" in new) == (False, True)
    tally.client().set(key, old)
    with django_assert_num_queries(1):
        assert client.get(f"{DATA}?vong={round.pk}").content == old


def test_the_admin_lists_backups_and_incidents() -> None:
    Backup.objects.create(kind=BackupKind.NIGHTLY, name="a.tar", size=5_000_000)
    Backup.objects.create(kind=BackupKind.NIGHTLY, failure="OSError: đầy đĩa")
    Incident.objects.create(kind=IncidentKind.DISK, text="Đĩa: 91 %")
    client = signed_in(WATCH)
    html = client.get(reverse("admin:watch_backup_changelist")).content.decode()
    assert "4,7 MB" in html
    assert "đầy đĩa" in html
    assert "Đĩa: 91 %" in client.get(reverse("admin:watch_incident_changelist")).content.decode()


def test_a_backup_is_asked_for_only_where_it_has_a_place(settings: Any, tmp_path: Any) -> None:
    client = signed_in(SECRETARY)
    assert "Sao lưu ngay" not in client.get(PAGE).content.decode()
    assert "Chưa đặt nơi lưu" in client.post(reverse("watch:backup"), follow=True).content.decode()
    settings.BACKUP_DIR = tmp_path
    assert "Sao lưu ngay" in client.get(PAGE).content.decode()
    assert client.post(reverse("watch:backup")).status_code == 302
    assert client.get(reverse("watch:backup")).status_code == 405
    assert signed_in(AUDITOR).post(reverse("watch:backup")).status_code == 403
