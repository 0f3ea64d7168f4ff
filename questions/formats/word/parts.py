"""A part of a question (its text, an option, the explanation): paragraphs, lists and tables in a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from questions.formats.rich import Block, Cell, Flow, Inline, ListBlock, ListItem, Paragraph, serialize
from questions.formats.rich_reading import tidy_table
from questions.formats.word.model import Drawing, Format, Line, ListKind, ListMark, TableEntry

# How much of a text must look so that it counts as looking so all over.
ALMOST_ALL = 0.8
Named = Callable[[Drawing], str | None]


@dataclass
class Part:
    blocks: list[tuple[Line, ListMark | None] | TableEntry] = field(default_factory=list)

    def add(self, line: Line, mark: ListMark | None = None) -> None:
        if line.text.strip() or mark:
            self.blocks.append((line, mark))

    def add_table(self, table: TableEntry) -> None:
        self.blocks.append(table)

    @property
    def lines(self) -> list[Line]:
        return [block[0] for block in self.blocks if not isinstance(block, TableEntry)]

    @property
    def text(self) -> str:
        """Its lines as plain text, without tables."""
        return "\n".join(line.text for line in self.lines)

    @property
    def shown(self) -> list[Format]:
        return [each for line in self.lines for each in line.shown]

    def even_marks(self) -> frozenset[str]:
        """Marks that nearly all of it has: the look of the document rather than something said."""
        shown = self.shown
        return frozenset(
            mark
            for mark in ("strong", "em", "u")
            if shown and sum(mark in each.marks for each in shown) >= ALMOST_ALL * len(shown)
        )

    def without_stars(self) -> None:
        """Take away a star at its beginning and at its end."""
        for at, block in enumerate(self.blocks):
            if isinstance(block, TableEntry):
                continue
            line, mark = block
            line = line.strip()
            if at == 0:
                line = line[len(line.text) - len(line.text.lstrip("*")) :].strip()
            if at == len(self.blocks) - 1:
                kept = line.text.rstrip()
                kept = kept[:-3] if kept.endswith("(*)") else kept.rstrip("*")
                line = line[: len(kept)].strip()
            self.blocks[at] = line, mark

    def rich(self, named: Named, without: frozenset[str] = frozenset()) -> str:
        """Its rich text, without those marks. Raises TooComplexError."""
        return serialize(self._flow(named, without))

    def _flow(self, named: Named, without: frozenset[str]) -> Flow:
        flow: list[Block] = []
        listed: list[tuple[Inline, ListMark]] = []
        for block in self.blocks:
            if not isinstance(block, TableEntry) and block[1] is not None:
                listed.append((block[0].inline(named, without), block[1]))
                continue
            flow += lists(listed)
            listed = []
            if isinstance(block, TableEntry):
                table = tidy_table(
                    (heading, [Cell(cell.line.inline(named), cell.columns, cell.rows) for cell in cells])
                    for heading, cells in block.rows
                )
                flow += [table] if table else []
            elif inline := block[0].inline(named, without):
                flow.append(Paragraph(inline))
        return tuple(flow + lists(listed))


def lists(entries: Sequence[tuple[Inline, ListMark]]) -> list[Block]:
    """Neighbouring paragraphs of Word's lists as lists inside lists."""
    made: list[Block] = []
    at = 0
    while at < len(entries):
        block, at = _list(entries, at)
        made += [block] if block.items else []
    return made


def _list(entries: Sequence[tuple[Inline, ListMark]], at: int) -> tuple[ListBlock, int]:
    """The list that begins at an entry, and where the next one begins."""
    first = entries[at][1]
    items: list[ListItem] = []
    while at < len(entries):
        inline, mark = entries[at]
        if mark.level < first.level or (mark.level == first.level and _is_another(mark, first)):
            break
        if mark.level == first.level:
            items.append(ListItem(inline))
            at += 1
            continue
        inner, at = _list(entries, at)
        if inner.items:
            last = items.pop()
            items.append(ListItem(last.inline, (*last.lists, inner)))
    kept = tuple(item for item in items if item.inline or item.lists)
    return ListBlock(first.kind is not ListKind.BULLET, kept), at


def _is_another(mark: ListMark, first: ListMark) -> bool:
    """Numbers begin anew in another list; bullets go on."""
    bullets = ListKind.BULLET in {mark.kind, first.kind}
    return mark.kind is not first.kind if bullets else mark.list_id != first.list_id
