"""Moodle XML as Moodle exports it, now and before."""

import base64
from decimal import Decimal

import pytest
from hypothesis import given, settings

from questions.enums import Difficulty, Kind
from questions.formats.exchange import Choice, Item, Read
from questions.formats.moodle_xml import HOLDS, read, write
from questions.formats.pictures import read_picture
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import JPEG, item, notes, papers, placeless, png, problems, truth

PNG = read_picture(png())
PNG_TEXT = base64.b64encode(png()).decode()


def quiz(*parts: str) -> Read:
    return read(f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>{"".join(parts)}</quiz>'.encode())


def question(kind: str, *parts: str, name: str = "Tên", text: str = "<p>Câu hỏi?</p>") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>'
        f"{''.join(parts)}</question>"
    )


def answer(fraction: str, text: str, feedback: str = "", markup: str = "html") -> str:
    return (
        f'<answer fraction="{fraction}" format="{markup}"><text><![CDATA[{text}]]></text>'
        f'<feedback format="html"><text><![CDATA[{feedback}]]></text></feedback></answer>'
    )


AB = answer("100", "a") + answer("0", "b")


def test_one_right_option_with_everything() -> None:
    read_all = quiz(
        '<!-- question: 0  --><question type="category"><category><text>$course$/top/Cải cách/A // B</text>'
        '</category><info format="html"><text>Giới thiệu</text></info><idnumber></idnumber></question>',
        question(
            "multichoice",
            "<generalfeedback format='html'><text><![CDATA[<p>Vì thế.</p><p>Căn cứ: Điều 5 Luật A</p>"
            "<p>Liên kết: https://a.vn/1</p>]]></text></generalfeedback>",
            "<defaultgrade>1.0</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>",
            "<idnumber>12</idnumber><single>true</single><shuffleanswers>true</shuffleanswers>",
            "<correctfeedback format='html'><text>Tốt lắm</text></correctfeedback>",
            answer("100", "<p dir='ltr'>Chính <b>phủ</b><br></p>", "<p>Đúng</p>"),
            answer("0", "Quốc hội"),
            answer("50", "5 < 6 & 7", markup="plain_text"),
            "<tags><tag><text>luật</text></tag><tag><text>độ khó: dễ</text></tag></tags>",
        ),
    )
    assert problems(read_all) == []
    assert notes(read_all) == ["Gợi ý và nhận xét chung (đúng, đúng một phần, sai) không được giữ"]
    assert read_all.items == (
        Item(
            place="Câu hỏi thứ 1 (“Tên”)",
            number=12,
            kind=Kind.SINGLE,
            topics=("Cải cách", "A / B"),
            text="Câu hỏi?",
            choices=(
                Choice("Chính <strong>phủ</strong>", True, Decimal(100), "Đúng"),
                Choice("Quốc hội", False, Decimal(0)),
                Choice("5 &lt; 6 &amp; 7", False, Decimal(50)),
            ),
            explanation="Vì thế.",
            source="Điều 5 Luật A",
            source_link="https://a.vn/1",
            difficulty=Difficulty.EASY,
            tags=("luật",),
        ),
    )


def test_several_right_options() -> None:
    even, uneven = quiz(
        question(
            "multichoice",
            "<single>false</single>",
            *(answer("33.33333", text) for text in "abc"),
            answer("0", "d"),
        ),
        question(
            "multichoice",
            "<single>0</single>",
            answer("75", "a") + answer("25.0000000", "b") + answer("-100", "c"),
        ),
    ).items
    assert even.kind is Kind.MULTIPLE
    assert [(choice.right, choice.fraction) for choice in even.choices] == [(True, None)] * 3 + [
        (False, None)
    ]
    assert [choice.fraction for choice in uneven.choices] == [Decimal(75), Decimal(25), Decimal(-100)]


def test_true_and_false_in_either_order_and_in_old_files() -> None:
    read_all = quiz(
        question("truefalse", answer("0", "true", "Chưa đúng"), answer("100", "false", "Chính xác")),
        question("truefalse", answer("100", "false"), answer("0", "true"), name="Hai"),
        question("truefalse", answer("100", "Verdadero"), answer("0", "Falso"), name="Ba"),
    )
    assert placeless(read_all.items) == [
        truth(
            False,
            choices=(Choice("Đúng", False, None, "Chưa đúng"), Choice("Sai", True, None, "Chính xác")),
        ),
        truth(False),
        truth(True),
    ]
    assert notes(read_all) == ["Câu hỏi thứ 3 (“Ba”): phương án đầu được hiểu là Đúng, phương án sau là Sai"]


def test_ways_of_writing_a_text() -> None:
    read_all = quiz(
        *(
            f'<question type="multichoice"><questiontext format="{markup}"><text>{text}</text>'
            f"</questiontext>{AB}</question>"
            for markup, text in (
                ("html", "a &lt;em&gt;b&lt;/em&gt;\nc"),
                ("plain_text", "a &lt;em&gt;b\nc"),
                ("markdown", "a *b*\nc"),
                ("moodle_auto_format", "a &lt;em&gt;b&lt;/em&gt;\nc"),
            )
        )
    )
    assert [each.text for each in read_all.items] == [
        *("a <em>b</em> c", "a &lt;em&gt;b<br>c", "a <em>b</em> c", "a <em>b</em><br>c")
    ]
    assert [each.place for each in read_all.items] == [f"Câu hỏi thứ {ordinal}" for ordinal in range(1, 5)]


