"""One way from a file to a report: rows are parsed, then checked one by one, then against each other."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import IO

from django.utils.translation import gettext as _

from contest_site.lib.text import fold
from questions.importers.cells import CellText
from questions.importers.container import UnreadableError
from questions.importers.report import ParsedQuestion, Remark, Report
from questions.importers.sheet import (
    COLUMNS,
    EXPLANATION,
    KEY,
    NUMBER,
    SOURCE,
    TEXT,
    TOPIC,
    Table,
    read_table,
)
from questions.rules import (
    LETTERS,
    MIN_OPTIONS,
    NOTE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    TOPIC_LIMIT,
    Content,
    fingerprint,
    same_options,
    text_fault,
)

LIMITS = {
    TOPIC: TOPIC_LIMIT,
    TEXT: TEXT_LIMIT,
    EXPLANATION: NOTE_LIMIT,
    SOURCE: NOTE_LIMIT,
    **dict.fromkeys(LETTERS, OPTION_LIMIT),
}
HIGHEST_NUMBER = 100_000
# The question of the template, which must not end up in a contest.
EXAMPLE = Content(
    topic="Cải cách thủ tục hành chính",
    text="Ví dụ: Một năm có bao nhiêu tháng? (xóa dòng này trước khi nhập)",
    options=("10 tháng", "11 tháng", "12 tháng", "13 tháng"),
    keys=(2,),
    explanation="Theo dương lịch, một năm có 12 tháng.",
    source="Điều, khoản và số, ký hiệu văn bản làm căn cứ",
)


def read_questions(file: IO[bytes], known: Mapping[str, int], topics: Mapping[str, str]) -> Report:
    """Everything that can be said about the file; nothing is written.

    `known`: number in the bank by fingerprint of what its questions say; `topics`: the bank's topics by
    `topic_form`. A file that cannot be read at all gives a report with that one problem.
    """
    try:
        table = read_table(file)
    except UnreadableError as error:
        return Report(problems=[Remark(str(error))])
    report = Report(sheet=table.sheet, problems=list(table.problems), notes=list(table.notes))
    numbers = _numbers(table, report)
    forms = dict(topics)
    for row, cells in table.rows:
        parser = _Row(row, cells, report)
        content = parser.content(forms)
        if content:
            report.questions.append(ParsedQuestion(row, numbers.get(row), content))
    for check in CHECKS:
        check(table, report, known)
    report.problems.sort(key=_place)
    report.notes.sort(key=_place)
    return report


def _place(remark: Remark) -> tuple[int, int]:
    return remark.row or 0, COLUMNS.index(remark.column) if remark.column else -1


def topic_form(topic: str) -> str:
    """Two spellings of one topic that differ in case or spaces have one form."""
    return " ".join(topic.casefold().split())


def _numbers(table: Table, report: Report) -> dict[int, int]:
    """The STT of each row, if the column tells them apart; otherwise {} and the rows' order numbers them."""
    if not table.rows or NUMBER not in table.rows[0][1]:
        return {}
    numbers: dict[int, int] = {}
    for row, cells in table.rows:
        text = cells[NUMBER].text.replace(".", "")  # 1.000
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= HIGHEST_NUMBER:
            numbers[row] = int(text[:9])
    if len(set(numbers.values())) == len(table.rows):
        return numbers
    report.notes.append(
        Remark(_("Cột STT có số trống, trùng hoặc không phải là số; câu hỏi được đánh số theo thứ tự dòng."))
    )
    return {}


