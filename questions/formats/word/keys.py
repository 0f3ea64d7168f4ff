"""Which option is right, by the marks that a document uses.

A mark counts in a question when some of its options have it and some have not. Each document uses its own:
the ones that it uses in most of its questions decide. Whenever two marks, or a mark and a written key,
disagree, nobody guesses: the question is refused.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from questions.formats.tidying import letter
from questions.formats.word.draft import Draft, Option
from questions.formats.word.model import Format
from questions.formats.word.parts import ALMOST_ALL

Places = frozenset[int]
SELDOM = 10  # a mark in fewer than one of so many marked questions is formatting


def mark_words(name: str) -> str:
    words = {
        "star": _("dấu *"),
        "bold": _("chữ đậm"),
        "underline": _("gạch chân"),
        "colour": _("màu chữ"),
        "highlight": _("tô nền"),
    }
    return words[name]


MARKS: Mapping[str, Callable[[Format], str]] = {
    "bold": lambda look: "x" if look.bold else "",
    "underline": lambda look: "x" if look.underline else "",
    "colour": lambda look: look.colour,
    "highlight": lambda look: look.highlight,
}


def marked(options: Sequence[Option]) -> dict[str, set[Places]]:
    """By mark, the options that have it, where some have and some have not: on the text, on the letter."""
    found: dict[str, set[Places]] = {}
    stars = frozenset(place for place, option in enumerate(options) if option.star)
    if 0 < len(stars) < len(options):
        found["star"] = {stars}
    for name, look in MARKS.items():
        on_text = _places([_value(option.part.shown, look) for option in options])
        on_label = _places([_value(option.label.shown, look) for option in options])
        if sets := {places for places in (on_text, on_label) if places}:
            found[name] = sets
    return found


def _value(shown: Sequence[Format], look: Callable[[Format], str]) -> str:
    """What nearly all of a text looks like; "" when it looks like nothing or like several things."""
    if not shown:
        return ""
    value, count = Counter(map(look, shown)).most_common(1)[0]
    return value if count >= ALMOST_ALL * len(shown) else ""


def _places(values: Sequence[str]) -> Places:
    """The options that stand out. Of two colours the one that only one option has; otherwise all coloured."""
    counts = Counter(values)
    if len(counts) == 2 and "" not in counts and min(counts.values()) == 1 and len(values) > 2:
        rare = min(counts, key=lambda value: counts[value])
        return frozenset(place for place, value in enumerate(values) if value == rare)
    places = frozenset(place for place, value in enumerate(values) if value)
    return places if len(places) < len(values) else frozenset()


@dataclass(frozen=True)
class Decision:
    """The right places, or why there are none. `written`: by a written key. `marks`: those that are there."""

    places: Places = frozenset()
    fault: str = ""
    written: bool = False
    marks: tuple[str, ...] = ()


class Keys:
    """The keys of a document. `table`: keys by number from its end."""

    def __init__(self, drafts: Sequence[Draft], table: Mapping[int, tuple[int, ...]]) -> None:
        self.table = table
        self.marks = {id(draft): {} if draft.ours else marked(draft.options) for draft in drafts}
        self.counts = Counter(name for found in self.marks.values() for name in found)
        most = max(self.counts.values(), default=0)
        self.used = {name for name, count in self.counts.items() if count * SELDOM >= most}

    def decide(self, draft: Draft) -> Decision:
        written = draft.key
        if written is None and draft.number is not None:
            written = self.table.get(draft.number)
        if draft.ours:
            if not written:
                return Decision(fault=_("chưa có dòng “Đáp án”"))
            return Decision(frozenset(written), written=True)
        found = self.marks[id(draft)]
        sets = {places for several in found.values() for places in several}
        if written is not None:
            return self._written(frozenset(written), found)
        if not sets:
            return Decision(
                fault=_("không tìm thấy đáp án: không có phương án nào được đánh dấu, không có dòng “Đáp án”")
            )
        if len(sets) > 1:
            return Decision(fault=_("không rõ đáp án: %(marks)s") % {"marks": _told(found)})
        if not set(found) & self.used:
            usual = ", ".join(mark_words(name) for name in sorted(self.used))
            return Decision(
                fault=_("không rõ đáp án: %(marks)s, trong khi tệp đánh dấu đáp án bằng %(usual)s")
                % {"marks": _told(found), "usual": usual}
            )
        (places,) = sets
        if len(places) > 1 and not draft.several:
            return Decision(fault=_several(places))
        return Decision(places, marks=tuple(found))

    def _written(self, written: Places, found: Mapping[str, set[Places]]) -> Decision:
        """A written key; a mark on another option alone contradicts it."""
        against = {
            name: {places for places in sets if places != written and len(places) == 1}
            for name, sets in found.items()
            if name in self.used
        }
        against = {name: sets for name, sets in against.items() if sets}
        if against:
            return Decision(
                fault=_("đáp án ghi là %(letters)s nhưng %(marks)s")
                % {"letters": _letters(written), "marks": _told(against)}
            )
        return Decision(written, written=True, marks=tuple(found))


def _several(places: Places) -> str:
    message = _("có nhiều phương án được đánh dấu (%(letters)s); nếu là câu chọn nhiều phương án, ")
    message += _("hãy ghi thêm dòng “Đáp án: %(letters)s”")
    return message % {"letters": _letters(places)}


def _told(found: Mapping[str, set[Places]]) -> str:
    """phương án B có chữ đậm, phương án C có gạch chân"""
    told = [
        _("phương án %(letters)s có %(mark)s") % {"letters": _letters(places), "mark": mark_words(name)}
        for name, sets in found.items()
        for places in sorted(sets, key=sorted)
    ]
    return ", ".join(told)


def _letters(places: Places) -> str:
    return ", ".join(letter(place) for place in sorted(places))
