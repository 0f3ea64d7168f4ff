"""How a paragraph and its runs look after all styles, and how Word numbers them."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn as qualified_name

from questions.formats.word.model import Format, ListKind, ListMark, Role

qn = cache(qualified_name)

# Styles of the documents that this site writes, by their names.
ROLE_STYLES = {
    "TN Đề mục": Role.TITLE,
    "TN Câu hỏi": Role.QUESTION,
    "TN Phương án": Role.OPTION,
    "TN Nhận xét": Role.FEEDBACK,
    "TN Đáp án": Role.KEY,
    "TN Giải thích": Role.EXPLANATION,
    "TN Căn cứ": Role.SOURCE,
    "TN Liên kết": Role.LINK,
    "TN Độ khó": Role.DIFFICULTY,
    "TN Thẻ": Role.TAG,
    "TN Tiếp": Role.MORE,
}
TOPIC_STYLE = "TN Chủ đề %d"
TOPIC_NAME = re.compile(r"TN Chủ đề (\d)")
HEADING_NAME = re.compile(r"heading (\d)", re.IGNORECASE)
OFF = {"0", "false", "off", "none", "auto", "clear", "nil"}
NUMBERS = {"decimal", "decimalZero"}
LETTERED = {"upperLetter": ListKind.LETTER, "lowerLetter": ListKind.SMALL_LETTER}
STYLE_DEPTH = 12
DARK, GREY = 0x48, 0x18  # a colour as dark as this, or as near to grey and not light, is black to a reader


def flag(parent: Any, tag: str) -> bool | None:
    """Whether a property is switched on; None when it is not spoken of."""
    element = None if parent is None else parent.find(qn(tag))
    if element is None:
        return None
    return str(element.get(qn("w:val"), "1")).lower() not in OFF


def value(parent: Any, tag: str, attribute: str = "w:val") -> str | None:
    element = None if parent is None else parent.find(qn(tag))
    if element is None:
        return None
    said = element.get(qn(attribute))
    return None if said is None else str(said)


def colour_of(said: str | None) -> str:
    """A colour as six hexadecimal digits, "" for what looks black."""
    if not said or not re.fullmatch("[0-9A-Fa-f]{6}", said):
        return ""
    parts = [int(said[at : at + 2], 16) for at in (0, 2, 4)]
    if max(parts) <= DARK or (max(parts) - min(parts) <= GREY and max(parts) < 0xA0):
        return ""
    return said.upper()


class Styles:
    """The styles and lists of a document."""

    def __init__(self, document: Document) -> None:
        root = document.styles.element
        self.by_id: dict[str, Any] = {
            str(style.get(qn("w:styleId"))): style for style in root.iter(qn("w:style"))
        }
        self.default = next(
            (
                name
                for name, style in self.by_id.items()
                if style.get(qn("w:type")) == "paragraph" and flag_value(style.get(qn("w:default")))
            ),
            "",
        )
        defaults = root.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self.defaults = [] if defaults is None else [defaults]
        self.lists = Lists(document)
        self.formats: dict[tuple[object, ...], Format] = {}
        self.style_heading = lru_cache(maxsize=1024)(self._style_heading)
        self.style_numbering = lru_cache(maxsize=1024)(self._style_numbering)

    def chain(self, style_id: str) -> Iterator[Any]:
        """A style and those that it is based on, the nearest first."""
        for _depth in range(STYLE_DEPTH):
            style = self.by_id.get(style_id)
            if style is None:
                return
            yield style
            style_id = value(style, "w:basedOn") or ""

    def name(self, style_id: str) -> str:
        style = self.by_id.get(style_id)
        return (value(style, "w:name") or "") if style is not None else ""

    def paragraph_style(self, properties: Any) -> str:
        return value(properties, "w:pStyle") or self.default

    def role(self, style_id: str) -> tuple[Role | None, int]:
        """(role, level of a topic) of a style of ours, in whatever case a program wrote its name."""
        name = self.name(style_id)
        if topic := TOPIC_NAME.fullmatch(name):
            return Role.TOPIC, int(topic[1])
        return ROLE_STYLES.get(name), 0

    def heading(self, style_id: str, properties: Any) -> int:
        """The level of a heading, by its own outline level or its style; 0 for other paragraphs."""
        own = _outline(properties)
        return self.style_heading(style_id) if own is None else own

    def _style_heading(self, style_id: str) -> int:
        for style in self.chain(style_id):
            level = _outline(style.find(qn("w:pPr")))
            if level is not None:
                return level
        named = HEADING_NAME.fullmatch(self.name(style_id))
        return int(named[1]) if named else 0

    def list_mark(self, style_id: str, properties: Any) -> ListMark | None:
        """Where the paragraph stands in a list of Word's; asked once for each, because it counts."""
        found = _numbering(properties) or self.style_numbering(style_id)
        return self.lists.mark(*found) if found else None

    def _style_numbering(self, style_id: str) -> tuple[str, str] | None:
        styles = (_numbering(style.find(qn("w:pPr"))) for style in self.chain(style_id))
        return next((found for found in styles if found), None)

    def run_format(self, properties: Any, style_id: str) -> Format:
        """How a run looks: its own properties, its style's, its paragraph's style's, the document's."""
        said = () if properties is None else tuple((part.tag, *part.attrib.items()) for part in properties)
        key = style_id, *said
        if key not in self.formats:
            character = value(properties, "w:rStyle") or ""
            own = [] if properties is None else [properties]
            inherited = [*self._run_properties(character), *self._run_properties(style_id)]
            self.formats[key] = look([*own, *inherited, *self.defaults])
        return self.formats[key]

    def _run_properties(self, style_id: str) -> list[Any]:
        found = (style.find(qn("w:rPr")) for style in self.chain(style_id)) if style_id else ()
        return [properties for properties in found if properties is not None]


