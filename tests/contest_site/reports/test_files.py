"""Every kind of report, made by the worker's task, calculated by LibreOffice, held against SQL."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from django.conf import settings
from django.db.models import Avg, Max, Sum

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.identity import national_id_hash, seal_national_id
from contest_site.lib.text import fold, name_sort_key
from contest_site.reports.domain import ask
from contest_site.reports.models import Report
from contest_site.reports.registry import KINDS, Rounds
from contest_site.reports.tasks import make_report
from contests.enums import Audience, Combine, PredictionTarget, RankKey, TableScope
from contests.models import Contest, Entry, Headcount, Roster, RosterPerson, RoundClosing, Unit
from prizes.models import Award, StandingsRow, StandingsRun, UnitRow
from prizes.scope import Scope
from tests.prizes.support import office, publish
from tests.support.factories import (
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_table,
    make_unit,
    submitted_attempt,
)

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Võ", "Đặng")
MIDDLE = ("Văn", "Thị", "Thanh", "Ngọc Minh", "Quốc")
GIVEN = ("An", "Ân", "Ánh", "Bình", "Dũng", "Đức", "Hà", "Hạnh", "Khánh", "Ngân", "Oanh", "Phượng", "Yến")
OFFICES = (
    "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân thành phố", "Phòng Nội vụ", "Phòng Tư pháp",
    "Phòng Tài chính – Kế hoạch", "Phòng Giáo dục và Đào tạo", "Ủy ban nhân dân phường Chánh Lộ",
)  # fmt: skip
WEIGHTS = {"ratio": 60, "mean_score": 40}
PEOPLE = 60


def make_contest_with_results() -> Contest:
    """Two weekly rounds of a city's offices, ranked, approved, decided and published; and a roster."""
    now = database_now()
    city = make_unit("Thành phố Quảng Ngãi", code="QN")
    offices = [make_unit(name, city, code=f"QN-{at}") for at, name in enumerate(OFFICES)]
    contest = make_contest(
        area=city, slug="cuoc-thi", name="Cuộc thi tìm hiểu cải cách hành chính và chuyển đổi số năm 2024",
        organiser="Ủy ban nhân dân thành phố Quảng Ngãi", opens_at=now - timedelta(days=15),
        closes_at=now - timedelta(seconds=1), overall_combine=Combine.SUM,
        overall_rank_order=[RankKey.SCORE, RankKey.DURATION],
    )  # fmt: skip
    make_block(contest, offices, "Khối phòng, ban")
    for at, unit in enumerate(offices):
        Headcount.objects.create(contest=contest, unit=unit, people=15 + at)
    for week in (1, 2):
        opens = now - timedelta(days=22 - 7 * week)
        round = make_round(
            contest, name=f"Tuần {week}", opens_at=opens, bank=make_bank(8, topics=2), questions=5,
            closes_at=opens + timedelta(days=7) - timedelta(seconds=1), attempts_allowed=3,
            prediction_target=PredictionTarget.PARTICIPANTS if week == 1 else PredictionTarget.NONE,
            rank_order=[RankKey.SCORE, *([RankKey.PREDICTION] if week == 1 else []), RankKey.DURATION],
        )  # fmt: skip
        RoundClosing.objects.create(round=round)
    make_table(
        contest, [("Giải Nhất", 1, 1_500_000), ("Giải Nhì", 2, 1_000_000)], scope=TableScope.EACH_ROUND
    )
    make_table(
        contest, [("Giải Nhất tập thể", 1, 5_000_000), ("Giải Nhì tập thể", 1, 3_000_000)],
        name="Giải tập thể", scope=TableScope.CONTEST, audience=Audience.UNIT, weights=WEIGHTS, unit_order=[],
    )  # fmt: skip
    _sit(contest, offices[:-1])
    _list(contest, offices[1])
    people = office()
    for round in contest.rounds.order_by("number"):
        publish(round, people, number=f"12{round.number}/QĐ-UBND")
    publish(Scope.of_contest(contest), people, number="130/QĐ-UBND")
    return contest


