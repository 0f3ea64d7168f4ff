"""Unit standings with every term of the formula: what each unit was measured by, and what that was worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from django.db.models import F

from attempts.exporters import letterhead, mark_kind
from attempts.rules.marking import in_questions
from contest_site.lib.errors import NotNow
from contest_site.lib.excel import Column, Formula, Kind, Sheet, Total, Value
from contest_site.reports.book import Book, Order, Table
from contest_site.reports.kinds.results import notes_of, runs_of
from contests.enums import UnitMetric
from contests.models import Block, PrizeTable
from prizes.measures import HEADINGS, basis, metrics_of
from prizes.models import StandingsRun, UnitRow
from prizes.rules.unit_order import LESS_IS_BETTER, Measures, value_of
from prizes.scope import Scope

# The first columns of the terms, by their place in the sheet (from A); formulas name them.
PLACE = {"participants": "D", "headcount": "E", "sittings": "H", "correct": "I", "all_right": "K"}


@dataclass(frozen=True)
class Ranking:
    """The units that were ranked with each other: of a table, or of one block of it."""

    run: StandingsRun
    table: PrizeTable
    block: Block | None
    rows: Sequence[UnitRow]

    @property
    def name(self) -> str:
        return " – ".join([Scope.of_run(self.run).name, *([self.block.name] if self.block else [])])

    @property
    def ranked(self) -> list[Measures]:
        return [measures_of(row) for row in self.rows if row.rank is not None]


def unit_standings(order: Order) -> Book:
    """A sheet for each ranking of units. Raises NotNow where no units were ranked."""
    found = [ranking for run in runs_of(order) for ranking in _rankings(run)]
    if not found:
        raise NotNow(
            "Các vòng thi đã xếp hạng không có giải tập thể xếp theo bảng; không có gì để lập báo cáo."
        )
    return Book("Bảng xếp hạng đơn vị", [Table(_sheet(order, one), _count(one)) for one in found])


def _rankings(run: StandingsRun) -> Iterator[Ranking]:
    rows = run.unit_rows.select_related("table", "block", "unit").order_by(
        "table__number", "table", "block__position", "block", F("rank").asc(nulls_last=True), "unit__code"
    )
    for table, of_table in groupby(rows, key=lambda row: row.table):
        every = list(of_table)
        if table.by_block:
            for block, inside in groupby(every, key=lambda row: row.block):
                yield Ranking(run, table, block, list(inside))
        else:
            yield Ranking(run, table, None, sorted(every, key=lambda row: (row.rank is None, row.rank or 0)))


def _count(one: Ranking) -> int:
    rows = UnitRow.objects.filter(run=one.run, table=one.table)
    return (rows.filter(block=one.block) if one.block else rows).count()


def measures_of(row: UnitRow) -> Measures:
    names = (
        "participants", "attempts", "headcount", "sittings", "correct", "all_right", "winners",
        "best_people", "best_correct", "best_duration_ms",
    )  # fmt: skip
    return Measures(row.unit_id, row.block_id, **{name: getattr(row, name) for name in names})


def _sheet(order: Order, one: Ranking) -> Sheet:
    table = one.table
    return Sheet(
        f"{table.number}. {one.name}",
        [*_columns(order, one), *_weighed_columns(table), Column("Không xếp hạng vì", 26)],
        _values(one, one.run.parts),
        letterhead=letterhead(order.contest),
        title=["BẢNG XẾP HẠNG ĐƠN VỊ", order.contest.name, f"{table.name} – {one.name}"],
        notes=[*_formula(table), *notes_of(order, one.run)],
        total_label="Cộng",
        frozen_columns=2,
    )


def _formula(table: PrizeTable) -> list[str]:
    """How the table ranks, in a sentence or two."""
    lines = [f"Xếp hạng theo: {basis(table)}."]
    if table.weights:
        lines.append(
            "Điểm của mỗi tiêu chí = trọng số × giá trị của đơn vị ÷ giá trị tốt nhất của các đơn vị được"
            " xếp hạng cùng (thời gian: trọng số × thời gian ít nhất ÷ thời gian của đơn vị)."
        )
    if table.min_participants:
        lines.append(f"Điều kiện: từ {table.min_participants} người dự thi.")
    if table.min_ratio_percent is not None:
        lines.append(f"Điều kiện: tỷ lệ dự thi từ {table.min_ratio_percent} %.")
    return lines


def _columns(order: Order, one: Ranking) -> list[Column]:
    mark = mark_kind(order.contest)
    columns = [
        Column("Hạng", 8, Kind.LABEL),
        Column("Đơn vị", 38, total=Total.COUNT),
        Column("Khối", 20),
        Column("Người dự thi", 10, Kind.WHOLE, Total.SUM),
        Column("Tổng số người", 10, Kind.WHOLE, Total.SUM),
        Column("Tỷ lệ dự thi", 10, Kind.PERCENT),
        Column("Lượt thi", 9, Kind.WHOLE, Total.SUM),
        Column("Bài được tính", 9, Kind.WHOLE, Total.SUM),
        Column("Tổng câu đúng", 11, mark, Total.SUM),
        Column("Điểm trung bình", 11, Kind.EXACT),
        Column("Người đúng tất cả", 10, Kind.WHOLE, Total.SUM),
        Column("Tỷ lệ đúng tất cả", 10, Kind.PERCENT),
    ]
    if one.run.round is None:
        columns.append(Column("Giải cá nhân đã đạt", 10, Kind.WHOLE, Total.SUM))
    if one.table.best_of:
        columns += [
            Column("Người được cộng", 9, Kind.WHOLE, Total.SUM),
            Column("Tổng điểm người được cộng", 11, mark),
            Column("Tổng thời gian người được cộng (phút:giây)", 14, Kind.DURATION),
        ]
    return columns


def _weighed_columns(table: PrizeTable) -> list[Column]:
    if not table.weights:
        return []
    terms = [
        Column(f"Điểm: {HEADINGS[metric]} ({table.weights[metric]} %)", 17, Kind.EXACT)
        for metric in metrics_of(table)
    ]
    return [*terms, Column("Tổng điểm", 12, Kind.EXACT)]


def _values(one: Ranking, parts: int) -> Iterator[list[Value]]:
    best = _best(one)
    for row in one.rows:
        yield [
            *_measured(one, row, parts),
            *_weighed(one, row, best),
            str(row.get_left_out_display()) if row.left_out else None,
        ]


def _measured(one: Ranking, row: UnitRow, parts: int) -> list[Value]:
    found: list[Value] = [
        row.rank,
        row.unit.name,
        row.block.name,
        row.participants,
        row.headcount,
        _ratio("participants", "headcount", row.participants, row.headcount),
        row.attempts,
        row.sittings,
        in_questions(row.correct, parts),
        _ratio("correct", "sittings", Fraction(row.correct, parts), row.sittings),
        row.all_right,
        _ratio("all_right", "participants", row.all_right, row.participants),
    ]
    if one.run.round is None:
        found.append(row.winners)
    if one.table.best_of:
        time = timedelta(milliseconds=row.best_duration_ms)
        found += [row.best_people, in_questions(row.best_correct, parts), time]
    return found


def _ratio(part: str, whole: str, over: int | Fraction, under: int | None) -> Value:
    """A formula over the cells that it is made of; empty where there is nothing to divide by."""
    if not under:
        return None
    return Formula(f"{PLACE[part]}{{row}}/{PLACE[whole]}{{row}}", _decimal(Fraction(over) / under))


def _best(one: Ranking) -> dict[UnitMetric, Fraction]:
    """Of every metric with a weight the best value of those ranked together."""
    found = {}
    for metric in metrics_of(one.table) if one.table.weights else ():
        values = [value_of(metric, unit) for unit in one.ranked]
        if values:
            found[metric] = min(values) if metric in LESS_IS_BETTER else max(values)
    return found


def _weighed(one: Ranking, row: UnitRow, best: dict[UnitMetric, Fraction]) -> Iterable[Value]:
    """The points of every metric, and their sum as it was stored."""
    if not one.table.weights:
        return []
    metrics = metrics_of(one.table)
    if row.rank is None:
        return [None] * (len(metrics) + 1)
    unit = measures_of(row)
    terms: list[Value] = []
    for metric in metrics:
        value, most = value_of(metric, unit), best[metric]
        over, under = (most, value) if metric in LESS_IS_BETTER else (value, most)
        share = over / under if under else Fraction(metric in LESS_IS_BETTER)
        terms.append(_decimal(one.table.weights[metric] * share))
    return [*terms, row.points]


def _decimal(value: Fraction) -> Decimal:
    """To ten places, as a cell can show."""
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("1.0000000000"))
