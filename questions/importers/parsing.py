"""Rows of the office's sheet made into items; each fault has its row and column."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.utils.translation import gettext as _

from questions.enums import Difficulty, Kind
from questions.formats import limits
from questions.formats.exchange import FALSE, TRUE, Choice, Item
from questions.formats.rich_reading import TooComplexError, from_plain
from questions.formats.tidying import ADDRESS, DIFFICULTY_OF, tidy
from questions.importers.cells import CellText
from questions.importers.report import Remark
from questions.importers.sheet import (
    EXPLANATION,
    KEY,
    KIND,
    LEVEL,
    LINK,
    NUMBER,
    SOURCE,
    TAGS,
    TEXT,
    TOPIC,
)
from questions.rules import (
    LEAST_OPTIONS,
    LETTERS,
    LINK_LIMIT,
    NOTE_LIMIT,
    OPTION_LIMIT,
    TAG_LIMIT,
    TEXT_LIMIT,
    TOPIC_LIMIT,
    TOPIC_SEPARATOR,
    USUAL_OPTIONS,
    fingerprint,
    same_options,
    text_fault,
)

T = TypeVar("T")
LIMITS = {
    TOPIC: TOPIC_LIMIT,
    TEXT: TEXT_LIMIT,
    EXPLANATION: NOTE_LIMIT,
    SOURCE: NOTE_LIMIT,
    LINK: LINK_LIMIT,
    TAGS: limits.TAGS * (TAG_LIMIT + 2),
    **dict.fromkeys(LETTERS, OPTION_LIMIT),
}
HIGHEST_NUMBER = limits.NUMBER
BETWEEN_TOPICS = re.compile(rf"\s*{TOPIC_SEPARATOR.strip()}\s*")
LETTER = re.compile(r"[^\W_]")
BETWEEN_TAGS = re.compile(r"[;\n]")
TRUTHS = {"dung": TRUE, "sai": FALSE}  # by fingerprint
KINDS = {
    **dict.fromkeys(("mot dap an", "mot lua chon", "1 dap an", "mot", "single"), Kind.SINGLE),
    **dict.fromkeys(("nhieu dap an", "nhieu lua chon", "nhieu", "multiple"), Kind.MULTIPLE),
    **dict.fromkeys(("dung sai", "true false"), Kind.TRUE_FALSE),
}


@dataclass
class Rows:
    """What was read so far. `seen`: every row as far as it could be read; `items`: those without a fault."""

    items: list[Item] = field(default_factory=list)
    seen: list[Item] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    numbered: bool = True  # as long as each row has a number that no other has
    numbers: set[int] = field(default_factory=set)

    def take(self, number: int, cells: Mapping[str, CellText]) -> None:
        """One row of the sheet."""
        row = _Row(number, cells, self)
        item = row.item()
        self.seen.append(item)
        if row.faultless:
            self.items.append(item)

    def number(self, text: str) -> int | None:
        """The STT, if the column tells the rows apart so far."""
        text = text.replace(".", "")  # 1.000
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= HIGHEST_NUMBER:
            number = int(text[:9])
            if number not in self.numbers:
                self.numbers.add(number)
                return number
        self.numbered = False
        return None

    def finish(self) -> None:
        """Numbers that do not tell the rows apart are dropped: then their order numbers them."""
        if not self.numbered:
            self.items = [replace(item, number=None) for item in self.items]
            message = _(
                "Cột STT có số trống, trùng hoặc không phải là số; câu hỏi được đánh số theo thứ tự dòng."
            )
            self.notes.append(Remark(message))


class _Row:
    """One row of the sheet, whose faults go into `rows`."""

    def __init__(self, number: int, cells: Mapping[str, CellText], rows: Rows) -> None:
        self.row = number
        self.cells = cells
        self.rows = rows
        self.faultless = True

    def item(self) -> Item:
        """The question as far as it can be read; whole when the row is `faultless`."""
        texts = {column: self._text(column) if column in self.cells else "" for column in LIMITS}
        for column in (TOPIC, TEXT):
            if not texts[column] and not self._cell(column).fault:
                self._fault(column, _("chưa có nội dung"))
        if texts[TEXT] and not LETTER.search(texts[TEXT]):
            self._fault(TEXT, _("không có chữ nào"))
        kind, choices = self._choices(texts)
        item = Item(
            place=_("Dòng %(row)d") % {"row": self.row},
            number=self.rows.number(self._cell(NUMBER).text) if NUMBER in self.cells else None,
            kind=kind,
            topics=self._topics(texts[TOPIC]),
            text=from_plain(texts[TEXT]),
            choices=choices,
            explanation=from_plain(texts[EXPLANATION]),
            source=texts[SOURCE],
            source_link=self._link(texts[LINK]),
            difficulty=self._difficulty(),
            tags=self._tags(texts[TAGS]),
        )
        try:
            return tidy(item)
        except TooComplexError as error:
            if self.faultless:
                self._fault("", str(error))
            return replace(item, text="", choices=(), explanation="")

    def _cell(self, column: str) -> CellText:
        return self.cells.get(column, NO_CELL)

    def _text(self, column: str) -> str:
        cell = self.cells[column]
        if fault := cell.fault or (cell.text and text_fault(cell.text, LIMITS[column])):
            self._fault(column, fault)
        if cell.note:
            self._note(column, cell.note)
        return cell.text

    def _topics(self, path: str) -> tuple[str, ...]:
        if "\n" in path:
            self._fault(TOPIC, _("tên chủ đề phải nằm trên một dòng"))
        topics = tuple(filter(None, BETWEEN_TOPICS.split(path)))
        if len(topics) > limits.TOPIC_DEPTH:
            message = _("chủ đề có %(count)d cấp, tối đa là %(limit)d")
            self._fault(TOPIC, message % {"count": len(topics), "limit": limits.TOPIC_DEPTH})
        return topics

    def _link(self, text: str) -> str:
        if text and not ADDRESS.fullmatch(text):
            self._fault(LINK, _("liên kết phải là một địa chỉ bắt đầu bằng http:// hoặc https://"))
        return text

    def _difficulty(self) -> Difficulty | None:
        found = self._named(LEVEL, DIFFICULTY_OF)
        if found is None and self._cell(LEVEL).text:
            message = _("“%(text)s” không phải là một mức độ; các mức độ: %(names)s")
            names = ", ".join(str(label) for _value, label in Difficulty.choices)
            self._fault(LEVEL, message % {"text": _shown(self._cell(LEVEL).text), "names": names})
        return found

    def _tags(self, text: str) -> tuple[str, ...]:
        tags = tuple(tag.strip() for tag in BETWEEN_TAGS.split(text) if tag.strip())
        if len(tags) > limits.TAGS:
            self._fault(TAGS, _("có quá %(limit)d nhãn") % {"limit": limits.TAGS})
        if any(len(tag) > TAG_LIMIT for tag in tags):
            message = _("có nhãn dài quá %(limit)d ký tự; các nhãn cách nhau bằng dấu chấm phẩy")
            self._fault(TAGS, message % {"limit": TAG_LIMIT})
        return tags

    def _named(self, column: str, names: Mapping[str, T]) -> T | None:
        cell = self._cell(column)
        if cell.fault:
            self._fault(column, cell.fault)
        return names.get(fingerprint(cell.text)) if cell.text else None

    # --- Kind, options and key ------------------------------------------------------------------------------

    def _choices(self, texts: Mapping[str, str]) -> tuple[Kind, tuple[Choice, ...]]:
        given = [texts[letter] for letter in LETTERS]
        said = self._named(KIND, KINDS)
        if said is None and self._cell(KIND).text:
            message = _("“%(text)s” không phải là một loại câu hỏi; các loại: %(names)s")
            names = ", ".join(str(label) for _value, label in Kind.choices)
            self._fault(KIND, message % {"text": _shown(self._cell(KIND).text), "names": names})
        filled = [text for text in given if text]
        if said is Kind.TRUE_FALSE or (
            said is None and len(filled) == 2 and sorted(map(_truth_of, filled)) == [FALSE, TRUE]
        ):
            return Kind.TRUE_FALSE, self._truth(given, list(map(_truth_of, given)))
        letters = self._key()
        kind = said or (Kind.MULTIPLE if len(letters) > 1 else Kind.SINGLE)
        options = self._options(given, LEAST_OPTIONS if said else USUAL_OPTIONS[kind])
        self._check_key(kind, said, letters, len(options))
        return kind, tuple(
            Choice(from_plain(text), letter in letters)
            for letter, text in zip(LETTERS, options, strict=False)
        )

    def _truth(self, given: list[str], truths: list[str]) -> tuple[Choice, ...]:
        """The two choices of a statement; with the columns left blank they are A = Đúng, B = Sai."""
        names = truths[:2] if any(given) else [TRUE, FALSE]
        for letter, text, truth in zip(LETTERS, given, truths, strict=True):
            if text and (not truth or letter > "B"):
                self._fault(letter, _("câu đúng/sai chỉ có hai phương án: A là Đúng, B là Sai"))
        if self.faultless and sorted(names) != [FALSE, TRUE]:
            self._fault("A", _("câu đúng/sai phải có đủ hai phương án Đúng và Sai, hoặc để trống cả hai"))
        cell = self._cell(KEY)
        word = _truth_of(cell.text)
        letters = [] if word else self._key()
        if not word and letters:
            if len(letters) > 1 or letters[0] > "B":
                self._fault(KEY, _("đáp án của câu đúng/sai là A hoặc B, hoặc ghi Đúng hoặc Sai"))
            else:
                word = names[LETTERS.index(letters[0])]
        return Choice(TRUE, word == TRUE), Choice(FALSE, word == FALSE)

    def _options(self, given: list[str], least: int) -> list[str]:
        count = max([least, *(place + 1 for place, text in enumerate(given) if text)])
        for letter, text in zip(LETTERS[:count], given, strict=False):
            if not text and not self._cell(letter).fault:
                self._fault(letter, _("phương án còn trống"))
        alike = same_options(given, exactly=False)
        same = same_options(given, exactly=True) if alike else []
        for later, earlier in same:
            self._fault(LETTERS[later], _("trùng với phương án %(letter)s") % {"letter": LETTERS[earlier]})
        for later, earlier in alike:
            if (later, earlier) not in same:
                message = _("chỉ khác phương án %(letter)s ở chữ hoa, chữ thường")
                self._note(LETTERS[later], message % {"letter": LETTERS[earlier]})
        return given[:count]

    def _key(self) -> list[str]:
        cell = self._cell(KEY)
        letters, fault = key_letters(cell.text)
        if fault := cell.fault or fault:
            self._fault(KEY, fault)
        return letters

    def _check_key(self, kind: Kind, said: Kind | None, letters: list[str], count: int) -> None:
        if beyond := [letter for letter in letters if LETTERS.index(letter) >= count]:
            self._fault(KEY, _("đáp án %(letter)s không có trong các phương án") % {"letter": beyond[0]})
        elif kind is Kind.SINGLE and len(letters) > 1:
            message = _("có nhiều hơn một đáp án (%(letters)s), trong khi cột Loại ghi câu có một đáp án")
            self._fault(KEY, message % {"letters": ", ".join(letters)})
        elif kind is Kind.MULTIPLE and len(letters) == count:
            self._fault(KEY, _("mọi phương án đều là đáp án; phải có ít nhất một phương án sai"))
        elif kind is Kind.MULTIPLE and not said:
            message = _("có %(count)d đáp án (%(letters)s), được nhập thành câu nhiều đáp án")
            self._note(KEY, message % {"count": len(letters), "letters": ", ".join(letters)})

    def _fault(self, column: str, message: str) -> None:
        self.faultless = False
        self.rows.problems.append(Remark(message, self.row, column))

    def _note(self, column: str, message: str) -> None:
        self.rows.notes.append(Remark(message, self.row, column))


NO_CELL = CellText()


def _truth_of(text: str) -> str:
    """Đúng or Sai in any spelling as they are written here; "" for another text."""
    return TRUTHS.get(fingerprint(text), "") if len(text) < 10 else ""


def _shown(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"


def key_letters(text: str) -> tuple[list[str], str]:
    """The letters of a key as people write it ("b", "B.", "Ｂ", "A, C", "A và C", "AC"), in their order and
    each once; or a sentence that says what is wrong."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if not plain:
        return [], _("chưa có đáp án")
    words = [word for word in re.split(r"[\s,;/+&.\-–()]+", plain) if word not in {"", "VÀ"}]
    letters = [letter for word in words for letter in word]
    if letters and all(letter in LETTERS for letter in letters) and len(letters) <= len(LETTERS):
        return sorted(set(letters)), ""
    return [], _("“%(text)s” không phải là một chữ cái từ A đến G") % {"text": _shown(text)}
