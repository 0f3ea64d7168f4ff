"""Word documents (.docx): as offices write them, and as this site writes them, which loses nearly nothing.

Read: questions "Câu 1:" or "1.", typed or numbered by Word; options "A.", "A)", "a.", one below the other, on
one line behind tabs, in cells of a table, or lettered by Word; the right one by *, bold, underline, colour or
highlight of its text or letter, by a line "Đáp án: B" or by a list of keys at the end; lines "Giải thích:",
"Căn cứ:", "Nguồn:", "Liên kết:", "Độ khó:", "Thẻ:"; topics by headings or "Chủ đề:"; pictures, lists, tables.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats.exchange import FALSE, TRUE, Choice, Item
from questions.formats.reading import ItemPictures, Reading, reader
from questions.formats.rich_reading import TooComplexError, to_plain
from questions.formats.tidying import ADDRESS
from questions.formats.word import answers, patterns
from questions.formats.word.draft import Draft
from questions.formats.word.inside import take_option
from questions.formats.word.keys import Decision, Keys, mark_words
from questions.formats.word.model import Drawing
from questions.formats.word.opening import read_entries
from questions.formats.word.parts import Part
from questions.formats.word.structure import Structure
from questions.formats.word.writing import HOLDS, write

__all__ = ["HOLDS", "read", "write"]

NOTHING: frozenset[str] = frozenset()
WRITTEN = "written"


def _parse(data: bytes, reading: Reading) -> None:
    """Questions of a Word document; places are the questions' numbers and paragraphs."""
    structure = Structure(read_entries(data))
    for note in structure.notes:
        reading.note("", note)
    for paragraph, problem in structure.problems:
        reading.refuse(_("Bảng sau đoạn %(number)d") % {"number": paragraph}, problem)
    for draft in structure.drafts:
        _part_closely(draft)
    keys = Keys(structure.drafts, _table(structure, reading))
    used: Counter[str] = Counter()
    for draft in structure.drafts:
        _take(draft, keys.decide(draft), reading, used)
    _note_marks(used, reading)
    _note_gaps(structure.drafts, reading)


read = reader(_parse)


def _part_closely(draft: Draft) -> None:
    """Options on one line with single spaces between them, where nothing else made more than one option."""
    if draft.ours or len(draft.options) != 1 or len(draft.options[0].part.lines) != 1:
        return
    options = [patterns.labelled(piece) for piece in patterns.parted_closely(draft.options[0].whole)]
    if len(options) > 1:
        draft.options.clear()
        for option in options:
            if option:
                take_option(draft, option)


def _table(structure: Structure, reading: Reading) -> dict[int, tuple[int, ...]]:
    """The keys at the end, when each number is one question's."""
    keys, agreed = answers.numbered(structure.keys)
    if not keys:
        return {}
    numbers = Counter(draft.number for draft in structure.drafts if draft.number is not None)
    if not agreed or any(count > 1 for number, count in numbers.items() if number in keys):
        reading.refuse("", _("bảng đáp án không dùng được vì có số câu bị trùng"))
        return {}
    return keys


def _note_marks(used: Counter[str], reading: Reading) -> None:
    if not used:
        return
    told = [
        _("%(mark)s (%(count)d câu)")
        % {"mark": _("dòng hoặc bảng “Đáp án”") if name == WRITTEN else mark_words(name), "count": count}
        for name, count in used.most_common()
    ]
    reading.note("", _("đáp án được nhận biết theo: %(marks)s") % {"marks": ", ".join(told)})


def _note_gaps(drafts: Sequence[Draft], reading: Reading) -> None:
    """A number that is missed may be a question that was taken for something else."""
    for above, below in pairwise(draft for draft in drafts if not draft.ours):
        if above.number and below.number and below.number not in {above.number + 1, 1}:
            words = _("sau câu %(above)d là câu %(below)d; kiểm tra xem có câu nào bị sót không")
            reading.note(below.place, words % {"above": above.number, "below": below.number})


def _take(draft: Draft, decision: Decision, reading: Reading, used: Counter[str]) -> None:
    """The item of a question, or the problems that keep it from being one."""
    pictures = ItemPictures(reading, draft.place)
    for fault in draft.faults:
        pictures.refuse(fault)
    statement = draft.truth is not None and not draft.options
    if not statement and not draft.options:
        pictures.refuse(_("không có phương án nào"))
    elif not statement and decision.fault:
        pictures.refuse(decision.fault)
    elif not statement and max(decision.places) >= len(draft.options):
        pictures.refuse(_("đáp án không có trong các phương án"))
    if pictures.faultless:
        if not draft.ours and not statement:
            used.update([WRITTEN] if decision.written else decision.marks)
        if "star" in decision.marks:
            for option in draft.options:
                option.part.without_stars()
        try:
            pictures.add(_item(draft, decision, pictures))
        except TooComplexError as error:
            pictures.refuse(str(error))


def _item(draft: Draft, decision: Decision, pictures: ItemPictures) -> Item:
    def named(drawing: Drawing) -> str | None:
        return pictures.named(drawing.alt or _("trong văn bản"), drawing.data)

    def rich(part: Part) -> str:
        # What a part looks like all over is the document's look, or the very mark of the right option.
        return part.rich(named, NOTHING if draft.ours else part.even_marks())

    if draft.truth is not None and not draft.options:
        kind = Kind.TRUE_FALSE
        choices = [Choice(TRUE, draft.truth), Choice(FALSE, not draft.truth)]
    else:
        several = draft.several or len(decision.places) > 1
        kind = Kind.MULTIPLE if several else Kind.SINGLE
        choices = [
            Choice(rich(option.part), place in decision.places, None, rich(option.feedback))
            for place, option in enumerate(draft.options)
        ]
    source = to_plain(draft.source.rich(named))
    return Item(
        place=draft.place,
        number=draft.number,
        kind=kind,
        topics=draft.topics,
        text=rich(draft.text),
        choices=tuple(choices),
        explanation=rich(draft.explanation),
        source=source,
        source_link=draft.link if ADDRESS.fullmatch(draft.link) else "",
        difficulty=draft.difficulty,
        tags=tuple(draft.tags),
    )