class _Row:
    """One row of the sheet, whose faults go into the report."""

    def __init__(self, number: int, cells: Mapping[str, CellText], report: Report) -> None:
        self.number = number
        self.cells = cells
        self.report = report
        self.faultless = True

    def content(self, topics: dict[str, str]) -> Content | None:
        """The question, or None when the row has a fault. `topics` learns the row's topic."""
        texts = {column: self._text(column) for column in LIMITS}
        for column in (TOPIC, TEXT):
            if not texts[column] and not self._cell(column).fault:
                self._fault(column, _("chưa có nội dung"))
        if texts[TEXT] and not fingerprint(texts[TEXT]):
            self._fault(TEXT, _("không có chữ nào"))
        if "\n" in texts[TOPIC]:
            self._fault(TOPIC, _("tên chủ đề phải nằm trên một dòng"))
        options = self._options(texts)
        key = self._key(options)
        if not self.faultless:
            return None
        topic = topics.setdefault(topic_form(texts[TOPIC]), texts[TOPIC])
        return Content(topic, texts[TEXT], options, (key,), texts[EXPLANATION], texts[SOURCE])

    def _cell(self, column: str) -> CellText:
        return self.cells.get(column, CellText())

    def _text(self, column: str) -> str:
        cell = self._cell(column)
        if fault := cell.fault or text_fault(cell.text, LIMITS[column]):
            self._fault(column, fault)
        if cell.note:
            self.report.notes.append(Remark(cell.note, self.number, column))
        return cell.text

    def _options(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        given = [texts[letter] for letter in LETTERS]
        count = max([MIN_OPTIONS, *(place + 1 for place, text in enumerate(given) if text)])
        for letter, text in zip(LETTERS[:count], given, strict=False):
            if not text and not self._cell(letter).fault:
                self._fault(letter, _("phương án còn trống"))
        same = same_options(given, exactly=True)
        for later, earlier in same:
            self._fault(LETTERS[later], _("trùng với phương án %(letter)s") % {"letter": LETTERS[earlier]})
        for later, earlier in same_options(given, exactly=False):
            if (later, earlier) not in same:
                message = _("chỉ khác phương án %(letter)s ở chữ hoa, chữ thường") % {
                    "letter": LETTERS[earlier]
                }
                self.report.notes.append(Remark(message, self.number, LETTERS[later]))
        return tuple(given[:count])

    def _key(self, options: tuple[str, ...]) -> int:
        cell = self._cell(KEY)
        letters, fault = key_letters(cell.text)
        if cell.fault:
            self._fault(KEY, cell.fault)
        elif fault:
            self._fault(KEY, fault)
        elif LETTERS.index(letters[0]) >= len(options):
            self._fault(KEY, _("đáp án %(letter)s không có trong các phương án") % {"letter": letters[0]})
        else:
            return LETTERS.index(letters[0])
        return 0

    def _fault(self, column: str, message: str) -> None:
        self.faultless = False
        self.report.problems.append(Remark(message, self.number, column))


def key_letters(text: str) -> tuple[list[str], str]:
    """The letter of a key as people write it ("b", "B.", "Ｂ"), or a sentence that says what is wrong."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if not plain:
        return [], _("chưa có đáp án")
    words = [word for word in re.split(r"[\s,;/+&.\-–()]+", plain) if word not in {"", "VÀ", "HOẶC"}]
    letters = [letter for word in words for letter in word]
    if (
        all(letter in LETTERS for letter in letters)
        and letters
        and all(len(word) <= len(LETTERS) for word in words)
    ):
        if len(letters) == 1:
            return letters, ""
        return [], _("có nhiều hơn một đáp án (%(letters)s); mỗi câu chỉ có một đáp án đúng") % {
            "letters": ", ".join(letters)
        }
    shown = text if len(text) <= 30 else text[:30] + "…"
    return [], _("“%(text)s” không phải là một chữ cái từ A đến G") % {"text": shown}


def _check_example(table: Table, report: Report, known: Mapping[str, int]) -> None:
    for row, text in _texts(table):
        if text == fingerprint(EXAMPLE.text):
            message = _("đây là câu ví dụ của tệp mẫu; hãy xóa dòng này")
            report.problems.append(Remark(message, row, TEXT))


def _check_repeated(table: Table, report: Report, known: Mapping[str, int]) -> None:
    seen: dict[str, int] = {}
    for row, text in _texts(table):
        if text in seen:
            message = _("trùng với câu hỏi ở dòng %(row)d") % {"row": seen[text]}
            report.problems.append(Remark(message, row, TEXT))
        elif text in known:
            message = _("trùng với câu số %(number)d đã có trong ngân hàng") % {"number": known[text]}
            report.problems.append(Remark(message, row, TEXT))
        seen.setdefault(text, row)


def _texts(table: Table) -> list[tuple[int, str]]:
    """(row, fingerprint) of every row with a question, those with another fault too."""
    forms = ((row, fingerprint(cells[TEXT].text)) for row, cells in table.rows)
    return [(row, form) for row, form in forms if form]


def _note_similar_topics(table: Table, report: Report, known: Mapping[str, int]) -> None:
    names: dict[str, str] = {}
    for topic in report.topics:
        other = names.setdefault(fold(topic), topic)
        if other != topic:
            message = _("Chủ đề “%(one)s” và “%(other)s” gần giống nhau; kiểm tra xem có phải là một không.")
            report.notes.append(Remark(message % {"one": other, "other": topic}))


CHECKS: tuple[Callable[[Table, Report, Mapping[str, int]], None], ...] = (
    _check_example,
    _check_repeated,
    _note_similar_topics,
)
