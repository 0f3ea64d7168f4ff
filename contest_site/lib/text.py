"""Vietnamese text: one form for storing, one for searching, one for ordering."""

import re
import unicodedata
from functools import lru_cache

INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
SPACES = re.compile(r"\s+")
# Text in NFC that cleaning leaves alone but for runs of spaces: nearly all that people write.
ORDINARY = re.compile("[ -~\u00a1-\u00ac\u00ae-\u02ff\u1ea0-\u1ef9–—‘’“”…]*")
ACCENTS = re.compile("[\u0300-\u036f]+")  # every combining character that ordinary letters are made of


def clean(text: str) -> str:
    """NFC, no invisible or control characters, runs of white space folded to one space; twice is as once."""
    if ORDINARY.fullmatch(text):
        return SPACES.sub(" ", text).strip() if "  " in text else text.strip()
    # What goes may have kept a letter from its accent, so it goes before they are put together.
    text = INVISIBLE.sub("", text)
    text = "".join(char for char in text if char.isspace() or unicodedata.category(char) != "Cc")
    return SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """Lower case without accents, for search: "Đức Phổ" and "duc pho" are one."""
    lower = clean(text).lower()
    decomposed = unicodedata.normalize("NFD", lower.replace("đ", "d"))
    if ORDINARY.fullmatch(lower):
        return ACCENTS.sub("", decomposed)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# Vietnamese alphabetical order: letters first, tones last (ngang, huyền, hỏi, ngã, sắc, nặng).
LETTERS = {letter: index for index, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
SHAPES = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: part of the letter

SortKey = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def sort_key(text: str) -> SortKey:
    """Key of Vietnamese dictionary order, word by word: letters decide before tones."""
    return tuple(_word_key(word) for word in clean(text).lower().split())


def name_sort_key(full_name: str) -> SortKey:
    """Key of a list of people: given name, then middle names, then family name.

    Nguyễn Văn An < Lê Thị Bình.
    """
    words = clean(full_name).split()
    return sort_key(" ".join([*words[-1:], *words[1:-1], *words[:1]])) if words else ()


@lru_cache(maxsize=20_000)
def _word_key(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[int] = []
    tones: list[int] = []
    for char in word:
        decomposed = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in decomposed if mark in TONES), "")
        base = unicodedata.normalize("NFC", decomposed[0] + "".join(m for m in decomposed[1:] if m in SHAPES))
        letters.append(LETTERS.get(base, 100 + ord(base[0])))
        tones.append(TONES[tone])
    return tuple(letters), tuple(tones)
