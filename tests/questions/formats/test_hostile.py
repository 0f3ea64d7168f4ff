"""Files made to cost memory, time or a crash end with a sentence, in every format."""

import io
import time
import zipfile

import pytest

from questions.formats import aiken, archive, gift, limits, moodle_xml
from questions.formats.container import unpack
from questions.formats.exchange import UnreadableError
from questions.formats.reading import Reading
from tests.questions.formats.samples import item, png, problems

READERS = {"gift": gift.read, "aiken": aiken.read, "xml": moodle_xml.read, "zip": archive.read}
ANY = pytest.mark.parametrize("kind", READERS)


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return file.getvalue()


@ANY
def test_an_empty_file(kind: str) -> None:
    assert problems(READERS[kind](b"")) == ["Tệp rỗng (0 byte)."]


@ANY
@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"\x00" * 50, bytes(range(256)), b"PK\x03\x04rubbish", b"<"]
)
def test_rubbish_is_told_in_one_sentence(kind: str, data: bytes) -> None:
    found = READERS[kind](data)
    assert found.items == ()
    assert len(found.problems) == 1
    assert str(found.problems[0])


@ANY
def test_every_prefix_of_a_good_file_is_read_or_refused(kind: str) -> None:
    write = {"gift": gift, "aiken": aiken, "xml": moodle_xml, "zip": archive}[kind].write
    data, _lost = write([item(0, text=f"Câu {number}?") for number in range(4)])
    for length in range(0, len(data), 31):
        found = READERS[kind](data[:length])
        assert found.items or found.problems


@pytest.mark.parametrize(("kind", "size"), [("gift", 5), ("aiken", 5), ("xml", 20), ("zip", 20)])
def test_a_file_that_is_too_large(kind: str, size: int) -> None:
    (problem,) = problems(READERS[kind](b"PK" + b"a" * (size * limits.MIB)))
    assert problem.startswith(f"Tệp lớn hơn {size} MB")


def test_too_many_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ITEMS", 40)
    data = "\n\n".join(["a{=b ~c}"] * (limits.ITEMS + 1)).encode()
    assert problems(gift.read(data)) == ["Tệp có hơn 5.000 câu hỏi. Hãy chia thành nhiều tệp."]


def test_too_many_problems_end_the_reading() -> None:
    found = problems(gift.read("\n\n".join(["x"] * 2_000).encode()))
    assert len(found) == limits.PROBLEMS + 1
    assert found[-1] == "Tệp có quá nhiều lỗi; phần còn lại chưa được đọc"


def test_a_zip_bomb() -> None:
    bomb = packed({"questions.json": b"0" * (limits.UNPACKED + 1)})
    assert len(bomb) < limits.MIB
    assert problems(archive.read(bomb)) == ["Nội dung tệp sau khi giải nén quá lớn (trên 60 MB)."]


def test_a_directory_that_lies_about_a_size() -> None:
    honest = packed({"a": b"x" * 5_000, "b": b"y"})
    size = (5_000).to_bytes(4, "little")
    at = honest.rfind(size)
    with pytest.raises(UnreadableError, match="hỏng"):
        unpack(honest[:at] + (1).to_bytes(4, "little") + honest[at + 4 :])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (packed({f"{n}": b"" for n in range(limits.PARTS + 1)}), "quá lớn"),
        (packed({"a": b"x"}, zipfile.ZIP_LZMA), "hỏng"),
        (packed({"a/../../b": b"x"}), "không hợp lệ"),
        (b"PK\x05\x06" + bytes(10), "hỏng"),
    ],
)
def test_packed_files_of_another_kind(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError, match=sentence):
        unpack(data)


def test_two_parts_of_one_name() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("a", b"x")
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("a", b"y")
    with pytest.raises(UnreadableError, match="hỏng"):
        unpack(file.getvalue())


def test_an_encrypted_part() -> None:
    data = bytearray(packed({"a": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    with pytest.raises(UnreadableError, match="mật khẩu"):
        unpack(bytes(data))


BOMB = "".join(f'<!ENTITY x{n} "' + f"&x{n - 1};" * 10 + '">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (
            f'<!DOCTYPE quiz [<!ENTITY x0 "ha">{BOMB}]><quiz>&x9;</quiz>',
            "Tệp có khai báo XML không được phép",
        ),
        ('<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz/>', "Tệp có khai báo XML không được phép"),
        ("<quiz>" + "<a>" * 200_000, "Tệp có cấu trúc quá lớn hoặc lồng nhau quá sâu."),
        ("<quiz>" + "<a/>" * 3_001 + "</quiz>", "Tệp có cấu trúc quá lớn"),
        ("<quiz><question>", "Tệp XML bị lỗi ở dòng 1"),
        ("<quiz>&nbsp;</quiz>", "Tệp XML bị lỗi ở dòng 1"),
        ("<html/>", "Tệp XML không phải là tệp câu hỏi của Moodle"),
        ('<?xml version="1.0" encoding="x"?><quiz/>', "Tệp XML"),
        ("<quiz></quiz>", "Tệp không có câu hỏi nào."),
    ],
)
def test_hostile_xml(xml: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "XML_ELEMENTS", 3_000)
    (found,) = problems(moodle_xml.read(xml.encode()))
    assert found.startswith(problem)


def test_too_many_pictures_end_the_reading() -> None:
    reading = Reading()
    for number in range(limits.PICTURES):
        reading.picture(png(number + 1, 1))
    reading.picture(png(1, 1))  # the same again is none more
    with pytest.raises(UnreadableError, match="quá nhiều hình ảnh"):
        reading.picture(png(limits.PICTURES + 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "a {" + "~b" * 300_000 + "}",
        "// " + "[tag:" * 200_000 + "\na {=b ~c}",
        "a {=b ~c}" + "\\" * 300_000,
        "{" * 300_000,
        "a {=b ~" + "<b>" * 100_000 + "}",
        "[markdown]" + "> " * 100_000 + "a {=b ~c}",
        "[markdown]" + "*a " * 6_000 + "{=b ~c}",
        "a\n{\n\n" * 60_000,
    ],
)
def test_no_gift_takes_long(text: str) -> None:
    started = time.process_time()
    found = gift.read(text.encode())
    assert found.items or found.problems
    assert time.process_time() - started < 4
