"""Moodle's GIFT: questions as text, written by hand or exported.

Read as Moodle reads it, with four liberties: a weight may stand after "=", the words of true and false may be
in small letters, a category may stand right above a question, and blank lines may stand between { and }.
Questions of other kinds are refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats import limits, remarks
from questions.formats.categories import category_path, topics_of
from questions.formats.exchange import FALSE, TRUE, Choice, Item, Lost
from questions.formats.holding import Holds, reduce
from questions.formats.markup import html_of
from questions.formats.reading import ItemPictures, Reading, reader
from questions.formats.texts import line_place, read_lines
from questions.formats.tidying import default_fractions, difficulty_tag

HOLDS = Holds("GIFT", pictures=False, source_in_explanation=True)
CATEGORY = "$CATEGORY:"
ESCAPE = re.compile(r"\\([\\:#={}~n])")
SPECIAL = re.compile(r"[\\:#={}~]")
FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,7})?)%")
TAG_ESCAPED, ESCAPING = re.compile(r"[\\\[\]]"), r"\\\g<0>"
COMMENT = "\x1f"  # stands where a line was one; white space that nobody writes
TITLE_NUMBER = re.compile(r"câu(?: hỏi)?(?: số)? (\d{1,6})", re.IGNORECASE)
COMMENT_ID = re.compile(r"\[id:([^\]]{0,60})\]")
COMMENT_TAG = re.compile(r"\[tag:((?:\\.|[^\[\]\\]){0,200})\]")
TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}


class RefusedError(Exception):
    """A block that is no question of ours: at which character of it, and why."""

    def __init__(self, text: str, at: int = 0) -> None:
        super().__init__(text)
        self.at = at


@dataclass(frozen=True)
class Block:
    """Lines without a blank one between them; comments are blanked, so that places can be told."""

    first: int
    text: str
    comments: str

    def line(self, at: int) -> int:
        return self.first + self.text.count("\n", 0, at)


@dataclass(frozen=True)
class Piece:
    """A part of a block. `shape`: as long as `text`, with every escaped character out of the way."""

    text: str
    shape: str
    at: int = 0  # where in the block it begins

    def __getitem__(self, part: slice) -> "Piece":
        start = part.indices(len(self.text))[0]
        return Piece(self.text[part], self.shape[part], self.at + start)

    def strip(self) -> "Piece":
        start = len(self.text) - len(self.text.lstrip())
        return self[start : max(start, len(self.text.rstrip()))]

    def split(self, sign: str, most: int) -> list["Piece"]:
        parts: list[Piece] = []
        start = 0
        while len(parts) < most and (found := self.shape.find(sign, start)) >= 0:
            parts.append(self[start:found])
            start = found + len(sign)
        return [*parts, self[start:]]

    @property
    def plain(self) -> str:
        """The text it stands for."""
        said = re.sub(f"\n?{COMMENT}", "", self.text)
        return ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], said).strip()


def _parse(data: bytes, reading: Reading) -> None:
    """Questions of a GIFT file; places are lines."""
    topics: tuple[str, ...] = ()
    for block in _blocks(read_lines(data)):
        piece = Piece(block.text, ESCAPE.sub("\0\0", block.text)).strip()
        if piece.text.startswith(CATEGORY):
            line, _newline, _rest = piece.text.partition("\n")
            topics = topics_of(line.removeprefix(CATEGORY))
            piece = piece[len(line) : len(piece.text)].strip()
        if not piece.text:
            continue
        place = line_place(block.line(piece.at))
        try:
            _question(piece, block, topics, ItemPictures(reading, place))
        except RefusedError as error:
            reading.refuse(line_place(block.line(error.at)), str(error))


read = reader(_parse)


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Blocks in order; one that lacks its } takes the blocks up to there, so that they are one problem."""
    number = 0
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        end = _block_end(lines, number)
        texts, comments = [], []
        for line in lines[number:end]:
            comment = line.strip().startswith("//")
            texts.append(COMMENT if comment else line.strip())
            comments += [line] * comment
        yield Block(number + 1, "\n".join(texts), "\n".join(comments))
        number = end


def _block_end(lines: Sequence[str], start: int) -> int:
    end = start
    open_brace = False
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if not line:
            if not open_brace or not _closes_later(lines, number):
                break
        elif not line.startswith("//") and not line.startswith(CATEGORY):
            shape = ESCAPE.sub("", line)
            open_brace = shape.rfind("{") > shape.rfind("}") or (open_brace and "}" not in shape)
        end = number + 1
    return end


