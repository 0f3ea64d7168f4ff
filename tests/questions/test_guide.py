"""docs/question-files.md says what the formats hold, and its examples are files that can be read."""

import io
import re
from pathlib import Path

import pytest
from docx import Document

from questions.exporters.papers import PAGE_LIMIT
from questions.formats import limits
from questions.formats.catalog import FORMATS
from questions.formats.holding import EVERY_KIND
from questions.formats.rich_reading import to_plain
from questions.importers.sheet import COLUMNS
from questions.rules import NOTE_LIMIT, OPTION_LIMIT, TEXT_LIMIT

GUIDE = (Path(__file__).parents[2] / "docs" / "question-files.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL))


def test_the_table_says_what_each_format_holds() -> None:
    rows = {}
    for line in GUIDE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9:
            rows[cells[0]] = cells[1:]
    for chosen in FORMATS.values():
        holds = chosen.holds
        held = (holds.rich, holds.pictures, holds.topics, holds.explanation, holds.source)
        words = ["có" if each else "không" for each in (*held, holds.difficulty, holds.tags)]
        assert rows[chosen.name][1:] == words
        assert (rows[chosen.name][0] == "mọi loại") == (holds.kinds == EVERY_KIND)


@pytest.mark.parametrize("key", ["word", "gift", "aiken", "moodle"])
def test_each_example_is_read_as_the_same_question(key: str) -> None:
    data = EXAMPLES[key].encode()
    if key == "word":
        document, file = Document(), io.BytesIO()
        for line in EXAMPLES[key].splitlines():
            document.add_paragraph(line)
        document.save(file)
        data = file.getvalue()
    read = FORMATS[key].read(data)
    assert read.problems == ()
    (found,) = read.items
    assert to_plain(found.text) == "Cơ quan nào ban hành Luật?"
    assert [choice.right for choice in found.choices] == [False, True, False, False]
    assert to_plain(found.choices[1].text) == "Quốc hội"


def test_the_columns_and_limits_are_the_programs() -> None:
    for column in COLUMNS:
        assert column in GUIDE
    spoken = GUIDE.replace("\n", " ")
    assert f"{limits.ITEMS:,} câu mỗi tệp".replace(",", ".") in spoken
    assert tuple(n * limits.MIB for n in (5, 20, 2)) == (limits.TEXT_FILE, limits.PACKED_FILE, limits.PICTURE)
    assert (TEXT_LIMIT, OPTION_LIMIT, NOTE_LIMIT, PAGE_LIMIT) == (2_000, 1_000, 4_000, 500)
