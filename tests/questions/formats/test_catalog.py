"""Every format can be chosen by its key, and a file finds its own."""

from dataclasses import replace

import pytest

from questions.formats.catalog import FORMATS, format_of
from questions.formats.exchange import Note, Problem
from tests.questions.formats.samples import PICTURES, item, placeless

PLAIN = item(1, text="Thủ đô của Việt Nam là?", texts=("Huế", "Hà Nội", "Đà Nẵng"), topics=("Địa lý",))


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_writes_and_reads_and_knows_its_files(key: str) -> None:
    chosen = FORMATS[key]
    data, lost = chosen.write([PLAIN], PICTURES, title="Đề thi")
    kept = PLAIN if chosen.holds.topics else replace(PLAIN, topics=())
    assert len(lost) == (not chosen.holds.topics)
    assert placeless(chosen.read(data).items) == [kept]
    assert format_of(f"Đề thi.số 1{chosen.extension.upper()}", data) is chosen


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.txt", b"a {=b ~c}", "gift"),
        ("a.txt", "A. a\nĐÁP ÁN: A".encode(), "aiken"),
        ("a.txt", b"", "gift"),
        ("a.gift", b"", "gift"),
        ("a.doc", b"", "word"),
        ("a.xlsx", b"", "excel"),
        ("a.xls", b"", "excel"),
        ("a.csv", b"", None),
        ("a.pdf", b"PK\x03\x04", None),
        ("a", b"", None),
    ],
)
def test_a_file_finds_its_format(name: str, data: bytes, key: str | None) -> None:
    assert format_of(name, data) is (FORMATS[key] if key else None)


@pytest.mark.parametrize("key", ["excel", "word", "zip"])
def test_a_packed_file_is_what_it_holds_and_not_what_it_is_called(key: str) -> None:
    data, _lost = FORMATS[key].write([PLAIN])
    for name in ("a.xlsx", "a.docx", "a.zip", "a.txt", "a"):
        assert format_of(name, data) is FORMATS[key]


def test_remarks_are_sentences_with_their_place() -> None:
    assert str(Problem("Dòng 12", "câu hỏi thiếu dấu }")) == "Dòng 12: câu hỏi thiếu dấu }"
    assert str(Note("", "đáp án được nhận biết theo dấu *")) == "Đáp án được nhận biết theo dấu *"
