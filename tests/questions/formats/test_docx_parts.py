"""Word files from another program, and what stands in Word files besides text."""

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from questions.formats import limits
from questions.formats.docx_file import read
from questions.formats.exchange import Item, Read
from questions.formats.word import paragraphs
from tests.questions.formats.offices import FILES, PAPERS
from tests.questions.formats.samples import notes, placeless, png, problems
from tests.questions.formats.words import Para, saved, word


@pytest.mark.parametrize("file", sorted(FILES.glob("*.docx")), ids=lambda file: file.stem)
def test_files_saved_by_libreoffice_say_the_same(file: Any) -> None:
    ours = read(PAPERS[file.stem.rpartition("-")[0]])
    again = read(file.read_bytes())
    assert problems(again) == []
    assert placeless(again.items) == placeless(ours.items)
    assert again.pictures == ours.pictures
    assert notes(again) == notes(ours)


def test_the_papers_say_what_their_writers_meant() -> None:
    bold, numbered, tabled, _ours = (read(data) for data in PAPERS.values())
    assert [right(item) for item in bold.items] == ["C", "B", "B"]
    assert [item.topics for item in bold.items] == [
        *(("Cải cách thể chế",), ("Cải cách thể chế",), ("Chuyển đổi số",))
    ]
    assert (bold.items[2].explanation, bold.items[2].source) == (
        *("Hồ sơ m2 là m thứ hai.", "Điều 5 Luật Cán bộ, công chức"),
    )
    assert [right(item) for item in numbered.items] == ["B", "A"]
    assert [right(item) for item in tabled.items] == ["C", "B", "C"]


def right(item: Item) -> str:
    return "".join("ABCD"[place] for place, choice in enumerate(item.choices) if choice.right)


def with_xml(xml: str) -> Read:
    """A document whose first paragraph has such a part at its end."""
    document = docx.Document(io.BytesIO(word("Câu 1: Hỏi?", "*A. a", "B. b")))
    document.paragraphs[0]._p.append(parse_xml(xml))
    return read(saved(document))


SPACES = nsdecls("w", "a", "r", "wp")
MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:del {SPACES}><w:r><w:delText>đã xóa</w:delText></w:r></w:del>", "Hỏi?"),
        (f"<w:ins {SPACES}><w:r><w:t> thêm</w:t></w:r></w:ins>", "Hỏi? thêm"),
        (f"<w:hyperlink {SPACES}><w:r><w:t xml:space='preserve'> xem</w:t></w:r></w:hyperlink>", "Hỏi? xem"),
        (f"<w:sdt {SPACES}><w:sdtContent><w:r><w:t>ô</w:t></w:r></w:sdtContent></w:sdt>", "Hỏi?ô"),
        (f"<w:r {SPACES}><w:rPr><w:vanish/></w:rPr><w:t>đáp án B</w:t></w:r>", "Hỏi?"),
        (f"<w:r {SPACES}><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText></w:r>", "Hỏi?"),
        (f"<w:r {SPACES}><w:t>m</w:t><w:noBreakHyphen/><w:t>n</w:t><w:softHyphen/></w:r>", "Hỏi?m-n"),
        (
            f"<w:r {SPACES}><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>2</w:t></w:r>",
            "Hỏi?<sup>2</sup>",
        ),
        (f"<w:r {SPACES}><w:rPr><w:b w:val='0'/><w:u w:val='none'/></w:rPr><w:t>x</w:t></w:r>", "Hỏi?x"),
    ],
)
def test_what_a_reader_of_the_document_sees_is_read(xml: str, text: str) -> None:
    assert [item.text for item in with_xml(xml).items] == [text]


CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (
            f"<m:oMath {MATH}><m:r><m:t>x=1</m:t></m:r></m:oMath>",
            "có công thức (Equation); hãy chèn công thức",
        ),
        (
            f'<w:r {SPACES}><w:drawing><wp:inline><a:graphic><a:graphicData uri="{CHART}"/></a:graphic>'
            "</wp:inline></w:drawing></w:r>",
            "có biểu đồ của Word; hãy chèn biểu đồ dưới dạng hình",
        ),
        (
            f"<w:r {SPACES}><w:pict><w:txbxContent><w:p><w:r><w:t>x</w:t></w:r></w:p></w:txbxContent>"
            "</w:pict></w:r>",
            "có khung chữ (Text Box)",
        ),
        (
            f'<w:r {SPACES}><w:drawing><wp:inline><a:graphic><a:graphicData uri="p"><a:blip r:link="rId99"/>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
            "hình “trong văn bản”: không phải là hình PNG",
        ),
    ],
)
def test_what_cannot_be_taken_over_refuses_its_question(xml: str, problem: str) -> None:
    document = docx.Document(io.BytesIO(word("Câu 1: Hỏi?", "*A. a", "B. b", "Câu 2: Hỏi?", "*A. a", "B. b")))
    document.paragraphs[0]._p.append(parse_xml(xml))
    found = read(saved(document))
    assert [item.number for item in found.items] == [2]
    (told,) = problems(found)
    assert told.startswith(f"Câu 1 (đoạn 1): {problem}")


