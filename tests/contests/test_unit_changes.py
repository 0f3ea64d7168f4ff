"""Mergers and splits: old contests read as before, new ones offer what there is now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from attempts.reports import unit_rows
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, Refused
from contest_site.public.participation import unit_lines
from contests.domain.cloning import clone_contest
from contests.domain.entering import check_choices
from contests.domain.unit_changes import (
    Decision,
    NewUnit,
    effects_of,
    record_change,
    successor_words,
    successors_of,
)
from contests.entered import unit_became
from contests.models import Contest, Headcount, Unit, UnitChange, UnitOfficer
from contests.queries import competitors, contest_units, offered_units
from contests.unit_search import nearest_units, search_units
from tests.support.factories import (
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)
BEFORE, AFTER = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture
def city() -> Unit:
    return make_unit("Thị xã", code="T")


def ward(city: Unit, name: str) -> Unit:
    return make_unit(f"Phường {name}", parent=city, code=f"T-{name}", kind="Phường")


def merger(*old: Unit, **values: Any) -> Decision:
    return Decision(
        **{
            "kind": "merge",
            "number": "1660/NQ-UBTVQH15",
            "signed_on": date(2025, 6, 16),
            "effective_on": DAY,
            "old": old,
            **values,
        }
    )


def contest_in(city: Unit, opens_at: datetime) -> Contest:
    return make_contest(area=city, opens_at=opens_at, closes_at=opens_at.replace(month=opens_at.month + 1))


def test_old_contests_keep_the_old_unit_and_new_ones_offer_the_new(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    old, new = contest_in(city, BEFORE), contest_in(city, AFTER)
    entry = make_entry(old, unit=first)
    make_block(old, [first, second])
    counted = competitors(old)
    founded = NewUnit("Phường Bồng Sơn", city, code="21637", kind="Phường")
    change = record_change(merger(first, second, founded=[founded]), by=make_staff())
    merged = Unit.objects.get(code="21637")
    first.refresh_from_db()
    entry.refresh_from_db()
    assert (merged.valid_from, first.valid_to, entry.unit) == (DAY, DAY, first)
    assert set(offered_units(old)) == {city, first, second}
    assert set(offered_units(new)) == {city, merged}
    assert {one.name for one in search_units(old, "phuong")} == {"Phường Một", "Phường Hai"}
    assert [one.name for one in search_units(new, "phuong")] == ["Phường Bồng Sơn"]
    assert merged not in nearest_units(old, "Bồng Sơn")
    assert first not in nearest_units(new, "Phường Một")
    assert set(contest_units(old)) == {city, first, second, merged}
    assert {unit: competitors(old)[unit] for unit in counted} == counted
    category = new.categories.first() or entry.category
    category.contest = new
    check_choices(new, unit=merged, category=category)
    check_choices(new, unit=first, category=category, chosen_now=False)
    with pytest.raises(Invalid):
        check_choices(new, unit=first, category=category)
    found = successors_of([first.pk, merged.pk])
    assert list(found) == [first.pk]
    assert successor_words(found[first.pk]) == "nay thuộc Phường Bồng Sơn"
    assert AuditEvent.objects.get(verb="changed units by decision").object_id == str(change.pk)


def test_a_split_has_several_successors_and_a_dissolved_unit_none(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    founded = [NewUnit("Phường Ba", city), NewUnit("Phường Bốn", city)]
    record_change(merger(first, kind="split", founded=founded), by=make_staff())
    record_change(merger(second, kind="dissolve"), by=make_staff())
    found = successors_of([first.pk, second.pk])
    assert successor_words(found[first.pk]) == "nay thuộc Phường Ba, Phường Bốn"
    assert successor_words(found[second.pk]) == "đã giải thể"
    assert len(set(Unit.objects.values_list("code", flat=True))) == 5


def test_what_stands_below_ends_too_or_is_founded_anew(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    school = make_unit("Trường Tiểu học", parent=first)
    team = make_unit("Tổ 1", parent=school)
    make_unit("Trường Mầm non", parent=second)
    kept = make_unit("Trường Mầm non", parent=ward(city, "Ba"))
    assert kept.parent
    record_change(merger(first, second, successors=[kept.parent], carry=True), by=make_staff())
    assert not Unit.objects.filter(pk__in=[school.pk, team.pk], valid_to=None).exists()
    new = Unit.objects.get(name="Tổ 1", valid_to=None)
    assert new.parent
    assert (new.parent.name, new.parent.parent) == ("Trường Tiểu học", kept.parent)
    assert Unit.objects.filter(name="Trường Mầm non", valid_to=None).get() == kept
    assert successors_of([team.pk])[team.pk][0].successor == new


def test_namesakes_of_another_kind_stay_two_and_who_is_taken_in_is_told(city: Unit) -> None:
    first, second, third = (ward(city, name) for name in ("Một", "Hai", "Ba"))
    team = make_unit("Hoa Mai", parent=first, kind="Tổ dân phố")
    schools = [make_unit("Hoa Mai", parent=one, kind="Trường") for one in (first, second)]
    there = make_unit("Hoa Mai", parent=third, kind="Trường")
    into = merger(first, second, successors=[third], carry=True)
    assert effects_of(into).taken_in == [(one, there) for one in schools]
    founded = merger(first, second, founded=[NewUnit("Phường Bốn", city)], carry=True)
    assert effects_of(founded).taken_in == [(schools[1], schools[0])]
    record_change(founded, by=make_staff())
    became = [successors_of([one.pk])[one.pk][0].successor for one in (team, *schools)]
    assert [one and one.kind for one in became] == ["Tổ dân phố", "Trường", "Trường"]
    assert became[1] == became[2] != there


def test_a_unit_below_that_begins_on_the_day_or_later_is_told(city: Unit) -> None:
    first = ward(city, "Một")
    make_unit("Trường mới", parent=first, valid_from=DAY)
    [reason] = effects_of(merger(first, founded=[NewUnit("Phường Mới", city)], carry=True)).reasons
    assert reason.startswith("“Trường mới” (đơn vị trực thuộc) bắt đầu hoạt động sau ngày có hiệu lực")


def test_a_double_click_records_one_change(city: Unit) -> None:
    first = ward(city, "Một")
    clicks = [
        merger(Unit.objects.get(pk=first.pk), founded=[NewUnit("Phường Mới", city)]) for _click in range(2)
    ]
    record_change(clicks[0], by=make_staff())
    with pytest.raises(Refused) as refused:
        record_change(clicks[1], by=make_staff())
    assert refused.value.reasons == ["“Phường Một” đã chấm dứt hoạt động trước đó."]
    assert Unit.objects.filter(name="Phường Mới").count() == 1


def test_a_unit_that_was_removed_meanwhile_is_told(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    Unit.objects.filter(pk=second.pk).delete()
    with pytest.raises(Refused) as refused:
        record_change(merger(first, founded=[NewUnit("Tổ", second)]), by=make_staff())
    assert refused.value.reasons == ["“Phường Hai” vừa bị xóa khỏi danh mục."]


def test_officers_report_for_the_successor_too(city: Unit) -> None:
    first, officer = ward(city, "Một"), make_user()
    UnitOfficer.objects.create(user=officer, unit=first)
    record_change(
        merger(first, kind="rename", founded=[NewUnit("Phường Mới", city)], officers_too=True),
        by=make_staff(),
    )
    assert {one.unit.name for one in officer.offices.all()} == {"Phường Một", "Phường Mới"}


def test_officers_of_what_is_carried_report_for_what_it_becomes(city: Unit) -> None:
    first, officer = ward(city, "Một"), make_user()
    UnitOfficer.objects.create(user=officer, unit=make_unit("Tổ", parent=first))
    decision = merger(first, founded=[NewUnit("Phường Mới", city)], carry=True, officers_too=True)
    assert effects_of(decision).officers == 1
    record_change(decision, by=make_staff())
    assert [one.unit.parent and one.unit.parent.name for one in officer.offices.order_by("pk")] == [
        "Phường Một", "Phường Mới",
    ]  # fmt: skip


def test_a_second_look_says_what_will_happen(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    old, new = contest_in(city, BEFORE), contest_in(city, AFTER)
    make_entry(old, unit=first)
    make_unit("Tổ", parent=second)
    make_block(new, [first])
    seen = effects_of(merger(first, second, founded=[NewUnit("Phường Mới", city)]))
    assert (seen.reasons, [one.name for one in seen.below]) == ([], ["Tổ"])
    assert (seen.keeping, seen.to_mend) == ([(old, 1)], [new])
    assert not UnitChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"number": " "}, "Ghi số quyết định."),
        ({"signed_on": date(2025, 7, 2)}, "Ngày có hiệu lực không thể trước ngày quyết định."),
        ({"kind": "dissolve"}, "Giải thể thì không có đơn vị tiếp nhận."),
        ({"kind": "split"}, "Chia tách cần đúng một đơn vị cũ và từ hai đơn vị tiếp nhận."),
        ({"founded": []}, "Sáp nhập cần đúng một đơn vị tiếp nhận."),
        ({"founded": [NewUnit("Mới", None, code="T")]}, "Mã “T” đã có đơn vị dùng; mã không dùng lại."),
        ({"founded": [NewUnit("?", None)]}, "Ghi tên đầy đủ của đơn vị."),
    ],
)
def test_what_a_decision_cannot_say_is_refused(city: Unit, values: dict[str, Any], reason: str) -> None:
    old = [ward(city, "Một"), ward(city, "Hai")]
    with pytest.raises(Refused) as refused:
        record_change(merger(*old, **{"founded": [NewUnit("Mới", city)], **values}), by=make_staff())
    assert reason in refused.value.reasons
    assert not Unit.objects.filter(valid_to__isnull=False).exists()


def test_units_that_are_gone_neither_end_again_nor_take_others_in(city: Unit) -> None:
    first, second, third = (ward(city, name) for name in ("Một", "Hai", "Ba"))
    record_change(merger(first, successors=[second]), by=make_staff())
    first.refresh_from_db()
    assert effects_of(merger(first, successors=[second])).reasons
    assert effects_of(merger(third, successors=[first])).reasons
    inside = make_unit("Tổ", parent=second)
    assert effects_of(merger(second, successors=[inside])).reasons


def test_a_change_is_final(city: Unit) -> None:
    change = record_change(merger(ward(city, "Một"), successors=[ward(city, "Hai")]), by=make_staff())
    with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
        UnitChange.objects.filter(pk=change.pk).update(note="khác")


def test_the_page_writes_only_at_its_second_stage(city: Unit, page: Client) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    address = reverse("admin:contests_unit_merge")
    assert page.get(address).status_code == 200
    data = {
        "kind": "merge", "number": "12/QĐ", "signed_on": "16/06/2025", "effective_on": "01/07/2025",
        "old": [first.pk, second.pk], "founded": "Phường Mới; 21637; Phường", "officers_too": "on",
    }  # fmt: skip
    answer = page.post(address, data).content.decode()
    assert "Phường Một (T-Một) chấm dứt hoạt động." in answer
    assert "Lập mới Phường Mới, thuộc Thị xã." in answer
    assert not UnitChange.objects.exists()
    assert page.post(address, {**data, "act": "edit"}).status_code == 200
    assert page.post(address, {**data, "number": "", "act": "confirm"}).status_code == 400
    assert page.post(address, {**data, "act": "confirm"}).status_code == 302
    assert Unit.objects.get(code="21637").predecessions.count() == 2
    assert "12/QĐ" in page.get(reverse("admin:contests_unitchange_changelist")).content.decode()
    shown = page.get(reverse("admin:contests_unit_change", args=[first.pk])).content.decode()
    assert "nay thuộc Phường Mới (12/QĐ ngày 16/06/2025)" in shown
    page.logout()
    assert page.get(address).status_code == 302


def test_a_unit_with_entries_is_not_moved_by_hand(city: Unit, page: Client) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    make_entry(contest_in(city, BEFORE), unit=first)
    data = {"name": first.name, "code": first.code, "kind": "Phường", "parent": second.pk}
    empty = {f"officers-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = page.post(reverse("admin:contests_unit_change", args=[first.pk]), {**data, **empty})
    assert "không đổi cấp trên được" in answer.content.decode()


def test_reports_have_ended_units_only_where_there_is_something_to_tell(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    old, new = contest_in(city, BEFORE), contest_in(city, AFTER)
    record_change(merger(first, second, founded=[NewUnit("Phường Mới", city)]), by=make_staff())
    assert [row.name for row in unit_rows(old, city, with_scores=False)] == [
        "Thị xã", "Phường Hai", "Phường Một",
    ]  # fmt: skip
    assert [row.name for row in unit_rows(new, city, with_scores=False)] == ["Thị xã", "Phường Mới"]
    Headcount.objects.create(contest=new, unit=first, people=3)
    assert "Phường Một" in [row.name for row in unit_rows(new, city, with_scores=False)]
    assert [line.successors for line in unit_lines(old)] == [("Phường Mới",), ("Phường Mới",)]


def test_who_entered_for_a_unit_reads_what_has_become_of_it(city: Unit) -> None:
    first = ward(city, "Một")
    entry = make_entry(contest_in(city, BEFORE), unit=first)
    assert unit_became(entry) == ""
    record_change(merger(first, kind="rename", founded=[NewUnit("Phường Mới", city)]), by=make_staff())
    entry.refresh_from_db()
    assert unit_became(entry) == "nay thuộc Phường Mới"


def test_a_contest_for_a_new_year_leaves_out_who_has_ended(city: Unit) -> None:
    first, second = ward(city, "Một"), ward(city, "Hai")
    old = contest_in(city, BEFORE)
    make_round(old, opens_at=BEFORE, closes_at=BEFORE.replace(day=8))
    make_block(old, [first, second])
    record_change(merger(first, kind="rename", founded=[NewUnit("Phường Mới", city)]), by=make_staff())
    clone = clone_contest(old, slug="nam-sau", name="Cuộc thi năm sau", opening=AFTER, by=make_staff())
    assert [one.unit for one in clone.block_units.all()] == [second]
