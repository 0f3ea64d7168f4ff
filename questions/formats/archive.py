"""Our own file, which loses nothing: a ZIP of `questions.json` and `pictures/`.

    questions.json   {"format": "contest-site questions", "version": 1, "title": …,
                      "pictures": {name: SHA-256 in 64 digits},
                      "questions": [{"number", "kind", "topics", "text",
                                     "choices": [{"text", "right", "fraction", "feedback"}],
                                     "explanation", "source", "source_link", "difficulty", "tags"}]}
    pictures/<name>  the bytes

Texts are rich (`rich`), a fraction is a decimal number as a string. What is empty may be left out. The same
questions give the same bytes.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from questions.enums import Difficulty, Kind
from questions.formats import limits
from questions.formats.container import pack, unpack
from questions.formats.exchange import Choice, Item, Lost, UnreadableError
from questions.formats.holding import Holds, reduce
from questions.formats.pictures import PictureFault
from questions.formats.reading import ItemPictures, Reading, reader
from questions.formats.rich import PICTURE_NAME

HOLDS = Holds("ZIP")
FORMAT, VERSION = "contest-site questions", 1
QUESTIONS, PICTURES = "questions.json", "pictures/"
T = TypeVar("T", Kind, Difficulty)


class WrongFieldError(Exception):
    """The message is the sentence."""


def _parse(data: bytes, reading: Reading) -> None:
    """Questions of our own archive; places are the questions' order."""
    if not data.startswith(b"PK"):
        raise UnreadableError(_("Tệp không phải là gói câu hỏi (.zip)."))
    parts = unpack(data)
    document = _document(parts.pop(QUESTIONS, b""))
    strange = [name for name in parts if not PICTURE_NAME.fullmatch(name.removeprefix(PICTURES))]
    if strange:
        raise UnreadableError(_("Gói có tệp lạ “%(name)s”.") % {"name": strange[0][:60]})
    _take_pictures(document, parts, reading)
    for ordinal, entry in enumerate(document["questions"], 1):
        place = _("Câu hỏi thứ %(ordinal)d") % {"ordinal": ordinal}
        try:
            _question(entry, ItemPictures(reading, place))
        except WrongFieldError as error:
            reading.refuse(place, str(error))


read = reader(_parse)


def _document(data: bytes) -> dict[str, Any]:
    if not data:
        raise UnreadableError(_("Gói không có tệp questions.json."))
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_("Tệp questions.json trong gói bị lỗi, không đọc được.")) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableError(_("Tệp không phải là gói câu hỏi của hệ thống này."))
    if document.get("version") != VERSION:
        raise UnreadableError(_("Gói câu hỏi thuộc phiên bản khác, không đọc được."))
    if not isinstance(document.get("questions"), list) or not isinstance(document.get("pictures", {}), dict):
        raise UnreadableError(_("Tệp questions.json trong gói bị lỗi, không đọc được."))
    return document


def _take_pictures(document: dict[str, Any], parts: Mapping[str, bytes], reading: Reading) -> None:
    digests = document.get("pictures", {})
    if set(digests) != {name.removeprefix(PICTURES) for name in parts}:
        raise UnreadableError(_("Hình ảnh trong gói không khớp với danh sách của gói."))
    for name, digest in digests.items():
        data = parts[PICTURES + name]
        if hashlib.sha256(data).hexdigest() != digest:
            raise UnreadableError(_("Hình “%(name)s” trong gói đã bị thay đổi.") % {"name": name})
        try:
            bundled = reading.picture(data)
        except PictureFault as fault:
            message = _("Không dùng được “%(name)s” trong gói: %(fault)s.")
            raise UnreadableError(message % {"name": name, "fault": fault}) from fault
        if bundled != name:
            raise UnreadableError(_("Hình “%(name)s” trong gói đã bị thay đổi.") % {"name": name})


