"""Small pictures of every kind, items by short ways, and hypothesis strategies of whole items."""

import base64
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from questions.enums import Difficulty, Kind
from questions.formats.exchange import Choice, Item, Lost, Read
from questions.formats.pictures import read_picture
from questions.formats.rich_reading import TooComplexError
from questions.formats.tidying import faults, tidy

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////"
    "m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAA"
    "AAAAAAAAAAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCYAag//9k="
)
WEBP = base64.b64decode("UklGRh4AAABXRUJQVlA4TBEAAAAvAkAAAAdQjyIXpf+BiOh/AAA=")
WEBP_LOSSY = base64.b64decode("UklGRjAAAABXRUJQVlA4ICQAAABwAQCdASoDAAIAB0CWJaACdAF1AAD+4uBIw1uv6u/O36ntgAA=")
GIF = base64.b64decode("R0lGODdhAwACAIEAAMgeKAAAAAAAAAAAACwAAAAAAwACAAAIBgABCBwYEAA7")


def png(width: int = 3, height: int = 2, shade: int = 0) -> bytes:
    """A grey picture of so many pixels, said to be and in fact."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    rows = (b"\0" + bytes([shade]) * width) * height if width * height < 10**6 else b""
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


PICTURES = {picture.name: picture.data for picture in map(read_picture, (png(), png(shade=200), JPEG))}
NAMES = sorted(PICTURES)


def item(*right: int, texts: Sequence[str] = ("Một", "Hai", "Ba", "Bốn"), **fields: Any) -> Item:
    """A question whose right options have those places; the other fields as given."""
    several = Kind.MULTIPLE if len(right) > 1 else Kind.SINGLE
    plain: dict[str, Any] = {"place": "", "number": None, "kind": several, "topics": (), "text": "Câu hỏi?"}
    choices = tuple(Choice(text, place in right) for place, text in enumerate(texts))
    return Item(**(plain | {"choices": choices} | fields))


def truth(right: bool, **fields: Any) -> Item:
    return item(0 if right else 1, texts=("Đúng", "Sai"), kind=Kind.TRUE_FALSE, **fields)


def problems(read: Read) -> list[str]:
    return [str(problem) for problem in read.problems]


def notes(read: Read) -> list[str]:
    return [str(note) for note in read.notes]


def placeless(items: Sequence[Item]) -> list[Item]:
    return [replace(each, place="") for each in items]


def losing(lost: Sequence[Lost]) -> set[str]:
    return {each.place for each in lost}


# What files are full of: Vietnamese in both forms of Unicode, signs that formats use for themselves, markup.
WORDS = st.sampled_from(
    [
        *(
            "Cải cách",
            unicodedata.normalize("NFD", "thủ tục hành chính"),
            "Đ",
            "quả",
            "số 1.000.000",
            "α ≤ β",
        ),
        *("{", "}", "~", "=", "#", "\\", ":", "::", "->", "%50%", "####", "\\n", "//", "$CATEGORY: x", "*"),
        *("A.", "B)", "c.", "A) x", "Câu 3:", "1.", "ANSWER: B", "Đáp án: C", "Giải thích: z", "Căn cứ: y"),
        *("Chủ đề: t", "Liên kết: https://a.vn/b", "[html]", "[tag:x]", "]", "'", '"', "“”", "…", "\u00a0"),
        *("\t", "  ", "\u200b", "\u0338", "&amp;lt;", "&lt;", "&amp;", "&gt;", "]]&gt;", "PHẦN II", "–"),
    ]
)
MARKED = st.tuples(st.sampled_from(["b", "em", "u", "sub", "sup", "strong", "i", "span"]), WORDS).map(
    lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
)
PICTURE = st.tuples(st.sampled_from(NAMES), st.sampled_from(["", "Sơ đồ", 'a "b" &lt; c'])).map(
    lambda pair: f'<img src="{pair[0]}" alt="{pair[1].replace(chr(34), "&quot;")}">'
)
LINE = st.lists(st.one_of(WORDS, WORDS, MARKED, PICTURE, st.just("<br>")), min_size=1, max_size=5).map(
    lambda parts: " ".join(parts)
)


def elements(name: str, contents: Sequence[str]) -> str:
    return "".join(f"<{name}>{content}</{name}>" for content in contents)


LIST = st.tuples(st.sampled_from(["ul", "ol"]), st.lists(LINE, min_size=1, max_size=3)).map(
    lambda pair: elements(pair[0], [elements("li", pair[1])])
)
DEEP_LIST = st.tuples(LINE, LIST, LINE).map(
    lambda parts: elements("ol", [elements("li", [parts[0] + parts[1], parts[2]])])
)
CELL = st.tuples(LINE, st.sampled_from(["", "", ' colspan="2"', ' rowspan="2"'])).map(
    lambda pair: f"<td{pair[1]}>{pair[0]}</td>"
)
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=3), min_size=1, max_size=3).map(
    lambda rows: elements("table", [elements("tr", ["".join(row) for row in rows])])
)
BLOCK = st.one_of(LINE.map(lambda line: f"<p>{line}</p>"), LIST, DEEP_LIST, TABLE)
RICH = st.one_of(WORDS, LINE, LINE, st.lists(BLOCK, min_size=1, max_size=3).map("".join))
PLAIN = st.lists(WORDS.filter(lambda word: "&" not in word), min_size=1, max_size=4).map(" ".join)
LINES = st.lists(PLAIN, max_size=2).map("\n".join)
TOPIC = st.sampled_from(
    ["Thể chế", "A/B", "/đầu", "cuối/", "a / b", unicodedata.normalize("NFD", "Bộ máy"), "$course$", "top"]
)
TAG = st.sampled_from(["luật", "a]b", "c\\d", "độ khó: khó", "Luật", "x\\]", "[y", "nghị định"])
PARTS: dict[int, list[tuple[int | Decimal, ...]]] = {
    1: [(100,)],
    2: [(50, 50), (60, 40)],
    3: [(Decimal("33.33333"),) * 3, (50, 25, 25)],
}


@st.composite
def choices(draw: st.DrawFn, kind: Kind) -> tuple[Choice, ...]:
    if kind is Kind.TRUE_FALSE:
        right = draw(st.booleans())
        return tuple(
            Choice(text, is_right, None, draw(st.one_of(st.just(""), RICH)))
            for text, is_right in (("Đúng", right), ("Sai", not right))
        )
    count = draw(st.sampled_from([2, 3, 3, 4, 7]))
    rights = 1 if kind is Kind.SINGLE else draw(st.integers(1, min(count, 3)))
    places = draw(st.permutations(range(count)))[:rights]
    weighed = draw(st.booleans())
    parts = iter(draw(st.sampled_from(PARTS[rights])))
    wrong = Decimal(draw(st.sampled_from(["0", "-50", "25" if kind is Kind.SINGLE else "-33.33333"])))
    made = []
    for place in range(count):
        # Its number keeps a text apart from the others, at its end or at its start.
        text = draw(RICH)
        text = f"{text} {place}" if draw(st.booleans()) else f"{place}{text}"
        fraction = Decimal(next(parts) if place in places else wrong) if weighed else None
        feedback = draw(st.one_of(st.just(""), st.just(""), RICH))
        made.append(Choice(text, place in places, fraction, feedback))
    return tuple(made)


@st.composite
def items(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(Kind))
    made = Item(
        place="",
        number=draw(st.one_of(st.none(), st.integers(1, 500))),
        kind=kind,
        topics=tuple(draw(st.lists(TOPIC, max_size=3))),
        text=f"{draw(RICH)} hỏi gì?" if draw(st.booleans()) else f"Hỏi {draw(RICH)}",
        choices=draw(choices(kind)),
        explanation=draw(st.one_of(st.just(""), RICH)),
        source=draw(LINES),
        source_link=draw(st.sampled_from(["", "https://vanban.chinhphu.vn/?a=1&b=2"])),
        difficulty=draw(st.one_of(st.none(), st.sampled_from(Difficulty))),
        tags=tuple(draw(st.lists(TAG, max_size=2))),
    )
    try:
        return tidy(made) if not faults(tidy(made)) else item(0)
    except TooComplexError:
        return item(0)


def papers(size: int = 3) -> st.SearchStrategy[list[Item]]:
    return st.lists(items(), min_size=1, max_size=size)