def test_marks_may_come_from_styles() -> None:
    document = docx.Document(io.BytesIO(word("Câu 1: Hỏi?", "A. a", "B. b", "Câu 2: Hỏi?", "A. a", "B. b")))
    style: Any = document.styles.add_style("Đúng", 1)
    style.font.bold = True
    document.paragraphs[2].style = style
    document.paragraphs[4].runs[0].style = document.styles["Strong"]
    found = read(saved(document))
    assert [right(item) for item in found.items] == ["B", "A"]


@pytest.mark.parametrize("colour", ["000000", "1F1F1F", "333333", "595959"])
def test_what_looks_black_is_no_colour(colour: str) -> None:
    document = docx.Document(io.BytesIO(word("Câu 1: Hỏi?", "A. a", "B. b", "Đáp án: A")))
    properties: Any = document.paragraphs[2].runs[0]._r.get_or_add_rPr()
    properties.append(parse_xml(f'<w:color {nsdecls("w")} w:val="{colour}"/>'))
    assert [right(item) for item in read(saved(document)).items] == ["A"]


def test_another_colour_than_all_others_is_the_mark() -> None:
    document = docx.Document(io.BytesIO(word("Câu 1: Hỏi?", "A. a", "B. b", "C. c")))
    for number, colour in ((1, "0070C0"), (2, "C00000"), (3, "0070C0")):
        properties: Any = document.paragraphs[number].runs[0]._r.get_or_add_rPr()
        properties.append(parse_xml(f'<w:color {nsdecls("w")} w:val="{colour}"/>'))
    assert [right(item) for item in read(saved(document)).items] == ["B"]


def test_pictures_outside_of_questions_are_not_looked_at() -> None:
    found = read(word(Para("Logo", picture=png()), "Câu 1: Hỏi?", "*A. a", "B. b"))
    assert (len(found.items), found.pictures) == (1, {})


def changed(change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(word("Câu 1: Hỏi?", "*A. a", "B. b"))) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return file.getvalue()


DOCUMENT = "word/document.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (OLE + bytes(600), "Tệp thuộc dạng Word 97–2003 (.doc)"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "Tệp đang đặt mật khẩu mở"),
        (b"Cau 1: Hoi?", "Tệp không phải là văn bản Word .docx"),
        (changed(lambda parts: parts.pop(DOCUMENT)), "Tệp không phải là văn bản Word .docx"),
        (
            changed(lambda parts: parts.update({DOCUMENT: b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"})),
            "Tệp có khai báo XML",
        ),
        (changed(lambda parts: parts.update({DOCUMENT: b"<x"})), "Không đọc được văn bản Word"),
        (changed(lambda parts: parts.update({DOCUMENT: b"<x/>"})), ""),
        (changed(lambda parts: parts.pop("word/_rels/document.xml.rels")), ""),
        (changed(lambda parts: parts.pop("word/styles.xml")), ""),
        (changed(lambda parts: parts.update({"word/numbering.xml": b"<x/>"})), ""),
        (
            changed(lambda parts: parts.update({"a": bytes(limits.UNPACKED + 1)})),
            "Nội dung tệp sau khi giải nén",
        ),
        (changed(lambda parts: parts.update({DOCUMENT: b"<a>" * 100_000})), "Không đọc được văn bản Word"),
    ],
)
def test_broken_and_hostile_files(data: bytes, problem: str) -> None:
    found = read(data)
    assert found.items or found.problems
    if problem:
        (told,) = problems(found)
        assert told.startswith(problem)


def test_too_many_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paragraphs, "PARAGRAPHS", 5)
    found = read(word(*["Câu 1: x"] * 6))
    assert problems(found) == ["Văn bản dài quá 60.000 đoạn. Hãy chia thành nhiều tệp."]


@pytest.mark.parametrize("text", ["\t", "  ", "-", "a ", "A. ", "A, ", "\t A", "\n", "1.A "])
def test_long_paragraphs_take_no_time(text: str) -> None:
    many = text * (6_000 // len(text))
    data = word("Câu 1: Hỏi?", many + "x", "*A. a", "B. b", "Đáp án: " + many + "x")
    started = time.process_time()
    found = read(data)
    assert found.items or found.problems
    assert time.process_time() - started < 2


def test_a_paragraph_that_is_too_long_refuses_its_question() -> None:
    found = problems(read(word("Câu 1: " + "a" * limits.RICH, "*A. a", "B. b")))
    assert found[0] == "Câu 1 (đoạn 1): có đoạn dài quá 20000 ký tự"


def test_every_prefix_is_refused_or_read() -> None:
    data = word("Câu 1: Hỏi?", "*A. a", "B. b")
    for length in range(0, len(data), len(data) // 12):
        assert read(data[:length]).problems