def _sit(contest: Contest, units: list[Unit]) -> None:
    rounds = list(contest.rounds.order_by("number"))
    for at in range(PEOPLE):
        name = f"{FAMILY[at % 8]} {MIDDLE[at % 5]} {GIVEN[at % 13]}"
        digits = f"0{at:011d}"
        entry = make_entry(
            contest, full_name=name, unit=units[at % len(units)],
            birth_date=date(1970 + at % 35, 1 + at % 12, 5),
            national_id_hash=national_id_hash(digits), national_id_sealed=seal_national_id(digits),
        )  # fmt: skip
        for round in rounds if at % 3 else rounds[:1]:
            for number in range(1 + at % 2):
                submitted_attempt(
                    entry, round, correct=min(5, 1 + (at * 7 + number) % 6), duration_ms=61_234 + 1_777 * at,
                    submitted_at=round.opens_at + timedelta(hours=5 + 2 * at, seconds=number),
                    prediction=50 + at if round.number == 1 else None,
                )  # fmt: skip


def _list(contest: Contest, unit: Unit) -> None:
    roster = Roster.objects.create(contest=contest, unit=unit, by=make_staff())
    taken = Entry.objects.filter(contest=contest, unit=unit)[:3]
    for entry in taken:
        _person(roster, entry.full_name, national_id_hash=entry.national_id_hash)
    for at, name in enumerate(("Trần Thị Ỷ", "Lê Văn An", "=Phạm Thị Ánh")):
        _person(roster, name, birth_date=date(1980, 1, 1 + at), reference=f"CB-{at:03d}")


def _person(roster: Roster, name: str, **known: Any) -> None:
    RosterPerson.objects.create(roster=roster, unit=roster.unit, full_name=name, folded=fold(name), **known)


def make(kind: str, by: User, contest: Contest, **about: Any) -> Path:
    report = ask(kind, by=by, contest=contest, **about)
    make_report(report.pk)
    report.refresh_from_db()
    assert (report.failure, report.refusal) == ("", "")
    assert report.rows_expected == report.rows_written
    path: Path = settings.MEDIA_ROOT / report.name
    return path.rename(path.with_name(f"{kind}{path.suffix}"))


