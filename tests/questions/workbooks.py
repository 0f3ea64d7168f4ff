"""Real Excel files for the importer, good and bad."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = ("STT", "Chủ đề", "Câu hỏi", "A", "B", "C", "D", "Đáp án", "Giải thích", "Căn cứ")
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def row(number: Any = 1, **changes: Any) -> list[Any]:
    """A faultless row; `changes` by heading, "cau_hoi" and the like."""
    values = {
        "stt": number,
        "chu_de": "Cải cách thể chế",
        "cau_hoi": f"Câu hỏi số {number}?",
        "a": "Một",
        "b": "Hai",
        "c": "Ba",
        "d": "Bốn",
        "dap_an": "B",
        "giai_thich": "Vì thế.",
        "can_cu": "Điều 1 Luật A",
    }
    unknown = set(changes) - set(values)
    assert not unknown, unknown
    return list({**values, **changes}.values())


def workbook(*rows: Sequence[Any], headings: Sequence[Any] | None = HEADINGS) -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if headings is not None:
        sheet.append(list(headings))
    for each in rows:
        sheet.append(list(each))
    return book


def saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def excel(*rows: Sequence[Any], headings: Sequence[Any] | None = HEADINGS) -> io.BytesIO:
    return saved(workbook(*rows, headings=headings))


def repacked(file: io.BytesIO, changes: dict[str, bytes]) -> io.BytesIO:
    """The same container with some parts replaced or added."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in {*source.namelist(), *changes}:
            target.writestr(name, changes.get(name) or source.read(name))
    result.seek(0)
    return result
