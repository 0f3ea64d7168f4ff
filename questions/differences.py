"""What differs between two revisions of a question, word by word. Pure.

Compared is what a person reads (plain text); where only the markup differs, that is said instead.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats.rich_reading import to_plain
from questions.rules import LETTERS, Content

WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Words that stand together; `changed`: the other side has not got them."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Part:
    """One part of a question on both sides. `markup_only`: the words are the same, the markup is not."""

    name: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    markup_only: bool = False

    @property
    def changed(self) -> bool:
        return self.markup_only or any(piece.changed for piece in (*self.old, *self.new))


def differences(old: Content, new: Content, *, keys: bool) -> list[Part]:
    """Every part that one of the two has, in reading order; the key and the explanation only with `keys`."""
    return [_part(name, one, other) for name, one, other in _texts(old, new, keys=keys) if one or other]


def _texts(old: Content, new: Content, *, keys: bool) -> Iterator[tuple[str, str, str]]:
    yield _("Loại câu hỏi"), str(Kind(old.kind).label), str(Kind(new.kind).label)
    yield _("Chủ đề"), old.topic, new.topic
    yield _("Mức độ"), _level(old), _level(new)
    yield _("Nhãn"), ", ".join(old.tags), ", ".join(new.tags)
    yield _("Câu hỏi"), old.text, new.text
    for letter, one, other in zip_longest(
        LETTERS[: max(len(old.options), len(new.options))], old.options, new.options, fillvalue=""
    ):
        yield _("Phương án %(letter)s") % {"letter": letter}, one, other
    if keys:
        yield _("Đáp án"), _letters(old.keys), _letters(new.keys)
        yield _("Giải thích"), old.explanation, new.explanation
    yield _("Căn cứ"), old.source, new.source
    yield _("Liên kết"), old.source_link, new.source_link


def _level(content: Content) -> str:
    return str(content.difficulty.label) if content.difficulty else ""


def _letters(keys: Iterable[int]) -> str:
    return ", ".join(LETTERS[key] for key in keys)


def _part(name: str, old: str, new: str) -> Part:
    one, other = _words(old), _words(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for pieces, words in ((left, one[start:end]), (right, other[first:last])):
            if words:
                pieces.append(Piece("".join(words), changed=tag != "equal"))
    return Part(name, tuple(left), tuple(right), markup_only=one == other and old != new)


def _words(text: str) -> list[str]:
    return WORDS.findall(to_plain(text))
