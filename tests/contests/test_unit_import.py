"""The directory from offices' own lists, and from the list of all provinces and communes."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from contest_site.lib.errors import Refused
from contests.admin.units import UnitForm
from contests.domain.unit_import import UnitPlan, plan_units, write_units
from contests.domain.unit_moves import held_units, stays_words
from contests.domain.unit_previewing import import_units, keep_unit_file
from contests.importers.units import ListedUnit, read_units, write_template
from contests.models import Contest, Headcount, Roster, RosterPerson, Unit
from contests.tasks import preview_units
from tests.support.factories import make_block, make_contest, make_entry, make_staff, make_unit

pytestmark = pytest.mark.django_db


def book(*rows: list[Any]) -> io.BytesIO:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    return file


def rows_of(*rows: list[Any]) -> list[ListedUnit]:
    report = read_units(book(*rows), is_csv=False)
    assert report.sentences == []
    return report.rows


def sentences(plan: UnitPlan) -> list[str]:
    return [str(one) for one in plan.problems]


def tree() -> list[tuple[str, str, str]]:
    return [
        (unit.code, unit.name, unit.parent.code if unit.parent else "")
        for unit in Unit.objects.select_related("parent").order_by("code")
    ]


def test_a_schools_list_needs_names_and_parents_alone() -> None:
    province = make_unit("Tỉnh Quảng Ngãi", code="51")
    make_unit("Sở Giáo dục và Đào tạo", parent=province, code="SGD")
    rows = rows_of(
        ["SỞ GIÁO DỤC VÀ ĐÀO TẠO"],
        ["DANH SÁCH CÁC TRƯỜNG THPT NĂM HỌC 2026–2027"],
        ["TT", "Trực thuộc", "Tên trường", "Loại hình"],
        [1, "Sở Giáo dục và Đào tạo", "Trường THPT Trần Quốc Tuấn", "Công lập"],
        [2, "so giao duc va dao tao", "Trường THPT Lê Trung Đình", "Công lập"],
        [3, "Trường THPT Lê Trung Đình", "Tổ Toán", ""],
    )
    write_units(rows, by=None)
    assert tree() == [
        ("51", "Tỉnh Quảng Ngãi", ""),
        ("SGD", "Sở Giáo dục và Đào tạo", "51"),
        ("SGD-1", "Trường THPT Trần Quốc Tuấn", "SGD"),
        ("SGD-2", "Trường THPT Lê Trung Đình", "SGD"),
        ("SGD-2-1", "Tổ Toán", "SGD-2"),
    ]
    assert Unit.objects.get(code="SGD-1").folded == "truong thpt tran quoc tuan"
    again = plan_units(rows)
    assert (again.new, again.changed, again.same, sentences(again)) == ([], [], 3, [])


def test_rows_come_in_any_order_and_parents_by_code_name_or_path() -> None:
    rows = rows_of(
        ["Mã", "Tên đơn vị", "Cấp trên"],
        ["A-1-1", "Phòng Một", "Tỉnh A / Sở Tư pháp"],
        ["B-1-1", "Phòng Một", "Tỉnh B > Sở Tư pháp"],
        ["A-1", "Sở Tư pháp", "A"],
        ["B-1", "Sở Tư pháp", "Tỉnh B"],
        ["A", "Tỉnh A", None],
        ["B", "Tỉnh B", None],
    )
    write_units(rows, by=None)
    assert [(code, parent) for code, _name, parent in tree()] == [
        ("A", ""), ("A-1", "A"), ("A-1-1", "A-1"), ("B", ""), ("B-1", "B"), ("B-1-1", "B-1"),
    ]  # fmt: skip


def test_every_fault_has_its_row() -> None:
    make_unit("Tỉnh A", code="A")
    for code in ("X", "Y"):
        make_unit("Sở Nội vụ", parent=make_unit(code=code), code=f"{code}-1")
    plan = plan_units(
        rows_of(
            ["Mã đơn vị", "Tên đơn vị", "Đơn vị cấp trên"],
            ["M1", "Phòng Một", "Tỉnh AA"],
            ["M1", "Phòng Hai", "A"],
            ["M3", "Phòng Ba", "Sở Nội vụ"],
            ["M4", "Phòng Bốn", "M5"],
            ["M5", "Phòng Năm", "M4"],
            ["", "Phòng Sáu", "A"],
            ["", "phòng sáu", "A"],
        )
    )
    assert sentences(plan) == [
        "Dòng 3, cột Mã đơn vị: trùng mã với dòng 2",
        "Dòng 2, cột Đơn vị cấp trên: không có đơn vị “Tỉnh AA”; có phải là “Tỉnh A”?",
        "Dòng 4, cột Đơn vị cấp trên: có nhiều đơn vị tên “Sở Nội vụ”; ghi mã, hoặc đường dẫn như Tỉnh A /"
        " Sở B",
        "Dòng 5, cột Đơn vị cấp trên: đơn vị nằm trong một vòng luẩn quẩn",
        "Dòng 8, cột Tên đơn vị: cùng một đơn vị với dòng 7",
    ]
    assert Unit.objects.count() == 5


def test_cells_are_read_as_offices_mean_them() -> None:
    report = read_units(
        book(
            ["Mã", "Tên đơn vị", "Ngày thành lập", "Ngày giải thể"],
            ["01", "Tỉnh A", date(2025, 7, 1), "1/8/2026"],
            ["", "=SUM(1)", None, None],
            ["a b", "Tỉnh B", "hôm qua", None],
            [None, "Tỉnh C", "02/07/2025", "01/07/2025"],
            ["x" * 21, None, None, None],
        ),
        is_csv=False,
    )
    [first] = report.rows
    assert (first.code, first.valid_from, first.valid_to) == ("01", date(2025, 7, 1), date(2026, 8, 1))
    assert report.sentences == [
        "Dòng 3, cột Tên đơn vị: ô chứa công thức; hãy dán lại ô dưới dạng giá trị",
        "Dòng 4, cột Mã đơn vị: mã “a b” phải gồm chữ, số, dấu - . / _ và không quá 20 ký tự",
        "Dòng 4, cột Hoạt động từ ngày: “hôm qua” không phải là ngày; viết theo thứ tự ngày/tháng/năm",
        "Dòng 5, cột Chấm dứt từ ngày: ngày chấm dứt phải sau ngày bắt đầu hoạt động",
        f"Dòng 6, cột Mã đơn vị: mã “{'x' * 21}” phải gồm chữ, số, dấu - . / _ và không quá 20 ký tự",
        "Dòng 6, cột Tên đơn vị: chưa có nội dung",
    ]


def test_a_code_that_lost_its_zeros_in_excel_is_found_again() -> None:
    make_unit("Thành phố Hà Nội", code="01")
    rows = rows_of(["Mã", "Tên đơn vị", "Mã cấp trên"], [1, "Thủ đô Hà Nội", None], [4, "Phường Ba Đình", 1])
    plan = write_units(rows, by=None)
    assert [one.code for one in plan.changed] == ["01"]
    assert Unit.objects.get(code="4").parent == Unit.objects.get(code="01")


def test_known_units_are_updated_and_what_differs_is_said() -> None:
    area = make_unit("Tỉnh A", code="A", kind="Tỉnh")
    office, other = make_unit("Sở Y tê", parent=area, code="A-1"), make_unit("Sở B", parent=area, code="A-2")
    room = make_unit("Phòng Một", parent=office, code="A-1-1")
    rows = rows_of(
        ["Mã", "Tên đơn vị", "Cấp trên", "Loại"],
        ["A-1", "Sở Y tế", "", ""],
        ["A-1-1", "Phòng Một", "Sở Mới", ""],
        ["A-2", "Sở B", "A", ""],
        ["A-3", "Sở Mới", "A", "Sở"],
    )
    plan = plan_units(rows)
    assert {one.code: one.fields for one in plan.changed} == {
        "A-1": {"name": ("Sở Y tê", "Sở Y tế")},
        "A-1-1": {"parent": ("Sở Y tế", "Sở Mới")},
    }
    assert (len(plan.new), plan.same) == (1, 1)
    write_units(rows, by=None)
    room.refresh_from_db()
    office.refresh_from_db()
    assert room.parent
    assert (room.parent.code, office.folded, other.parent) == ("A-3", "so y te", area)


def test_a_name_means_the_unit_that_is_there_and_a_code_the_one_that_ended() -> None:
    area = make_unit("Tỉnh A", code="A")
    make_unit("Trường A", parent=area, code="OLD", kind="cũ", valid_to=date(2025, 7, 1))
    new = make_unit("Trường A", parent=area, code="NEW", kind="cũ", valid_from=date(2025, 7, 1))
    rows = [
        ListedUnit(2, "Trường A", parent="Tỉnh A", kind="THPT"),
        ListedUnit(3, "Tổ 1", parent="Tỉnh A / Trường A"),
        ListedUnit(4, "Trường A", code="OLD", kind="THPT cũ"),
    ]
    write_units(rows[:2], by=None)
    assert dict(Unit.objects.values_list("code", "kind")) == {
        "A": "",
        "OLD": "cũ",
        "NEW": "THPT",
        "NEW-1": "",
    }
    assert new.children.get().name == "Tổ 1"
    assert [one.code for one in plan_units(rows[2:]).changed] == ["OLD"]
    assert sentences(plan_units([ListedUnit(2, "Tổ 2", parent="Trường A")])) == []


def test_the_nearest_name_is_sought_once_for_each_that_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    sought: list[str] = []

    def nearest(text: str, names: list[str], **_values: Any) -> list[str]:
        sought.append(text)
        return names[:1]

    monkeypatch.setattr("contests.importers.nearest.get_close_matches", nearest)
    monkeypatch.setattr("contests.importers.nearest.SHOWN_PROBLEMS", 2)
    parents = ["Sở A", "so a", "Sở B", "Sở C"]
    plan = plan_units([ListedUnit(row, f"Tổ {row}", parent=one) for row, one in enumerate(parents, 2)])
    assert sought == ["so a", "so b"]
    assert ["có phải là" in one for one in sentences(plan)] == [True, True, True, False]


def test_what_was_agreed_to_is_written_and_nothing_else() -> None:
    officer, unit = make_staff(), make_unit("Tên cũ", code="X1")
    draft = keep_unit_file("a.csv", "Mã đơn vị,Tên đơn vị\nX1,Tên trong tệp\n".encode(), by=officer)
    preview_units(draft.pk)
    draft.refresh_from_db()
    Unit.objects.filter(pk=unit.pk).update(name="Tên vừa đính chính")
    with pytest.raises(Refused, match="vừa thay đổi"):
        import_units(draft, by=officer)
    unit.refresh_from_db()
    assert unit.name == "Tên vừa đính chính"
    # The preview was made anew; now that is agreed to.
    draft.refresh_from_db()
    assert len(import_units(draft, by=officer).changed) == 1


HOLDS = {
    "an entry": lambda contest, unit: make_entry(contest, unit=unit),
    "a headcount": lambda contest, unit: Headcount.objects.create(contest=contest, unit=unit, people=5),
    "a block": lambda contest, unit: make_block(contest, [unit]),
    "a list's person": lambda contest, unit: RosterPerson.objects.create(
        roster=Roster.objects.create(contest=contest, unit=contest.area, by=make_staff()),
        unit=unit,
        full_name="Vũ An",
        birth_date=date(1990, 1, 1),
    ),
}


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_a_unit_by_whose_place_something_is_counted_is_not_moved(hold: Any) -> None:
    area = make_unit("Tỉnh A", code="A")
    old, new = make_unit("Sở A", parent=area, code="A-1"), make_unit("Sở B", parent=area, code="A-2")
    room = make_unit("Phòng", parent=old, code="A-1-1")
    rows = rows_of(["Mã", "Tên đơn vị", "Mã cấp trên"], ["A-1-1", "Phòng", "A-2"])
    hold(make_contest(area=area), make_unit("Tổ", parent=room))
    with pytest.raises(Refused) as refused:
        write_units(rows, by=None)
    assert refused.value.reasons == [f"Dòng 2, cột Đơn vị cấp trên: {stays_words()}"]
    assert new.children.count() == 0
    form = UnitForm({"name": "Phòng", "code": "A-1-1", "parent": new.pk}, instance=room)
    assert form.errors == {"parent": [stays_words()]}
    # What its own contest's plan says anew holds it for no other.
    assert held_units(Unit.objects.all(), but_for=Contest.objects.get()) == set()


def test_rows_without_a_parent_belong_below_the_unit_that_was_chosen() -> None:
    office = make_unit("Sở Giáo dục", code="SGD")
    write_units(rows_of(["Tên trường", "Loại"], ["Trường A", "THPT"]), by=None, under=office)
    assert tree()[1] == ("SGD-1", "Trường A", "SGD")


def test_the_template_is_read_and_its_example_refused() -> None:
    file = io.BytesIO()
    write_template(file, made_at=datetime(2026, 7, 1, tzinfo=UTC))
    file.seek(0)
    [sentence] = read_units(file, is_csv=False).sentences
    assert "dòng ví dụ" in sentence


def test_a_tree_of_any_sensible_depth_is_written_and_a_hostile_one_refused() -> None:
    def chain(length: int) -> list[ListedUnit]:
        return [
            ListedUnit(
                number, f"Tổ {number}", f"T{number}", parent=f"T{number + 1}" if number < length else ""
            )
            for number in range(1, length + 1)
        ]

    write_units(chain(60), by=None)
    assert Unit.objects.count() == 60
    assert sentences(plan_units(chain(5000))) == ["Danh mục có quá nhiều cấp lồng nhau."]


def test_the_command_imports_all_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "don-vi.csv"
    provinces = [f"{n:02d},,Tỉnh,Tỉnh {n}" for n in range(1, 4)]
    communes = [f"{n:02d}{m:03d},{n:02d},Xã,Xã {m}" for n in range(1, 4) for m in range(100)]
    file.write_text("\n".join(["code,parent_code,kind,name", *communes, *provinces]), encoding="utf-8")
    call_command("import_units", str(file), "--dry-run")
    assert not Unit.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        call_command("import_units", str(file))
    assert len(queries) < 12  # however many rows there are
    assert Unit.objects.filter(parent__code="02").count() == 100
    assert "Đã lập 303 đơn vị mới, sửa 0, giữ nguyên 0." in capsys.readouterr().out
    file.write_text("code,parent_code,kind,name\n1,99,Xã,Xã A", encoding="utf-8")
    with pytest.raises(CommandError, match="không có đơn vị “99”"):
        call_command("import_units", str(file))
    with pytest.raises(CommandError, match="Không có đơn vị mã KHONG"):
        call_command("import_units", str(file), "--under", "KHONG")
