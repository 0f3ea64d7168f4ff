"""The bank that comes with the product: a CSV to be reviewed line by line, and the Excel file made of it."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from questions.formats.rich_reading import from_plain
from questions.rules import LETTERS, Content

FOLDER = Path(__file__).parent
CSV = FOLDER / "cai-cach-hanh-chinh.csv"
WORKBOOK = FOLDER / "cai-cach-hanh-chinh.xlsx"
TITLE = "Ngân hàng câu hỏi cải cách hành chính, chuyển đổi số và Đề án 06"
# A fixed moment, so that the same CSV gives the same file.
MADE_AT = datetime(2024, 10, 20, tzinfo=UTC)


def read_csv(path: Path = CSV) -> list[tuple[int, Content]]:
    """(STT, content) of each line; the columns are those of the office shape."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                int(line["STT"]),
                Content(
                    line["Chủ đề"],
                    from_plain(line["Câu hỏi"]),
                    tuple(from_plain(line[letter]) for letter in LETTERS if line.get(letter)),
                    (LETTERS.index(line["Đáp án"]),),
                    from_plain(line["Giải thích"]),
                    line["Căn cứ"],
                ),
            )
            for line in csv.DictReader(file)
        ]
