"""The contestant's guide, docs/guides/nguoi-du-thi.md, as a page of the site.

The file is ours, written with the few marks below; anything else in it would show as it is written. Reading
the one file keeps the page and the guide that offices print the same.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

SOURCE = settings.BASE_DIR / "docs" / "guides" / "nguoi-du-thi.md"
PICTURES = "guide"
# As bin/test tests/e2e/guide_pictures.py takes them, so that the page does not jump while they load.
WIDTH = 360

HEADING = re.compile(r"(#{1,2}) (.+)")
PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
ITEM = re.compile(r"(\d+\.|-) (.+)")
STRONG = re.compile(r"\*\*(.+?)\*\*")


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How to take part, with pictures; Vietnamese, as the guide is."""
    return render(request, "public/guide.html", {"guide": guide_page()})


@cache
def guide_page() -> SafeString:
    """The guide's HTML: a heading, sections, lists and pictures; everything of the file escaped."""
    blocks = SOURCE.read_text(encoding="utf-8").strip().split("\n\n")
    return mark_safe("\n".join(part for block in blocks for part in _block(block)))  # noqa: S308  escaped


def _block(block: str) -> Iterator[str]:
    lines = block.splitlines()
    if heading := HEADING.fullmatch(block):
        level = len(heading[1])
        yield f"<h{level}>{_inline(heading[2])}</h{level}>"
    elif picture := PICTURE.fullmatch(block):
        source = static(f"{PICTURES}/{PurePosixPath(picture[2]).name}")
        yield format_html(
            '<p class="shot"><img src="{}" alt="{}" width="{}" loading="lazy"></p>', source, picture[1], WIDTH
        )
    elif items := [found for line in lines if (found := ITEM.fullmatch(line))]:
        kind = "ul" if items[0][1] == "-" else "ol"
        yield f"<{kind}>{''.join(f'<li>{_inline(item[2])}</li>' for item in items)}</{kind}>"
    else:
        yield f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    return STRONG.sub(r"<strong>\1</strong>", escape(text))
