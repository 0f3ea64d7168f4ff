"""Where the marks of the charts lie. Their SVG is in templates; numbers here are written for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from attempts.analysis.report import Item
from attempts.analysis.words import Ratio, index, percent, rounded

# The plane of all questions in units of the drawing: facility to the right, discrimination upwards.
LEFT, RIGHT, TOP, BOTTOM = 56, 704, 16, 276


@dataclass(frozen=True)
class Bar:
    """A bar of `length` hundredths, and the words beside it."""

    length: str
    words: str


@dataclass(frozen=True)
class Dot:
    """A question in the plane."""

    x: str
    y: str
    bad: bool
    words: str
    address: str


def bar_of(value: Ratio) -> Bar:
    length = None if value is None else rounded(value * 100, 1)
    return Bar(str(length or 0), percent(value))


def dot_of(item: Item, address: str) -> Dot | None:
    """None for a question that has no place: on too few papers, or answered alike by everybody."""
    facility, discrimination = item.found.facility, item.found.discrimination
    if facility is None or discrimination is None:
        return None
    x = LEFT + (RIGHT - LEFT) * facility
    y = TOP + (BOTTOM - TOP) * (1 - discrimination) / 2
    words = _("Câu %(number)d: %(facility)s đúng, độ phân biệt %(index)s") % {
        "number": item.number,
        "facility": percent(facility),
        "index": index(discrimination),
    }
    return Dot(str(rounded(x, 1)), str(rounded(y, 1)), bool(item.suspicions), words, address)
