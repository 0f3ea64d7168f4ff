"""Every format goes the same way into a bank: read, checked, previewed, imported; and out of it again."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest

from contest_site.lib.errors import Refused
from questions.domain.importing import import_questions, preview_import
from questions.enums import Difficulty, Kind
from questions.exporters.bank import Part, items_of
from questions.formats import limits
from questions.formats.catalog import FORMATS
from questions.formats.exchange import Choice, Item
from questions.importers.checking import NO_TOPIC, check_file
from questions.models import Bank, Picture, Revision, Submission
from tests.questions.formats.samples import NAMES, PICTURES, item, placeless, truth
from tests.questions.formats.test_hostile import BOMB, packed
from tests.questions.helpers import person
from tests.questions.workbooks import excel, repacked, row

ALL = pytest.mark.parametrize("key", FORMATS)
GIVEN = [
    item(1, number=1, topics=("Thể chế",), text="Một?"),
    item(
        0, 2, number=2, topics=("Thể chế", "Một cửa"), text="Hai?", difficulty=Difficulty.HARD, tags=("luật",)
    ),
    truth(
        False, number=3, topics=("Thể chế",), text="Ba là bốn", source="Điều 1", source_link="https://a.vn"
    ),
    item(
        2, number=4, topics=("Thể chế",), text=f'<strong>Bốn</strong> <img src="{NAMES[0]}" alt="Sơ đồ"> là?'
    ),
]


def in_bank(name: str, data: bytes, key: str, *, submit: bool = True) -> Bank:
    bank = Bank.objects.create(name=name)
    import_questions(bank, io.BytesIO(data), by=person(name), form=key, submit=submit)
    return bank


@pytest.mark.django_db
@ALL
def test_from_a_file_into_a_bank_and_out_and_in_again(key: str) -> None:
    written, lost = FORMATS[key].write(GIVEN, PICTURES, title="Đề")
    bank = in_bank("Một", written, key)
    items, pictures = items_of(bank, Part())
    assert len(items) == len(GIVEN) - (1 if key == "aiken" else 0)
    again, _lost = FORMATS[key].write(items, pictures, title="Đề")
    other, _pictures = items_of(in_bank("Hai", again, key), Part())
    assert placeless(other) == placeless(items)
    if FORMATS[key].holds.pictures:
        assert placeless(items) == placeless(GIVEN)
        assert (lost, pictures) == ([], {NAMES[0]: PICTURES[NAMES[0]]})
    else:
        assert lost
        assert not Picture.objects.exists()


@pytest.mark.django_db
def test_the_lossless_package_brings_pictures_kinds_and_drafts() -> None:
    written, _lost = FORMATS["zip"].write(GIVEN, PICTURES)
    bank = in_bank("Một", written, "zip", submit=False)
    assert not Submission.objects.exists()
    assert Picture.objects.get().name == NAMES[0]
    kinds = Revision.objects.filter(question__bank=bank).order_by("question__number")
    assert [each.kind for each in kinds] == ["single", "multiple", "true_false", "single"]
    # The same picture again is the same row.
    in_bank("Hai", written, "zip")
    assert Picture.objects.count() == 1


@pytest.mark.django_db
@ALL
def test_the_preview_is_the_import_with_nothing_written(key: str) -> None:
    bank, writer = Bank.objects.create(name="Một"), person("thuky")
    written, _lost = FORMATS[key].write(GIVEN, PICTURES)
    preview = preview_import(bank, io.BytesIO(written), form=key)
    assert not Revision.objects.exists()
    assert import_questions(bank, io.BytesIO(written), by=writer, form=key) == preview
    with pytest.raises(Refused, match="Chưa nhập câu hỏi nào") as refused:
        import_questions(bank, io.BytesIO(written), by=writer, form=key)
    assert all("đã có trong ngân hàng" in reason for reason in refused.value.reasons)


def check(key: str, data: bytes) -> list[str]:
    report = check_file(data, key, {}, {})
    assert bool(report.problems) or report.questions
    return report.sentences


def test_what_a_bank_has_no_place_for_is_said() -> None:
    choices = (Choice("a", True, None, "tốt"), Choice("b", False, Decimal(-50)), Choice("c", False))
    written, _lost = FORMATS["moodle"].write([replace(GIVEN[0], choices=choices, topics=())])
    report = check_file(written, "moodle", {}, {})
    notes = [str(note) for note in report.notes]
    assert report.problems == []
    assert report.topics == {NO_TOPIC: 1}
    assert [note.split(" (")[0][:40] for note in notes] == [
        "1 câu chưa có chủ đề, được đưa vào chủ đ",
        "1 câu có ít phương án hơn thường lệ",
        "Nhận xét riêng của từng phương án không ",
        "Tỷ lệ điểm riêng của từng phương án khôn",
    ]


@ALL
def test_a_question_twice_in_a_file(key: str) -> None:
    same = [
        item(1, number=1, topics=("A",), text="Một hai?"),
        item(0, number=2, topics=("A",), text="Một  hai"),
    ]
    written, _lost = FORMATS[key].write(same)
    (problem,) = check(key, written)
    assert "trùng với câu hỏi ở " in problem


@ALL
def test_an_old_encoding_is_refused(key: str) -> None:
    right = item(1, number=1, topics=("A",), text="Nghi quyet cua Chinh phu la gi?")
    written, _lost = FORMATS[key].write([right])
    if key in {"gift", "aiken", "moodle"}:
        broken = written.replace(b"Nghi quyet cua Chinh phu", "Nghò quyeát cuûa Chính phuû".encode())
    elif key == "excel":
        broken = excel(row(1, cau_hoi="Nghò quyeát cuûa Chính phuû")).getvalue()
    else:
        return  # packed texts are read by the same checks
    assert any("bảng mã cũ" in problem for problem in check(key, broken))


def test_markup_never_becomes_more_than_text_or_the_safe_subset() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    plain = check_file(excel(row(1, cau_hoi=hostile)).getvalue(), "excel", {}, {})
    assert plain.questions[0].content.text.startswith("&lt;script&gt;")
    gift = f"[html]x {hostile} \\<b\\>đậm {{=a ~b ~c ~d}}".replace("=x", "\\=x").replace("=alert", "\\=alert")
    report = check_file(gift.encode(), "gift", {}, {})
    assert "<script" not in "".join(question.content.text for question in report.questions)
    assert report.problems or "onerror" not in report.questions[0].content.text


# --- Every container stands what security.md names, imports 1 to 3 ---------------------------------


@pytest.mark.parametrize(
    ("key", "data", "sentence"),
    [
        ("word", packed({"word/document.xml": b" " * (limits.UNPACKED + 1)}), "quá lớn"),
        ("zip", packed({"questions.json": b" " * (limits.UNPACKED + 1)}), "quá lớn"),
        ("excel", b"PK\x03\x04" + bytes(5 * limits.MIB), "lớn hơn 5 MB"),
        (
            "word",
            packed({"word/document.xml": f"<!DOCTYPE x [<!ENTITY x0 'a'>{BOMB}]><x>&x9;</x>".encode()}),
            "",
        ),
        ("moodle", f"<!DOCTYPE x [<!ENTITY x0 'a'>{BOMB}]><quiz>&x9;</quiz>".encode(), "không được phép"),
        ("gift", b"\xff\xfe\x00", ""),
        ("aiken", b"\x00" * 10, ""),
        ("excel", b"STT,A,B", "không phải là Excel .xlsx"),
        ("word", b"STT,A,B", ""),
        ("excel", b"", "Tệp rỗng"),
        ("word", b"", "Tệp rỗng"),
        ("zip", b"", "Tệp rỗng"),
    ],
)
def test_hostile_and_wrong_files_end_in_one_sentence(key: str, data: bytes, sentence: str) -> None:
    (problem,) = check(key, data)
    assert sentence in problem


def test_an_entity_bomb_in_a_workbook() -> None:
    sheet = f"<!DOCTYPE x [<!ENTITY x0 'a'>{BOMB}]><worksheet>&x9;</worksheet>".encode()
    (problem,) = check("excel", repacked(excel(row(1)), {"xl/worksheets/sheet1.xml": sheet}).getvalue())
    assert "khai báo XML không được phép" in problem


def test_a_question_of_every_option_right_is_refused_in_every_format() -> None:
    every = Item("", 1, Kind.MULTIPLE, ("A",), "Câu?", (Choice("a", True), Choice("b", True)))
    written, _lost = FORMATS["zip"].write([every])
    (problem,) = check("zip", written)
    assert "phải có ít nhất một phương án sai" in problem
