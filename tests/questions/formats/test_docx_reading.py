"""Word files as offices write them: every way of numbering, lettering and marking, and every slip."""

from collections.abc import Sequence

import pytest

from questions.enums import Difficulty, Kind
from questions.formats.docx_file import read
from questions.formats.exchange import Item, Read
from questions.formats.pictures import read_picture
from tests.questions.formats.samples import notes, png, problems
from tests.questions.formats.words import Content, Para, word

PNG = read_picture(png())


def texts(item: Item) -> list[str]:
    return [choice.text for choice in item.choices]


def right(read_all: Read) -> list[str]:
    """The letters of the right options, by question."""
    return [
        "".join("ABCDEFG"[place] for place, choice in enumerate(item.choices) if choice.right)
        for item in read_all.items
    ]


def options(*lines: str) -> list[str]:
    return [f"{letter}. {line}" for letter, line in zip("ABCDEFG", lines, strict=False)]


def paper(*marked: Sequence[Content]) -> bytes:
    """Questions numbered "Câu n:", each with those lines below it."""
    content: list[Content] = []
    for number, lines in enumerate(marked, 1):
        content += [f"Câu {number}: Câu hỏi thứ {number}?", *lines]
    return word(*content)


MARKS = [
    (["A. Một", "*B. Hai", "C. Ba", "D. Bốn"], "dấu *"),
    (["A. Một", "B. *Hai", "C. Ba", "D. Bốn"], "dấu *"),
    (["A. Một", "B. Hai*", "C. Ba", "D. Bốn"], "dấu *"),
    (["A. Một", "B. Hai (*)", "C. Ba", "D. Bốn"], "dấu *"),
    (["A. Một", "**B. Hai**", "C. Ba", "D. Bốn"], "chữ đậm"),
    (["**A.** Một", "**B. Hai**", "**C.** Ba", "**D.** Bốn"], "chữ đậm"),
    (["A. Một", "__B__. Hai", "C. Ba", "D. Bốn"], "gạch chân"),
    (["A. Một", "B. __Hai__", "C. Ba", "D. Bốn"], "gạch chân"),
    (["A. Một", "{{B. Hai}}", "C. Ba", "D. Bốn"], "màu chữ"),
    (["A. Một", "[[B. Hai]]", "C. Ba", "D. Bốn"], "tô nền"),
]


@pytest.mark.parametrize(("lines", "mark"), MARKS)
def test_every_mark_of_the_right_option(lines: list[str], mark: str) -> None:
    read_all = read(paper(lines, options("Một", "Hai", "Ba", "Bốn")[:0] or lines))
    assert problems(read_all) == []
    assert right(read_all) == ["B", "B"]
    assert notes(read_all) == [f"Đáp án được nhận biết theo: {mark} (2 câu)"]


@pytest.mark.parametrize(("lines", "_mark"), MARKS)
def test_the_mark_itself_is_not_taken_over(lines: list[str], _mark: str) -> None:
    """Otherwise every contestant would see it."""
    (item,) = read(paper(lines)).items
    assert texts(item) == ["Một", "Hai", "Ba", "Bốn"]


def test_marks_that_go_together_are_one() -> None:
    read_all = read(paper(["A. a", "**__B. b__**", "C. c"], ["{{A. a}}", "B. b", "C. c"]))
    assert right(read_all) == ["B", "A"]
    assert notes(read_all) == [
        "Đáp án được nhận biết theo: chữ đậm (1 câu), gạch chân (1 câu), màu chữ (1 câu)"
    ]


@pytest.mark.parametrize(
    ("line", "letters"),
    [
        ("Đáp án: B", "B"),
        ("đáp án đúng là: b.", "B"),
        ("Đáp án B", "B"),
        ("ĐÁP ÁN: B. Hai", "B"),
        ("Đáp án đúng: (B)", "B"),
        ("**Đáp án:** A, C", "AC"),
        ("Đáp án: A và C", "AC"),
        ("Trả lời: D", "D"),
        ("Đáp án: AC", "AC"),
        ("Đáp án: B vì đã quy định", "B"),
        ("Đáp án: B - Hai", "B"),
    ],
)
def test_written_keys(line: str, letters: str) -> None:
    read_all = read(paper([*options("Một", "Hai", "Ba", "Bốn"), line]))
    assert right(read_all) == [letters]
    assert read_all.items[0].kind is (Kind.MULTIPLE if len(letters) > 1 else Kind.SINGLE)
    assert notes(read_all) == ["Đáp án được nhận biết theo: dòng hoặc bảng “Đáp án” (1 câu)"]


