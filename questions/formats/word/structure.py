"""Which paragraph belongs to which question."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from questions.formats.exchange import UnreadableError
from questions.formats.tidying import difficulty_named
from questions.formats.word import answers, patterns
from questions.formats.word.draft import Draft, Option
from questions.formats.word.inside import take_field, take_line, take_option
from questions.formats.word.model import Entry, Line, ListKind, ListMark, Role, TableEntry, texts
from questions.formats.word.parts import Part
from questions.rules import fingerprint

# How deep topics go that are told by words; headings are levels 1 to 9.
CHAPTER_LEVEL, ROMAN_LEVEL, TOPIC_LEVEL = 10, 11, 12
LONGEST_TOPIC, LONGEST_RULE = 150, 120
SHEET_HEADINGS = ({"cau hoi", "noi dung cau hoi", "noi dung"}, {"dap an", "dap an dung"})


class Structure:
    """Takes the entries in order; `drafts` are the questions, `keys` those of a list at the end."""

    def __init__(self, entries: Sequence[Entry | TableEntry]) -> None:
        self.drafts: list[Draft] = []
        self.keys: list[dict[int, tuple[int, ...]]] = []
        self.notes: dict[str, None] = {}
        self.problems: list[tuple[int, str]] = []
        self.topics: dict[int, str] = {}
        self.draft: Draft | None = None
        self.among_keys = False
        self.question_list: tuple[int, int] | None = None  # (list, level) of questions that Word numbers
        self.start, self.auto = _start(entries)
        for entry in entries:
            self._take(entry)

    def _take(self, entry: Entry | TableEntry) -> None:
        if isinstance(entry, TableEntry):
            self._table(entry)
            return
        if entry.role:
            self._own(entry, entry.role)
        else:
            self._paragraph(entry)
        self._fault(entry.faults)

    def _fault(self, faults: Sequence[str]) -> None:
        """What of the document cannot be taken over, told where it stands."""
        if self.draft:
            for fault in faults:
                self.draft.fault(fault)

    def _own(self, entry: Entry, role: Role) -> None:
        """A paragraph whose style says what it is."""
        line, draft = entry.line, self.draft
        self.among_keys = False
        if role is Role.TOPIC:
            self._topic(entry.heading, line.text)
        elif role is Role.QUESTION:
            self._own_question(entry)
        elif draft is None or role is Role.TITLE:
            return
        elif role is Role.OPTION:
            found = patterns.OWN_OPTION.match(line.text)
            option = Option(Part())
            option.part.add(line[found.end() if found else 0 :])
            draft.add_option(option)
        elif role is Role.FEEDBACK and draft.options:
            draft.part = draft.options[-1].feedback
            draft.part.add(_after_colon(line))
        elif role is Role.KEY:
            draft.key = answers.letters(_after_colon(line).text)
        elif role is Role.MORE:
            draft.part.add(line, entry.mark)
        else:
            take_field(draft, role, _after_colon(line))

    def _own_question(self, entry: Entry) -> None:
        found = patterns.OWN_QUESTION.match(entry.line.text)
        number = int(found["number"]) if found and found["number"] else None
        self.draft = Draft(entry.number, number, self._path(), ours=True)
        self.draft.several = bool(found and found["remark"])
        self.draft.text.add(entry.line[found.end() if found else 0 :])
        self.drafts.append(self.draft)

    def _paragraph(self, entry: Entry) -> None:
        """Any other paragraph, by what its lines begin with."""
        pieces = patterns.broken(entry.line, [self.start] if self.start else [])
        for place, piece in enumerate(pieces):
            if piece.text.strip():
                first = place == 0
                self._piece(
                    entry.number, piece.strip(), entry.mark if first else None, entry.heading if first else 0
                )

    def _piece(self, number: int, line: Line, mark: ListMark | None, heading: int) -> None:
        text = line.text
        if self.among_keys and (found := answers.listed(text)):
            self.keys.append(found)
        elif heading and (self.start in {None, patterns.NUMBERED} or not self._begins(line, mark)):
            self._topic(heading, text)
        elif self._begins(line, mark):
            self._begin(number, line, mark)
        elif answers.is_title(text):
            self.draft, self.among_keys = None, True
        elif self._topic_words(text) or self._is_ending(line):
            return
        elif self.draft is None:
            if self.drafts and not self.among_keys:
                self.notes.setdefault(_("đoạn %(number)d không thuộc câu hỏi nào") % {"number": number})
        elif below := take_line(self.draft, line, mark):
            words = _("đoạn %(number)d được nối vào phương án %(letter)s của %(place)s")
            self.notes.setdefault(words % {"number": number, "letter": below, "place": self.draft.place})

    def _is_ending(self, line: Line) -> bool:
        """Whether a line is a rule or the word that ends a paper ("----- HẾT -----")."""
        found = patterns.ENDING.fullmatch(line.text) if len(line.text) <= LONGEST_RULE else None
        if not found or any(look.drawing for look in line.formats):
            return False
        if found["word"]:
            self.draft = None
        return True

    def _begins(self, line: Line, mark: ListMark | None) -> bool:
        """Whether a line begins a question."""
        found = self.start.match(line.text) if self.start else None
        if found:
            return self.start is not patterns.NUMBERED or self._goes_on(int(found["number"]))
        if mark is None or mark.kind not in self.auto:
            return False
        if self.question_list is None:
            self.question_list = mark.list_id, mark.level
        if mark.level != self.question_list[1]:
            return False
        # Another list at the same depth is inside a question that has no options yet.
        unfinished = self.draft is not None and not self.draft.options
        return mark.list_id == self.question_list[0] or not unfinished

    def _goes_on(self, number: int) -> bool:
        """Whether a typed number begins a question rather than a line of a list inside one."""
        draft = self.draft
        if draft is None or draft.options or draft.answered:
            return True
        return draft.number is not None and number == draft.number + 1

    def _begin(self, number: int, line: Line, mark: ListMark | None) -> None:
        found = self.start.match(line.text) if self.start else None
        self.draft = draft = Draft(number, None, self._path())
        self.drafts.append(draft)
        self.among_keys = False
        start = 0
        if found:
            draft.number, start = int(found["number"]), found.end()
            if remark := found.groupdict().get("remark"):
                start = _remark(draft, remark, start, found.start("remark") - 1)
        elif mark:
            draft.number = mark.value
        first, *options = patterns.parted(line[start:].strip(), 0)
        if options or not patterns.labelled(first):
            draft.text.add(first)
        else:
            options = [first]
        for option in options:
            take_line(draft, option, None)

    def _topic_words(self, text: str) -> bool:
        """Whether a line names a topic in words ("Chủ đề: …", "PHẦN II. …")."""
        asking = self.draft is not None and not self.draft.options
        if len(text) > LONGEST_TOPIC:
            return False
        if found := patterns.TOPIC.fullmatch(text):
            level, name = TOPIC_LEVEL, found["name"]
        elif found := patterns.CHAPTER.fullmatch(text):
            level, name = CHAPTER_LEVEL, found["name"].strip() or text
        elif found := patterns.ROMAN.fullmatch(text):
            level, name = ROMAN_LEVEL, found["name"]
        else:
            return False
        if asking or (level == ROMAN_LEVEL and not name.isupper()):
            return False
        self._topic(level, name)
        return True

    def _topic(self, level: int, name: str) -> None:
        self.topics = {depth: other for depth, other in self.topics.items() if depth < level}
        if fingerprint(name):
            self.topics[level] = " ".join(name.split())
        self.draft, self.among_keys = None, False

    def _path(self) -> tuple[str, ...]:
        return tuple(self.topics[level] for level in sorted(self.topics))

    def _table(self, table: TableEntry) -> None:
        draft = self.draft
        if draft and draft.ours:
            self._fault([fault for cell in table.cells for fault in cell.faults])
            draft.part.add_table(table)
        elif keys := answers.tabled(table):
            self.keys.append(keys)
        elif _is_sheet(table):
            message = _("bảng câu hỏi trong Word chưa đọc được; hãy chép bảng sang Excel")
            self.problems.append((table.number, message))
        elif self._holds_questions(table):
            for cell in table.cells:
                for line in cell.lines:
                    self._paragraph(Entry(table.number, line))
                self._fault(cell.faults)
        elif draft:
            self._fault([fault for cell in table.cells for fault in cell.faults])
            if draft.complete or not _take_options(draft, table):
                draft.part.add_table(table)

    def _holds_questions(self, table: TableEntry) -> bool:
        """Whether a table only lays out questions on the page."""
        if self.start not in {patterns.QUESTION, patterns.BARE_QUESTION}:
            return False
        return any(self.start.match(line.text.strip()) for line in _cell_lines(table))


def _remark(draft: Draft, remark: str, behind: int, before: int) -> int:
    """What stands in brackets behind the number. Returns where the question begins: words that are not known
    here belong to it."""
    if named := difficulty_named(remark):
        draft.difficulty = named
    elif patterns.SEVERAL_REMARK.fullmatch(remark):
        draft.several = True
    elif not patterns.MARKS_REMARK.fullmatch(remark.strip()):
        return before
    return behind


def _take_options(draft: Draft, table: TableEntry) -> bool:
    """Whether every cell of the table is the next option; then they are taken."""
    found = [patterns.labelled(cell.line) for cell in table.cells if cell.line.text.strip()]
    options = [one for one in found if one]
    places = [one.place for one in options]
    start = len(draft.options)
    if not options or len(options) < len(found) or places != list(range(start, start + len(found))):
        return False
    for option in options:
        take_option(draft, option)
    return True


def _after_colon(line: Line) -> Line:
    """What stands behind the first colon of a line of ours."""
    at = line.text.find(":")
    return line[at + 1 :].strip() if at >= 0 else line


def _is_sheet(table: TableEntry) -> bool:
    """A table with a question in each row, as in Excel."""
    headings = {fingerprint(text) for text in texts(table.rows[0][1])} if table.rows else set()
    return all(headings & names for names in SHEET_HEADINGS)


def _cell_lines(table: TableEntry) -> list[Line]:
    return [line for cell in table.cells for line in cell.lines]


def _start(entries: Sequence[Entry | TableEntry]) -> tuple[re.Pattern[str] | None, frozenset[ListKind]]:
    """How the document's questions begin: by "Câu 1", or else by a bare number; typed or numbered by Word.

    Raises UnreadableError when nothing looks like a question.
    """
    lines = [entry for entry in entries if isinstance(entry, Entry) and entry.role is None]
    ours = any(isinstance(entry, Entry) and entry.role is Role.QUESTION for entry in entries)
    tables = [] if ours else [entry for entry in entries if isinstance(entry, TableEntry)]
    laid_out = [line for table in tables for line in _cell_lines(table)]
    said = [
        text.lstrip()
        for line in [*(entry.line for entry in lines), *laid_out]
        for text in line.text.split("\n")
    ]
    kinds = {entry.mark.kind for entry in lines if entry.mark}
    for pattern in (patterns.QUESTION, patterns.BARE_QUESTION):
        if any(pattern.match(text) for text in said):
            return pattern, frozenset({ListKind.QUESTION})
    if ListKind.QUESTION in kinds:
        return None, frozenset({ListKind.QUESTION})
    if ours:
        return None, frozenset()
    if any(patterns.NUMBERED.match(entry.line.text.lstrip()) for entry in lines) or ListKind.NUMBER in kinds:
        return patterns.NUMBERED, frozenset({ListKind.NUMBER})
    if any(map(_is_sheet, tables)):
        return None, frozenset()
    raise UnreadableError(
        _("Không tìm thấy câu hỏi nào. Mỗi câu cần bắt đầu bằng “Câu 1:” hoặc “1.” ở đầu đoạn.")
    )
