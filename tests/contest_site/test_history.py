"""Every object of the admin shows what the trail holds about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from contest_site.audit.trail import record
from contest_site.roles import WATCH, assign_roles
from contests.domain.rounds import close_round
from tests.support.factories import make_contest, make_round, make_staff, make_unit, make_user
from tests.support.screens import parsed, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def address_of(obj: Any) -> str:
    return reverse("admin:object_history", args=[obj._meta.app_label, obj._meta.model_name, obj.pk])


def test_acts_of_every_kind_are_there_with_who_and_why(page: Client) -> None:
    contest, by = make_contest(), make_staff(full_name="Lê Thị Chi")
    round = make_round(contest)
    close_round(round, by=by, reason="Mất điện toàn xã")
    where = address_of(round)
    assert where == reverse("admin:contests_round_history", args=[round.pk])
    text = text_of(page.get(where))
    for wanted in ("Lê Thị Chi", "đóng vòng thi", "Mất điện toàn xã"):
        assert wanted in text


def test_what_a_form_changed_is_told_by_its_fields(page: Client) -> None:
    unit = make_unit()
    changes = [{"changed": {"fields": ["Tên đơn vị"]}}]
    record("changed unit", unit, by=make_staff(), changes=changes)
    assert "Tên đơn vị" in text_of(page.get(address_of(unit)))


@pytest.mark.parametrize(("events", "queries"), [(1, 6), (3, 6)])
def test_a_history_takes_as_many_queries_for_three_events_as_for_one(
    page: Client, events: int, queries: int, django_assert_num_queries: Any
) -> None:
    unit = make_unit()
    for _number in range(events):
        record("changed unit", unit, by=make_staff())
    with django_assert_num_queries(queries):
        found = page.get(address_of(unit))
    acts, changes = parsed(found.content).xpath("//table")
    assert (len(acts.xpath("tbody/tr")), len(changes.xpath("tbody/tr"))) == (events, 1)


def test_who_reads_the_trail_sees_what_changed_in_the_row_as_well(page: Client) -> None:
    unit = make_unit(name="Phường Mới")
    for number in range(21):
        unit.name = f"Phường {number}"
        unit.save()
    found = page.get(address_of(unit))
    (latest, *rest) = found.context["changes"]
    assert (latest[0].changes["name"], len(rest)) == (["Phường 19", "Phường 20"], 19)
    html = parsed(found.content)
    assert len(html.xpath("//a[contains(@href, '/audit/change/?table=contests_unit&row=')]")) == 1


def test_without_the_trail_there_are_no_reasons_no_people_and_no_changes(client: Client) -> None:
    assign_roles()
    watcher = make_staff(is_superuser=False)
    watcher.groups.add(Group.objects.get(name=WATCH))
    round = make_round(make_contest())
    record("decided anomalies", round, by=make_staff(full_name="Lê Thị Chi"), reason="Anh Bảy thi hộ vợ")
    person = make_user(full_name="Trần Văn Bảy")
    record("changed round", round, by=person)
    client.force_login(watcher)
    text = text_of(client.get(address_of(round)))
    assert "Lê Thị Chi" in text
    for kept_back in ("thi hộ", "Trần Văn Bảy", f"#{person.pk}", "Lý do", "Thay đổi dữ liệu"):
        assert kept_back not in text
    assert "Người không thuộc Ban Tổ chức" in text


def test_a_deleted_object_keeps_its_history(page: Client) -> None:
    unit = make_unit(name="Phường Cũ")
    where = address_of(unit)
    record("deleted unit", unit, by=make_staff())
    unit.delete()
    assert "Phường Cũ" in text_of(page.get(where))


def test_who_may_not_see_the_object_does_not_see_its_history(client: Client) -> None:
    unit = make_unit()
    client.force_login(make_staff(is_superuser=False))
    assert client.get(address_of(unit)).status_code == 403
    assert client.get(reverse("admin:object_history", args=["contests", "khong", 1])).status_code == 404


def test_every_model_of_the_admin_is_reached(page: Client) -> None:
    for model in admin.site._registry:
        where = reverse("admin:object_history", args=[model._meta.app_label, model._meta.model_name, "0"])
        assert page.get(where).status_code == 404, where