@pytest.mark.parametrize(
    "lines",
    [
        ["A) Một", "B) Hai", "*C) Ba"],
        ["a. Một", "b. Hai", "*c. Ba"],
        ["(a) Một", "(b) Hai", "*(c) Ba"],
        ["A/ Một", "B/ Hai", "*C/ Ba"],
        ["A.Một", "B.Hai", "*C.Ba"],
        ["A. Một\tB. Hai\t*C. Ba"],
        ["A. Một\t\tB. Hai", "*C. Ba"],
        ["A. Một    B. Hai    *C. Ba"],
        ["A. Một B. Hai *C. Ba"],
        ["A. Một\nB. Hai\n*C. Ba"],
        [[["A. Một", "B. Hai"], ["*C. Ba", ""]]],
        [
            Para("Một", numbered=("letters", 0)),
            Para("Hai", numbered=("letters", 0)),
            Para("*Ba", numbered=("letters", 0)),
        ],
        [Para("Một\tB. Hai", numbered=("letters", 0)), Para("*Ba", numbered=("letters", 0))],
    ],
)
def test_every_way_of_lettering(lines: list[Content]) -> None:
    read_all = read(paper(lines))
    assert problems(read_all) == []
    assert texts(read_all.items[0]) == ["Một", "Hai", "Ba"]
    assert right(read_all) == ["C"]


@pytest.mark.parametrize(
    "form", ["Câu {}: ", "Câu {}. ", "CÂU {}) ", "Câu hỏi {}: ", "Câu số {} - ", "Câu {} ", "{}. ", "{}) "]
)
def test_every_way_of_typing_a_number(form: str) -> None:
    content = [
        part for number in (1, 2, 12) for part in (form.format(number) + "Hỏi gì?", "*A. Một", "B. Hai")
    ]
    read_all = read(word("PHÒNG NỘI VỤ", "BỘ CÂU HỎI", *content))
    assert problems(read_all) == []
    assert [(item.number, item.text) for item in read_all.items] == [
        (1, "Hỏi gì?"),
        (2, "Hỏi gì?"),
        (12, "Hỏi gì?"),
    ]
    assert [item.place for item in read_all.items] == ["Câu 1 (đoạn 3)", "Câu 2 (đoạn 6)", "Câu 12 (đoạn 9)"]


@pytest.mark.parametrize("kind", ["decimal", "cau"])
def test_numbers_and_letters_by_word_itself(kind: str) -> None:
    content: list[Content] = []
    for _number in range(3):
        content.append(Para("Hỏi gì?", numbered=(kind, 0)))
        content += [Para(text, numbered=(kind, 1)) for text in ("Một", "**Hai**", "Ba")]
    read_all = read(word("Bộ câu hỏi", *content))
    assert problems(read_all) == []
    assert [item.number for item in read_all.items] == [1, 2, 3]
    assert right(read_all) == ["B", "B", "B"]


def test_question_and_options_in_one_paragraph() -> None:
    read_all = read(
        word("Câu 1: Hỏi gì?\nDòng hai\nA. Một\nB. Hai\nĐáp án: A", "Câu 2: Gì nữa?\tA. Một\t*B. Hai")
    )
    assert [item.text for item in read_all.items] == ["Hỏi gì?<br>Dòng hai", "Gì nữa?"]
    assert right(read_all) == ["A", "B"]


