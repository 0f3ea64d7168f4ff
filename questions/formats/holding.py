"""What a format can hold of an item, and what is lost when it is written in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats import remarks
from questions.formats.exchange import Choice, Item, Lost
from questions.formats.rich import (
    Atom,
    Cell,
    Flow,
    Inline,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    picture_words,
    serialize,
)
from questions.formats.rich_reading import TooComplexError, from_plain, is_plain, parse, to_plain
from questions.formats.tidying import faults, tidy

EVERY_KIND = frozenset(Kind)


@dataclass(frozen=True)
class Holds:
    """`name`: of the format, for people. `lines`: line breaks, where there is no rich text."""

    name: str
    kinds: frozenset[Kind] = EVERY_KIND
    number: bool = True
    topics: bool = True
    rich: bool = True
    lines: bool = True
    pictures: bool = True
    explanation: bool = True
    source: bool = True
    # Source and link stand at the end of the explanation, from where they are read again.
    source_in_explanation: bool = False
    feedback: bool = True
    fractions: bool = True
    difficulty: bool = True
    tags: bool = True


def kind_words(kind: Kind) -> str:
    words = {
        Kind.SINGLE: _("câu một lựa chọn"),
        Kind.MULTIPLE: _("câu nhiều lựa chọn"),
        Kind.TRUE_FALSE: _("câu đúng/sai"),
    }
    return words[kind]


def reduce(
    items: Sequence[Item],
    pictures: Mapping[str, bytes],
    holds: Holds,
    unfit: Callable[[Item], str] = lambda item: "",
) -> tuple[list[Item], list[Lost]]:
    """The items as they will be read again from the format, and what each has lost on the way.

    An item that the format cannot hold at all is left out and said to be lost. `unfit`: why the format
    cannot hold a reduced item, "" when it can.
    """
    kept: list[Item] = []
    lost: list[Lost] = []
    for ordinal, item in enumerate(items, 1):
        place = place_of(item, ordinal)
        reduced, words = _reduced(item, pictures, holds)
        if reduced and (reason := unfit(reduced)):
            reduced, words = None, left_out(holds, reason)
        if reduced:
            kept.append(reduced)
        if words:
            lost.append(Lost(place, words))
    return kept, lost


def place_of(item: Item, ordinal: int) -> str:
    """How a question of a list is called, for people."""
    if item.number:
        return _("Câu %(number)d") % {"number": item.number}
    return _("Câu thứ %(ordinal)d") % {"ordinal": ordinal}


def left_out(holds: Holds, reason: str) -> str:
    return _("không ghi được vào tệp %(format)s: %(reason)s") % {"format": holds.name, "reason": reason}


def _reduced(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> tuple[Item | None, str]:
    try:
        reduced, names = _stripped(tidy(item), pictures, holds)
        wrong = faults(tidy(item)) or faults(reduced)
    except TooComplexError as error:
        return None, left_out(holds, str(error))
    if not wrong and reduced.kind not in holds.kinds:
        wrong = [_("định dạng này không có %(kind)s") % {"kind": kind_words(reduced.kind)}]
    if wrong:
        return None, left_out(holds, "; ".join(wrong))
    if not names:
        return reduced, ""
    words = _("tệp %(format)s không giữ được %(names)s")
    return reduced, words % {"format": holds.name, "names": ", ".join(names)}


def _stripped(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> tuple[Item, list[str]]:
    """The item without what the format does not hold, and the names of that."""
    names: list[str] = []
    for step in (_fields, _choices, _pictures, _texts, _explanation):
        item, gone = step(item, pictures, holds)
        names += gone
    return tidy(item), names


Step = tuple[Item, list[str]]


def _fields(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> Step:
    names = []
    if item.number and not holds.number:
        item, names = replace(item, number=None), [_("số thứ tự")]
    if item.topics and not holds.topics:
        item = replace(item, topics=())
        names.append(_("chủ đề"))
    if item.difficulty and not holds.difficulty:
        item = replace(item, difficulty=None)
        names.append(_("độ khó"))
    if item.tags and not holds.tags:
        item = replace(item, tags=())
        names.append(_("thẻ"))
    return item, names


def _choices(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> Step:
    names = []
    choices = item.choices
    if not holds.fractions and any(choice.fraction is not None for choice in choices):
        choices = tuple(replace(choice, fraction=None) for choice in choices)
        names.append(_("tỷ lệ điểm của từng phương án"))
    if not holds.feedback and any(choice.feedback for choice in choices):
        choices = tuple(replace(choice, feedback="") for choice in choices)
        names.append(_("nhận xét của từng phương án"))
    return replace(item, choices=choices), names


def _pictures(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> Step:
    shown = item.pictures
    missing = [name for name in shown if name not in pictures]
    if not shown or (holds.pictures and not missing):
        return item, []
    gone = missing if holds.pictures else shown
    names = [_("hình ảnh")] if not holds.pictures else [_("một số hình ảnh")]
    return _each_text(item, lambda text: without_pictures(text, gone)), names


def _texts(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> Step:
    if holds.rich:
        return item, []
    names = []
    if not all(is_plain(text) for text in item.texts):
        names.append(_("chữ đậm, nghiêng, danh sách, bảng"))
    reduced = _each_text(item, lambda text: from_plain(to_plain(text)))
    if not holds.lines:
        flat = _each_text(reduced, lambda text: from_plain(" ".join(to_plain(text).split("\n"))))
        if flat != reduced:
            reduced = flat
            names.append(_("chỗ xuống dòng"))
    return reduced, names


def _explanation(item: Item, pictures: Mapping[str, bytes], holds: Holds) -> Step:
    names = []
    if item.explanation and not holds.explanation:
        item = replace(item, explanation="")
        names.append(_("giải thích"))
    if (item.source or item.source_link) and not holds.source:
        item = replace(item, source="", source_link="")
        names.append(_("căn cứ"))
    if holds.source_in_explanation:
        parts = item.explanation, item.source, item.source_link
        again = remarks.split(remarks.join(*parts))
        if again != parts:
            item = replace(item, explanation=again[0], source=again[1], source_link=again[2])
            names.append(_("ranh giới giữa giải thích và căn cứ"))
    return item, names


def _each_text(item: Item, change: Callable[[str], str]) -> Item:
    choices = tuple(
        Choice(change(choice.text), choice.right, choice.fraction, change(choice.feedback))
        for choice in item.choices
    )
    return replace(item, text=change(item.text), choices=choices, explanation=change(item.explanation))


def without_pictures(rich: str, names: Sequence[str]) -> str:
    """The text with words in the place of those pictures."""
    if not any(name in rich for name in names):
        return rich

    def words(atom: Atom) -> Atom:
        return Run(picture_words(atom)) if isinstance(atom, Picture) and atom.name in names else atom

    # Parsed again, because words may have come to stand next to words.
    return serialize(parse(serialize(change_inlines(parse(rich), lambda inline: tuple(map(words, inline))))))


def change_inlines(flow: Flow, change: Callable[[Inline], Inline]) -> Flow:
    """The flow with every piece of running text changed."""

    def changed_list(block: ListBlock) -> ListBlock:
        items = (ListItem(change(item.inline), tuple(map(changed_list, item.lists))) for item in block.items)
        return ListBlock(block.ordered, tuple(items))

    def changed_row(row: Row) -> Row:
        return Row(
            tuple(Cell(change(cell.inline), cell.columns, cell.rows) for cell in row.cells), row.heading
        )

    blocks: list[Paragraph | ListBlock | Table] = []
    for block in flow:
        if isinstance(block, Paragraph):
            blocks.append(Paragraph(change(block.inline)))
        elif isinstance(block, ListBlock):
            blocks.append(changed_list(block))
        else:
            blocks.append(Table(tuple(map(changed_row, block.rows))))
    return tuple(blocks)
