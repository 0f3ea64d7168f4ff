"""A unit's list from a file: what is read, what writing it does, and who may."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from contest_site.accounts.models import User
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.identity import national_id_hash
from contest_site.privacy.asking import ask_for_erasure
from contest_site.privacy.erasing import erase_person
from contest_site.privacy.gathering import gather
from contest_site.privacy.retention import erase_old_entries
from contests.domain.rosters import (
    changes_of,
    import_roster,
    keep_roster_file,
    may_upload_roster,
    remove_roster,
    settle_match,
)
from contests.enums import RosterMode, RosterStatus
from contests.importers.rosters import read_roster, write_template
from contests.models import Contest, Roster, RosterImport, RosterMatch, RosterPerson, Unit, UnitOfficer
from contests.rosters import roster
from contests.tasks import preview_roster
from tests.support.factories import make_contest, make_entry, make_staff, make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 1)
HEAD = ["STT", "Họ tên", "Ngày sinh", "SĐT", "CCCD", "Lớp", "Đơn vị"]


@pytest.fixture
def contest() -> Contest:
    return make_contest(area=make_unit("Tỉnh"))


@pytest.fixture
def office(contest: Contest) -> Unit:
    return make_unit("Sở Tư pháp", parent=contest.area, code="STP")


@pytest.fixture
def officer(office: Unit) -> User:
    user = make_user()
    UnitOfficer.objects.create(user=user, unit=office)
    return user


def book(*rows: list[Any], head: list[str] = HEAD) -> io.BytesIO:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["SỞ TƯ PHÁP"], [], head, *rows):
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def written(contest: Contest, unit: Unit, by: User, *rows: list[Any], mode: str = RosterMode.REPLACE) -> Any:
    draft = keep_roster_file(contest, unit, "ds.xlsx", book(*rows).getvalue(), by=by, mode=mode)
    preview_roster(draft.pk)
    draft.refresh_from_db()
    return import_roster(draft, by=by)


def test_columns_come_in_any_order_and_values_as_offices_write_them(contest: Contest, office: Unit) -> None:
    room = make_unit("Phòng Hành chính", parent=office, code="STP-1")
    file = book(
        [1, "NGUYỄN VĂN  AN", date(1990, 5, 17), 912345678, 1088000123, "10A", ""],
        [2, "Lê Thị Lan", "3/2/1991", "0912 345 679", None, None, "phong hanh chinh"],
        [3, "Vũ Hải", "03-02-1992", None, None, None, "stp-1"],
    )
    report = read_roster(file, contest, office, is_csv=False, today=TODAY)
    assert report.sentences == []
    first, second, third = report.rows
    assert (first.full_name, first.birth_date, first.phone) == (
        "NGUYỄN VĂN AN",
        date(1990, 5, 17),
        "+84912345678",
    )
    assert first.national_id_hash == national_id_hash("001088000123")
    assert (first.unit_id, second.unit_id, third.unit_id) == (office.pk, room.pk, room.pk)
    assert "mất số 0 ở đầu" in str(report.notes[0])


def test_every_fault_has_its_row_and_column(contest: Contest, office: Unit) -> None:
    make_unit("Phòng Hành chính", parent=office)
    file = book(
        [1, "Nguyễn Văn An", "31/02/1990", None, None, None, None],
        [2, "Lê Lan", None, "0912", None, None, None],
        [3, "Vũ Hải", "01/01/1990", None, None, None, "Phòng Hành chánh"],
        [4, "Vũ Hà", None, None, None, None, None],
        [5, "Trần Hoa", "01/01/1990", None, "001088000123", None, None],
        [6, "Trần Huệ", "01/01/1991", None, "001088000123", None, None],
    )
    report = read_roster(file, contest, office, is_csv=False, today=TODAY)
    assert report.sentences == [
        "Dòng 4, cột Ngày sinh: Không có ngày 31/02/1990.",
        "Dòng 5, cột Số điện thoại: Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678.",
        "Dòng 6, cột Đơn vị: không có đơn vị “Phòng Hành chánh” trong Sở Tư pháp; có phải là “Phòng Hành"
        " chính”?",
        "Dòng 7: cần ít nhất một trong ba: ngày sinh, số điện thoại, số định danh cá nhân",
        "Dòng 9, cột Số định danh cá nhân (CCCD): trùng với dòng 8",
    ]


def test_the_template_is_read_and_its_example_refused(contest: Contest, office: Unit) -> None:
    file = io.BytesIO()
    write_template(file, made_at=datetime(2026, 7, 1, tzinfo=UTC))
    file.seek(0)
    [sentence] = read_roster(file, contest, office, is_csv=False, today=TODAY).sentences
    assert "dòng ví dụ" in sentence


def test_a_list_is_previewed_then_written_and_its_file_is_gone(
    contest: Contest, office: Unit, officer: User
) -> None:
    data = book([1, "Nguyễn Văn An", "17/05/1990", None, "001088000123", None, None]).getvalue()
    draft = keep_roster_file(contest, office, "ds.xlsx", data, by=officer)
    preview_roster(draft.pk)
    draft.refresh_from_db()
    assert bytes(draft.content) == b""
    assert draft.found
    assert (draft.found["people"], draft.found["added"]) == (1, 1)
    assert "001088000123" not in str(draft.found)
    assert not RosterPerson.objects.exists()
    assert len(import_roster(draft, by=officer).added) == 1
    assert not RosterImport.objects.exists()
    with pytest.raises(NotNow):
        import_roster(draft, by=officer)


def test_a_list_with_faults_is_not_written(contest: Contest, office: Unit, officer: User) -> None:
    draft = keep_roster_file(contest, office, "ds.xlsx", b"PK not a workbook", by=officer)
    preview_roster(draft.pk)
    draft.refresh_from_db()
    assert bytes(draft.content) == b""
    assert draft.found
    assert draft.found["sentences"]
    with pytest.raises(NotNow):
        import_roster(draft, by=officer)


def test_another_list_takes_the_place_of_the_first_and_says_what_differs(
    contest: Contest, office: Unit, officer: User
) -> None:
    first = [1, "Nguyễn Văn An", "17/05/1990", None, None, "10A", None]
    second = [2, "Lê Thị Lan", "03/02/1991", None, None, "10A", None]
    written(contest, office, officer, first, second)
    person = RosterPerson.objects.get(full_name="Nguyễn Văn An")
    RosterMatch.objects.create(person=person, entry=None, by=officer)
    again = written(contest, office, officer, first, second)
    assert (again.kept, again.added, again.changed, again.removed) == (2, [], [], [])
    moved = [1, "Nguyễn Văn An", "17/05/1990", None, None, "11A", None]
    changes = written(contest, office, officer, moved, [3, "Vũ Hải", "01/01/1990", None, None, None, None])
    assert [len(one) for one in (changes.added, changes.changed, changes.removed)] == [1, 1, 1]
    assert RosterMatch.objects.filter(person__reference="11A").exists()
    written(contest, office, officer, second, mode=RosterMode.ADD)
    assert RosterPerson.objects.count() == 3


def an(national_id: str | None, reference: str | None = None, phone: str | None = None) -> list[Any]:
    return [1, "Nguyễn Văn An", "17/05/1990", phone, national_id, reference, None]


PHONE = "0912345678"
ID1, ID2, ID3 = "001088000123", "001088000124", "001088000125"


@pytest.mark.parametrize(
    ("before", "after", "whose"),
    [
        # Said of the line with the second ID; a namesake stands first in the next list.
        ([an(ID2)], [an(ID1), an(ID2)], an(ID2)),
        ([an(ID1), an(ID2)], [an(ID3), an(ID1), an(ID2)], an(ID2)),
        # Without IDs: the same lines in another order, and two that could both be meant.
        ([an(None, "A"), an(None, "B", PHONE)], [an(None, "B", PHONE), an(None, "A")], an(None, "B", PHONE)),
        ([an(None, "10A")], [an(ID1), an(ID2)], None),
        # The entry that was said has an ID of its own.
        ([an(None)], [an(ID1)], None),
        ([an(None)], [an(ID2)], an(ID2)),
        ([an(None)], [an(None, "11A")], an(None, "11A")),
    ],
)
def test_whose_an_entry_was_said_to_be_goes_to_no_namesake(
    contest: Contest, office: Unit, officer: User, before: list[Any], after: list[Any], whose: Any
) -> None:
    written(contest, office, officer, *before)
    entry = make_entry(contest, unit=office, national_id_hash=national_id_hash(ID2), phone=None)
    person = RosterPerson.objects.latest("pk")
    RosterMatch.objects.create(person=person, entry=entry, by=officer)
    written(contest, office, officer, *after)
    assert RosterPerson.objects.count() == len(after)
    kept = RosterPerson.objects.filter(match__entry=entry).first()
    found = kept and (kept.national_id_hash, kept.reference)
    assert found == (whose and (whose[4] and national_id_hash(whose[4]), whose[5] or ""))


def test_a_namesake_with_another_id_is_added(contest: Contest, office: Unit, officer: User) -> None:
    written(contest, office, officer, an(ID1))
    written(contest, office, officer, an(ID2), mode=RosterMode.ADD)
    assert RosterPerson.objects.count() == 2


def test_officers_bring_lists_of_their_own_subtree_alone(
    contest: Contest, office: Unit, officer: User
) -> None:
    room, other = make_unit("Phòng", parent=office), make_unit("Sở khác", parent=contest.area)
    elsewhere = make_unit("Tỉnh khác")
    assert may_upload_roster(officer, contest, office)
    assert may_upload_roster(officer, contest, room)
    assert not may_upload_roster(officer, contest, other)
    assert may_upload_roster(make_staff(), contest, other)
    assert not may_upload_roster(make_staff(), contest, elsewhere)
    with pytest.raises(NotAllowed):
        keep_roster_file(contest, other, "ds.xlsx", b"", by=officer)
    with pytest.raises(Invalid):
        keep_roster_file(contest, office, "ds.pdf", b"", by=officer)


def test_whose_an_entry_is_can_be_said(contest: Contest, office: Unit, officer: User) -> None:
    written(contest, office, officer, [1, "Nguyễn Văn An", None, "0912345678", None, None, None])
    person = RosterPerson.objects.get()
    entry = make_entry(contest, unit=office, full_name="Nguyễn Văn Cường", phone="+84912345678")
    other = make_entry(contest, unit=office)
    assert roster(contest, office)[0].status is RosterStatus.UNCLEAR
    with pytest.raises(Invalid):
        settle_match(person, other, by=officer)
    with pytest.raises(NotAllowed):
        settle_match(person, entry, by=make_user())
    settle_match(person, entry, by=officer)
    assert roster(contest, office)[0].entry_id == entry.pk
    settle_match(person, None, by=officer)
    assert roster(contest, office)[0].status is RosterStatus.ABSENT
    # A list of the unit above: the officer of the person's unit may say it as well.
    assert contest.area
    above = Roster.objects.create(contest=contest, unit=contest.area, by=make_staff())
    RosterPerson.objects.filter(pk=person.pk).update(roster=above)
    person.refresh_from_db()
    assert settle_match(person, entry, by=officer).entry == entry
    entry.unit = make_unit("Sở khác", parent=contest.area)
    entry.save()
    with pytest.raises(NotAllowed, match="đề nghị Ban Tổ chức"):
        settle_match(person, entry, by=officer)


def test_removing_a_list_takes_its_people(contest: Contest, office: Unit, officer: User) -> None:
    written(contest, office, officer, [1, "Nguyễn Văn An", "17/05/1990", None, None, None, None])
    assert remove_roster(Roster.objects.get(), by=officer) == 1
    assert not RosterPerson.objects.exists()


def test_who_is_erased_is_on_no_list_any_more_and_a_copy_has_the_lists(
    contest: Contest, office: Unit, officer: User
) -> None:
    written(
        contest, office, officer,
        an(ID1, "10A"),
        [2, "Lê Thị Lan", None, PHONE, None, "10B", None],
        [3, "Vũ Hải", "17/05/1990", None, None, "10C", None],
        [4, "Vũ Hà", "17/05/1990", None, None, "10D", None],
    )  # fmt: skip
    # By the national ID, by the verified phone with the name, and by what somebody said.
    first = make_entry(
        contest, unit=office, full_name="Nguyễn An", national_id_hash=national_id_hash(ID1)
    ).user
    second = make_user(full_name="Lê Thị Lan", phone="+84912345678", phone_verified=True)
    third = make_entry(contest, unit=office, full_name="Vũ Hải", phone=None)
    settle_match(RosterPerson.objects.get(reference="10C"), third, by=officer)
    for user, reference in ((first, "10A"), (second, "10B"), (third.user, "10C")):
        [line] = gather(user)["Danh sách do đơn vị lập"]
        assert (line["đơn vị"], line["mã, bộ phận"]) == ("Sở Tư pháp", reference)
        erase_person(user)
    assert [one.reference for one in RosterPerson.objects.all()] == ["10D"]


def test_a_namesake_by_own_word_neither_reads_nor_erases_anothers_line(
    contest: Contest, office: Unit, officer: User, page: Client
) -> None:
    lan = [2, "Lê Thị Lan", None, "0912345679", None, "10B", None]
    written(contest, office, officer, an(ID1, "10A", PHONE), lan)
    stranger = make_user()
    make_entry(contest, user=stranger, unit=office, full_name="Nguyễn Văn An", birth_date=date(1990, 5, 17))
    other = make_user(full_name="Lê Thị Lan", phone=None)
    make_entry(contest, user=other, unit=office, full_name="Lê Thị Lan", phone="+84912345679")
    for user, reference in ((stranger, "10A"), (other, "10B")):
        copy = gather(user)
        assert copy["Danh sách do đơn vị lập"] == []
        assert "hỏi cán bộ đầu mối" in copy["Danh sách của đơn vị chưa xác định là của ai"]
        # Who answers the erasure sees the line and can say whose it is.
        asked = page.get(reverse("admin:contests_datarequest_answer", args=[ask_for_erasure(user).pk]))
        line = RosterPerson.objects.get(reference=reference)
        assert [one.pk for one in asked.context["near"]] == [line.pk]
        assert reverse("admin:contests_roster_match", args=[line.pk]) in asked.content.decode()
        erase_person(user)
    assert RosterPerson.objects.count() == 2


def test_lists_go_when_they_were_kept_long_enough(
    contest: Contest, office: Unit, officer: User, settings: Any
) -> None:
    settings.RETENTION_MONTHS = 12
    written(contest, office, officer, [1, "Nguyễn Văn An", "17/05/1990", None, None, None, None])
    assert erase_old_entries() == 0
    Contest.objects.filter(pk=contest.pk).update(
        opens_at=datetime(2020, 1, 1, tzinfo=UTC), closes_at=datetime(2020, 2, 1, tzinfo=UTC)
    )
    assert erase_old_entries() == 1
    assert not Roster.objects.exists()


def test_reading_a_difference_writes_nothing(contest: Contest, office: Unit) -> None:
    file = book([1, "Nguyễn Văn An", "17/05/1990", None, None, None, None])
    rows = read_roster(file, contest, office, is_csv=False, today=TODAY).rows
    assert len(changes_of(contest, office, rows, mode=RosterMode.REPLACE).added) == 1
    assert not RosterPerson.objects.exists()


def test_the_pages_show_preview_people_and_candidates(contest: Contest, office: Unit, page: Client) -> None:
    upload = reverse("admin:contests_roster_import")
    assert page.get(f"{upload}?contest={contest.pk}").status_code == 200
    assert page.get(reverse("admin:contests_roster_template")).status_code == 200
    rows = [[1, "Nguyễn Văn An", None, "0912345678", None, "10A", None]]
    rows += [[2, "Lê Thị Lan", "03/02/1991", None, None, None, None]]
    answers = []
    for name in ("a.pdf", "a.xlsx"):
        file = SimpleUploadedFile(name, book(*rows).getvalue())
        data = {"contest": contest.pk, "unit": office.pk, "mode": "replace", "file": file}
        answers.append(page.post(upload, data))
    assert [answer.status_code for answer in answers] == [200, 302]
    preview = answers[1]["Location"]
    preview_roster(RosterImport.objects.get().pk)
    assert "2 người, không có lỗi: thêm 2" in page.get(preview).content.decode()
    people = page.post(preview)["Location"]
    entry = make_entry(contest, unit=office, full_name="Nguyễn Văn Cường", phone="+84912345678")
    assert "2 người, 2 người chưa dự thi" in page.get(people).content.decode()
    shown = page.get(f"{people}?tinh-trang=unclear").content.decode()
    assert "Lê Thị Lan" not in shown
    match = reverse("admin:contests_roster_match", args=[RosterPerson.objects.get(reference="10A").pk])
    assert match in shown
    assert "Nguyễn Văn Cường" in page.get(match).content.decode()
    page.post(match, {"entry": entry.pk})
    assert "Đã đăng ký, chưa thi" in page.get(people).content.decode()
    listed = page.get(reverse("admin:contests_roster_changelist"))
    assert people in listed.content.decode()
    remove = reverse("admin:contests_roster_remove", args=[Roster.objects.get().pk])
    assert "Danh sách 2 người" in page.get(remove).content.decode()
    page.post(remove)
    assert not Roster.objects.exists()


def test_the_pages_are_for_who_may_change_lists(contest: Contest, office: Unit, client: Client) -> None:
    client.force_login(make_user(is_staff=True, username="nguoi-la"))
    for name in ("import", "changelist", "template"):
        assert client.get(reverse(f"admin:contests_roster_{name}")).status_code == 403


@pytest.mark.parametrize("lists", [1, 3])
def test_the_list_of_lists_is_as_many_queries_for_one_as_for_three(
    contest: Contest, page: Client, lists: int, django_assert_num_queries: Any
) -> None:
    for number in range(lists):
        unit = make_unit(f"Sở {number}", parent=contest.area)
        Roster.objects.create(contest=contest, unit=unit, by=make_staff())
    address = reverse("admin:contests_roster_changelist")
    page.get(address)
    with django_assert_num_queries(5):
        page.get(address)
