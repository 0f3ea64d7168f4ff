"""Whose entry a person's is: by fixed rules, each of them here with what it must not do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attempts.models import Disqualification, Reinstatement
from attempts.reports import unit_rows
from attempts.uncounted import uncounted_people
from contest_site.lib.clock import database_now
from contest_site.lib.identity import national_id_hash
from contests import rosters
from contests.domain.rosters import candidates, told_of
from contests.enums import RosterStatus
from contests.models import (
    ConsentWithdrawal,
    Contest,
    Entry,
    Roster,
    RosterMatch,
    RosterPerson,
    Unit,
    UnitOfficer,
)
from contests.rosters import RosterCounts, counts, counts_by_unit, folded_name, missing, roster
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db

BORN = date(1990, 5, 17)
PHONE = "+84912345678"


@pytest.fixture
def contest() -> Contest:
    return make_contest(area=make_unit("Tỉnh"))


@pytest.fixture
def office(contest: Contest) -> Unit:
    return make_unit("Sở Tư pháp", parent=contest.area)


def listed(contest: Contest, unit: Unit, name: str = "Nguyễn Văn An", **fields: Any) -> RosterPerson:
    at = fields.pop("at", unit)
    rows, _new = Roster.objects.get_or_create(contest=contest, unit=at, defaults={"by": make_staff()})
    return RosterPerson.objects.create(
        roster=rows, unit=unit, full_name=name, folded=folded_name(name), **fields
    )


def entered(contest: Contest, unit: Unit, name: str = "Nguyễn Văn An", **fields: Any) -> Entry:
    return make_entry(
        contest, unit=unit, full_name=name, **{"birth_date": date(2000, 1, 1), "phone": None, **fields}
    )


def line_of(contest: Contest, unit: Unit) -> rosters.RosterLine:
    [line] = roster(contest, unit)
    return line


def test_an_id_decides_whatever_the_name(contest: Contest, office: Unit) -> None:
    hashed = national_id_hash("001088000123")
    listed(contest, office, national_id_hash=hashed)
    entry = entered(contest, office, "Nguyễn Thị Bình", national_id_hash=hashed)
    line = line_of(contest, office)
    assert (line.status, line.entry_id) == (RosterStatus.ENTERED, entry.pk)
    assert line.explanation == "Trùng số định danh cá nhân."


@pytest.mark.parametrize("of_account", [False, True])
def test_a_phone_with_the_name_decides_accents_aside(
    contest: Contest, office: Unit, of_account: bool
) -> None:
    listed(contest, office, phone=PHONE)
    if of_account:
        entry = entered(contest, office, "NGUYEN VAN AN", user=make_user(phone=PHONE))
    else:
        entry = entered(contest, office, "NGUYEN VAN AN", phone=PHONE)
    line = line_of(contest, office)
    assert (line.entry_id, line.explanation) == (entry.pk, "Trùng số điện thoại và họ tên.")


def test_a_phone_with_another_name_is_left_open(contest: Contest, office: Unit) -> None:
    listed(contest, office, phone=PHONE)
    entered(contest, office, "Nguyễn Văn Cường", phone=PHONE)
    line = line_of(contest, office)
    assert (line.status, line.entry_id, line.candidates) == (RosterStatus.UNCLEAR, None, 1)
    assert line.explanation == "Trùng số điện thoại nhưng khác họ tên; cần xác nhận."


def test_of_two_with_one_phone_the_entry_is_whose_name_it_bears(contest: Contest, office: Unit) -> None:
    listed(contest, office, "Lê Minh Anh", phone=PHONE)
    listed(contest, office, "Lê Minh Bảo", phone=PHONE)
    entered(contest, office, "Lê Minh Bảo", phone=PHONE)
    assert [(one.full_name, one.status) for one in roster(contest, office)] == [
        ("Lê Minh Anh", RosterStatus.ABSENT),
        ("Lê Minh Bảo", RosterStatus.ENTERED),
    ]


def test_name_and_birth_date_decide_inside_the_rosters_unit_alone(contest: Contest, office: Unit) -> None:
    room = make_unit("Phòng 1", parent=office)
    listed(contest, office, birth_date=BORN)
    listed(contest, office, "Trần Thị Hoa", birth_date=BORN)
    entered(contest, room, "NGUYỄN VĂN AN", birth_date=BORN)
    entered(contest, make_unit("Sở khác", parent=contest.area), "Trần Thị Hoa", birth_date=BORN)
    first, second = roster(contest, office)
    assert (first.status, first.explanation) == (RosterStatus.ENTERED, "Trùng họ tên và ngày sinh.")
    assert second.status is RosterStatus.UNCLEAR
    assert "đăng ký ở đơn vị khác" in second.explanation


def test_other_accents_with_the_birth_date_are_left_open(contest: Contest, office: Unit) -> None:
    listed(contest, office, "Nguyễn Văn Ân", birth_date=BORN)
    entered(contest, office, "Nguyễn Văn An", birth_date=BORN)
    assert line_of(contest, office).explanation == "Trùng ngày sinh, họ tên chỉ khác dấu; cần xác nhận."


def test_different_ids_are_different_people(contest: Contest, office: Unit) -> None:
    listed(contest, office, phone=PHONE, birth_date=BORN, national_id_hash=national_id_hash("001088000123"))
    entered(contest, office, phone=PHONE, birth_date=BORN, national_id_hash=national_id_hash("001088000124"))
    assert line_of(contest, office).status is RosterStatus.ABSENT


def test_two_that_fit_alike_are_left_open(contest: Contest, office: Unit) -> None:
    listed(contest, office, birth_date=BORN)
    for _number in range(2):
        entered(contest, office, birth_date=BORN)
    line = line_of(contest, office)
    assert (line.status, line.candidates) == (RosterStatus.UNCLEAR, 2)
    assert line.explanation == "Có nhiều người cùng khớp; cần xác nhận."


def test_namesakes_of_one_roster_are_left_open_whichever_part_is_asked_for(
    contest: Contest, office: Unit
) -> None:
    rooms = [make_unit(f"Phòng {number}", parent=office) for number in (1, 2)]
    for room in rooms:
        listed(contest, room, at=office, birth_date=BORN)
    entered(contest, office, birth_date=BORN)
    assert {one.status for one in roster(contest, office)} == {RosterStatus.UNCLEAR}
    assert line_of(contest, rooms[0]).status is RosterStatus.UNCLEAR


def test_what_somebody_said_comes_before_all(contest: Contest, office: Unit) -> None:
    first = listed(contest, office, birth_date=BORN)
    second = listed(contest, office, birth_date=BORN)
    entry = entered(contest, office, birth_date=BORN)
    RosterMatch.objects.create(person=first, entry=entry, by=make_staff())
    found = {one.person_id: one for one in roster(contest, office)}
    assert (found[first.pk].status, found[first.pk].entry_id) == (RosterStatus.ENTERED, entry.pk)
    assert found[second.pk].status is RosterStatus.ABSENT
    RosterMatch.objects.filter(person=first).update(entry=None)
    found = {one.person_id: one for one in roster(contest, office)}
    assert found[first.pk].status is RosterStatus.ABSENT


def test_trials_and_withdrawn_consents_are_no_entries(contest: Contest, office: Unit) -> None:
    listed(contest, office, "Lê Thị Lan", phone="+84912345670")
    listed(contest, office, phone=PHONE)
    entered(contest, office, "Lê Thị Lan", phone="+84912345670", unofficial=True)
    entry = entered(contest, office, phone=PHONE)
    ConsentWithdrawal.objects.create(entry=entry, by=entry.user)
    assert {one.status for one in roster(contest, office)} == {RosterStatus.ABSENT}


def test_a_match_that_was_said_counts_no_more_than_its_entry(contest: Contest, office: Unit) -> None:
    for number in range(2):
        person = listed(contest, office, f"Người {number}", birth_date=BORN)
        entry = entered(contest, office, f"Người {number}", birth_date=BORN, unofficial=number == 0)
        RosterMatch.objects.create(person=person, entry=entry, by=make_staff())
        if number:
            ConsentWithdrawal.objects.create(entry=entry, by=entry.user)
    found = [(one.status, one.how, one.entry_id) for one in roster(contest, office)]
    assert found == [(RosterStatus.ABSENT, None, None)] * 2


def test_who_took_part_without_being_counted_is_told_apart(contest: Contest, office: Unit) -> None:
    first = make_round(contest, closes_at=database_now() + timedelta(hours=1))
    entries = []
    for number in range(4):
        listed(contest, office, f"Người {number}", birth_date=BORN)
        entries.append(entered(contest, office, f"Người {number}", birth_date=BORN))
        submitted_attempt(entries[-1], first, correct=3, submitted_at=database_now())
    exclude(contest, user=entries[0].user)
    _stands, taken_back = (
        Disqualification.objects.create(entry=entry, round=first, grounds="x", by=make_staff())
        for entry in entries[1:3]
    )
    Reinstatement.objects.create(disqualification=taken_back, grounds="x", by=make_staff())
    found = counts(contest, office, uncounted=uncounted_people(contest))
    assert (found.taken, found.uncounted) == (4, 2)
    assert found.taken - found.uncounted == unit_rows(contest, office, with_scores=False)[0].people
    assert found.uncounted_words.startswith("Trong số đã dự thi có 2 người không được tính")
    assert uncounted_people(contest, first) == [entry.pk for entry in entries[:2]]


def test_who_is_on_the_units_own_list_and_on_one_above_is_one_person(contest: Contest, office: Unit) -> None:
    room, hashed = make_unit("Phòng 1", parent=office), national_id_hash("001088000123")
    area = contest.area
    assert area
    own = [
        listed(contest, room, "Lê Lan", national_id_hash=hashed),
        listed(contest, room, "Trần Bình", birth_date=BORN),
        listed(contest, room, "Vũ Hải", phone=PHONE, birth_date=BORN),
    ]
    # By the national ID wherever the list above has them; else in the same unit.
    listed(contest, area, "Lê Thị Lan", national_id_hash=hashed)
    listed(contest, room, "Trần Bình", at=office, birth_date=BORN)
    listed(contest, room, "Vũ Hải", at=area, phone=PHONE)
    others = [
        listed(contest, office, "Trần Bình", at=area, birth_date=BORN),
        listed(contest, room, "Lê Lan", at=area, national_id_hash=national_id_hash("001088000124")),
    ]
    assert {one.person_id for one in roster(contest, area)} == {one.pk for one in (*own, *others)}
    assert {one.person_id for one in roster(contest, room)} == {one.pk for one in (*own, others[1])}
    assert counts(contest, area).people == 5
    above = Roster.objects.get(unit=area)
    assert len(roster(contest, area, only=above)) == above.people.count() == 4


def test_an_officer_learns_of_entries_elsewhere_by_the_national_id_alone(
    contest: Contest, office: Unit
) -> None:
    hashed, officer = national_id_hash("001088000123"), make_user()
    elsewhere = make_unit("Sở khác", parent=contest.area)
    UnitOfficer.objects.create(user=officer, unit=office)
    listed(contest, office, "Lê Lan", national_id_hash=hashed)
    listed(contest, office, "Trần Bình", birth_date=BORN)
    person = listed(contest, office, "Vũ Hải", phone=PHONE)
    entered(contest, elsewhere, "Lê Lan", national_id_hash=hashed)
    entered(contest, elsewhere, "Trần Bình", birth_date=BORN)
    entered(contest, elsewhere, "Vũ Hải", phone=PHONE)
    known = counts(contest, office)
    assert known == counts(contest, office, asking=make_staff()) == RosterCounts(entered=2, unclear=1)
    assert counts(contest, office, asking=officer) == RosterCounts(entered=1, absent=2)
    assert [one.explanation for one in roster(contest, office, asking=officer)] == [
        "", "", "Trùng số định danh cá nhân. Đăng ký dự thi ở đơn vị khác.",
    ]  # fmt: skip
    assert told_of(person, candidates(person), officer) == []
    # Of an officer of both units neither is hidden.
    UnitOfficer.objects.create(user=officer, unit=elsewhere)
    assert counts(contest, office, asking=officer) == known
    assert told_of(person, candidates(person), officer) == list(candidates(person))


def test_who_is_missing_is_who_has_submitted_nothing(contest: Contest, office: Unit) -> None:
    room = make_unit("Phòng 1", parent=office)
    first = make_round(contest, closes_at=database_now() + timedelta(hours=1))
    opens_at = first.closes_at
    second = make_round(contest, number=2, opens_at=opens_at, closes_at=opens_at + timedelta(hours=1))
    for name, unit in (("Lê Thị Lan", office), ("Trần Bình", office), ("Vũ Văn Hải", room)):
        listed(contest, unit, name, at=office, birth_date=BORN)
    taken = entered(contest, office, "Trần Bình", birth_date=BORN)
    entered(contest, room, "Vũ Văn Hải", birth_date=BORN)
    submitted_attempt(taken, first, correct=3, submitted_at=database_now())
    count, lines = missing(contest, office)
    assert [(one.full_name, one.status) for one in lines] == [
        ("Lê Thị Lan", RosterStatus.ABSENT),
        ("Vũ Văn Hải", RosterStatus.ENTERED),
    ]
    assert count == 2
    count, lines = missing(contest, office, most=1)
    assert (count, [one.full_name for one in lines]) == (2, ["Lê Thị Lan"])
    assert counts(contest, office) == RosterCounts(taken=1, entered=1, absent=1)
    assert counts(contest, office, round=second) == RosterCounts(entered=2, absent=1)
    assert counts_by_unit(contest, office)[room.pk] == RosterCounts(entered=1)
    assert [one.full_name for one in missing(contest, room)[1]] == ["Vũ Văn Hải"]


def test_another_contests_roster_and_entries_are_its_own(contest: Contest, office: Unit) -> None:
    other = make_contest(area=contest.area)
    listed(contest, office, birth_date=BORN)
    entered(other, office, birth_date=BORN)
    assert counts(contest, office) == RosterCounts(absent=1)
    assert counts(other, office).people == 0


@pytest.mark.parametrize("people", [1, 3])
def test_a_subtree_of_any_size_is_one_query(contest: Contest, office: Unit, people: int) -> None:
    for number in range(people):
        room = make_unit(f"Phòng {number}", parent=office)
        listed(contest, room, f"Người {number}", at=room, birth_date=BORN)
    assert contest.area
    for ask in (roster, counts, counts_by_unit):
        with CaptureQueriesContext(connection) as queries:
            ask(contest, contest.area)
        assert len(queries) == 1
    assert counts(contest, contest.area).absent == people


def test_names_are_folded_alike_in_python_and_in_the_database() -> None:
    names = ["Đặng Thị Ngọc Ánh", "ĐẶNG THỊ NGỌC ÁNH", "Nguyễn Ữ Ẵ Ợ Ỹ", "Lò Văn Pănh", "H'Hen Niê", "Ksor Ɖ"]
    accented, plain = rosters._letters()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(translate(name, %s, %s)) FROM unnest(%s::text[]) name", [accented, plain, names]
        )
        assert [row[0] for row in cursor.fetchall()] == [folded_name(name) for name in names]
