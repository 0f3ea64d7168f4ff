"""Participation: a line for each unit."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attempts.exporters import unit_sheet
from attempts.reports import scores_shown, unit_rows
from contest_site.lib.errors import NotNow
from contest_site.reports.book import Book, Order, Table
from contests.models import Unit


def participation(order: Order) -> Book:
    """The unit with all below it."""
    unit = unit_of(order)
    shown = scores_shown(order.contest, order.at, order.round)
    rows = unit_rows(order.contest, unit, with_scores=shown, round=order.round)
    sheet = unit_sheet(order.contest, unit, rows, round=order.round, with_scores=shown, made_at=order.at)
    return Book(_("Tham gia theo đơn vị – %(unit)s") % {"unit": unit.name}, [Table(sheet, len(rows))])


def unit_of(order: Order) -> Unit:
    """The unit asked for, or the contest's whole area. Raises NotNow for a contest without one."""
    unit = order.unit or order.contest.area
    if unit is None:
        raise NotNow(_("Kế hoạch chưa ghi địa bàn. Hãy chọn địa bàn của cuộc thi rồi lập lại báo cáo."))
    return unit