def test_what_is_said_of_a_question() -> None:
    (item,) = read(
        word(
            *("Câu 1 (Vận dụng): Hỏi gì?", "A. Một", "B. Hai", "Đáp án: B"),
            *("Giải thích: Vì **thế**.", "Và thế nữa.", "Căn cứ pháp lý: Điều 5 Luật A", "khoản 2"),
            *("Liên kết: https://vanban.chinhphu.vn/1", "Thẻ: luật; nghị định"),
        )
    ).items
    assert item.explanation == "<p>Vì <strong>thế</strong>.</p><p>Và thế nữa.</p>"
    assert (item.source, item.source_link) == ("Điều 5 Luật A\nkhoản 2", "https://vanban.chinhphu.vn/1")
    assert (item.difficulty, item.tags) == (Difficulty.HARD, ("luật", "nghị định"))


def test_remarks_behind_the_number() -> None:
    read_all = read(
        word(
            *("Câu 1 (1,5 điểm): Hỏi?", "*A. a", "B. b"),
            *("Câu 2 (chọn nhiều phương án). Hỏi?", "*A. a", "*B. b", "C. c"),
            *("Câu 3 (Nhận biết) Hỏi?", "*A. a", "B. b"),
            *("Câu 4: (SGK) Hỏi?", "*A. a", "B. b"),
        )
    )
    assert [item.text for item in read_all.items] == ["Hỏi?", "Hỏi?", "Hỏi?", "(SGK) Hỏi?"]
    assert [item.difficulty for item in read_all.items] == [None, None, Difficulty.EASY, None]
    assert right(read_all) == ["A", "AB", "A", "A"]


def test_topics_by_headings_and_by_words() -> None:
    question = ["*A. a", "B. b"]
    read_all = read(
        word(
            Para("Cải cách hành chính", "Heading 1"),
            *("Câu 1: Hỏi?", *question),
            Para("Thể chế", "Heading 2"),
            *("Câu 2: Hỏi?", *question),
            Para("Chuyển đổi số", "Heading 1"),
            *("Câu 3: Hỏi?", *question),
            *("PHẦN II. LUẬT CƯ TRÚ", "Câu 4: Hỏi?", *question),
            *("Chủ đề 1: Đăng ký", "Câu 5: Hỏi?", *question),
            *("III. DỮ LIỆU", "Câu 6: Hỏi?", *question),
            Para("Câu 7: Hỏi gì?", "Heading 3"),
            *question,
        )
    )
    assert problems(read_all) == []
    assert [item.topics for item in read_all.items] == [
        ("Cải cách hành chính",),
        ("Cải cách hành chính", "Thể chế"),
        ("Chuyển đổi số",),
        ("Chuyển đổi số", "LUẬT CƯ TRÚ"),
        ("Chuyển đổi số", "LUẬT CƯ TRÚ", "Đăng ký"),
        ("Chuyển đổi số", "LUẬT CƯ TRÚ", "DỮ LIỆU"),
        ("Chuyển đổi số", "LUẬT CƯ TRÚ", "DỮ LIỆU"),
    ]


def test_rich_text_pictures_lists_and_tables() -> None:
    read_all = read(
        word(
            Para("**Câu 1:** Hình __nào__ sau đây là //cờ//? ", picture=PNG.data),
            Para("ý một", numbered=("bullets", 0)),
            Para("ý hai", numbered=("bullets", 0)),
            [["Năm", "Số"], ["2024", "**5**"]],
            Para("A. ", picture=png(shade=9)),
            "*B. Không có",
            "C. x**y**z",
        )
    )
    assert problems(read_all) == []
    (item,) = read_all.items
    other = read_picture(png(shade=9))
    assert item.text == (
        f'<p>Hình <u>nào</u> sau đây là <em>cờ</em>? <img src="{PNG.name}" alt=""></p>'
        "<ul><li>ý một</li><li>ý hai</li></ul>"
        "<table><tbody><tr><td>Năm</td><td>Số</td></tr>"
        "<tr><td>2024</td><td><strong>5</strong></td></tr></tbody></table>"
    )
    assert texts(item) == [f'<img src="{other.name}" alt="">', "Không có", "x<strong>y</strong>z"]
    assert set(read_all.pictures) == {PNG.name, other.name}


