import io
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from questions import banks
from questions.banks import CSV, WORKBOOK, read_csv
from questions.domain.appraisal import approve_waiting
from questions.domain.importing import import_questions
from questions.domain.sealing import seal_bank
from questions.importers.checking import check_file
from questions.models import Bank
from questions.pools import load_pool
from questions.rules import Content, clean_lines, is_garbled, is_old_encoding
from tests.questions.helpers import person


def test_the_workbook_says_what_the_csv_says() -> None:
    report = check_file(WORKBOOK.read_bytes(), "excel", {}, {})
    assert report.sentences == []
    assert report.notes == []
    assert [(parsed.number, parsed.content) for parsed in report.questions] == read_csv()


def test_the_command_writes_the_workbook_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for name in ("a.xlsx", "b.xlsx"):
        path = tmp_path / name
        monkeypatch.setattr("questions.management.commands.write_bank_workbook.WORKBOOK", path)
        out = io.StringIO()
        call_command("write_bank_workbook", stdout=out)
        assert out.getvalue() == f"{name}: {len(read_csv())} questions\n"
        written.append(path.read_bytes())
    assert written[0] == written[1]
    report = check_file(written[0], "excel", {}, {})
    assert [(parsed.number, parsed.content) for parsed in report.questions] == read_csv()


def test_the_bank_is_large_enough_and_each_question_whole() -> None:
    questions = read_csv()
    assert len(questions) >= 150
    assert [number for number, _content in questions] == list(range(1, len(questions) + 1))
    topics = Counter(content.topic for _number, content in questions)
    assert len(topics) == 8
    assert min(topics.values()) >= 18
    for _number, content in questions:
        assert len(content.options) == len(set(content.options)) == 4
        assert content.explanation
        assert content.source


def test_the_text_is_clean() -> None:
    text = CSV.read_text(encoding="utf-8")
    assert not is_garbled(text)
    for _number, content in read_csv():
        for part in (*content.options, content.topic, content.text, content.explanation, content.source):
            assert part == clean_lines(part)
            assert not is_old_encoding(part)


def test_no_place_of_the_key_gives_it_away() -> None:
    keys = Counter(content.keys for _number, content in read_csv())
    assert max(keys.values()) - min(keys.values()) <= 4


@pytest.mark.django_db
def test_from_the_file_to_a_sealed_pool() -> None:
    writer, appraiser = person("thuky"), person("tham-dinh")
    bank = Bank.objects.create(name=banks.TITLE)
    with WORKBOOK.open("rb") as file:
        count = len(import_questions(bank, file, by=writer).questions)
    assert approve_waiting(bank, by=appraiser, expected=count) == count
    pool = load_pool(seal_bank(bank, by=appraiser).pk)
    first = pool.questions[0]
    assert (len(pool.questions), len({question.topic for question in pool.questions})) == (count, 8)
    assert read_csv()[0][1] == Content(
        first.topic, first.text, first.options, first.keys, first.explanation, first.source
    )