def test_pictures() -> None:
    jpeg = read_picture(JPEG)
    inside = f"data:image/png;base64,{PNG_TEXT}"
    read_all = quiz(
        '<question type="multichoice"><questiontext format="html"><text><![CDATA[Hình '
        '<img src="@@PLUGINFILE@@/l%C3%A1%20c%E1%BB%9D.png?time=1" alt="Lá cờ" width="48">'
        '<img src="@@PLUGINFILE@@/thư mục/b.jpg">]]></text>'
        f'<file name="lá cờ.png" path="/" encoding="base64">{PNG_TEXT}</file>'
        f'<file name="b.jpg" path="/thư mục/" encoding="base64">{base64.b64encode(JPEG).decode()}</file>'
        f'</questiontext>{answer("100", f"""<img src="{inside}">""")}{answer("0", "b")}</question>',
        f"<question type='multichoice'><questiontext><text>Hình gì?</text></questiontext>"
        f"<image>cu/x.png</image><image_base64>{PNG_TEXT}</image_base64>{AB}</question>",
    )
    assert problems(read_all) == []
    first, second = read_all.items
    assert first.text == f'Hình <img src="{PNG.name}" alt="Lá cờ"><img src="{jpeg.name}" alt="">'
    assert first.choices[0].text == f'<img src="{PNG.name}" alt="">'
    assert second.text == f'Hình gì?<br><img src="{PNG.name}" alt="">'
    assert read_all.pictures == {PNG.name: PNG.data, jpeg.name: jpeg.data}


def filed(name: str, content: bytes, text: str) -> str:
    data = base64.b64encode(content).decode()
    file = f'<file name="{name}" path="/" encoding="base64">{data}</file>'
    return question("multichoice", AB, text=text).replace("</questiontext>", f"{file}</questiontext>")


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        *(
            (question(kind), f"câu dạng {words} không dùng được trong thi trắc nghiệm")
            for kind, words in (
                *(("essay", "tự luận"), ("matching", "ghép đôi"), ("numerical", "điền số")),
                *(
                    ("shortanswer", "trả lời ngắn"),
                    ("cloze", "điền vào chỗ trống"),
                    ("coderunner", "coderunner"),
                ),
                *(("description", "mô tả"), ("", "")),
            )
        ),
        (question("multichoice"), "có 0 phương án, cần từ 2 đến 7"),
        (question("multichoice", answer("0", "a"), answer("0", "b")), "chưa có đáp án đúng"),
        (question("multichoice", AB, answer("100", "c")), "có nhiều hơn một đáp án đúng (A, C)"),
        (
            question("multichoice", "<single>false</single>", answer("33", "a"), answer("33.33333", "b")),
            "tổng tỷ lệ điểm của các đáp án đúng là 66,33333 %, phải là 100 %",
        ),
        (question("multichoice", answer("x", "a"), AB), "tỷ lệ điểm “x” không đọc được"),
        (question("multichoice", answer("1e9", "a"), AB), "tỷ lệ điểm “1e9” không đọc được"),
        (question("multichoice", answer("-150", "c"), AB), "tỷ lệ điểm của phương án phải từ −100 đến 100 %"),
        (question("truefalse", answer("100", "true")), "câu đúng/sai phải có hai phương án true và false"),
        (question("multichoice", AB, text=""), "chưa có nội dung câu hỏi"),
        (question("multichoice", AB, text='<img src="@@PLUGINFILE@@/x.png">'), "không có hình"),
        (question("multichoice", AB, text='<img src="http://a.vn/x.png">?'), "hình ở địa chỉ bên ngoài"),
        (filed("a.mp3", b"ID3", "Nghe?"), "tệp đính kèm “a.mp3” không phải là hình ảnh"),
        (
            filed("a.png", b"<svg/>", 'x <img src="@@PLUGINFILE@@/a.png">'),
            "hình “a.png”: hình SVG",
        ),
        (
            filed("a.png", png(9_000, 9), 'x <img src="@@PLUGINFILE@@/a.png">'),
            "hình “a.png”: hình có",
        ),
    ],
)
def test_what_is_no_question_is_refused_by_its_name(part: str, problem: str) -> None:
    found = problems(quiz(part, question("multichoice", AB, name="Sau")))
    assert len(found) == 1
    assert found[0].startswith(f"Câu hỏi thứ 1 (“Tên”): {problem}")


def test_what_moodle_needs_is_written() -> None:
    given_items = [
        item(0, 2, number=3, topics=("A/B", "C"), text="Chọn <em>hai</em>"),
        truth(True, tags=("x",), difficulty=Difficulty.HARD),
    ]
    text = write(given_items, title="Đề -- số 1")[0].decode()
    for part in (
        "<!-- Đề - số 1 -->",
        "<category><text>$course$/top/A//B/C</text></category>",
        "<name><text>Câu 3</text></name>",
        '<questiontext format="html"><text>Chọn &lt;em&gt;hai&lt;/em&gt;</text></questiontext>',
        "<idnumber>3</idnumber><single>false</single>",
        '<answer format="html" fraction="50"><text>Một</text>',
        '<question type="category"><category><text>$course$/top</text></category></question>',
        '<answer fraction="100" format="plain_text"><text>true</text>',
        "<tags><tag><text>độ khó: khó</text></tag><tag><text>x</text></tag></tags>",
    ):
        assert part in text


def test_the_end_of_an_explanation_that_looks_like_a_source_is_reported() -> None:
    tricky = item(0, number=1, explanation="<p>Vì thế.</p><p>Căn cứ: Điều 1</p>")
    data, lost = write([tricky])
    assert [str(each) for each in lost] == [
        "Câu 1: tệp Moodle XML không giữ được ranh giới giữa giải thích và căn cứ"
    ]
    (again,) = read(data).items
    assert (again.explanation, again.source) == ("Vì thế.", "Điều 1")


@given(papers())
@settings(max_examples=16, deadline=None)
def test_what_was_written_is_read_again(given_items: list[Item]) -> None:
    round_trip(given_items, write, read, HOLDS)
