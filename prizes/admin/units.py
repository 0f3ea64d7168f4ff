"""The standings of units of one version: every table with every metric, and who was left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contests.models import Block, PrizeTable
from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, run_at, scope_at
from prizes.enums import LeftOut
from prizes.measures import Column, columns, exceeds_headcount
from prizes.models import StandingsRun, UnitRow


@dataclass(frozen=True)
class UnitLine:
    row: UnitRow
    cells: Sequence[tuple[str, bool]]  # (value, decides)
    over: bool  # more people than the unit has


@dataclass(frozen=True)
class UnitTableView:
    """One ranking of units: of a table, or of one block of it."""

    table: PrizeTable
    block: Block | None
    columns: Sequence[Column]
    ranked: Sequence[UnitLine]
    left_out: Sequence[UnitLine]


@dataclass(frozen=True)
class UnitSummary:
    """How many units of a table are ranked, how many are not and why, how many need a look."""

    name: str
    ranked: int
    left_out: list[tuple[str, int]]
    over: int


def units_page(site: AdminSite, request: HttpRequest, address: Address, version: int) -> HttpResponse:
    """Every ranking of units of the version, as it was stored."""
    check(request)
    scope = scope_at(address)
    run = run_at(scope, version)
    rows = run.unit_rows.select_related("table", "block", "unit").order_by(
        "table__number", "table", "block__position", "block", F("rank").asc(nulls_last=True), "unit__code"
    )
    views = [
        view
        for _table, group in groupby(rows, key=lambda row: row.table)
        for view in _views(list(group), of_contest=scope.round is None, parts=run.parts)
    ]
    title = _("Bảng xếp hạng đơn vị, phiên bản %(version)d") % {"version": version}
    return page(request, site, "units", title, scope=scope, run=run, views=views)


def unit_summaries(run: StandingsRun) -> list[UnitSummary]:
    """By table; one query."""
    rows = (
        run.unit_rows.values("table__number", "table__name", "left_out")
        .annotate(units=Count("pk"), over=Count("pk", filter=Q(participants__gt=F("headcount"))))
        .order_by("table__number", "left_out")
    )
    return [
        _summary(name, list(group))
        for (_number, name), group in groupby(
            rows, key=lambda row: (row["table__number"], row["table__name"])
        )
    ]


def _summary(name: str, rows: Sequence[Mapping[str, Any]]) -> UnitSummary:
    units = {row["left_out"]: row["units"] for row in rows}
    return UnitSummary(
        name,
        units.get("", 0),
        [(str(reason.label), units[reason]) for reason in LeftOut if reason in units],
        sum(row["over"] for row in rows),
    )


def _views(rows: list[UnitRow], *, of_contest: bool, parts: int) -> Iterable[UnitTableView]:
    table = rows[0].table
    shown = columns(table, of_contest=of_contest, parts=parts)
    if not table.by_block:
        rows = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.unit.code))
    for block, group in groupby(rows, key=lambda row: row.block if table.by_block else None):
        lines = [
            UnitLine(row, [(one.value(row), one.decides) for one in shown], exceeds_headcount(row))
            for row in group
        ]
        yield UnitTableView(
            table,
            block,
            shown,
            [line for line in lines if line.row.rank is not None],
            [line for line in lines if line.row.rank is None],
        )
