"""Explanation, source and link as one rich text, for formats that have one place for all three.

The source is the paragraph "Căn cứ: …" at the end, the link the paragraph "Liên kết: …" behind it.
"""

import re

from questions.formats.rich import Break, Flow, Paragraph, Run, plain_flow, serialize
from questions.formats.rich_reading import from_plain, parse
from questions.formats.tidying import ADDRESS

SOURCE, LINK = "Căn cứ", "Liên kết"
SOURCE_LINE = re.compile(r"(?:căn cứ(?: pháp lý| pháp luật)?|nguồn|trích dẫn)\s*:\s*", re.IGNORECASE)
LINK_LINE = re.compile(r"(?:liên kết|đường dẫn|link)\s*:\s*", re.IGNORECASE)


def join(explanation: str, source: str, link: str) -> str:
    flow = parse(explanation)
    for name, text in ((SOURCE, source), (LINK, link)):
        if text:
            flow += parse(from_plain(f"{name}: {text}"))
    return serialize(flow)


def split(rich: str) -> tuple[str, str, str]:
    """(explanation, source, link)."""
    flow = parse(rich)
    source = link = ""
    if (found := _last(flow, LINK_LINE)) and ADDRESS.fullmatch(found):
        link, flow = found, flow[:-1]
    if found := _last(flow, SOURCE_LINE):
        source, flow = found, flow[:-1]
    return serialize(flow), source, link


def _last(flow: Flow, beginning: re.Pattern[str]) -> str:
    """What the last paragraph says after that beginning, if it is unmarked text; else ""."""
    if not flow or not isinstance(last := flow[-1], Paragraph):
        return ""
    if any(not isinstance(atom, Break) and (not isinstance(atom, Run) or atom.marks) for atom in last.inline):
        return ""
    text = plain_flow((last,))
    start = beginning.match(text)
    return text[start.end() :] if start else ""