def _outline(properties: Any) -> int | None:
    """The level of a heading that these properties give; 0 for the text below headings."""
    said = value(properties, "w:outlineLvl")
    if said is None or not said.isdigit():
        return None
    return int(said) + 1 if int(said) < 9 else 0


def _numbering(properties: Any) -> tuple[str, str] | None:
    """(list, level)"""
    found = None if properties is None else properties.find(qn("w:numPr"))
    if found is None:
        return None
    return value(found, "w:numId") or "", value(found, "w:ilvl") or "0"


def flag_value(said: Any) -> bool:
    return said is not None and str(said).lower() not in OFF


def look(properties: list[Any]) -> Format:
    """The format that these properties give, the nearest first."""

    def first(tag: str, attribute: str = "w:val") -> str:
        return next((said for level in properties if (said := value(level, tag, attribute)) is not None), "")

    def on(tag: str) -> bool:
        return next((said for level in properties if (said := flag(level, tag)) is not None), False)

    bold, italic = on("w:b"), on("w:i")
    underline = bool(first("w:u")) and first("w:u") not in OFF
    raised = {"superscript": "sup", "subscript": "sub"}.get(first("w:vertAlign"))
    marks = [name for name, given in (("strong", bold), ("em", italic), ("u", underline)) if given]
    marker = first("w:highlight")
    shade = colour_of(first("w:shd", "w:fill"))
    return Format(
        frozenset([*marks, raised] if raised else marks),
        bold,
        underline,
        colour_of(first("w:color")),
        (marker if marker not in {"none", "white", ""} else "") or (shade if shade != "FFFFFF" else ""),
    )


class Lists:
    """Word's own numbering. Counts as it is asked, so paragraphs must come in order."""

    def __init__(self, document: Document) -> None:
        self.formats: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.numbering: Any = None
        for relation in document.part.rels.values():
            if relation.reltype.endswith("/numbering") and not relation.is_external:
                self.numbering = getattr(relation.target_part, "element", None)
        self.abstracts: dict[str, Any] = {}
        self.lists: dict[str, Any] = {}
        if self.numbering is not None:
            for found in self.numbering.findall(qn("w:abstractNum")):
                self.abstracts[str(found.get(qn("w:abstractNumId")))] = found
            for found in self.numbering.findall(qn("w:num")):
                self.lists[str(found.get(qn("w:numId")))] = found

    def mark(self, list_id: str, depth: str) -> ListMark | None:
        """The mark of the next paragraph of this list at this depth; None when it has none to be seen."""
        style, text, start = self._level(list_id, depth)
        if not style or not list_id.isdigit() or not depth.isdigit():
            return None
        key = list_id, depth
        self.counts[key] = number = self.counts.get(key, start - 1) + 1
        for other in list(self.counts):
            if other[0] == list_id and other[1] > depth:
                del self.counts[other]
        kind = _list_kind(style, text)
        return ListMark(kind, int(list_id), int(depth), number) if kind else None

    def _level(self, list_id: str, depth: str) -> tuple[str, str, int]:
        """(format, text, first number) of a level of a list."""
        key = list_id, depth
        if key not in self.formats:
            self.formats[key] = self._find_level(list_id, depth)
        return self.formats[key]

    def _find_level(self, list_id: str, depth: str) -> tuple[str, str, int]:
        given = self.lists.get(list_id)
        if given is None:
            return "", "", 1
        start = None
        for override in given.findall(qn("w:lvlOverride")):
            if override.get(qn("w:ilvl")) == depth:
                start = value(override, "w:startOverride")
                level = override.find(qn("w:lvl"))
                if level is not None:
                    return _described(level, start)
        abstract = self.abstracts.get(value(given, "w:abstractNumId") or "")
        for level in () if abstract is None else abstract.findall(qn("w:lvl")):
            if level.get(qn("w:ilvl")) == depth:
                return _described(level, start)
        return "", "", 1


def _described(level: Any, start: str | None) -> tuple[str, str, int]:
    first = start or value(level, "w:start") or "1"
    text = value(level, "w:lvlText") or ""
    return value(level, "w:numFmt") or "", text, int(first) if first.isdigit() else 1


def _list_kind(style: str, text: str) -> ListKind | None:
    if style in NUMBERS:
        return ListKind.QUESTION if "câu" in text.lower() else ListKind.NUMBER
    return ListKind.BULLET if style == "bullet" else LETTERED.get(style)
