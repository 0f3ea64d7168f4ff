"""The picture that Facebook and Zalo show when a contest's address is shared: 1200 × 630 pixels.

It says the contest's name, organiser and dates. Its address holds the digest of what it says, so that it may
be kept for good, and sites that keep pictures ask again when a word has changed.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import unicodedata
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contest_site.lib.pdf import font_files
from contest_site.lib.templatetags.vi import end_moment, moment
from contests.models import Contest

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

# Counts up when the same words are drawn otherwise.
DRAWING = 1
SIZE = (1200, 630)
EDGE = 80
WIDTH = SIZE[0] - 2 * EDGE
RED, GOLD, PAPER, INK, MUTED = "#7c1417", "#b8923a", "#ffffff", "#211c18", "#5d554d"
# A name is set as large as it fits in; a name of 300 characters still does.
NAME_SIZES = range(76, 29, -2)
NAME_HEIGHT = 300
BAND = 84


@dataclass(frozen=True)
class Card:
    """The words of a picture, in NFC: letters with their marks are one character and one glyph."""

    parent: str
    organiser: str
    name: str
    when: str
    host: str

    @property
    def digest(self) -> str:
        words = "\n".join([str(DRAWING), *astuple(self)])
        return hashlib.sha256(words.encode()).hexdigest()[:24]


def card_of(contest: Contest) -> Card:
    with translation.override(settings.LANGUAGE_CODE):
        when = _("Từ %(opens)s đến %(closes)s") % {
            "opens": moment(contest.opens_at),
            "closes": end_moment(contest.closes_at),
        }
    host = urlsplit(settings.SITE_URL).netloc
    words = (contest.parent_organiser, contest.organiser, contest.name, when, host)
    return Card(*(" ".join(unicodedata.normalize("NFC", one).split()) for one in words))


def card_address(contest: Contest) -> str:
    return reverse("card", args=[contest.slug, card_of(contest).digest])


def card_file(card: Card) -> Path:
    """The picture under the media folder, drawn when it is not there yet."""
    path = settings.MEDIA_ROOT / "cards" / f"{card.digest}.png"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not there: two requests may draw it at once.
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(draw(card))
    Path(name).replace(path)
    return path


def draw(card: Card) -> bytes:
    """The picture as PNG; the same words give the same bytes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, SIZE[0], 14), fill=GOLD)
    canvas.rectangle((0, SIZE[1] - BAND, *SIZE), fill=RED)
    top = 62
    if card.parent:
        top += _lines(canvas, card.parent.upper(), top, size=26, fill=MUTED, most=1)
    top += _lines(canvas, card.organiser.upper(), top, size=32, fill=RED, bold=True, most=2)
    canvas.rectangle((EDGE, top + 14, EDGE + 120, top + 18), fill=GOLD)
    _name(canvas, card.name, top + 40)
    _lines(canvas, card.when, SIZE[1] - BAND - 62, size=30, fill=INK, most=1)
    host = _font(30, bold=True)
    canvas.text((EDGE, SIZE[1] - BAND // 2), card.host, font=host, fill=PAPER, anchor="lm")
    kept = io.BytesIO()
    image.quantize(64).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    face = "LiberationSerif-Bold.ttf" if bold else "LiberationSerif-Regular.ttf"
    return ImageFont.truetype(str(font_files()[face]), size, layout_engine=ImageFont.Layout.BASIC)


def _name(canvas: ImageDraw.ImageDraw, text: str, top: int) -> None:
    room = SIZE[1] - BAND - 80 - top
    size = next(
        (size for size in NAME_SIZES if _height(text, size) <= min(room, NAME_HEIGHT)), NAME_SIZES[-1]
    )
    font = _font(size, bold=True)
    for at, line in enumerate(wrapped(text, font)):
        canvas.text((EDGE, top + at * size * 1.25), line, font=font, fill=INK)


def _height(name: str, size: int) -> float:
    return len(_filled(name, _font(size, bold=True), WIDTH)) * size * 1.25


def _lines(
    canvas: ImageDraw.ImageDraw,
    text: str,
    top: int,
    *,
    size: int,
    fill: str,
    bold: bool = False,
    most: int,
) -> int:
    """Write the text from `top` down in at most so many lines, smaller when it is long; gives its height."""
    while len(_filled(text, _font(size, bold=bold), WIDTH)) > most and size > 16:
        size -= 1
    lines = wrapped(text, _font(size, bold=bold))
    for at, line in enumerate(lines[:most]):
        canvas.text((EDGE, top + at * size * 1.3), line, font=_font(size, bold=bold), fill=fill)
    return round(len(lines[:most]) * size * 1.3)


def wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """The words in lines no wider than the picture, of even length, so that no word stands alone."""
    found = _filled(text, font, WIDTH)
    for width in range(WIDTH - 40, WIDTH // 2, -40):
        narrower = _filled(text, font, width)
        if len(narrower) > len(found):
            break
        found = narrower
    return found


def _filled(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
