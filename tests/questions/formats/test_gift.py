"""GIFT as people write it and as Moodle exports it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings

from questions.enums import Difficulty, Kind
from questions.formats.exchange import Choice, Read
from questions.formats.gift import HOLDS, read, write
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import NAMES, PICTURES, item, notes, papers, placeless, problems, truth


def text(*lines: str) -> Read:
    return read("\n".join(lines).encode())


def test_one_right_option() -> None:
    (question,) = text(
        "// ghi chú của người soạn",
        "::Câu 7::Cơ quan nào ban hành Nghị quyết số 76/NQ-CP?{",
        "  =Chính phủ#Đúng rồi",
        "  ~Quốc hội # Quốc hội ban hành luật",
        "  ~Bộ Nội vụ",
        "  ####Nghị quyết của Chính phủ.",
        "}",
    ).items
    assert (question.place, question.number, question.kind) == ("Dòng 2", 7, Kind.SINGLE)
    assert question.text == "Cơ quan nào ban hành Nghị quyết số 76/NQ-CP?"
    assert question.choices == (
        Choice("Chính phủ", True, None, "Đúng rồi"),
        Choice("Quốc hội", False, None, "Quốc hội ban hành luật"),
        Choice("Bộ Nội vụ", False),
    )
    assert question.explanation == "Nghị quyết của Chính phủ."


def test_options_on_one_line() -> None:
    (question,) = text("Thủ đô của Việt Nam là? {~Huế =Hà Nội ~Đà Nẵng}").items
    assert [(choice.text, choice.right) for choice in question.choices] == [
        *(("Huế", False), ("Hà Nội", True), ("Đà Nẵng", False))
    ]


def test_several_right_options_with_weights_and_penalties() -> None:
    even, uneven = (
        text(
            "Chọn các số chẵn {~%50%2 ~%50%4 ~5}",
            "",
            "Chọn các số lẻ {~%60%1 ~%40%3 ~%-100%4 ~%33.33333%}",
        ).items
        + text("Chọn các số lẻ {~%60%1 ~%40%3 ~%-100%4}").items
    )
    assert even.kind is Kind.MULTIPLE
    assert [(choice.right, choice.fraction) for choice in even.choices] == [
        *((True, None), (True, None), (False, None))
    ]
    assert [choice.fraction for choice in uneven.choices] == [Decimal(60), Decimal(40), Decimal(-100)]


def test_half_a_mark_for_a_wrong_option() -> None:
    (question,) = text("Khó {~sai ~%50%gần đúng =đúng}").items
    assert question.kind is Kind.SINGLE
    assert [(choice.right, choice.fraction) for choice in question.choices] == [
        *((False, Decimal(0)), (False, Decimal(50)), (True, Decimal(100)))
    ]


@pytest.mark.parametrize("word", ["T", "TRUE", "true", "t"])
def test_true(word: str) -> None:
    (question,) = text(f"Trái Đất quay quanh Mặt Trời.{{{word}#Chưa đúng#Chính xác####Vì thế}}").items
    assert placeless([question]) == [
        truth(
            True,
            text="Trái Đất quay quanh Mặt Trời.",
            choices=(Choice("Đúng", True, None, "Chính xác"), Choice("Sai", False, None, "Chưa đúng")),
            explanation="Vì thế",
        )
    ]


def test_false() -> None:
    (question,) = text("Mặt Trời quay quanh Trái Đất.{F#Chưa đúng#Chính xác}").items
    assert question.choices == (
        Choice("Đúng", False, None, "Chưa đúng"),
        Choice("Sai", True, None, "Chính xác"),
    )


def test_escapes() -> None:
    (question,) = text(r"1 \+ 1 \= ? \{chọn\}\n2 dòng \\ \: \~ \# {=\=2 ~C\:\\ ~\#}").items
    assert question.text == r"1 \+ 1 = ? {chọn}<br>2 dòng \ : ~ #"
    assert [choice.text for choice in question.choices] == ["=2", "C:\\", "#"]


def test_ways_of_writing_a_text() -> None:
    read_all = text(
        "[html]Chọn <b>một</b>\\nphương án:<script>x</script>{=a ~[plain]<b>b</b> ~[markdown]**c**}",
        "",
        "[markdown]Câu *nghiêng*\\n\\n- một\\n- hai{=a ~b}",
        "",
        "[plain]1 < 2 & 3{=a ~b}",
        "",
        "[moodle]hai",
        "dòng {=a ~b}",
        "",
        "[khác] ngoặc {=a ~b}",
    )
    assert [question.text for question in read_all.items] == [
        "Chọn <strong>một</strong> phương án:",
        "<p>Câu <em>nghiêng</em></p><ul><li>một</li><li>hai</li></ul>",
        "1 &lt; 2 &amp; 3",
        "hai<br>dòng",
        "[khác] ngoặc",
    ]
    assert [choice.text for choice in read_all.items[0].choices] == [
        *("a", "&lt;b&gt;b&lt;/b&gt;", "<strong>c</strong>")
    ]
    assert notes(read_all) == ["Dòng 1: phần <script> trong câu hỏi bị lược bỏ"]


def test_categories_are_topics() -> None:
    read_all = text(
        "$CATEGORY: $course$/top/Cải cách hành chính/Thể chế // luật",
        "",
        "a{=a ~b}",
        "",
        "$CATEGORY: tom/dick",
        "b{=a ~b}",
        "",
        "$CATEGORY: $course$/top",
        "",
        "c{=a ~b}",
    )
    assert [question.topics for question in read_all.items] == [
        *(("Cải cách hành chính", "Thể chế / luật"), ("tom", "dick"), ())
    ]


def test_comments_carry_number_and_tags_and_break_nothing() -> None:
    read_all = text(
        "// question: 12  name: X",
        r"// [id:12] [tag:nghị định] [tag:a\]b] [tag:Độ khó: Vận dụng]",
        "::Tên riêng::Dòng một",
        "// giữa câu: {không phải phương án}",
        "dòng hai {",
        "// ghi chú",
        "=a",
        "",
        "~b",
        "}",
    )
    (question,) = read_all.items
    assert (question.number, question.tags, question.difficulty) == (
        *(12, ("nghị định", "a]b"), Difficulty.HARD),
    )
    assert question.text == "Dòng một<br>dòng hai"
    assert [choice.text for choice in question.choices] == ["a", "b"]
    assert notes(read_all) == ["Tiêu đề riêng của câu hỏi (::…::) không được giữ"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["", "Kể tên. {}"], "Dòng 2: câu tự luận không dùng được"),
        (["Nối. {", "=a -> b", "=c -> d", "}"], "Dòng 2: câu ghép đôi không dùng được"),
        (["Năm nào? {#1945:2}"], "Dòng 1: câu điền số không dùng được"),
        (["Ai? {=Hồ =Hồ Chí Minh}"], "Dòng 1: câu trả lời ngắn không dùng được"),
        (["Ai? {=%100%Hồ#}"], "Dòng 1: câu trả lời ngắn không dùng được"),
        (["Hà Nội là {=thủ đô ~cố đô} của nước ta."], "Dòng 1: dạng điền vào chỗ trống không dùng được"),
        (["a", "", "b {=a ~b", "", "c {=a ~b}"], "Dòng 3: câu hỏi thiếu dấu } kết thúc phần phương án"),
        (["b =a ~b}"], "Dòng 1: có dấu } mà thiếu dấu { mở đầu phần phương án"),
        (["b {=a ~{b} }"], "Dòng 1: có dấu { ở giữa phần phương án"),
        (["a {=a ~b}", "b {=a ~b}"], "Dòng 2: thiếu dòng trống giữa hai câu hỏi"),
        (["Chỉ là một đoạn văn."], "Dòng 1: đoạn này không có phần phương án đặt trong { }"),
        (["a {b =c ~d}"], "Dòng 1: có chữ trước dấu = hoặc ~ của phương án đầu tiên"),
        (["a {~b ~c}"], "Dòng 1: chưa có đáp án đúng"),
        (["a {=b =c ~d}"], "Dòng 1: có nhiều hơn một đáp án đúng (A, B)"),
        (["a {~%50%b ~%30%c ~d}"], "Dòng 1: tổng tỷ lệ điểm của các đáp án đúng là 80 %, phải là 100 %"),
        (["a {=b ~ b ~c}"], "Dòng 1: phương án B trùng với phương án A"),
        (["a {=b ~ }"], "Dòng 1: phương án B còn trống"),
        (["{=b ~c}"], "Dòng 1: chưa có nội dung câu hỏi"),
        (["a {=1 ~2 ~3 ~4 ~5 ~6 ~7 ~8}"], "Dòng 1: có 8 phương án, cần từ 2 đến 7"),
        (['[html]a <img src\\="a.png"> {=b ~c}'], "Dòng 1: không có hình “a.png” trong tệp"),
        (['[html]a <img src\\="https\\://a.vn/b.png"> {=b ~c}'], "Dòng 1: hình ở địa chỉ bên ngoài"),
        (["[html]a " + "<b>" * 100 + "{=b ~c}"], "Dòng 1: có quá nhiều thẻ HTML lồng nhau"),
        (["C¶i c¸ch hµnh chÝnh lµ g×? {=b ~c}"], "Dòng 1: nội dung câu hỏi: chữ dùng bảng mã cũ"),
    ],
)
def test_what_is_no_question_is_refused_by_its_line(lines: list[str], problem: str) -> None:
    found = problems(text(*lines))
    assert any(each.startswith(problem) for each in found), found


def test_one_missing_brace_is_one_problem() -> None:
    found = text("a {=a ~b", "", "b {=a ~b}", "", "c {T}")
    assert problems(found) == ["Dòng 1: câu hỏi thiếu dấu } kết thúc phần phương án"]
    assert [question.text for question in found.items] == ["b", "c"]


def test_pictures_are_reported_as_lost() -> None:
    shown = item(0, number=4, text=f'Hình gì? <img src="{NAMES[0]}" alt="Lá cờ">')
    data, lost = write([shown, item(1)], PICTURES)
    assert [str(each) for each in lost] == ["Câu 4: tệp GIFT không giữ được hình ảnh"]
    assert [question.text for question in read(data).items] == ["Hình gì? [Hình: Lá cờ]", "Câu hỏi?"]


@given(papers())
@settings(max_examples=16, deadline=None)
def test_what_was_written_is_read_again(given_items: list[object]) -> None:
    round_trip(given_items, write, read, HOLDS)  # type: ignore[arg-type]
