"""A printed paper of a bank's questions, and apart from it its key, as PDF in the layout of administrative
papers (Decree 30/2020/NĐ-CP, appendix I). The paper carries nothing that tells the answer."""

import base64
import re
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from contest_site.lib.errors import Refused
from contest_site.lib.pdf import render_document
from questions.formats.exchange import Item
from questions.formats.printing import key, paper
from questions.formats.rich_reading import TooComplexError, clean_rich

PAGE_LIMIT = (
    500  # questions of one paper: setting them takes about half a minute, and nobody prints more at once
)
PICTURE = re.compile(r'<img src="([0-9a-f]{32}\.([a-z]+))"')
MEDIA = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def paper_pdf(items: Sequence[Item], pictures: Mapping[str, bytes], *, title: str) -> bytes:
    """The questions with their options, in their order, numbered from 1. Raises Refused for too many."""
    _check(items)
    shown = paper(items, pictures, title=title)
    questions = [
        {
            "number": question.number,
            "topics": question.topics,
            "text": printed(question.text, shown.pictures),
            "several": question.several,
            "options": [(letter, printed(text, shown.pictures)) for letter, text in question.options],
            "beside": _beside(question.options),
        }
        for question in shown.questions
    ]
    return _set("pdf/paper.html", title=title, questions=questions)


def key_pdf(items: Sequence[Item], pictures: Mapping[str, bytes], *, title: str) -> bytes:
    """The key of the paper of the same items, with explanations and sources. Raises Refused for too many."""
    _check(items)
    rows = key(items)
    return _set(
        "pdf/paper_key.html",
        title=title,
        rows=[
            {
                "number": row.number,
                "letters": ", ".join(row.letters),
                "explanation": printed(row.explanation, pictures),
                "source": row.source,
                "link": row.source_link,
            }
            for row in rows
        ],
    )


def _check(items: Sequence[Item]) -> None:
    if len(items) > PAGE_LIMIT:
        message = _("Một bản in có tối đa %(limit)d câu hỏi. Hãy chọn từng chủ đề.")
        raise Refused(message % {"limit": PAGE_LIMIT}, [])


def _set(template: str, **context: object) -> bytes:
    with override("vi"):
        return render_document(render_to_string(template, {"organiser": settings.SITE_ORGANISER, **context}))


def printed(rich: str, pictures: Mapping[str, bytes]) -> SafeString:
    """The markup of a rich text with its pictures inside it; a picture that is not there is its words alone.

    What is not exactly in the stored form is printed as the characters it consists of.
    """

    def inside(found: re.Match[str]) -> str:
        data = pictures.get(found[1])
        if data is None:
            return "<img"
        return f'<img src="data:{MEDIA[found[2]]};base64,{base64.b64encode(data).decode()}"'

    try:
        stored = clean_rich(rich) == rich
    except TooComplexError:
        stored = False
    if not stored:
        return escape(rich)
    return mark_safe(PICTURE.sub(inside, rich))  # noqa: S308  # it is what the cleaning itself writes


def _beside(options: Sequence[tuple[str, str]]) -> bool:
    """Whether the options are so short that two stand on a line."""
    return all(len(text) <= 32 and "<" not in text for _letter, text in options)