class _Pictures(ItemPictures):
    """Texts name bundled pictures already."""

    def resolve(self, src: str) -> str | None:
        return src if src in self.reading.pictures else super().resolve(src)


def _question(entry: Any, found: ItemPictures) -> None:
    if not isinstance(entry, dict):
        raise WrongFieldError(_("không phải là một câu hỏi"))
    pictures = _Pictures(found.reading, found.place)
    number = entry.get("number")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise _wrong("number")
    difficulty = _text(entry, "difficulty")
    pictures.add(
        Item(
            place=pictures.place,
            number=number,
            kind=_one_of(Kind, _text(entry, "kind"), "kind"),
            topics=_names(entry, "topics"),
            text=pictures.clean(_text(entry, "text")),
            choices=tuple(_choice(choice, pictures) for choice in _list(entry, "choices")),
            explanation=pictures.clean(_text(entry, "explanation")),
            source=_text(entry, "source"),
            source_link=_text(entry, "source_link"),
            difficulty=_one_of(Difficulty, difficulty, "difficulty") if difficulty else None,
            tags=_names(entry, "tags"),
        )
    )


def _choice(entry: Any, pictures: ItemPictures) -> Choice:
    if not isinstance(entry, dict) or not isinstance(entry.get("right"), bool):
        raise _wrong("choices")
    said = _text(entry, "fraction")
    try:
        fraction = Decimal(said) if said else None
    except InvalidOperation as error:
        raise _wrong("fraction") from error
    if fraction is not None and (not fraction.is_finite() or len(said) > 12):
        raise _wrong("fraction")
    text, feedback = pictures.clean(_text(entry, "text")), pictures.clean(_text(entry, "feedback"))
    return Choice(text, entry["right"], fraction, feedback)


def _wrong(field: str) -> WrongFieldError:
    return WrongFieldError(_("mục “%(field)s” không hợp lệ") % {"field": field})


def _text(entry: dict[str, Any], field: str) -> str:
    value = entry.get(field)
    if value is not None and (not isinstance(value, str) or len(value) > limits.RICH):
        raise _wrong(field)
    return value or ""


def _list(entry: dict[str, Any], field: str) -> list[Any]:
    value = entry.get(field, [])
    if not isinstance(value, list) or len(value) > limits.CHOICES:
        raise _wrong(field)
    return value


def _names(entry: dict[str, Any], field: str) -> tuple[str, ...]:
    values = _list(entry, field)
    if not all(isinstance(value, str) for value in values):
        raise _wrong(field)
    return tuple(values)


def _one_of(kinds: type[T], value: str, field: str) -> T:
    try:
        return kinds(value)
    except ValueError as error:
        raise _wrong(field) from error


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """The archive of the items and of those pictures that they show."""
    given = pictures or {}
    kept, lost = reduce(items, given, HOLDS)
    used = sorted({name for item in kept for name in item.pictures})
    document = {
        "format": FORMAT,
        "version": VERSION,
        "title": title,
        "pictures": {name: hashlib.sha256(given[name]).hexdigest() for name in used},
        "questions": [_entry(item) for item in kept],
    }
    parts = {QUESTIONS: json.dumps(document, ensure_ascii=False, indent=1).encode()}
    file = io.BytesIO()
    pack(parts | {PICTURES + name: given[name] for name in used}, file)
    return file.getvalue(), lost


def _entry(item: Item) -> dict[str, Any]:
    entry = {
        "number": item.number,
        "kind": item.kind.value,
        "topics": list(item.topics),
        "text": item.text,
        "choices": [
            {
                "text": choice.text,
                "right": choice.right,
                "fraction": None if choice.fraction is None else str(choice.fraction),
                "feedback": choice.feedback,
            }
            for choice in item.choices
        ],
        "explanation": item.explanation,
        "source": item.source,
        "source_link": item.source_link,
        "difficulty": item.difficulty.value if item.difficulty else None,
        "tags": list(item.tags),
    }
    return {name: value for name, value in entry.items() if value not in (None, "", [])}
