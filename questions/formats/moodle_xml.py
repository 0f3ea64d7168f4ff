"""Moodle's XML: questions with formatted text, pictures, topics, tags and parts of the mark.

Read element by element, so that a large file needs little memory. A document type, and with it every entity
bomb and outside entity, is refused.
"""

import base64
import io
import re
import xml.etree.ElementTree as Tree
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from urllib.parse import quote, unquote

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from questions.enums import Kind
from questions.formats import limits, remarks
from questions.formats.categories import category_path, topics_of
from questions.formats.exchange import FALSE, TRUE, Choice, Item, Lost, UnreadableError
from questions.formats.holding import Holds, reduce
from questions.formats.markup import html_of
from questions.formats.reading import ItemPictures, Reading, decoded, reader
from questions.formats.rich_reading import pictures_in, to_plain
from questions.formats.tidying import default_fractions, difficulty_tag

HOLDS = Holds("Moodle XML", source_in_explanation=True)
MARKUPS = {"html": "html", "plain_text": "plain", "markdown": "markdown", "moodle_auto_format": "moodle"}
FILES = "@@PLUGINFILE@@/"
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")  # the last is refused by its content
NAME_LENGTH = 80
OTHER_KINDS = {
    "essay": "tự luận",
    "matching": "ghép đôi",
    "match": "ghép đôi",
    "randomsamatch": "ghép đôi",
    "numerical": "điền số",
    "shortanswer": "trả lời ngắn",
    "cloze": "điền vào chỗ trống",
    "multianswer": "điền vào chỗ trống",
    "gapselect": "điền vào chỗ trống",
    "ddwtos": "kéo thả",
    "ddmarker": "kéo thả",
    "ddimageortext": "kéo thả",
    "ordering": "sắp xếp",
    "calculated": "tính toán",
    "calculatedsimple": "tính toán",
    "calculatedmulti": "tính toán",
    "description": "mô tả",
}
# What Moodle says after an answer on the whole; there is no place for it here.
COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback", "hint")


def _parse(data: bytes, reading: Reading) -> None:
    """Questions of a Moodle XML file; places are the questions' order and name."""
    if len(data) > limits.XML_FILE:
        raise UnreadableError(_("Tệp lớn hơn 20 MB. Hãy chia thành nhiều tệp."))
    topics: tuple[str, ...] = ()
    ordinal = 0
    for element in _questions(data):
        kind = element.get("type", "")
        if kind == "category":
            topics = topics_of(element.findtext("category/text") or "")
            continue
        ordinal += 1
        _question(element, kind, topics, ItemPictures(reading, _place(element, ordinal), _files(element)))


read = reader(_parse)