def calculated(paths: list[Path], out: Path) -> dict[str, Any]:
    """The workbooks as LibreOffice opens and calculates them, without what we say that formulas come to."""
    out.mkdir()
    (out / "in").mkdir()
    for path in paths:
        _without_values(path, out / "in" / path.name)
    command = [
        "soffice", f"-env:UserInstallation=file://{out / 'profile'}", "--headless", "--convert-to",
        "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *(str(out / "in" / path.name) for path in paths),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    return {path.stem: openpyxl.load_workbook(out / path.name, data_only=True) for path in paths}


def _without_values(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            new.writestr(name, content)


def table_of(sheet: Any, first: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows below the header that begins with `first`, and the row of totals, by heading."""
    rows = list(sheet.iter_rows(values_only=True))
    top = next(at for at, row in enumerate(rows) if row[0] == first)
    lines = [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]
    end = next((at for at, line in enumerate(lines) if line[first] in ("Cộng", None)), len(lines))
    return lines[:end], lines[end] if end < len(lines) else {}


@pytest.fixture
def chief(tmp_path: Path, settings: Any) -> User:
    settings.MEDIA_ROOT = tmp_path
    return make_staff(full_name="Lê Thị Trưởng Ban")


def test_every_report_opens_and_its_totals_are_those_of_sql(chief: User, tmp_path: Path) -> None:
    contest = make_contest_with_results()
    paths = {}
    for name, kind in KINDS.items():
        about: dict[str, Any] = {"national_ids": True} if kind.national_ids else {}
        if kind.rounds is Rounds.ONE:
            about["round"] = contest.rounds.get(number=1)
        paths[name] = make(name, chief, contest, **about)
    final = paths.pop("final")
    paths = {name: path for name, path in paths.items() if path.suffix == ".xlsx"}
    books = calculated(list(paths.values()), tmp_path / "opened")
    _formulas_come_to_what_we_said(paths, books)

    _participation(contest, books["participation"])
    _participants(contest, books["participants"])
    _missing(books["missing"])
    _results(contest, books["results"])
    _units(contest, books["unit-standings"])
    _prizes(contest, books["prizes"])
    _budget(contest, books["budget"])
    _items(contest, books["items"])
    _final(contest, final)
    assert not Report.objects.exclude(failure="").exists()


def _formulas_come_to_what_we_said(paths: dict[str, Path], books: dict[str, Any]) -> None:
    """In every workbook, cell by cell, what LibreOffice calculates is what the file says without it."""
    for name, path in paths.items():
        said = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path)
        for sheet in formulas.worksheets:
            for cell in (one for row in sheet.iter_rows() for one in row if one.data_type == "f"):
                ours = said[sheet.title][cell.coordinate].value
                theirs = books[name][sheet.title][cell.coordinate].value
                if isinstance(ours, timedelta):
                    assert abs(ours - theirs) < timedelta(milliseconds=2), (
                        name,
                        sheet.title,
                        cell.coordinate,
                    )
                elif ours is not None:
                    assert theirs == pytest.approx(ours, abs=1e-9), (name, sheet.title, cell.coordinate)


def _participation(contest: Contest, book: Any) -> None:
    lines, _none = table_of(book.worksheets[0], "STT")
    submitted = Attempt.objects.filter(round__contest=contest)
    whole = lines[0]
    assert whole["Số người dự thi (gồm đơn vị trực thuộc)"] == submitted.values("entry").distinct().count()
    assert whole["Số lượt thi"] == submitted.count() == sum(line["Số lượt thi"] for line in lines[1:])
    assert (
        whole["Tổng số người (gồm đơn vị trực thuộc)"] == contest.headcounts.aggregate(n=Sum("people"))["n"]
    )
    assert len(lines) == 1 + len(OFFICES)


def _participants(contest: Contest, book: Any) -> None:
    lines, total = table_of(book.worksheets[0], "STT")
    assert len(lines) == PEOPLE == total["Họ và tên"]
    assert total["Số lượt thi"] == Attempt.objects.filter(round__contest=contest).count()
    assert total["Điểm cao nhất"] == Attempt.objects.aggregate(most=Max("correct"))["most"]
    names = [line["Họ và tên"] for line in lines]
    assert names == sorted(names, key=name_sort_key)
    one = lines[0]
    assert isinstance(one["Ngày sinh"], datetime)
    assert re.fullmatch(r"09\d\d \d{3} \d{3}", one["Số điện thoại"])
    assert re.fullmatch(r"0\d{11}", one["Số định danh cá nhân"])
    assert isinstance(one["Nộp bài lúc"], datetime)


def _missing(book: Any) -> None:
    lines, total = table_of(book.worksheets[0], "STT")
    assert [line["Họ và tên"] for line in lines] == ["Lê Văn An", "=Phạm Thị Ánh", "Trần Thị Ỷ"]
    assert {line["Tình trạng"] for line in lines} == {"Chưa đăng ký"}
    assert total["Họ và tên"] == 3


def _results(contest: Contest, book: Any) -> None:
    assert book.sheetnames == ["Tuần 1", "Tuần 2", "Cả cuộc thi"]
    for title, run in zip(book.sheetnames, _runs(contest), strict=True):
        lines, total = table_of(book[title], "Hạng")
        rows = StandingsRow.objects.filter(run=run)
        assert len(lines) == rows.count() == total["Họ và tên"]
        assert total["Số câu đúng"] == pytest.approx(float(rows.aggregate(mean=Avg("correct"))["mean"]))
        assert [line["Hạng"] for line in lines] == list(rows.order_by("rank").values_list("rank", flat=True))
        given = [line["Giải"] for line in lines if line["Giải"]]
        assert len(given) == Award.objects.filter(run=run, unit=None).count()
        assert ("Dự đoán" in lines[0]) == (title != "Tuần 2")


def _units(contest: Contest, book: Any) -> None:
    (run,) = (run for run in _runs(contest) if run.unit_rows.exists())
    lines, total = table_of(book.worksheets[0], "Hạng")
    stored = {row.unit.name: row for row in UnitRow.objects.filter(run=run).select_related("unit")}
    assert {line["Đơn vị"] for line in lines} | {total.get("Đơn vị")} >= set(list(stored)[:5])
    for line in lines:
        row = stored[line["Đơn vị"]]
        terms = [value for heading, value in line.items() if heading and heading.startswith("Điểm: ")]
        assert len(terms) == len(WEIGHTS)
        assert sum(terms) == pytest.approx(float(row.points or 0)) == pytest.approx(float(line["Tổng điểm"]))
        assert line["Tỷ lệ dự thi"] == pytest.approx(row.participants / (row.headcount or 1))
        assert line["Điểm trung bình"] == pytest.approx(row.correct / row.sittings)


def _prizes(contest: Contest, book: Any) -> None:
    sums = 0
    for sheet in book.worksheets:
        lines, total = table_of(sheet, "STT")
        assert total["Tiền thưởng (đồng)"] == sum(line["Tiền thưởng (đồng)"] for line in lines)
        assert "Ký nhận" in lines[0]
        sums += total["Tiền thưởng (đồng)"]
        assert any("TM. BAN TỔ CHỨC" in row for row in sheet.iter_rows(values_only=True))
    assert sums == Award.objects.filter(run__contest=contest).aggregate(sum=Sum("amount"))["sum"]


def _budget(contest: Contest, book: Any) -> None:
    _lines, total = table_of(book.worksheets[0], "Kết quả")
    assert total["Kinh phí (đồng)"] == 2 * 3_500_000 + 8_000_000
    assert total["Đã trao (đồng)"] == Award.objects.aggregate(sum=Sum("amount"))["sum"]


def _items(contest: Contest, book: Any) -> None:
    lines, _none = table_of(book.worksheets[0], "Câu")
    assert len(lines) == contest.rounds.get(number=1).seal.pool.size
    assert lines[0]["Số bài có câu này"] == PEOPLE


def _final(contest: Contest, path: Path) -> None:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)
    text = re.sub(r"\s+", " ", text)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "I. CÔNG TÁC TỔ CHỨC", "II. KẾT QUẢ THAM GIA",
        "III. KẾT QUẢ THI", "IV. GIẢI THƯỞNG", "V. KINH PHÍ GIẢI THƯỞNG", "VI. NHẬN XÉT, KIẾN NGHỊ",
        "Có 60 người dự thi", "Số lượt thi mỗi tuần", "Tỷ lệ dự thi theo đơn vị", "15.000.000",
    ):  # fmt: skip
        assert words in text, words


def _runs(contest: Contest) -> list[StandingsRun]:
    runs = StandingsRun.objects.filter(contest=contest).select_related("round")
    return sorted(runs, key=lambda run: (run.round is None, run.round.number if run.round else 0))


def test_what_is_not_there_yet_is_said_in_a_sentence(chief: User) -> None:
    contest = make_contest(area=make_unit(), opens_at=database_now() - timedelta(days=1))
    round = make_round(contest, sealed=False)
    refused = {}
    for name in ("missing", "results", "unit-standings", "prizes", "budget", "items"):
        report = ask(name, by=chief, contest=contest, round=round)
        make_report(report.pk)
        report.refresh_from_db()
        refused[name] = (report.failure, report.refusal.split(".")[0])
    assert refused == {
        "missing": ("refused", "Chưa có danh sách cán bộ nào của đơn vị này"),
        "results": ("refused", "Chưa có bảng xếp hạng"),
        "unit-standings": ("refused", "Chưa có bảng xếp hạng"),
        "prizes": ("refused", "Chưa có giải nào được phê duyệt"),
        "budget": ("refused", "Kế hoạch không có giải thưởng nào ở phạm vi này; không có gì để lập báo cáo"),
        "items": ("refused", "Vòng thi chưa niêm phong đề, chưa có bài để phân tích"),
    }


def test_the_final_report_of_a_contest_that_has_just_begun_has_its_sections(chief: User) -> None:
    contest = make_contest(area=make_unit(), opens_at=database_now() - timedelta(days=1))
    path = make("final", chief, contest)
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    assert "Chưa có bảng xếp hạng" in " ".join(page.extract_text() for page in pages)
