"""What stands beside the numbers: days, rounds, categories, the block, who is missing; and every state."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from contest_site.accounts.models import User
from contest_site.agency.charts import trend
from contest_site.agency.comparison import comparison
from contest_site.agency.figures import Day, Part, every_day, figures
from contest_site.agency.paper import participation_paper
from contest_site.lib.clock import database_now
from contest_site.lib.pdf import render_pages
from contest_site.reports.book import Order, Paper
from contests.models import (
    Contest,
    Entry,
    Headcount,
    Roster,
    RosterImport,
    RosterMatch,
    RosterPerson,
    Round,
    RoundClosing,
    Unit,
    UnitOfficer,
)
from contests.rosters import folded_name
from prizes.models import Publication
from tests.prizes.support import publish
from tests.support.factories import (
    exclude,
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 11, 13, 5, tzinfo=UTC)  # noon of the 13th in Viet Nam


@pytest.fixture
def contest() -> Contest:
    """Five wards compete in a block; the window is of November 2024, with two rounds."""
    city = make_unit("Thành phố", code="C")
    wards = [make_unit(f"Phường {letter}", city, code=f"C-{letter}") for letter in "ABCDE"]
    make_unit("Trường A1", wards[0], code="C-A-1")
    contest = make_contest(
        area=city, slug="cuoc-thi", agency_comparison="without_names",
        opens_at=datetime(2024, 11, 10, 0, tzinfo=UTC), closes_at=datetime(2024, 11, 19, 17, tzinfo=UTC),
    )  # fmt: skip
    make_block(contest, wards, name="Khối phường")
    middle = datetime(2024, 11, 14, 17, tzinfo=UTC)
    plain: dict[str, Any] = {
        "questions": 5, "sealed": False, "attempts_allowed": 9, "rank_order": ["score"],
        "prediction_target": "none",
    }  # fmt: skip
    make_round(contest, name="Tuần 1", closes_at=middle, **plain)
    make_round(contest, name="Tuần 2", opens_at=middle, **plain)
    return contest


def ward(letter: str) -> Unit:
    return Unit.objects.get(code=f"C-{letter}")


def sits(entry: Entry, number: int = 1, *, day: int = 10, hour: int = 3) -> None:
    at = datetime(2024, 11, day, hour, tzinfo=UTC)
    submitted_attempt(entry, entry.contest.rounds.get(number=number), correct=4, submitted_at=at)


def many(contest: Contest, letter: str, people: int, headcount: int | None = None) -> None:
    for _ in range(people):
        sits(make_entry(contest, unit=ward(letter)))
    if headcount:
        Headcount.objects.create(contest=contest, unit=ward(letter), people=headcount)


def officer(*units: Unit) -> User:
    user = make_user()
    for unit in units:
        UnitOfficer.objects.create(user=user, unit=unit)
    return user


def page(
    user: User, name: str = "contest", *args: object, data: dict[str, Any] | None = None, **query: Any
) -> Any:
    client = Client()
    client.force_login(user)
    path = reverse(f"agency:{name}", args=["cuoc-thi", *args])
    if data is None:
        return client.get(path, query)
    return client.post(path, data, query_params=query)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- By day, by round, by category --------------------------------------------------------------------------
def test_each_day_counts_who_came_first_on_it_in_viet_nams_time(contest: Contest) -> None:
    first = make_entry(contest, unit=ward("A"))
    sits(first, day=10, hour=16)  # 23:00 of the 10th
    sits(first, day=10, hour=18)  # 01:00 of the 11th
    sits(make_entry(contest, unit=Unit.objects.get(code="C-A-1")), day=12)
    out = make_entry(contest, unit=ward("A"))
    sits(out, day=12)
    exclude(contest, user=out.user)
    sits(make_entry(contest, unit=ward("B")), day=12)
    found = figures(contest, ward("A")).days
    assert every_day(found, contest, now=NOW) == [
        Day(date(2024, 11, 10), 1, 1),
        Day(date(2024, 11, 11), 0, 1),
        Day(date(2024, 11, 12), 1, 1),
        Day(date(2024, 11, 13), 0, 0),
    ]
    over = every_day(found, contest, now=NOW + timedelta(days=99))
    assert over[-1].day == date(2024, 11, 19)  # its end is 24:00 of that day
    second = contest.rounds.select_related("closing").get(number=2)
    assert figures(contest, ward("A"), round=second).days == []
    assert every_day([], contest, now=NOW, round=second) == []


def test_the_chart_has_a_bar_for_each_day_and_the_tallest_is_full() -> None:
    found = trend(
        [Day(date(2024, 11, 10), 1, 1), Day(date(2024, 11, 11), 3, 4), Day(date(2024, 11, 12), 0, 2)]
    )
    assert found is not None
    assert [bar.height for bar in found.bars] == ["33.3", "100.0", "0.0"]
    assert [bar.y for bar in found.bars] == ["66.7", "0.0", "100.0"]
    assert (found.highest, found.busiest.day) == (3, date(2024, 11, 11))
    assert trend([]) is None
    assert trend([Day(date(2024, 11, 10), 0, 0)]) is None


def test_rounds_and_categories_count_people_once_each(contest: Contest) -> None:
    pupils = contest.categories.create(name="Học sinh", position=2)
    first = make_entry(contest, unit=ward("A"))
    for number in (1, 1, 2):
        sits(first, number)
    sits(make_entry(contest, unit=ward("A"), category=pupils), 2)
    found = figures(contest, ward("A"))
    assert found.rounds == [Part("Tuần 1", 1, 2), Part("Tuần 2", 2, 2)]
    assert found.categories == [
        Part("Cán bộ, công chức, viên chức", 1, 3),
        Part("Học sinh", 1, 1),
    ]
    second = contest.rounds.get(number=2)
    assert [part.people for part in figures(contest, ward("A"), round=second).categories] == [1, 1]
    assert [part.people for part in figures(contest, ward("B")).categories] == [0, 0]


# --- The block ----------------------------------------------------------------------------------------------
def test_a_unit_learns_its_place_and_the_range_but_nobodys_name(contest: Contest) -> None:
    for letter, people, headcount in (("A", 3, 10), ("B", 1, 10), ("C", 5, 10), ("D", 2, 10), ("E", 4, None)):
        many(contest, letter, people, headcount)
    found = comparison(contest, ward("A"), now=NOW)
    assert found is not None
    assert (found.by_share, found.units, found.place) == (True, 4, 2)
    assert (found.lowest, found.middle, found.highest) == (Decimal(10), Decimal(25), Decimal(50))
    assert found.lines == []
    text = text_of(page(officer(ward("A"))))
    assert "Hạng 2 trên 4 đơn vị" in text
    assert not [letter for letter in "BCDE" if f"Phường {letter}" in text]


def test_without_headcounts_numbers_of_people_are_compared(contest: Contest) -> None:
    for letter, people in (("A", 2), ("B", 2), ("C", 1)):
        many(contest, letter, people)
    found = comparison(contest, ward("B"), now=NOW)
    assert found is not None
    assert (found.by_share, found.units, found.place) == (False, 5, 1)
    assert [found.lowest, found.middle, found.highest] == [0, 1, 2]


def test_a_plan_may_name_the_others_or_tell_nothing(contest: Contest) -> None:
    many(contest, "B", 2)
    Contest.objects.update(agency_comparison="named")
    contest.refresh_from_db()
    found = comparison(contest, ward("A"), now=NOW)
    assert found is not None
    assert (found.lines[0].name, found.lines[0].people) == ("Phường B", 2)
    assert "Phường B" in text_of(page(officer(ward("A"))))
    Contest.objects.update(agency_comparison="none")
    contest.refresh_from_db()
    assert comparison(contest, ward("A"), now=NOW) is None
    assert "Phường B" not in text_of(page(officer(ward("A"))))


def test_of_few_units_nothing_is_told_for_the_range_would_name_them(contest: Contest) -> None:
    contest.blocks.get().units.filter(unit__code__in=["C-D", "C-E"]).delete()
    assert comparison(contest, ward("A"), now=NOW) is None
    assert comparison(contest, Unit.objects.get(code="C-A-1"), now=NOW) is None
    assert comparison(contest, Unit.objects.get(code="C"), now=NOW) is None


def test_while_people_guess_the_number_the_others_are_not_told(contest: Contest) -> None:
    Round.objects.filter(number=2).update(prediction_target="participants")
    assert comparison(contest, ward("A"), now=NOW) is None
    Round.objects.filter(number=2).update(closes_at=contest.closes_at + timedelta(days=9_999))
    assert "sau khi vòng thi kết thúc, vì câu dự đoán" in text_of(page(officer(ward("A"))))
    Round.objects.filter(number=2).update(closes_at=contest.closes_at)
    assert comparison(contest, ward("A"), now=NOW + timedelta(days=99)) is not None


# --- States -------------------------------------------------------------------------------------------------
def test_before_the_opening_the_page_says_when(contest: Contest) -> None:
    later = database_now() + timedelta(days=3)
    Round.objects.filter(number=1).update(opens_at=later, closes_at=later + timedelta(days=1))
    Round.objects.filter(number=2).update(
        opens_at=later + timedelta(days=1), closes_at=later + timedelta(days=2)
    )
    Contest.objects.update(opens_at=later, closes_at=later + timedelta(days=2))
    response = page(officer(ward("A")))
    text = text_of(response)
    assert "Chưa mở" in text
    assert response.context["trend"] is None
    assert "Chưa có người nào" not in text


def test_states_are_named_with_what_to_do(contest: Contest) -> None:
    user = officer(ward("A"))
    text = text_of(page(user))
    assert "Đã kết thúc" in text
    assert "Chưa có người nào của đơn vị nộp bài." in text
    assert "Gửi tổng số người của đơn vị" in text
    many(contest, "A", 2, 1)
    text = text_of(page(user))
    assert "Đề nghị Ban Tổ chức sửa tổng số người" in text
    assert "<rect" in text
    office = Client()
    office.force_login(officer(make_unit("Nơi khác")))
    assert "Chưa có cuộc thi nào trên địa bàn" in text_of(office.get(reverse("agency:offices")))


def test_published_results_are_linked(contest: Contest) -> None:
    many(contest, "A", 1)
    user = officer(ward("A"))
    assert "Xem kết quả đã công bố" not in text_of(page(user, vong=1))
    first = Round.objects.select_related("contest").get(contest=contest, number=1)
    RoundClosing.objects.create(round=first)
    publish(first)
    assert Publication.objects.exists()
    assert reverse("prizes:results", args=["cuoc-thi"]) + "?vong=1" in text_of(page(user, vong=1))
    assert "Xem kết quả đã công bố" not in text_of(page(user))


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_costs_the_same_however_many_take_part(
    contest: Contest, people: int, django_assert_num_queries: Any
) -> None:
    for letter in "ABCDE":
        many(contest, letter, people, 10)
    user = officer(ward("A"))
    client = Client()
    client.force_login(user)
    path = reverse("agency:contest", args=["cuoc-thi"])
    client.get(path)
    with django_assert_num_queries(PAGE):
        client.get(path)


PAGE = 19


# --- The paper ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("units", [1, 4, 30])
def test_the_paper_is_one_page_with_blanks_to_sign(contest: Contest, units: int) -> None:
    many(contest, "A", 2, 5)
    for number in range(units):
        make_unit(f"Trường tiểu học và trung học cơ sở số {number} phường Nguyễn Nghiêm", ward("A"))
    order = Order(contest=contest, unit=ward("A"), round=None, by=make_staff(), at=NOW)
    made = participation_paper(order)
    assert isinstance(made, Paper)
    assert len(render_pages(made.html, pages=1)) == 1
    words = " ".join(made.html.split())
    for said in (
        "Phường A",
        "Số người dự thi: 2, đạt 40 %",
        "/BC-",
        "Thủ trưởng đơn vị",
        "năm 2024",
        "Tuần 1",
    ):
        assert said in words
    assert ("đơn vị trực thuộc có trong tệp Excel" in words) == (units > 4)


# --- Who is missing -----------------------------------------------------------------------------------------
def listed(contest: Contest, unit: Unit, *people: tuple[str, str]) -> list[RosterPerson]:
    roster = Roster.objects.create(contest=contest, unit=unit, by=make_staff())
    return [
        RosterPerson.objects.create(
            roster=roster, unit=unit, full_name=name, folded=folded_name(name), birth_date=born
        )
        for name, born in people
    ]


def test_who_has_not_taken_part_is_named_to_the_own_officer_alone(contest: Contest) -> None:
    user = officer(ward("A"))
    assert "Chưa có danh sách người của đơn vị" in text_of(page(user, "missing"))
    listed(contest, ward("A"), ("Lê Văn An", "1990-05-17"), ("Trần Thị Bình", "1985-01-02"))
    listed(contest, ward("B"), ("Người Phường B", "1990-05-17"))
    sits(make_entry(contest, unit=ward("A"), full_name="Lê Văn An", birth_date=date(1990, 5, 17)))
    response = page(user, "missing")
    assert [line.full_name for line in response.context["lines"]] == ["Trần Thị Bình"]
    assert "1 người" not in text_of(response)
    assert page(user, "missing", unit=ward("B").pk).status_code == 404
    assert page(user, "missing", vong=2).context["counts"].missing == 2
    assert "1 trên 2 người trong danh sách" in text_of(page(user))
    assert response["Cache-Control"] == "private, no-store"


def test_an_officer_brings_the_list_of_the_own_unit(contest: Contest, eager_tasks: None) -> None:
    user = officer(ward("A"))
    template = b"".join(page(user, "roster_template").streaming_content)
    assert load_workbook(io.BytesIO(template)).active is not None
    content = "Họ và tên;Ngày sinh\nLê Văn An;17/05/1990\nTrần Thị Bình;02/01/1985\n".encode()
    data = {"file": SimpleUploadedFile("ds.csv", content), "mode": "replace"}
    draft = RosterImport.objects
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("contest_site.lib.work.PATIENCE", 0)
        sent = page(user, "roster", data=data)
    assert sent.status_code == 302
    pk = draft.get().pk
    _read(pk)
    preview = text_of(page(user, "roster_preview", pk))
    assert "Ghi danh sách 2 người" in preview
    assert not RosterPerson.objects.exists()
    assert page(user, "roster_preview", pk, data={}).status_code == 302
    assert RosterPerson.objects.count() == 2
    assert page(user, "roster_preview", pk).status_code == 404


def _read(pk: int) -> None:
    from contests.tasks import preview_roster

    preview_roster(pk)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("ds.txt", b"x", "Chọn tệp .xlsx hoặc .csv."), ("ds.csv", b"", "Tệp này trống.")],
)
def test_another_kind_of_file_is_refused(contest: Contest, name: str, content: bytes, sentence: str) -> None:
    data = {"file": SimpleUploadedFile(name, content), "mode": "replace"}
    response = page(officer(ward("A")), "roster", data=data)
    assert response.status_code == 400
    assert sentence in text_of(response)


def test_a_list_with_faults_names_them_and_has_no_button_that_writes(contest: Contest) -> None:
    user = officer(ward("A"))
    content = "Họ và tên;Ngày sinh\nLê Văn An;31/02/1990\n".encode()
    page(user, "roster", data={"file": SimpleUploadedFile("ds.csv", content), "mode": "add"})
    draft = RosterImport.objects.get()
    assert "Đang đọc tệp" in text_of(page(user, "roster_preview", draft.pk))
    _read(draft.pk)
    text = text_of(page(user, "roster_preview", draft.pk))
    assert "Dòng 2" in text
    assert "Ghi danh sách" not in text
    assert page(officer(ward("A")), "roster_preview", draft.pk).status_code == 404


@pytest.mark.parametrize("name", ["roster", "roster_template"])
def test_nobody_brings_another_units_list(contest: Contest, name: str) -> None:
    assert page(officer(ward("A")), name, unit=ward("B").pk).status_code == 404
    assert page(make_user(), name).status_code == 404
    assert page(make_staff(), name, unit=ward("B").pk).status_code == 200


def test_what_the_data_leave_open_the_officer_settles(contest: Contest) -> None:
    user = officer(ward("A"))
    (person,) = listed(contest, ward("A"), ("Lê Văn Ân", "1990-05-17"))
    entry = make_entry(contest, unit=ward("A"), full_name="Lê Văn An", birth_date=date(1990, 5, 17))
    elsewhere = make_entry(contest, unit=ward("B"), full_name="Lê Văn Ân", birth_date=date(1990, 5, 17))
    sits(entry)
    assert "Đối chiếu" in text_of(page(user, "missing"))
    shown = text_of(page(user, "match", person.pk))
    assert f'value="{entry.pk}"' in shown
    assert f'value="{elsewhere.pk}"' not in shown  # another unit's person is not this officer's to see
    assert "đăng ký khác có thể khớp" not in shown  # nor to be guessed from a name and a birth date
    assert page(user, "match", person.pk, data={"entry": str(elsewhere.pk)}).status_code == 400
    assert page(user, "match", person.pk, data={"entry": str(entry.pk)}).status_code == 302
    assert RosterMatch.objects.get().entry == entry
    assert page(user, "missing").context["lines"] == []
    assert page(officer(ward("B")), "match", person.pk).status_code == 404
