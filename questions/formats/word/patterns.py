"""How offices write questions in Word, as patterns on the beginning of a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from questions.formats.word.model import Line

AFTER_NUMBER = r"\s*[.:)/–-]+\s*"
# "Câu 1:", "Câu hỏi số 12.", "Câu 3 (chọn nhiều):"
NUMBER = r"câu(?: hỏi)?(?: số)?\s*(?P<number>\d{1,6})\s*(?P<brackets>\((?P<remark>[^()\n]{0,40})\))?"
QUESTION = re.compile(rf"{NUMBER}(?:{AFTER_NUMBER}|\s*$|(?(brackets)\s*|(?!)))", re.IGNORECASE)
# The same without a sign behind the number, for documents that never have one there.
BARE_QUESTION = re.compile(rf"{NUMBER}(?:\s+|$)", re.IGNORECASE)
NUMBERED = re.compile(r"(?P<number>\d{1,4})\s*[.)](?!\d)\s*(?=\S)")
OWN_QUESTION = re.compile(r"Câu(?: hỏi)?(?: (?P<number>\d{1,6}))?(?: \((?P<remark>[^()]*)\))?: ?")
OWN_OPTION = re.compile(r"[A-G]\. ?")
MARKS_REMARK = re.compile(r"[\d.,]+\s*(?:điểm|đ)", re.IGNORECASE)
SEVERAL_REMARK = re.compile(r".*nhiều.*", re.IGNORECASE)
OWN_SEVERAL = "chọn nhiều"

# To H, one more than there may be, so that one too many is seen.
LABEL = re.compile(r"\s*(?P<star>\*?)\s*\(?(?P<letter>[A-Ha-h])\s*[.)/:](?P<after>\s*\*(?!\*))?\s*")
# Where another option may begin on the same line: behind a tab, a line break or several spaces.
PARTED = re.compile(r"(?:[\t\n]|[ \u00a0]{2,})\s*(?=\*?\s*\(?[A-Ha-h]\s*[.)/:])")
CLOSE = re.compile(r"[ \u00a0](?=\*?[A-H][.)]\s)")

KEY = re.compile(
    r"(?:đáp án(?: đúng)?(?: là)?|trả lời(?: đúng)?|phương án đúng(?: là)?)"
    r"\s*(?P<sign>[:.–-]?)\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
EXPLANATION = re.compile(
    r"(?:giải thích(?: đáp án)?|lời giải|hướng dẫn giải|giải đáp)\s*[:.–-]\s*", re.IGNORECASE
)
SOURCE = re.compile(r"(?:căn cứ(?: pháp lý| pháp luật)?|cơ sở pháp lý|nguồn|trích dẫn)\s*:\s*", re.IGNORECASE)
LINK = re.compile(r"(?:liên kết|đường dẫn|link)\s*:\s*(?=https?://\S+\s*$)", re.IGNORECASE)
DIFFICULTY = re.compile(r"(?:độ khó|mức độ)\s*:\s*", re.IGNORECASE)
TAGS = re.compile(r"(?:thẻ|từ khóa|nhãn)\s*:\s*", re.IGNORECASE)

TOPIC = re.compile(
    r"(?:chủ đề|chuyên đề|lĩnh vực)\s*(?:\d{1,3}|[IVX]{1,5})?\s*[:.–-]\s*(?P<name>.+)", re.IGNORECASE
)
CHAPTER = re.compile(
    r"(?:phần|chương|mục)\s+(?:thứ\s+)?(?:\d{1,3}|[IVXA-E]{1,5}|nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười)\b"
    r"\s*[:.–-]?\s*(?P<name>.*)",
    re.IGNORECASE,
)
ROMAN = re.compile(r"[IVX]{1,5}\s*[.)–-]\s*(?P<name>.+)")
ENDING = re.compile(r"\W*(?P<word>hết)?\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Labelled:
    """An option as it stands in a line: its letter's place, the letter, the text behind it, all of it."""

    place: int
    small: bool
    label: Line
    line: Line
    star: bool
    whole: Line


def labelled(line: Line) -> Labelled | None:
    """The option that a line begins with, or None."""
    found = LABEL.match(line.text)
    if not found:
        return None
    letter = found["letter"]
    star = bool(found["star"] or found["after"])
    at, rest = found.start("letter"), line[found.end() :].strip()
    place = ord(letter.upper()) - ord("A")
    return Labelled(place, letter.islower(), line[at : at + 1], rest, star, line)


def parted(line: Line, first: int) -> list[Line]:
    """A line cut where options begin on it, `first` being the next letter's place; [line] when none does."""
    return _cut(line, PARTED, first, least=1 if first else 2)


def parted_closely(line: Line) -> list[Line]:
    """ "A. 1 B. 2 C. 3 D. 4" with single spaces, when it goes on to C at least."""
    return _cut(line, CLOSE, 0, least=3)


def _cut(line: Line, between: re.Pattern[str], first: int, *, least: int) -> list[Line]:
    begun = labelled(line)
    expected = first + 1 if begun and begun.place == first else first
    cuts = []
    for found in between.finditer(line.text):
        next_one = labelled(line[found.end() :])
        if next_one and next_one.place == expected and (not begun or next_one.small == begun.small):
            cuts.append(found.end())
            expected += 1
            begun = begun or next_one
    if expected - first < least:
        return [line]
    edges = [0, *cuts, len(line.text)]
    return [line[start:end].strip() for start, end in pairwise(edges)]


def begins_something(text: str, starts: Sequence[re.Pattern[str]]) -> bool:
    """Whether a line break before this text ends what stands above."""
    text = text.lstrip()
    patterns = (*starts, LABEL, EXPLANATION, SOURCE, LINK, DIFFICULTY, TAGS)
    key = KEY.match(text)
    return any(pattern.match(text) for pattern in patterns) or bool(key and key["sign"])


def broken(line: Line, starts: Sequence[re.Pattern[str]]) -> list[Line]:
    """A paragraph cut at those line breaks behind which something of its own begins."""
    pieces, start = [], 0
    for found in re.finditer("\n", line.text):
        if begins_something(line.text[found.end() :].split("\n")[0], starts):
            pieces.append(line[start : found.start()])
            start = found.end()
    return [*pieces, line[start:]]
