"""Our own archive loses nothing, and takes nothing that it did not write."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from questions.formats.archive import HOLDS, read, write
from questions.formats.exchange import Item
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import NAMES, PICTURES, item, papers, png, problems

SHOWN = item(0, number=4, text=f'Hình gì? <img src="{NAMES[0]}" alt="Lá cờ">')


@given(papers())
@settings(max_examples=16, deadline=None)
def test_nothing_is_lost(given_items: list[Item]) -> None:
    assert round_trip(given_items, write, read, HOLDS) == []


def test_the_same_questions_give_the_same_bytes() -> None:
    assert write([SHOWN], PICTURES)[0] == write([SHOWN], dict(reversed(PICTURES.items())))[0]


def test_a_picture_without_its_file_is_reported() -> None:
    data, lost = write([SHOWN], {})
    assert [str(each) for each in lost] == ["Câu 4: tệp ZIP không giữ được một số hình ảnh"]
    assert read(data).items[0].text == "Hình gì? [Hình: Lá cờ]"


def changed(change: Callable[[dict[str, bytes]], object]) -> list[str]:
    """Problems of an archive whose parts were changed."""
    data, _lost = write([SHOWN, item(1)], PICTURES)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return problems(read(target.getvalue()))


def document(**fields: Any) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        parts["questions.json"] = json.dumps(json.loads(parts["questions.json"]) | fields).encode()

    return change


def question(**fields: Any) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        whole = json.loads(parts["questions.json"])
        whole["questions"][1] |= fields
        parts["questions.json"] = json.dumps(whole).encode()

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda parts: parts.pop("questions.json"), "Gói không có tệp questions.json."),
        (
            lambda parts: parts.update({"questions.json": b"[" * 100_000}),
            "Tệp questions.json trong gói bị lỗi",
        ),
        (
            lambda parts: parts.update({"questions.json": b"[]"}),
            "Tệp không phải là gói câu hỏi của hệ thống này",
        ),
        (document(format="x"), "Tệp không phải là gói câu hỏi của hệ thống này"),
        (document(version=2), "Gói câu hỏi thuộc phiên bản khác"),
        (document(questions={}), "Tệp questions.json trong gói bị lỗi"),
        (document(pictures={}), "Hình ảnh trong gói không khớp"),
        (
            lambda parts: parts.update({f"pictures/{NAMES[0]}": png(9)}),
            f"Hình “{NAMES[0]}” trong gói đã bị thay đổi",
        ),
        (lambda parts: parts.update({"pictures/x.png": png(9)}), "Gói có tệp lạ “pictures/x.png”."),
        (lambda parts: parts.update({"../x": b""}), "Tệp có tên bên trong không hợp lệ"),
        (lambda parts: parts.update({"/etc/x": b""}), "Tệp có tên bên trong không hợp lệ"),
        (lambda parts: parts.update({"c:x": b""}), "Tệp có tên bên trong không hợp lệ"),
        (question(number="1"), "Câu hỏi thứ 2: mục “number” không hợp lệ"),
        (question(number=True), "Câu hỏi thứ 2: mục “number” không hợp lệ"),
        (question(kind="essay"), "Câu hỏi thứ 2: mục “kind” không hợp lệ"),
        (question(text=5), "Câu hỏi thứ 2: mục “text” không hợp lệ"),
        (question(text=""), "Câu hỏi thứ 2: chưa có nội dung câu hỏi"),
        (question(topics=[1]), "Câu hỏi thứ 2: mục “topics” không hợp lệ"),
        (question(topics=["a"] * 9), "Câu hỏi thứ 2: chủ đề có 9 cấp, tối đa là 5"),
        (question(tags=[f"t{n}" for n in range(21)]), "Câu hỏi thứ 2: có quá 20 thẻ"),
        (question(choices="ab"), "Câu hỏi thứ 2: mục “choices” không hợp lệ"),
        (question(choices=[{"text": "a"}]), "Câu hỏi thứ 2: mục “choices” không hợp lệ"),
        (
            question(choices=[{"text": "a", "right": True, "fraction": "NaN"}]),
            "Câu hỏi thứ 2: mục “fraction”",
        ),
        (question(choices=[{"text": "a", "right": True, "fraction": "x"}]), "Câu hỏi thứ 2: mục “fraction”"),
        (
            question(source_link="javascript:alert(1)"),
            "Câu hỏi thứ 2: liên kết của căn cứ phải là một địa chỉ",
        ),
        (question(difficulty="x"), "Câu hỏi thứ 2: mục “difficulty” không hợp lệ"),
        (question(text='<img src="https://a.vn/x.png">?'), "Câu hỏi thứ 2: hình ở địa chỉ bên ngoài"),
        (question(text=f'<img src="{"0" * 32}.png">?'), "Câu hỏi thứ 2: không có hình"),
    ],
)
def test_an_archive_that_was_tampered_with_is_refused(
    change: Callable[[dict[str, bytes]], object], problem: str
) -> None:
    found = changed(change)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_picture_that_is_none_is_refused() -> None:
    name = f"{'0' * 32}.png"
    digest = "6dcd4ce23d88e2ee9568ba546c007c63d9131c1b" + "0" * 24

    def change(parts: dict[str, bytes]) -> None:
        parts[f"pictures/{name}"] = b"<svg/>"
        document(pictures={**json.loads(parts["questions.json"])["pictures"], name: digest})(parts)

    assert changed(change) == [f"Hình “{name}” trong gói đã bị thay đổi."]
