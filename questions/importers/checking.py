"""One way from a file to a report, whatever its format: what was read is checked against the bank and itself.

The checks that a question needs alone (limits, options, key, old encodings) are the readers'
(formats.tidying, importers.parsing): they know places. Those that need the bank or the whole file are here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from contest_site.lib.text import fold
from questions.enums import Kind
from questions.formats.catalog import FORMATS, Format
from questions.formats.content import rich_fingerprint, to_content
from questions.formats.excel_file import column_place
from questions.formats.exchange import Item, Note, Problem, Read
from questions.importers.report import ParsedQuestion, Report
from questions.rules import TOPIC_LIMIT, TOPIC_SEPARATOR, USUAL_OPTIONS, Content, fingerprint

# The question of the template, which must not end up in a contest.
EXAMPLE = Content(
    topic="Cải cách thủ tục hành chính",
    text="Ví dụ: Một năm có bao nhiêu tháng? (xóa dòng này trước khi nhập)",
    options=("10 tháng", "11 tháng", "12 tháng", "13 tháng"),
    keys=(2,),
    explanation="Theo dương lịch, một năm có 12 tháng.",
    source="Điều, khoản và số, ký hiệu văn bản làm căn cứ",
)
EXAMPLE_FORM = fingerprint(EXAMPLE.text)
NO_TOPIC = "Chưa phân loại"  # where questions go whose file names no topic
SHOWN_PLACES = 10
SIGN = re.compile(rf"\s*{TOPIC_SEPARATOR.strip()}\s*")


@dataclass
class Checking:
    """A file on its way to its report. `known`: number in the bank by fingerprint; `topics`: the bank's
    topics by `topic_form`. `forms`: fingerprint of every question that could be read, by its place."""

    format: Format
    read: Read
    known: Mapping[str, int]
    topics: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, place: str, text: str, *, column: str = "") -> None:
        column = column and self.format.text_column
        self.problems.append(Problem(column_place(place, column) if column else place, text))

    def note(self, text: str) -> None:
        self.notes.append(Note("", text))


def check_file(data: bytes, form: str, known: Mapping[str, int], topics: Mapping[str, str]) -> Report:
    """Everything that can be said about the file; nothing is written.

    `form`: key of a format in formats.catalog; `known`: number in the bank by fingerprint of what its
    questions say; `topics`: the bank's topics by `topic_form`. A file that cannot be read at all gives a
    report with that one problem.
    """
    chosen = FORMATS[form]
    read = chosen.read(data)
    seen = read.seen or read.items
    checking = Checking(chosen, read, known, topics, items=list(read.items))
    forms = {text: rich_fingerprint(text) for text in dict.fromkeys(item.text for item in seen)}
    checking.forms = [(item.place, form) for item in seen if (form := forms[item.text])]
    for check in CHECKS:
        check(checking)
    return Report(
        questions=[
            ParsedQuestion(item.place, item.number, to_content(item, NO_TOPIC), forms[item.text])
            for item in checking.items
        ],
        problems=_in_order([*read.problems], checking.problems, [item.place for item in seen]),
        notes=[*read.notes, *checking.notes],
        pictures=read.pictures,
    )


def _in_order(reading: list[Problem], checking: list[Problem], places: list[str]) -> list[Problem]:
    """The reader's problems and the checks', each question's together, in the order of the file."""
    if not checking:
        return reading
    order = {place: index for index, place in enumerate(places)}
    ranked: list[tuple[int, Problem]] = []
    for problems in (reading, checking):
        rank = -1
        for problem in problems:
            # What belongs to no question stays behind what the reader said before it.
            rank = order.get(problem.place.split(", cột ")[0], rank)
            ranked.append((rank, problem))
    return [problem for _rank, problem in sorted(ranked, key=lambda pair: pair[0])]


def topic_form(topic: str) -> str:
    """Two spellings of one topic that differ in case or spaces have one form."""
    return " ".join(topic.casefold().split())


def _check_example(checking: Checking) -> None:
    for place, form in checking.forms:
        if form == EXAMPLE_FORM:
            checking.refuse(place, _("đây là câu ví dụ của tệp mẫu; hãy xóa dòng này"), column="text")


def _check_repeated(checking: Checking) -> None:
    seen: dict[str, str] = {}
    for place, form in checking.forms:
        if form in seen:
            other = seen[form][:1].lower() + seen[form][1:]
            checking.refuse(place, _("trùng với câu hỏi ở %(place)s") % {"place": other}, column="text")
        elif form in checking.known:
            message = _("trùng với câu số %(number)d đã có trong ngân hàng")
            checking.refuse(place, message % {"number": checking.known[form]}, column="text")
        seen.setdefault(form, place)


