"""Every format can be chosen by its key, and a file finds its own."""

import pytest

from questions.formats.catalog import FORMATS, format_of
from questions.formats.exchange import Note, Problem
from tests.questions.formats.samples import PICTURES, item, placeless

PLAIN = item(1, text="Thủ đô của Việt Nam là?", texts=("Huế", "Hà Nội", "Đà Nẵng"))


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_writes_and_reads_and_knows_its_files(key: str) -> None:
    chosen = FORMATS[key]
    data, lost = chosen.write([PLAIN], PICTURES, title="Đề thi")
    assert lost == []
    assert placeless(chosen.read(data).items) == [PLAIN]
    assert format_of(f"Đề thi.số 1{chosen.extension.upper()}", data) is chosen


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.txt", b"a {=b ~c}", "gift"),
        ("a.txt", "A. a\nĐÁP ÁN: A".encode(), "aiken"),
        ("a.txt", b"", "gift"),
        ("a.gift", b"", "gift"),
        ("a.doc", b"", "word"),
        ("a.xlsx", b"", None),
        ("a", b"", None),
    ],
)
def test_a_file_finds_its_format(name: str, data: bytes, key: str | None) -> None:
    assert format_of(name, data) is (FORMATS[key] if key else None)


def test_remarks_are_sentences_with_their_place() -> None:
    assert str(Problem("Dòng 12", "câu hỏi thiếu dấu }")) == "Dòng 12: câu hỏi thiếu dấu }"
    assert str(Note("", "đáp án được nhận biết theo dấu *")) == "Đáp án được nhận biết theo dấu *"
