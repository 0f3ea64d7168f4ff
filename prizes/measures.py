"""What a unit was measured by, as pages show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attempts.rules.marking import in_questions
from contest_site.lib.templatetags.vi import duration, number
from contests.enums import UnitMetric
from contests.models import PrizeTable
from prizes.models import UnitRow
from prizes.rules.targets import percent

HEADINGS: Mapping[UnitMetric, Promise] = {
    UnitMetric.PARTICIPANTS: gettext_lazy("Người dự thi"),
    UnitMetric.ATTEMPTS: gettext_lazy("Lượt thi"),
    UnitMetric.RATIO: gettext_lazy("Tỷ lệ dự thi"),
    UnitMetric.MEAN_SCORE: gettext_lazy("Điểm trung bình"),
    UnitMetric.ALL_RIGHT: gettext_lazy("Người đúng tất cả"),
    UnitMetric.ALL_RIGHT_SHARE: gettext_lazy("Tỷ lệ đúng tất cả"),
    UnitMetric.WINNERS: gettext_lazy("Giải cá nhân"),
    UnitMetric.BEST_SCORE: gettext_lazy("Tổng điểm người được cộng"),
    UnitMetric.BEST_DURATION: gettext_lazy("Tổng thời gian người được cộng"),
}
# By row and into how many parts a question's mark is divided. Cut to what can be read; the whole numbers that
# they come from stand beside them.
VALUES: Mapping[UnitMetric, Callable[[UnitRow, int], str]] = {
    UnitMetric.PARTICIPANTS: lambda row, _parts: number(row.participants),
    UnitMetric.ATTEMPTS: lambda row, _parts: number(row.attempts),
    UnitMetric.RATIO: lambda row, _parts: _percent(row.participants, row.headcount),
    UnitMetric.MEAN_SCORE: lambda row, parts: _mean(row.correct, row.sittings * parts),
    UnitMetric.ALL_RIGHT: lambda row, _parts: number(row.all_right),
    UnitMetric.ALL_RIGHT_SHARE: lambda row, _parts: _percent(row.all_right, row.participants),
    UnitMetric.WINNERS: lambda row, _parts: number(row.winners),
    UnitMetric.BEST_SCORE: lambda row, parts: number(in_questions(row.best_correct, parts)),
    UnitMetric.BEST_DURATION: lambda row, _parts: duration(row.best_duration_ms),
}


@dataclass(frozen=True)
class Column:
    """A column of a table of units; `decides` when the plan ranks by it."""

    heading: str
    value: Callable[[UnitRow], str]
    decides: bool = False


def metrics_of(table: PrizeTable) -> list[UnitMetric]:
    """What decides in a table of units, the most important first; known words only."""
    words = sorted(table.weights, key=lambda word: -table.weights[word]) or table.unit_order
    return [UnitMetric(word) for word in words if word in UnitMetric.values]


def basis(table: PrizeTable) -> str:
    """By what a table of units ranks, in words: "Người dự thi → Điểm trung bình", or the weights."""
    if table.weights:
        shares = (f"{HEADINGS[metric]} {table.weights[metric]} %" for metric in metrics_of(table))
        return ", ".join(shares)
    return " → ".join(str(HEADINGS[metric]) for metric in metrics_of(table))


def headings(table: PrizeTable) -> list[str]:
    """Over the cells of `cells`: the deciding metrics, and the weighted points."""
    found = [str(HEADINGS[metric]) for metric in metrics_of(table)]
    return [*found, _("Điểm theo trọng số")] if table.weights else found


def cells(row: UnitRow, table: PrizeTable, *, parts: int) -> list[str]:
    found = [VALUES[metric](row, parts) for metric in metrics_of(table)]
    return [*found, number(row.points)] if table.weights else found


def columns(table: PrizeTable, *, of_contest: bool, parts: int) -> list[Column]:
    """Everything a unit of this table was measured by, what decides first.

    Prizes of its people only over the whole contest. `parts`: into how many a question's mark is divided.
    """
    deciding = metrics_of(table)

    def metric(one: UnitMetric) -> Column:
        return Column(str(HEADINGS[one]), lambda row: VALUES[one](row, parts), one in deciding)

    found = [
        metric(UnitMetric.PARTICIPANTS),
        Column(_("Tổng số người"), lambda row: number(row.headcount)),
        metric(UnitMetric.RATIO),
        metric(UnitMetric.ATTEMPTS),
        Column(_("Bài được tính"), lambda row: number(row.sittings)),
        Column(_("Tổng câu đúng"), lambda row: number(in_questions(row.correct, parts))),
        metric(UnitMetric.MEAN_SCORE),
        metric(UnitMetric.ALL_RIGHT),
        metric(UnitMetric.ALL_RIGHT_SHARE),
    ]
    if of_contest:
        found.append(metric(UnitMetric.WINNERS))
    if table.best_of:
        found += [
            Column(_("Người được cộng"), lambda row: number(row.best_people)),
            metric(UnitMetric.BEST_SCORE),
            metric(UnitMetric.BEST_DURATION),
        ]
    if table.weights:
        found.insert(0, Column(_("Điểm theo trọng số"), lambda row: number(row.points), decides=True))
    return sorted(found, key=lambda column: not column.decides)


def exceeds_headcount(row: UnitRow) -> bool:
    """More people took part than the unit is said to have: somebody should look at its headcount."""
    return row.headcount is not None and row.participants > row.headcount


def _percent(part: int, whole: int | None) -> str:
    value = percent(part, whole or 0)
    return "–" if value is None else f"{number(value.quantize(Decimal('0.01'), ROUND_HALF_UP))} %"


def _mean(total: int, count: int) -> str:
    if not count:
        return "–"
    return number((Decimal(total) / count).quantize(Decimal("0.0001"), ROUND_HALF_UP))
