"""The chart of an agency's days: where its bars lie. Its SVG is in the template, its words are HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contest_site.agency.figures import Day

STEP, WIDTH, HEIGHT = 10, 8, 100  # units of the drawing, for a bar and its gap


@dataclass(frozen=True)
class Bar:
    x: int
    y: str
    height: str


@dataclass(frozen=True)
class Trend:
    """`highest`: the largest number of people of a day, which the tallest bar stands for."""

    bars: list[Bar]
    width: int
    first: Day
    last: Day
    busiest: Day

    @property
    def highest(self) -> int:
        return self.busiest.people


def trend(days: Sequence[Day]) -> Trend | None:
    """None where there is nothing to draw: no day, or nobody on any."""
    busiest = max(days, key=lambda day: day.people, default=None)
    if busiest is None or not busiest.people:
        return None
    bars = []
    for at, day in enumerate(days):
        height = (Decimal(HEIGHT * day.people) / busiest.people).quantize(Decimal("0.1"))
        bars.append(Bar(at * STEP + (STEP - WIDTH) // 2, str(HEIGHT - height), str(height)))
    return Trend(bars, len(days) * STEP, days[0], days[-1], busiest)
