"""Items and `Content`, which the Excel file holds: plain text with one right option."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats.exchange import Choice, Item, Lost
from questions.formats.holding import Holds, reduce
from questions.formats.rich_reading import from_plain, to_plain
from questions.formats.tidying import tidy
from questions.rules import Content

HOLDS = Holds(
    "Excel",
    kinds=frozenset({Kind.SINGLE, Kind.TRUE_FALSE}),
    rich=False,
    pictures=False,
    feedback=False,
    fractions=False,
    difficulty=False,
    tags=False,
)
BETWEEN = " / "  # of the topics of a path, where there is one name for all


def to_contents(items: Sequence[Item]) -> tuple[list[tuple[int | None, Content]], list[Lost]]:
    """(number, content) of each item that has one right choice, and what the others and these have lost."""
    kept, lost = reduce(items, {}, HOLDS, _unfit)
    return [(item.number, to_content(item)) for item in kept], lost


def _unfit(item: Item) -> str:
    if not item.topics:
        return _("câu hỏi chưa có chủ đề")
    if tuple(BETWEEN.join(item.topics).split(BETWEEN)) != item.topics:
        return _("tên chủ đề có dấu “/”")
    return ""


def to_content(item: Item) -> Content:
    """The content of an item with one right choice, without marks, pictures and whatever Content lacks."""
    return Content(
        topic=BETWEEN.join(item.topics),
        text=to_plain(item.text),
        options=tuple(to_plain(choice.text) for choice in item.choices),
        keys=tuple(place for place, choice in enumerate(item.choices) if choice.right),
        explanation=to_plain(item.explanation),
        source="\n".join(filter(None, [item.source, item.source_link])),
    )


def from_content(content: Content, *, number: int | None = None, place: str = "") -> Item:
    """The item that says what the content says. Raises TooComplexError."""
    item = Item(
        place=place,
        number=number,
        kind=Kind.SINGLE,
        topics=tuple(content.topic.split(BETWEEN)),
        text=from_plain(content.text),
        choices=tuple(
            Choice(from_plain(option), index in content.keys) for index, option in enumerate(content.options)
        ),
        explanation=from_plain(content.explanation),
        source=content.source,
    )
    return tidy(item)
