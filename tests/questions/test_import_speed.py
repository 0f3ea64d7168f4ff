"""Five thousand questions from Excel, and files that LibreOffice made."""

import io
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from questions.domain.importing import import_questions
from questions.importers.checking import check_file
from questions.models import Bank, Revision
from tests.questions.formats.offices import FILES
from tests.questions.helpers import person
from tests.questions.workbooks import excel, row

COUNT = 5_000
# Tracing memory takes many times what reading does.
TRACED = 1_000
SHEET = row(1, a="30%", dap_an="A, C"), row(2, cau_hoi="Hai?\nhai"), row(7)
TEXT = "Theo Nghị quyết số {} của Chính phủ, nội dung nào sau đây là trọng tâm của cải cách hành chính?"


@pytest.fixture(scope="module")
def large() -> bytes:
    return workbook_of(COUNT)


def workbook_of(count: int) -> bytes:
    return excel(
        *(
            row(
                number,
                cau_hoi=TEXT.format(number),
                **{letter: f"Phương án {letter} của câu {number} về thủ tục" for letter in "abcd"},
                giai_thich=f"Giải thích của câu {number}: Nghị quyết đã xác định rõ điều này.",
                can_cu=f"Khoản {number} Điều 1 Nghị quyết 76/NQ-CP ngày 15/7/2021",
            )
            for number in range(1, count + 1)
        )
    ).getvalue()


def seconds(act: Callable[[], object]) -> float:
    """Of this process alone: other processes may keep the machine busy."""
    started = time.process_time()
    act()
    return time.process_time() - started


def openpyxl_alone(data: bytes) -> None:
    workbook = load_workbook(io.BytesIO(data), read_only=True)
    for _cells in workbook.worksheets[0].iter_rows():
        pass
    workbook.close()


@pytest.mark.django_db
@pytest.mark.dear
def test_five_thousand_questions_take_few_times_what_openpyxl_alone_takes(large: bytes) -> None:
    bank, writer = Bank.objects.create(name="Lớn"), person("thuky")
    alone = seconds(lambda: openpyxl_alone(large))
    whole = seconds(lambda: import_questions(bank, io.BytesIO(large), by=writer))
    print(f"openpyxl {alone:.2f} s, import {whole:.2f} s: {whole / alone:.2f}")  # noqa: T201
    assert Revision.objects.count() == COUNT
    assert whole < 2 * alone  # 1.2 was measured


def test_the_memory_of_reading_is_that_of_the_questions() -> None:
    """The sheet is never there as a whole: a report of the questions is all that grows."""
    data = workbook_of(TRACED)
    tracemalloc.start()
    report = check_file(data, "excel", {}, {})
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"peak {peak / 2**20:.0f} MiB")  # noqa: T201
    assert len(report.questions) == TRACED
    assert peak < 12 * 2**20  # 4 was measured


def test_a_workbook_that_libreoffice_once_saved_says_the_same() -> None:
    before = check_file(excel(*SHEET).getvalue(), "excel", {}, {})
    after = check_file((FILES / "bang-tinh-ods.xlsx").read_bytes(), "excel", {}, {})
    assert after.problems == []
    assert after.questions == before.questions


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_says_the_same(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    source.write_bytes(excel(*SHEET).getvalue())
    for kind, folder in (("ods", "one"), ("xlsx", "two")):
        profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / folder)]
        subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
        source = tmp_path / folder / f"in.{kind}"
    before = check_file((tmp_path / "in.xlsx").read_bytes(), "excel", {}, {})
    after = check_file(source.read_bytes(), "excel", {}, {})
    assert after.problems == []
    assert after.questions == before.questions
