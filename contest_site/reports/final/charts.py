"""Bar charts of the final report: where their bars lie. Their SVG is in templates/pdf/_bars*.html."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contest_site.lib.templatetags.vi import number

# In units of the drawing; a page is WIDTH wide.
WIDTH = 680
HEIGHT, FOOT, HEAD = 170, 22, 18  # of standing bars: the plane, the labels below, the numbers above
ROW, BAR, LABEL, VALUE = 26, 16, 290, 100  # of lying bars: a line, its bar, room for words on either side
WRITTEN = 16  # more standing bars than these have no number each
LABELS = 8  # labels below many bars


@dataclass(frozen=True)
class Bar:
    """`x`, `y`, `width`, `height` for the drawing; its label stands at `middle`, its value at `end`."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    end: str
    label: str
    value: str


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    width: int
    height: int
    base: int  # where standing bars stand


def standing(values: Sequence[tuple[str, int]]) -> Chart | None:
    """Bars side by side, from left to right; None where all are 0."""
    most = max((value for _label, value in values), default=0)
    if not most:
        return None
    step = Decimal(WIDTH) / len(values)
    every = -(-len(values) // LABELS) if len(values) > WRITTEN else 1
    bars = []
    for at, (label, value) in enumerate(values):
        height = Decimal(HEIGHT * value) / most
        wide = min(step * Decimal("0.7"), Decimal(70))
        bars.append(
            Bar(
                x=_short(step * at + (step - wide) / 2),
                y=_short(HEAD + HEIGHT - height),
                width=_short(wide),
                height=_short(height),
                middle=_short(step * at + step / 2),
                end=_short(HEAD + HEIGHT - height - 4),
                label=label if at % every == 0 else "",
                value=number(value) if len(values) <= WRITTEN else "",
            )
        )
    return Chart(bars, WIDTH, HEAD + HEIGHT + FOOT, HEAD + HEIGHT)


def lying(values: Sequence[tuple[str, Decimal, str]]) -> Chart | None:
    """Bars one below another: words, how long, what is written at its end; None without any length."""
    most = max((value for _label, value, _words in values), default=Decimal(0))
    if not most:
        return None
    room = WIDTH - LABEL - VALUE
    bars = [
        Bar(
            x=str(LABEL),
            y=_short(Decimal(ROW * at + (ROW - BAR) / 2)),
            width=_short(room * value / most),
            height=str(BAR),
            middle=_short(Decimal(ROW * at + ROW * 0.68)),
            end=_short(LABEL + room * value / most + 8),
            label=_cut(label),
            value=words,
        )
        for at, (label, value, words) in enumerate(values)
    ]
    return Chart(bars, WIDTH, ROW * len(values), 0)


def _cut(label: str) -> str:
    """As much as the room beside a bar holds."""
    return label if len(label) <= 38 else label[:37].rstrip() + "…"


def _short(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')):f}"
