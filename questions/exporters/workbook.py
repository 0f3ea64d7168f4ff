"""A bank as an Excel file in the office shape, which the importer reads back to the same questions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from contest_site.lib.excel import Column, Kind, Sheet, Value, write_workbook
from questions.importers.parsing import EXAMPLE
from questions.importers.sheet import EXPLANATION, KEY, NUMBER, SOURCE, TEXT, TOPIC
from questions.models import Bank
from questions.queries import last_revisions
from questions.rules import LETTERS, MIN_OPTIONS, Content


def write_bank(file: IO[bytes], bank: Bank, *, made_at: datetime) -> int:
    """What every question of the bank says now, whatever its state; returns how many there are."""
    rows = [
        (revision.question.number, revision.content)
        for revision in last_revisions(bank).select_related("topic", "question")
    ]
    write_questions(file, rows, title=bank.name, made_at=made_at)
    return len(rows)


def write_template(file: IO[bytes], *, made_at: datetime) -> None:
    """The headings with one example row, which the importer refuses to take for a question."""
    write_questions(file, [(1, EXAMPLE)], title=_("Mẫu nhập câu hỏi"), made_at=made_at)


def write_questions(
    file: IO[bytes], questions: Sequence[tuple[int, Content]], *, title: str, made_at: datetime
) -> None:
    """(STT, content) of each question; the columns E to G appear when a question needs them.

    The same questions and the same `made_at` give the same bytes.
    """
    width = max([MIN_OPTIONS, *(len(content.options) for _number, content in questions)])
    sheet = Sheet(name=_("Câu hỏi"), columns=_columns(width), rows=_rows(questions, width), frozen_columns=1)
    write_workbook(file, [sheet], title=title, made_at=made_at)


def _columns(width: int) -> list[Column]:
    return [
        Column(NUMBER, 6, Kind.LABEL),
        Column(TOPIC, 22),
        Column(TEXT, 48),
        *(Column(letter, 26) for letter in LETTERS[:width]),
        Column(KEY, 9),
        Column(EXPLANATION, 40),
        Column(SOURCE, 34),
    ]


def _rows(questions: Sequence[tuple[int, Content]], width: int) -> Iterable[list[Value]]:
    for number, content in questions:
        options = [*content.options, *[None] * (width - len(content.options))]
        yield [
            number,
            content.topic,
            content.text,
            *options,
            "".join(LETTERS[key] for key in content.keys),
            content.explanation or None,
            content.source or None,
        ]
