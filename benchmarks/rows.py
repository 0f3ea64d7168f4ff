"""The shape of what is measured: rows, the registry of measurements, the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.bench import Bench


@dataclass(frozen=True)
class Row:
    """One figure. `floor` is in the same unit, measured in the same run; `ratio` = value ÷ floor.

    `target` is what was asked for, in words; `met` says whether it was reached (None: nothing was asked).
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


# The figures of one round of the floor and of the round of the product right after it.
Pair = tuple[float, float]


def compared(
    name: str,
    pairs: Sequence[Pair],
    *,
    unit: str,
    at_most: float | None = None,
    limit: float | None = None,
    at_least: float | None = None,
    scale: float = 1.0,
) -> Row:
    """A row of interleaved rounds: medians of both, and the median of the rounds' ratios.

    `at_most` is the highest ratio that was asked for, `limit` the highest value and `at_least` the lowest (in
    `unit`).
    """
    floor = median(pair[0] for pair in pairs) * scale
    value = median(pair[1] for pair in pairs) * scale
    ratio = median(pair[1] / pair[0] for pair in pairs)
    asked = [f"≤ {at_most:g} × floor"] if at_most is not None else []
    asked += [f"≤ {limit:g} {unit}"] if limit is not None else []
    asked += [f"≥ {at_least:,g} {unit}"] if at_least is not None else []
    met = (at_most is None or ratio <= at_most) and (limit is None or value <= limit)
    met = met and (at_least is None or value >= at_least)
    return Row(name, value, unit, floor, ratio, ", ".join(asked), met if asked else None)


@dataclass(frozen=True)
class Measurement:
    name: str
    run: Callable[[Bench], list[Row]]
    quick: bool
    order: int


MEASUREMENTS: list[Measurement] = []


def measurement(
    name: str, *, quick: bool = False, order: int = 50
) -> Callable[[Callable[[Bench], list[Row]]], Callable[[Bench], list[Row]]]:
    """Make a function one of those that `bin/bench` runs, by `order`; see benchmarks/__init__.py."""

    def register(function: Callable[[Bench], list[Row]]) -> Callable[[Bench], list[Row]]:
        MEASUREMENTS.append(Measurement(name, function, quick, order))
        return function

    return register


HEAD = ("what", "value", "floor", "ratio", "target", "met")


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{number(row.value)} {row.unit}",
        "" if row.floor is None else number(row.floor),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.target,
        "" if row.met is None else "yes" if row.met else "NO",
    )


def number(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def write_json(rows: Iterable[Row], file: Path) -> None:
    file.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2) + "\n")
