"""Aiken: a question on a line, its options "A. …" below, and "ANSWER: B". One right option, plain text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats.exchange import Choice, Item, Lost
from questions.formats.holding import Holds, reduce
from questions.formats.reading import Reading, reader
from questions.formats.rich_reading import from_plain, to_plain
from questions.formats.texts import line_place, read_lines
from questions.formats.tidying import letter
from questions.rules import clean_lines

HOLDS = Holds(
    "Aiken",
    kinds=frozenset({Kind.SINGLE, Kind.TRUE_FALSE}),
    number=False,
    topics=False,
    rich=False,
    lines=False,
    pictures=False,
    explanation=False,
    source=False,
    feedback=False,
    fractions=False,
    difficulty=False,
    tags=False,
)
OPTION = re.compile(r"([A-Z])[.)]\s*(.*)")
ANSWER = re.compile(r"(?:answer|đáp án)\s*:\s*(.*)", re.IGNORECASE)
KEY = re.compile(r"([A-Za-z])[.)]?")


@dataclass
class Open:
    """A question whose ANSWER has not come yet. `closed`: a blank line came before any option."""

    place: str
    lines: list[str]
    options: list[str] = field(default_factory=list)
    fault: str = ""
    closed: bool = False


def _parse(data: bytes, reading: Reading) -> None:
    """Questions of an Aiken file; places are lines."""
    question: Open | None = None
    for number, raw in enumerate(read_lines(data), 1):
        line, place = clean_lines(raw), line_place(number)
        if not line:
            if question and not question.options:
                question.closed = True
            continue
        if answer := ANSWER.fullmatch(line):
            if question is None:
                reading.refuse(place, _("dòng đáp án không thuộc câu hỏi nào"))
            else:
                _finish(question, answer[1], reading)
            question = None
        elif option := OPTION.fullmatch(line):
            if question is None:
                reading.refuse(place, _("phương án không thuộc câu hỏi nào"))
                question = Open(place, [], fault=_("đã báo"))  # its other lines are the same fault
            _take_option(question, option[1], option[2], place)
        elif question is None or question.options or question.closed:
            _refuse_unfinished(question, reading)
            question = Open(place, [line])
        else:
            question.lines.append(line)
    _refuse_unfinished(question, reading)


read = reader(_parse)


def _take_option(question: Open, name: str, text: str, place: str) -> None:
    expected = len(question.options)
    question.options.append(text)
    if not question.fault and name != chr(ord("A") + expected):
        question.place = place
        question.fault = _("phương án %(letter)s không đúng thứ tự, ở đây phải là %(expected)s") % {
            "letter": name,
            "expected": chr(ord("A") + min(expected, 25)),
        }


def _refuse_unfinished(question: Open | None, reading: Reading) -> None:
    if question is None or not question.lines:
        return
    if question.fault:
        reading.refuse(question.place, question.fault)
    elif question.options:
        reading.refuse(question.place, _("câu hỏi thiếu dòng đáp án (ANSWER: …)"))
    else:
        reading.refuse(question.place, _("câu hỏi không có phương án nào"))


def _finish(question: Open, answer: str, reading: Reading) -> None:
    if not question.lines:
        return  # its first option was refused
    fault, key = question.fault, KEY.fullmatch(answer.strip())
    index = ord(key[1].upper()) - ord("A") if key else -1
    if not fault and not key:
        fault = _("đáp án “%(answer)s” không phải là một chữ cái") % {"answer": answer[:30]}
    if not fault and index >= len(question.options):
        fault = _("đáp án %(letter)s không có trong các phương án") % {"letter": answer.strip()[:1].upper()}
    if fault:
        reading.refuse(question.place, fault)
        return
    choices = (Choice(from_plain(text), place == index) for place, text in enumerate(question.options))
    text = from_plain("\n".join(question.lines))
    reading.add(Item(question.place, None, Kind.SINGLE, (), text, tuple(choices)))


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """An Aiken file that Moodle reads too. `title` has no place in it."""
    kept, lost = reduce(items, pictures or {}, HOLDS, _unfit)
    return "".join(map(_written, kept)).encode(), lost


def _unfit(item: Item) -> str:
    text = to_plain(item.text)
    if OPTION.fullmatch(text) or ANSWER.fullmatch(text):
        return _("câu hỏi bắt đầu như một phương án hoặc một dòng đáp án")
    return ""


def _written(item: Item) -> str:
    options = [f"{letter(place)}. {to_plain(choice.text)}" for place, choice in enumerate(item.choices)]
    right = next(place for place, choice in enumerate(item.choices) if choice.right)
    return "\n".join([to_plain(item.text), *options, f"ANSWER: {letter(right)}", "", ""])
