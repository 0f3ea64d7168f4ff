"""New lists in a document that is being written, numbered by Word itself."""

from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

LEVELS = 5
STEP = 425  # twentieths of a point by which a deeper level is indented


class NewLists:
    def __init__(self, document: Document) -> None:
        self.numbering: Any = document.part.numbering_part.element
        taken = [
            int(found.get(qn("w:abstractNumId"))) for found in self.numbering.findall(qn("w:abstractNum"))
        ]
        self.next_id = 1 + max(
            (int(found.get(qn("w:numId"))) for found in self.numbering.findall(qn("w:num"))), default=0
        )
        first = 1 + max(taken, default=0)
        self.kinds = {False: first, True: first + 1}
        for ordered, abstract_id in self.kinds.items():
            # The definitions stand before the lists that use them.
            self.numbering.insert(0, parse_xml(_definition(abstract_id, ordered=ordered)))

    def add(self, *, ordered: bool) -> int:
        """A list that begins anew; returns its id."""
        list_id, self.next_id = self.next_id, self.next_id + 1
        restarts = "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>'
            for level in range(LEVELS)
        )
        kind = f'<w:abstractNumId w:val="{self.kinds[ordered]}"/>'
        self.numbering.append(
            parse_xml(f'<w:num {nsdecls("w")} w:numId="{list_id}">{kind}{restarts}</w:num>')
        )
        return list_id


def _definition(abstract_id: int, *, ordered: bool) -> str:
    levels = []
    for level in range(LEVELS):
        style, text = ("decimal", f"%{level + 1}.") if ordered else ("bullet", "–")
        indent = STEP * (level + 2)
        levels.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{indent}" w:hanging="{STEP}"/></w:pPr></w:lvl>'
        )
    head = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract_id}">'
    return f'{head}<w:multiLevelType w:val="hybridMultilevel"/>{"".join(levels)}</w:abstractNum>'