def _closes_later(lines: Sequence[str], start: int) -> bool:
    """Whether a } comes before the next {, that is, belongs to a { above."""
    for line in lines[start : start + 60]:
        shape = ESCAPE.sub("", line)
        first = min((at for at in (shape.find("{"), shape.find("}")) if at >= 0), default=-1)
        if first >= 0:
            return shape[first] == "}"
    return False


def _question(piece: Piece, block: Block, topics: tuple[str, ...], pictures: ItemPictures) -> None:
    title, piece = _title(piece)
    stem, answers = _answers(piece)
    answers, general = _general_feedback(answers)
    kind = _kind(answers)
    markup = FORMAT.match(stem.text)
    default = markup[1] if markup else "moodle"
    if kind is Kind.TRUE_FALSE:
        choices = _truth(answers, default, pictures)
    else:
        choices = _choices(answers, kind, default, pictures)
    number = _number(title, block.comments)
    if title and not TITLE_NUMBER.fullmatch(title):
        pictures.reading.note("", _("tiêu đề riêng của câu hỏi (::…::) không được giữ"))
    explanation, source, link = remarks.split(_rich(general, default, pictures))
    pictures.add(
        Item(
            place=pictures.place,
            number=number,
            kind=kind,
            topics=topics,
            text=_rich(stem, default, pictures),
            choices=choices,
            explanation=explanation,
            source=source,
            source_link=link,
            tags=tuple(re.sub(r"\\([\\\[\]])", r"\1", tag) for tag in COMMENT_TAG.findall(block.comments)),
        )
    )


def _title(piece: Piece) -> tuple[str, Piece]:
    if piece.shape.startswith("::") and (end := piece.shape.find("::", 2)) >= 0:
        return piece[2:end].plain, piece[end + 2 : len(piece.text)].strip()
    return "", piece


def _number(title: str, comments: str) -> int | None:
    named = COMMENT_ID.search(comments)
    if named and named[1].strip().isdecimal():
        return int(named[1].strip()[:9])
    titled = TITLE_NUMBER.fullmatch(title)
    return int(titled[1]) if titled else None


def _answers(piece: Piece) -> tuple[Piece, Piece]:
    """(question, what stands in its braces)."""
    start, end = piece.shape.find("{"), piece.shape.find("}")
    if start < 0 and end < 0:
        raise RefusedError(_("đoạn này không có phần phương án đặt trong { }"), piece.at)
    if start < 0 or 0 <= end < start:
        raise RefusedError(_("có dấu } mà thiếu dấu { mở đầu phần phương án"), piece.at + end)
    if end < 0:
        raise RefusedError(_("câu hỏi thiếu dấu } kết thúc phần phương án"), piece.at)
    again = piece.shape.find("{", start + 1, end)
    if again >= 0:
        raise RefusedError(
            _("có dấu { ở giữa phần phương án; nếu là chữ của phương án thì viết là \\{"), piece.at + again
        )
    stem, inner = piece[:start], piece[start + 1 : end].strip()
    tail = piece[end + 1 : len(piece.text)].strip()
    if "{" in tail.shape:
        raise RefusedError(_("thiếu dòng trống giữa hai câu hỏi"), tail.at)
    if tail.text:
        raise RefusedError(
            _("dạng điền vào chỗ trống không dùng được; hãy viết chỗ trống là “_____” trong câu hỏi")
            + " "
            + _("và đặt phần phương án ở cuối"),
            piece.at,
        )
    return stem.strip(), inner


def _general_feedback(answers: Piece) -> tuple[Piece, Piece]:
    at = answers.shape.rfind("####")
    if at < 0:
        return answers, answers[len(answers.text) :]
    return answers[:at].strip(), answers[at + 4 : len(answers.text)].strip()


def _kind(answers: Piece) -> Kind:
    """The kind of the question. Raises RefusedError for those that a contest does not have."""
    shape = answers.shape
    if not shape:
        raise RefusedError(_("câu tự luận không dùng được trong thi trắc nghiệm"), answers.at)
    if shape.startswith("#"):
        raise RefusedError(_("câu điền số không dùng được trong thi trắc nghiệm"), answers.at)
    if "~" in shape:
        return Kind.SINGLE if "=" in shape else Kind.MULTIPLE
    if "=" in shape and "->" in shape:
        raise RefusedError(_("câu ghép đôi không dùng được trong thi trắc nghiệm"), answers.at)
    if shape.split("#")[0].strip().upper() in TRUTHS:
        return Kind.TRUE_FALSE
    raise RefusedError(
        _("câu trả lời ngắn không dùng được trong thi trắc nghiệm; phương án sai bắt đầu bằng dấu ~"),
        answers.at,
    )


