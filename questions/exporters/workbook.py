"""The Excel file in the office shape: of a bank that comes along, and empty for people to fill in."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from questions.formats.content import from_content
from questions.formats.excel_file import written
from questions.importers.checking import EXAMPLE
from questions.rules import Content


def write_template(file: IO[bytes], *, made_at: datetime) -> None:
    """The headings with one example row, which the importer refuses to take for a question."""
    write_questions(file, [(1, EXAMPLE)], title=_("Mẫu nhập câu hỏi"), made_at=made_at)


def write_questions(
    file: IO[bytes], questions: Sequence[tuple[int, Content]], *, title: str, made_at: datetime
) -> None:
    """(STT, content without marks and pictures) of each question; the same ones give the same bytes."""
    items = [from_content(content, number=number) for number, content in questions]
    file.write(written(items, title=title, made_at=made_at))
