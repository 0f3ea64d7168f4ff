"""Danh sách không được dự thi from a workbook: read as an office writes it, all of it or nothing."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Refused
from contest_site.lib.identity import national_id_hash
from contests.domain.excluding import ListedPerson, exclude_people, exclude_person
from contests.enums import ExclusionRole
from contests.importers.exclusions import read_exclusions, write_template
from contests.importers.table import Report
from contests.models import Contest, Exclusion
from questions.importers.container import UnreadableError
from tests.support.factories import make_contest, make_entry, make_staff, make_user

pytestmark = pytest.mark.django_db
HEADER = ["STT", "Họ và tên", "Vai trò", "Số điện thoại", "Số định danh cá nhân (CCCD)", "Tài khoản"]


@pytest.fixture
def contest() -> Contest:
    return make_contest()


@pytest.fixture
def chief() -> User:
    return make_staff()


def workbook(
    *rows: list[Any], header: list[Any] = HEADER, formats: dict[str, str] | None = None
) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    above: list[list[Any]] = [["UBND THÀNH PHỐ"], [None]]
    for row in [*above, header, *rows]:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def read(contest: Contest, *rows: list[Any], **options: Any) -> Report[ListedPerson]:
    return read_exclusions(workbook(*rows, **options), contest)


def test_a_list_as_an_office_writes_it_is_read_and_written_whole(contest: Contest, chief: User) -> None:
    secretary = make_user(username="thu.ky", email="Thu.Ky@quangngai.gov.vn")
    report = read(
        contest,
        [1, "  Lê  Văn An ", "Ban Tổ chức", "0912.345.678", "051 088 000 123", None],
        [2, "Trần Thị Bình", "TỔ THƯ KÝ", None, None, "thu.ky"],
        [3, "Phạm Văn Út", "Ban giám khảo", "+84 913 000 001", None, None],
        [4, None, None, None, None, None],
    )
    assert report.sentences == []
    assert report.rows == [
        ListedPerson(4, "Lê Văn An", "committee", "+84912345678", national_id_hash("051088000123")),
        ListedPerson(5, "Trần Thị Bình", "secretariat", user_id=secretary.pk),
        ListedPerson(6, "Phạm Văn Út", "jury", "+84913000001"),
    ]
    assert not Exclusion.objects.exists()
    assert exclude_people(contest, report.rows, by=chief) == 3
    assert contest.exclusions.filter(user=secretary, role="secretariat").exists()
    trail = AuditEvent.objects.filter(actor=chief)
    assert trail.filter(verb="excluded person").count() == 3
    assert trail.get(verb="listed excluded people").data == {"people": 3}
    assert "051088000123" not in str(list(AuditEvent.objects.values()))


def test_columns_stand_in_any_order_and_under_the_names_that_offices_use(contest: Contest) -> None:
    user = make_user(email="an@example.vn")
    report = read(
        contest,
        ["An@Example.VN", "Tổ ra đề", "0912345678", "Lê Văn An", "x"],
        header=["Email", "NHIỆM VỤ", "Điện thoại", "Họ tên", "Ghi chú"],
    )
    assert report.sentences == []
    assert report.rows == [ListedPerson(4, "Lê Văn An", "writers", "+84912345678", user_id=user.pk)]
    assert [str(note) for note in report.notes] == ["Dòng 3: cột “Ghi chú” không được dùng"]


@pytest.mark.parametrize(
    ("phone", "national_id"),
    [
        (912345678, 51088000123),  # both zeros lost
        (912345678.0, 51088000123.0),
        (84912345678, 51088000123),
        ("912345678", "051.088.000.123"),
        ("０９１２３４５６７８", "０５１０８８０００１２３"),
    ],
)
def test_numbers_that_excel_cut_are_read_as_the_numbers_they_were(
    contest: Contest, phone: object, national_id: object
) -> None:
    report = read(contest, [1, "Lê Văn An", "Ban Tổ chức", phone, national_id])
    assert report.sentences == []
    [person] = report.rows
    assert person.phone == "+84912345678"
    assert person.national_id_hash == national_id_hash("051088000123")
    assert any("mất số 0 ở đầu" in str(note) for note in report.notes) is not isinstance(national_id, str)


def test_a_number_shown_with_its_zeros_or_in_groups_is_the_same_number(contest: Contest) -> None:
    report = read(
        contest,
        [1, "Lê Văn An", "Ban Tổ chức", 912345678, 1088000123],
        formats={"D4": "0000000000", "E4": "#,##0"},
    )
    [person] = report.rows
    assert person.phone == "+84912345678"
    assert person.national_id_hash == national_id_hash("001088000123")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            [1, "An Lê", "Ban Tổ chức", 912345678.5],
            "Dòng 4, cột Số điện thoại: ô không phải là số điện thoại",
        ),
        ([1, "An Lê", "Ban Tổ chức", date(2024, 1, 1)], "cột Số điện thoại: ô không phải là số"),
        ([1, "An Lê", "Ban Tổ chức", True], "cột Số điện thoại: ô không phải là số"),
        ([1, "An Lê", "Ban Tổ chức", "123"], "cột Số điện thoại: Số điện thoại chưa đúng"),
        ([1, "An Lê", "Ban Tổ chức", "5.1088E+10"], "cột Số điện thoại: Số điện thoại chưa đúng"),
        ([1, "An Lê", "Ban Tổ chức", None, "5.1088E+10"], "gồm đúng 12 chữ số"),
        ([1, "An Lê", "Ban Tổ chức", None, "51088000123"], "gồm đúng 12 chữ số"),  # typed, not cut
        ([1, "An Lê", "Ban Tổ chức", None, 123456789], "gồm đúng 12 chữ số"),  # an old ID of nine digits
        ([1, "An Lê", "Ban Tổ chức", None, -51088000123], "gồm đúng 12 chữ số"),
        ([1, "An Lê", "Ban Tổ chức", None, 5108800012345], "gồm đúng 12 chữ số"),
        ([1, "An Lê", "Ban Tổ chức", None, 51088000123.5], "ô không phải là số định danh"),
        ([1, "An Lê", "Ban Tổ chức", "=A1"], "cột Số điện thoại: ô chứa công thức"),
        ([1, "=A1", "Ban Tổ chức", "0912345678"], "cột Họ và tên: ô chứa công thức"),
        ([1, None, "Ban Tổ chức", "0912345678"], "Dòng 4, cột Họ và tên: chưa có nội dung"),
        ([1, "An Lê", None, "0912345678"], "Dòng 4, cột Vai trò: chưa có nội dung"),
        ([1, 12345, "Ban Tổ chức", "0912345678"], "cột Họ và tên: Nhập đầy đủ họ và tên."),
        (
            [1, "An Lê", "Bảo vệ", "0912345678"],
            "“Bảo vệ” không phải là một vai trò; ghi một trong: Ban Tổ chức;",
        ),
        ([1, "An Lê", "Ban Tổ chức"], "Dòng 4: cần ít nhất một trong ba"),
        ([1, "An Lê", "Ban Tổ chức", None, None, "ma"], "cột Tài khoản: không có tài khoản “ma”"),
        ([1, "An Lê", "Ban Tổ chức", None, None, "hai@x.vn"], "có nhiều tài khoản cùng thư điện tử"),
        ([1, "x" * 201, "Ban Tổ chức", "0912345678"], "cột Họ và tên: Họ và tên dài tối đa 200"),
    ],
)
def test_every_fault_is_told_with_its_row_and_column(contest: Contest, row: list[Any], sentence: str) -> None:
    for _twice in range(2):
        make_user(email="hai@x.vn")
    report = read(contest, row, [2, "Người Đúng", "Ban Tổ chức", "0913000009"])
    assert len(report.problems) == 1
    assert sentence in report.sentences[0]


def test_repetitions_in_the_file_and_with_the_list_are_named(contest: Contest, chief: User) -> None:
    user = make_user(username="an.le")
    exclude_person(contest, by=chief, full_name="Võ Cũ", role=ExclusionRole.JURY, phone="0913 000 003")
    report = read(
        contest,
        [1, "Lê Văn An", "Ban Tổ chức", "0913000001", "051088000123", "an.le"],
        [2, "Lê Văn An", "Ban Tổ chức", "+84913000001", None, None],
        [3, "Lê Văn An", "Ban Tổ chức", None, 51088000123, None],
        [4, "Lê Văn An", "Ban Tổ chức", None, None, "AN.LE"],
        [5, "Võ Mới", "Ban Tổ chức", "0913000003", None, None],
    )
    assert report.sentences == [
        "Dòng 5, cột Số điện thoại: trùng với dòng 4",
        "Dòng 6, cột Số định danh cá nhân (CCCD): trùng với dòng 4",
        "Dòng 7, cột Tài khoản: trùng với dòng 4",
        "Dòng 8: đã có trong danh sách: Võ Cũ (Ban Giám khảo)",
    ]
    assert report.rows[0].user_id == user.pk


def test_a_list_that_changed_since_the_preview_is_refused_whole(contest: Contest, chief: User) -> None:
    report = read(
        contest,
        [1, "Lê Văn An", "Ban Tổ chức", "0913000001"],
        [2, "Trần Thị Bình", "Ban Tổ chức", "0913000002"],
    )
    exclude_person(contest, by=chief, full_name="Bình", role=ExclusionRole.JURY, phone="0913000002")
    with pytest.raises(Refused, match="Dòng 5: Trần Thị Bình đã có trong danh sách"):
        exclude_people(contest, report.rows, by=chief)
    assert contest.exclusions.count() == 1


def test_those_who_have_entered_are_pointed_out(contest: Contest) -> None:
    by_account = make_entry(contest, user=make_user(username="an.le"))
    make_entry(contest, phone="+84913000001")
    make_entry(contest, national_id_hash=national_id_hash("051088000123"))
    make_entry(contest, phone="+84913000004", unofficial=True)
    make_entry(make_contest(), phone="+84913000005")
    report = read(
        contest,
        [1, "Một", "Ban Tổ chức", None, None, "an.le"],
        [2, "Hai", "Ban Tổ chức", "0913000001"],
        [3, "Ba Văn", "Ban Tổ chức", None, "051088000123"],
        [4, "Bốn", "Ban Tổ chức", by_account.user.phone],
        [5, "Năm", "Ban Tổ chức", "0913000004"],
        [6, "Sáu", "Ban Tổ chức", "0913000005"],
    )
    assert report.problems == []
    assert [note.row for note in report.notes] == [4, 5, 6, 7]
    assert "Một đã đăng ký dự thi; từ nay kết quả không được tính" in str(report.notes[0])


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["STT", "Họ và tên", "Số điện thoại"], "thiếu cột “Vai trò”"),
        (["STT", "Vai trò", "Số điện thoại"], "thiếu cột “Họ và tên”"),
        (["STT", "Họ và tên", "Vai trò"], "Cần ít nhất một trong ba cột"),
        (["STT", "Họ và tên", "Vai trò", "Điện thoại", "SĐT"], "cột “Số điện thoại” có hai lần"),
    ],
)
def test_a_heading_that_is_missing_or_twice_is_one_fault(
    contest: Contest, header: list[str], sentence: str
) -> None:
    rows = [[1, "Lê Văn An", "Ban Tổ chức", "0912345678", "0912345678"][: len(header)]] * 3
    report = read(contest, *rows, header=header)
    assert len(report.problems) == 1
    assert sentence in report.sentences[0]
    assert report.rows == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Tệp rỗng"),
        (b"Ho ten,Vai tro\nAn,Ban To chuc\n", "không phải là Excel .xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 64, "Excel 97"),
        (b"PK\x03\x04" + b"0" * 64, "Tệp bị hỏng"),
        (b"x" * (5 * 1024 * 1024 + 1), "lớn hơn 5 MB"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(
    contest: Contest, content: bytes, sentence: str
) -> None:
    with pytest.raises(UnreadableError, match=sentence):
        read_exclusions(io.BytesIO(content), contest)


def test_a_workbook_without_the_table_or_without_rows_is_refused(contest: Contest) -> None:
    for header in ([], ["Tên trường", "Địa chỉ"]):
        with pytest.raises(UnreadableError, match="Không tìm thấy dòng tiêu đề"):
            read(contest, header=header)
    with pytest.raises(UnreadableError, match="chưa có dòng nào"):
        read(contest)


def test_the_template_has_the_headings_and_an_example_that_is_refused(contest: Contest) -> None:
    file = io.BytesIO()
    write_template(file, made_at=database_now())
    file.seek(0)
    report = read_exclusions(file, contest)
    assert [problem.column for problem in report.problems] == ["Họ và tên"]
    assert "dòng ví dụ" in report.sentences[0]
    file.seek(0)
    sheet = load_workbook(file).active
    assert sheet is not None
    assert any(cell.value == "Vai trò" for row in sheet.iter_rows() for cell in row)


def test_accounts_and_entries_cost_the_same_however_long_the_list(
    contest: Contest, django_assert_num_queries: Any
) -> None:
    rows = [[at, "Lê Văn An", "Ban Tổ chức", f"09130{at:05d}", None, f"nguoi.{at}"] for at in range(60)]
    for at in range(60):
        make_user(username=f"nguoi.{at}")
    # accounts, those on the list, those who entered
    with django_assert_num_queries(3):
        report = read(contest, *rows)
    assert report.problems == []
    assert len(report.rows) == 60
