"""Keys that are written out: "Đáp án: B" below a question, a list or a table of all keys at the end."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from questions.formats.word.model import TableEntry, texts

LETTER = "[A-Ga-g]"
# "B", "B.", "A, C", "A và C", "(B)"; after one letter with a sign its text may follow: "B. Hà Nội".
# Spaces are single ones here.
LETTERS_ONLY = re.compile(rf"\(?{LETTER}\)?(?:(?: ?(?:[,;/+&]|và) ?| )\(?{LETTER}\)?)* ?[.)]?", re.IGNORECASE)
LONGEST_LIST = 60
LETTER_AND_TEXT = re.compile(
    rf"\(?({LETTER})\s*[.):–-]\s*(?!(?:và|hoặc|hay)\b|\(?{LETTER}\b)\S.*|({LETTER})\s+(?:vì|là|do)\b.*",
    re.DOTALL,
)
TOGETHER = re.compile(r"A?B?C?D?E?F?G?")  # "ACD"
WORDS = {"đúng": True, "sai": False}
PAIR = re.compile(
    rf"(?:câu\s*)?(\d{{1,4}})\s*[.:)\-–]?\s*({LETTER}(?:\s*[,;+]\s*{LETTER}(?![a-zA-Z\d]))*)\b", re.IGNORECASE
)
BETWEEN = re.compile(r"[\s.,;|]*")
TITLE = re.compile(
    r"(?:bảng\s+)?(?:đáp\s*án|hướng\s+dẫn\s+chấm)"
    r"(?:\s+(?:và|đề|bộ|phần|trắc\s+nghiệm|tham\s+khảo|chi\s+tiết|câu\s+hỏi)\b.{0,60})?",
    re.IGNORECASE,
)


def letters(said: str) -> tuple[int, ...] | None:
    """Places of the options that a key names, in order; None when it names none."""
    said = " ".join(unicodedata.normalize("NFKC", said).split())
    if not said.strip("."):
        return None
    if len(said) <= LONGEST_LIST and LETTERS_ONLY.fullmatch(said):
        found = re.findall(LETTER, re.sub("và", " ", said, flags=re.IGNORECASE))
    elif TOGETHER.fullmatch(said.rstrip(".")):
        found = re.findall(LETTER, said)
    elif one := LETTER_AND_TEXT.fullmatch(said):
        found = [one[1] or one[2]]
    else:
        return None
    return tuple(sorted({ord(letter.upper()) - ord("A") for letter in found}))


def truth(said: str) -> bool | None:
    """What a key of a true/false question says."""
    return WORDS.get(unicodedata.normalize("NFC", said).strip(" .").lower())


def is_title(text: str) -> bool:
    """Whether a line may stand above a list of all keys."""
    return bool(TITLE.fullmatch(text.strip(" :.")))


def listed(text: str) -> dict[int, tuple[int, ...]]:
    """Keys by number of a line like "1.B 2.C 3.A"; {} when the line says anything else."""
    found: dict[int, tuple[int, ...]] = {}
    at = BETWEEN.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        pair = PAIR.match(text, at)
        places = letters(pair[2]) if pair else None
        if not pair or places is None:
            return {}
        found[int(pair[1])] = places
        at = BETWEEN.match(text, pair.end()).end()  # type: ignore[union-attr]
    return found


def tabled(table: TableEntry) -> dict[int, tuple[int, ...]]:
    """Keys by number of a table of keys: rows of numbers above rows of letters, or pairs in cells."""
    found: dict[int, tuple[int, ...]] = {}
    numbers: list[str] = []
    for _heading, cells in table.rows:
        row = texts(cells)
        said = [word for word in row if word]
        if not said:
            continue
        if _are_numbers(said):
            numbers = row
        elif numbers and len(numbers) == len(row) and _are_keys(row, numbers):
            found |= _zipped(numbers, row)
            numbers = []
        elif pairs := _pairs(said):
            found |= pairs
        elif not _is_heading(said):
            return {}
    return found


def _are_numbers(words: Sequence[str]) -> bool:
    """Numbers, behind a word like "Câu" perhaps."""
    rest = words if words[0].isdecimal() else words[1:]
    return bool(rest) and all(word.isdecimal() for word in rest)


def _are_keys(row: Sequence[str], numbers: Sequence[str]) -> bool:
    pairs = [(number, key) for number, key in zip(numbers, row, strict=True) if number.isdecimal()]
    return all(not key or letters(key) is not None for _number, key in pairs)


def _zipped(numbers: Sequence[str], row: Sequence[str]) -> dict[int, tuple[int, ...]]:
    pairs = zip(numbers, row, strict=True)
    return {int(number): places for number, key in pairs if number.isdecimal() and (places := letters(key))}


def _pairs(words: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """Of "1.B" in a cell, or of a number and a letter in neighbouring cells."""
    if all(listed(word) for word in words):
        return {number: places for word in words for number, places in listed(word).items()}
    if len(words) % 2 == 0 and all(word.isdecimal() for word in words[::2]):
        keys = [letters(word) for word in words[1::2]]
        if all(keys):
            return {
                int(number): places
                for number, places in zip(words[::2], keys, strict=True)
                if places is not None
            }
    return {}


def _is_heading(words: Sequence[str]) -> bool:
    return all(re.fullmatch(r"câu(?: hỏi| số)?|stt|đáp án|số câu", word, re.IGNORECASE) for word in words)


def numbered(keys: Iterable[dict[int, tuple[int, ...]]]) -> tuple[dict[int, tuple[int, ...]], bool]:
    """All of them together, and whether no number has two different keys."""
    whole: dict[int, tuple[int, ...]] = {}
    for found in keys:
        for number, places in found.items():
            if whole.setdefault(number, places) != places:
                return whole, False
    return whole, True