def _truth(answers: Piece, default: str, pictures: ItemPictures) -> tuple[Choice, ...]:
    """{TRUE#said to the wrong answer#said to the right one}"""
    word, *said = answers.split("#", 2)
    truth = TRUTHS[word.text.strip().upper()]
    wrong, right = [_rich(piece, default, pictures) for piece in said] + [""] * (2 - len(said))
    feedback = (right, wrong) if truth else (wrong, right)
    return Choice(TRUE, truth, None, feedback[0]), Choice(FALSE, not truth, None, feedback[1])


def _choices(answers: Piece, kind: Kind, default: str, pictures: ItemPictures) -> tuple[Choice, ...]:
    starts = [found.start() for found in re.finditer("[~=]", answers.shape)]
    if len(starts) > limits.CHOICES:
        raise RefusedError(_("có %(count)d phương án") % {"count": len(starts)}, answers.at)
    if answers.text[: starts[0]].strip():
        raise RefusedError(_("có chữ trước dấu = hoặc ~ của phương án đầu tiên"), answers.at)
    choices = []
    for start, end in zip(starts, [*starts[1:], len(answers.text)], strict=True):
        piece = answers[start + 1 : end].strip()
        fraction = Decimal(100 if answers.shape[start] == "=" else 0)
        if weight := WEIGHT.match(piece.text):
            fraction = Decimal(weight[1])
            piece = piece[weight.end() : len(piece.text)]
        text, *said = piece.split("#", 1)
        right = fraction > 0 if kind is Kind.MULTIPLE else fraction == 100
        feedback = _rich(said[0], default, pictures) if said else ""
        choices.append(Choice(_rich(text, default, pictures), right, fraction, feedback))
    return tuple(choices)


def _rich(piece: Piece, default: str, pictures: ItemPictures) -> str:
    """Rich text of a piece, which may begin with the name of its markup."""
    piece = piece.strip()
    markup = FORMAT.match(piece.text)
    if markup:
        piece = piece[markup.end() : len(piece.text)]
    return pictures.clean(html_of(piece.plain, markup[1] if markup else default))


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """A GIFT file that Moodle reads too."""
    kept, lost = reduce(items, pictures or {}, HOLDS)
    blocks = [f"// {' '.join(title.split())}"] if title else []
    topics: tuple[str, ...] = ()
    for item in kept:
        if item.topics != topics:
            topics = item.topics
            blocks.append(f"{CATEGORY} {category_path(topics)}")
        blocks.append(_written(item))
    return "".join(f"{block}\n\n" for block in blocks).encode(), lost


def _written(item: Item) -> str:
    lines = []
    tags = [*([difficulty_tag(item.difficulty)] if item.difficulty else []), *item.tags]
    marks = [f"[id:{item.number}]"] if item.number else []
    marks += [f"[tag:{TAG_ESCAPED.sub(ESCAPING, tag)}]" for tag in tags]
    if marks:
        lines.append(f"// {' '.join(marks)}")
    name = f"::Câu {item.number}::" if item.number else ""
    lines.append(f"{name}[html]{_escaped(item.text)}{{")
    lines += _written_truth(item) if item.kind is Kind.TRUE_FALSE else _written_choices(item)
    general = remarks.join(item.explanation, item.source, item.source_link)
    if general:
        lines.append(f"\t####{_guarded(general)}")
    return "\n".join([*lines, "}"])


def _written_truth(item: Item) -> list[str]:
    right, wrong = sorted(item.choices, key=lambda choice: not choice.right)
    line = "\tTRUE" if item.choices[0].right else "\tFALSE"
    if right.feedback:
        return [f"{line}#{_guarded(wrong.feedback)}#{_guarded(right.feedback)}"]
    return [f"{line}#{_guarded(wrong.feedback)}" if wrong.feedback else line]


def _written_choices(item: Item) -> list[str]:
    lines = []
    usual = default_fractions(item.kind, item.choices)
    for choice, own in zip(item.choices, usual, strict=True):
        fraction = own if choice.fraction is None else choice.fraction
        sign = "=" if item.kind is Kind.SINGLE and choice.right else f"~%{fraction}%" if fraction else "~"
        feedback = f"#{_guarded(choice.feedback)}" if choice.feedback else ""
        lines.append(f"\t{sign}{_guarded(choice.text)}{feedback}")
    return lines


def _guarded(html: str) -> str:
    """A text whose first characters would be taken for a markup's name or a weight says its markup."""
    return ("[html]" if html.startswith(("[", "%")) else "") + _escaped(html)


def _escaped(html: str) -> str:
    return SPECIAL.sub(lambda found: "\\" + found[0], html)