def _check_all_right(checking: Checking) -> None:
    for item in checking.items:
        if item.kind is Kind.MULTIPLE and all(choice.right for choice in item.choices):
            checking.refuse(item.place, _("mọi phương án đều là đáp án; phải có ít nhất một phương án sai"))


def _settle_topics(checking: Checking) -> None:
    """Each topic in the bank's own spelling, or in that of its first question; a path has its sign once."""
    spellings = dict(checking.topics)
    settled: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
    for item in checking.items:
        if item.topics in settled:
            continue
        path = TOPIC_SEPARATOR.join(part for topic in item.topics for part in SIGN.split(topic) if part)
        if len(path) > TOPIC_LIMIT:
            message = _("chủ đề với các cấp dài %(length)d ký tự, tối đa là %(limit)d")
            checking.refuse(item.place, message % {"length": len(path), "limit": TOPIC_LIMIT})
        path = spellings.setdefault(topic_form(path), path)
        settled[item.topics] = tuple(path.split(TOPIC_SEPARATOR)) if path else ()
    checking.items = [
        item if settled[item.topics] == item.topics else replace(item, topics=settled[item.topics])
        for item in checking.items
    ]
    if without := [item.place for item in checking.items if not item.topics]:
        message = _("%(count)d câu chưa có chủ đề, được đưa vào chủ đề “%(topic)s”: %(places)s.")
        checking.note(message % {"count": len(without), "topic": NO_TOPIC, "places": listed(without)})


def _note_similar_topics(checking: Checking) -> None:
    names: dict[str, str] = {}
    for topic in dict.fromkeys(TOPIC_SEPARATOR.join(item.topics) for item in checking.items):
        other = names.setdefault(fold(topic), topic)
        if other != topic:
            message = _("Chủ đề “%(one)s” và “%(other)s” gần giống nhau; kiểm tra xem có phải là một không.")
            checking.note(message % {"one": other, "other": topic})


def _settle_numbers(checking: Checking) -> None:
    """The file's own numbers, if they tell its questions apart; the office's sheet has said so already."""
    numbers = [item.number for item in checking.items if item.number]
    if len(set(numbers)) == len(checking.items):
        return
    if numbers:
        checking.note(
            _("Số câu trong tệp có số trống hoặc trùng; câu hỏi được đánh số theo thứ tự trong tệp.")
        )
        checking.items = [replace(item, number=None) for item in checking.items]


def _note_few_options(checking: Checking) -> None:
    few = [item.place for item in checking.items if len(item.choices) < USUAL_OPTIONS[item.kind]]
    if few:
        message = _(
            "%(count)d câu có ít phương án hơn thường lệ (câu một đáp án: %(single)d,"
            " nhiều đáp án: %(multiple)d): %(places)s."
        )
        usual = {"single": USUAL_OPTIONS[Kind.SINGLE], "multiple": USUAL_OPTIONS[Kind.MULTIPLE]}
        checking.note(message % {"count": len(few), "places": listed(few), **usual})


def _note_dropped(checking: Checking) -> None:
    """What a bank has no place for."""
    feedback = [item.place for item in checking.items if any(choice.feedback for choice in item.choices)]
    if feedback:
        message = _(
            "Nhận xét riêng của từng phương án không được lưu vào ngân hàng (%(count)d câu): %(places)s."
        )
        checking.note(message % {"count": len(feedback), "places": listed(feedback)})
    weighed = [
        item.place for item in checking.items if any(choice.fraction is not None for choice in item.choices)
    ]
    if weighed:
        message = _(
            "Tỷ lệ điểm riêng của từng phương án không được lưu vào ngân hàng (%(count)d câu), vì cách tính"
            " điểm là của kế hoạch: %(places)s."
        )
        checking.note(message % {"count": len(weighed), "places": listed(weighed)})


def listed(places: Iterable[str]) -> str:
    """The first places in words, and a sign that there are more."""
    given = list(places)
    return "; ".join(given[:SHOWN_PLACES]) + ("; …" if len(given) > SHOWN_PLACES else "")


CHECKS: tuple[Callable[[Checking], None], ...] = (
    _check_example,
    _check_repeated,
    _check_all_right,
    _settle_topics,
    _settle_numbers,
    _note_similar_topics,
    _note_few_options,
    _note_dropped,
)
