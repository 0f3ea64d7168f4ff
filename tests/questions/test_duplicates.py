"""Near duplicates are found whatever their accents, in a bank and in a file on its way in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from questions.domain.duplicates import Pair, ask_for_search, found_pairs, search_of, similar_notes
from questions.domain.importing import preview_import
from questions.models import Bank
from tests.questions.helpers import bank_with_topics, person, revision
from tests.questions.workbooks import excel, row

LONG = "Theo Nghị quyết số 76/NQ-CP, cải cách hành chính giai đoạn 2021 - 2030 có bao nhiêu nội dung"
OTHERS = (
    "Thủ đô của nước Cộng hòa xã hội chủ nghĩa Việt Nam là thành phố nào?",
    "Cơ quan nào chịu trách nhiệm cấp căn cước cho công dân từ đủ 14 tuổi?",
    "Thời hạn giải quyết thủ tục đăng ký khai sinh tại Ủy ban nhân dân cấp xã?",
)


pytestmark = pytest.mark.usefixtures("work_at_once")


def near_duplicates(bank: Bank) -> list[Pair]:
    ask_for_search(bank)
    search = search_of(bank)
    assert search is not None
    assert search.pairs is not None
    return found_pairs(search.pairs)


@pytest.fixture
def bank(db: None) -> Bank:
    made, writer = bank_with_topics(), person("thuky")
    for number, text in enumerate((f"{LONG}?", *OTHERS), 1):
        revision(made, number, by=writer, text=text)
    return made


def test_two_that_differ_in_a_word_are_a_pair_and_the_others_none(bank: Bank) -> None:
    writer = person("khac")
    revision(
        bank,
        9,
        by=writer,
        text="Theo nghị quyết 76/NQ-CP, cải cách hành chính giai đoạn 2021-2030 gồm mấy nội dung?",
    )
    (pair,) = near_duplicates(bank)
    assert (pair.one.question.number, pair.other.question.number) == (1, 9)
    assert 0.7 <= pair.similarity < 1
    assert not pair.conflict


def test_the_same_question_with_another_key_comes_first(bank: Bank) -> None:
    writer = person("khac")
    revision(bank, 8, by=writer, text=OTHERS[0].replace("thành phố", "tỉnh, thành"))
    revision(bank, 9, by=writer, text=f"{LONG} chính?", key=3)
    pairs = near_duplicates(bank)
    assert [(pair.other.question.number, pair.conflict) for pair in pairs] == [(9, True), (8, False)]


def test_only_what_questions_say_now_is_compared(bank: Bank) -> None:
    writer = person("khac")
    revision(bank, 9, by=writer, text=f"{LONG} chính?")
    revision(bank, 9, by=writer, text="Hoàn toàn khác?", version=2)
    assert near_duplicates(bank) == []
    assert near_duplicates(Bank.objects.create(name="Trống")) == []


def test_a_file_is_compared_with_the_bank_and_with_itself(bank: Bank) -> None:
    file = excel(
        row(1, cau_hoi=f"{LONG} chính?"),
        row(2, cau_hoi="Người dân nộp hồ sơ trực tuyến ở đâu trên Cổng dịch vụ công quốc gia?"),
        row(3, cau_hoi="Người dân nộp hồ sơ trực tuyến ở đâu trên Cổng dịch vụ công của quốc gia?"),
    )
    report = preview_import(bank, file)
    with CaptureQueriesContext(connection) as queries:
        notes = sorted(map(str, similar_notes(bank, report)))
    assert [note.split("giống")[0] for note in notes] == ["Dòng 2: ", "Dòng 4: "]
    assert "câu số 1 trong ngân hàng" in notes[0]
    assert "Dòng 3 của tệp" in notes[1]
    assert len(queries) == 1  # the bank