def _questions(data: bytes) -> Iterator[Tree.Element]:
    """The elements of the questions and categories, each let go after it was used."""
    depth = count = 0
    root: Tree.Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            count += event == "start"
            if depth > limits.XML_DEPTH or count > limits.XML_ELEMENTS:
                raise UnreadableError(_("Tệp có cấu trúc quá lớn hoặc lồng nhau quá sâu."))
            if root is None:
                root = element
                if root.tag != "quiz":
                    raise UnreadableError(_("Tệp XML không phải là tệp câu hỏi của Moodle (thiếu <quiz>)."))
            elif event == "end" and depth == 1:
                if element.tag == "question":
                    yield element
                root.clear()
    except DefusedXmlException as error:
        raise UnreadableError(_("Tệp có khai báo XML không được phép, có thể là tệp độc hại.")) from error
    except Tree.ParseError as error:
        line = error.position[0]
        raise UnreadableError(
            _("Tệp XML bị lỗi ở dòng %(line)d, không đọc được.") % {"line": line}
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise UnreadableError(_("Tệp XML có bảng mã không đọc được; hãy lưu lại bằng UTF-8.")) from error


def _place(element: Tree.Element, ordinal: int) -> str:
    name = " ".join((element.findtext("name/text") or "").split())
    if not name:
        return _("Câu hỏi thứ %(ordinal)d") % {"ordinal": ordinal}
    short = name if len(name) <= 40 else name[:40] + "…"
    return _("Câu hỏi thứ %(ordinal)d (“%(name)s”)") % {"ordinal": ordinal, "name": short}


def _files(element: Tree.Element) -> dict[str, bytes]:
    """The files that came with a question, by the address that its texts have for them."""
    files = {}
    for file in element.iter("file"):
        path = (file.get("path") or "/").strip("/")
        name = f"{path}/{file.get('name', '')}".lstrip("/")
        files[FILES + name] = decoded(file.text or "") if file.get("encoding") == "base64" else b""
    return files


class _Pictures(ItemPictures):
    """Addresses of files are written with their signs escaped, and sometimes with a query behind."""

    def resolve(self, src: str) -> str | None:
        return super().resolve(unquote(src.split("?")[0]) if src.startswith(FILES) else src)


def _question(element: Tree.Element, kind: str, topics: tuple[str, ...], found: ItemPictures) -> None:
    pictures = _Pictures(found.reading, found.place, found.files)
    if kind not in {"multichoice", "truefalse"}:
        words = OTHER_KINDS.get(kind, kind[:30])
        pictures.refuse(_("câu dạng %(kind)s không dùng được trong thi trắc nghiệm") % {"kind": words})
        return
    _note_combined(element, pictures)
    for address in pictures.files:
        name = address.removeprefix(FILES)
        if not name.lower().endswith(PICTURE_ENDINGS):
            pictures.refuse(_("tệp đính kèm “%(name)s” không phải là hình ảnh") % {"name": name[:60]})
    multiple = kind == "multichoice" and _said(element, "single") in {"false", "0"}
    answers = element.findall("answer")
    if len(answers) > limits.CHOICES:
        pictures.refuse(_("có %(count)d phương án") % {"count": len(answers)})
        return
    if kind == "truefalse":
        choices = _truth(answers, pictures)
    else:
        choices = tuple(_choice(answer, multiple, _markup(element), pictures) for answer in answers)
    explanation, source, link = remarks.split(_text(element.find("generalfeedback"), "html", pictures))
    text = _text(element.find("questiontext"), "html", pictures) + _old_image(element, pictures)
    pictures.add(
        Item(
            place=pictures.place,
            number=_number(element),
            kind=Kind.TRUE_FALSE if kind == "truefalse" else Kind.MULTIPLE if multiple else Kind.SINGLE,
            topics=topics,
            text=text,
            choices=choices,
            explanation=explanation,
            source=source,
            source_link=link,
            tags=tuple(tag.text or "" for tag in element.findall("tags/tag/text")),
        )
    )


def _said(element: Tree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip().lower()


def _number(element: Tree.Element) -> int | None:
    said = _said(element, "idnumber")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else None


def _markup(element: Tree.Element) -> str:
    """The markup of the question's own text, which its answers have too unless they say another."""
    text = element.find("questiontext")
    return MARKUPS.get("" if text is None else text.get("format", ""), "html")


def _note_combined(element: Tree.Element, pictures: ItemPictures) -> None:
    if any(_said(part, "text") for tag in COMBINED for part in element.findall(tag)):
        pictures.reading.note("", _("gợi ý và nhận xét chung (đúng, đúng một phần, sai) không được giữ"))


def _text(element: Tree.Element | None, markup: str, pictures: ItemPictures) -> str:
    if element is None:
        return ""
    said = (element.findtext("text") or "").strip()
    return pictures.clean(html_of(said, MARKUPS.get(element.get("format", ""), markup))) if said else ""


def _old_image(element: Tree.Element, pictures: ItemPictures) -> str:
    """The picture of a question as Moodle wrote it before version 2."""
    data, name = element.findtext("image_base64"), element.findtext("image")
    if not data:
        return ""
    bundled = pictures.named(name or "", decoded(data))
    return f'<br><img src="{bundled}" alt="">' if bundled else ""


def _choice(answer: Tree.Element, multiple: bool, markup: str, pictures: ItemPictures) -> Choice:
    fraction = _fraction(answer, pictures)
    right = fraction > 0 if multiple else fraction == 100
    feedback = _text(answer.find("feedback"), markup, pictures)
    return Choice(_text(answer, markup, pictures), right, fraction, feedback)


def _fraction(answer: Tree.Element, pictures: ItemPictures) -> Decimal:
    said = answer.get("fraction", "0").strip() or "0"
    try:
        if re.fullmatch(r"[-+]?\d{1,3}(\.\d{0,20})?(e-\d)?", said, re.IGNORECASE):
            return round(Decimal(said), 7)
    except InvalidOperation:
        pass
    pictures.refuse(_("tỷ lệ điểm “%(fraction)s” không đọc được") % {"fraction": said[:20]})
    return Decimal(0)


def _truth(answers: Sequence[Tree.Element], pictures: ItemPictures) -> tuple[Choice, ...]:
    """True, then false. Old files name them in another language; there the first is true."""
    named = {_said(answer, "text"): answer for answer in answers}
    if set(named) != {"true", "false"}:
        if len(answers) != 2:
            pictures.refuse(_("câu đúng/sai phải có hai phương án true và false"))
            return ()
        named = {"true": answers[0], "false": answers[1]}
        pictures.reading.note(pictures.place, _("phương án đầu được hiểu là Đúng, phương án sau là Sai"))
    choices = []
    for word, name in (("true", TRUE), ("false", FALSE)):
        feedback = _text(named[word].find("feedback"), "html", pictures)
        choices.append(Choice(name, _fraction(named[word], pictures) == 100, None, feedback))
    return tuple(choices)


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """A file that Moodle reads too. `title` stands in a comment."""
    kept, lost = reduce(items, pictures or {}, HOLDS)
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    if title:
        parts.append(f"<!-- {re.sub('-+', '-', ' '.join(title.split()))} -->\n")
    topics: tuple[str, ...] = ()
    for ordinal, item in enumerate(kept, 1):
        if item.topics != topics:
            topics = item.topics
            category = Tree.Element("question", type="category")
            _texts(category, "category", category_path(topics))
            parts.append(_string(category))
        parts.append(_string(_written(item, ordinal, pictures or {})))
    return "".join([*parts, "</quiz>\n"]).encode(), lost


def _string(element: Tree.Element) -> str:
    return Tree.tostring(element, encoding="unicode") + "\n"


def _written(item: Item, ordinal: int, pictures: Mapping[str, bytes]) -> Tree.Element:
    truth = item.kind is Kind.TRUE_FALSE
    element = Tree.Element("question", type="truefalse" if truth else "multichoice")
    _texts(element, "name", _name(item, ordinal))
    _rich(element, "questiontext", item.text, pictures)
    _rich(element, "generalfeedback", remarks.join(item.explanation, item.source, item.source_link), pictures)
    Tree.SubElement(element, "defaultgrade").text = "1"
    Tree.SubElement(element, "idnumber").text = str(item.number or "")
    if not truth:
        Tree.SubElement(element, "single").text = "false" if item.kind is Kind.MULTIPLE else "true"
        Tree.SubElement(element, "shuffleanswers").text = "true"
        Tree.SubElement(element, "answernumbering").text = "ABCD"
    usual = default_fractions(item.kind, item.choices)
    for choice, own, word in zip(item.choices, usual, ("true", "false", *"-----"), strict=False):
        fraction = own if choice.fraction is None else choice.fraction
        if truth:
            answer = Tree.SubElement(element, "answer", fraction=str(fraction), format="plain_text")
            Tree.SubElement(answer, "text").text = word
        else:
            answer = _rich(element, "answer", choice.text, pictures)
            answer.set("fraction", str(fraction))
        _rich(answer, "feedback", choice.feedback, pictures)
    tags = [*([difficulty_tag(item.difficulty)] if item.difficulty else []), *item.tags]
    if tags:
        above = Tree.SubElement(element, "tags")
        for tag in tags:
            _texts(above, "tag", tag)
    return element


def _name(item: Item, ordinal: int) -> str:
    """What Moodle lists the question by."""
    if item.number:
        return f"Câu {item.number}"
    text = " ".join(to_plain(item.text).split())
    return f"{text[:NAME_LENGTH]}…" if len(text) > NAME_LENGTH else text or f"({ordinal})"


def _texts(above: Tree.Element, tag: str, text: str) -> None:
    Tree.SubElement(Tree.SubElement(above, tag), "text").text = text


def _rich(above: Tree.Element, tag: str, html: str, pictures: Mapping[str, bytes]) -> Tree.Element:
    """A text in HTML with its pictures beside it."""
    element = Tree.SubElement(above, tag, format="html")
    names = pictures_in(html)
    for name in names:
        html = html.replace(f'src="{name}"', f'src="{FILES}{quote(name)}"')
    Tree.SubElement(element, "text").text = html
    for name in names:
        file = Tree.SubElement(element, "file", name=name, path="/", encoding="base64")
        file.text = base64.b64encode(pictures[name]).decode()
    return element