def test_a_mark_beside_a_written_key_is_not_taken_over_either() -> None:
    read_all = read(word("Câu 1: Hỏi?", "A. a", "**B. b***", "C. c", "Đáp án: B"))
    assert (texts(read_all.items[0]), right(read_all)) == (["a", "b", "c"], ["B"])


def test_questions_laid_out_in_a_table() -> None:
    cells = [["Câu 1: Hỏi?\nA. a\n*B. b", "Câu 2: Hỏi?\n*A. a\nB. b"], ["Câu 3: Hỏi?\nA. a\n*B. b", ""]]
    read_all = read(word(cells))
    assert problems(read_all) == []
    assert right(read_all) == ["B", "A", "B"]


def test_a_number_that_is_missed_is_noted() -> None:
    read_all = read(word("Câu 1: Hỏi?", "*A. a", "B. b", "Cau 2; Hỏi?", "Câu 3: Hỏi?", "*A. a", "B. b"))
    assert [note for note in notes(read_all) if "sót" in note] == [
        "Câu 3 (đoạn 5): sau câu 1 là câu 3; kiểm tra xem có câu nào bị sót không"
    ]


def test_a_look_of_the_whole_document_is_no_mark() -> None:
    read_all = read(
        word(
            *("**Câu 1: Câu hỏi in đậm?**", "{{A. Một}}", "{{*B. Hai}}", "{{C. Ba}}"),
            *("**Câu 2: Câu hỏi in đậm?**", "**A. Một**", "**B. Hai***", "**C. Ba**"),
        )
    )
    assert right(read_all) == ["B", "B"]
    assert [item.text for item in read_all.items] == ["Câu hỏi in đậm?", "Câu hỏi in đậm?"]
    assert texts(read_all.items[1]) == ["Một", "Hai", "Ba"]


def test_statements_above_the_options_belong_to_the_question() -> None:
    read_all = read(
        word(
            *("Câu 1: Cho các ý:", "a) ý một", "b) ý hai", "1. số một", "A. chỉ a", "*B. chỉ b", "C. cả hai"),
        )
    )
    (item,) = read_all.items
    assert item.text == "<p>Cho các ý:</p><p>a) ý một</p><p>b) ý hai</p><p>1. số một</p>"
    assert texts(item) == ["chỉ a", "chỉ b", "cả hai"]


def test_a_numbered_list_inside_a_question_of_a_numbered_document() -> None:
    read_all = read(
        word("1. Xếp thứ tự:", "1. một", "2) hai", "A. a", "*B. b", "2. Câu sau?", "*A. a", "B. b")
    )
    assert [item.text for item in read_all.items][-1] == "Câu sau?"


@pytest.mark.parametrize(
    "end",
    [
        ["BẢNG ĐÁP ÁN", "1.B 2.A 3.C"],
        ["ĐÁP ÁN:", "1-B; 2-A", "3-C"],
        ["Đáp án", "Câu 1: B", "Câu 2: A", "Câu 3: C"],
        [[["Câu", "1", "2", "3"], ["Đáp án", "B", "A", "C"]]],
        ["ĐÁP ÁN", [["1", "2"], ["B", "A"], ["3", ""], ["C", ""]]],
        [[["1.B", "2.A"], ["3.C", ""]]],
        [[["STT", "Đáp án"], ["1", "B"], ["2", "A"], ["3", "C"]]],
    ],
)
def test_a_list_of_keys_at_the_end(end: list[Content]) -> None:
    content = [part for number in (1, 2, 3) for part in (f"Câu {number}: Hỏi?", "A. a", "B. b", "C. c")]
    read_all = read(word(*content, "---- HẾT ----", *end))
    assert problems(read_all) == []
    assert right(read_all) == ["B", "A", "C"]


def test_true_or_false() -> None:
    read_all = read(
        word(
            *("Câu 1: Đất tròn.", "Đáp án: Đúng"),
            *("Câu 2: Đất vuông.", "A. Đúng", "B. Sai", "Đáp án: Sai"),
            *("Câu 3: Đất dẹt.", "A. Đúng", "*B. Sai"),
        )
    )
    assert [item.kind for item in read_all.items] == [Kind.TRUE_FALSE] * 3
    assert right(read_all) == ["A", "B", "B"]
