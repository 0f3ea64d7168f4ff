"""Báo cáo tham gia: an agency's paper of one page, whose number, day and signature are left blank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from attempts.reports import UnitRow, parameters, scores_shown, unit_rows
from contest_site.agency.figures import Part, figures
from contest_site.lib.errors import NotNow
from contest_site.lib.pdf import PageCountError, render_pages
from contest_site.lib.templatetags.vi import moment, number
from contest_site.reports.book import Order, Paper
from contests import rosters
from contests.models import Unit
from prizes.rulebook.parts import Grid

# What does not fit on the page is set smaller, and with fewer of the units below.
SIZES = (("13.5pt", 10), ("12.5pt", 10), ("11.5pt", 10), ("12.5pt", 0), ("10pt", 0), ("8pt", 0))


def participation_paper(order: Order) -> Paper:
    """The paper of the unit asked for. Raises NotNow for a contest without an area."""
    unit = order.unit or order.contest.area
    if unit is None:
        raise NotNow(_("Kế hoạch chưa ghi địa bàn. Hãy chọn địa bàn của cuộc thi rồi lập lại báo cáo."))
    facts = _facts(order, unit)
    html = ""
    for size, units in SIZES:
        html = _html(facts, size=size, units=units)
        try:
            render_pages(html, pages=1)
        except PageCountError:
            continue
        break
    return Paper(html)


def _facts(order: Order, unit: Unit) -> dict[str, Any]:
    contest, round = order.contest, order.round
    shown = scores_shown(contest, order.at, round)
    values = parameters(contest, unit, round)
    rows = unit_rows(contest, unit, with_scores=shown, round=round, values=values)
    found = figures(contest, unit, round=round, values=values)
    several = contest.rounds.count() > 1 and round is None
    return {
        "contest": contest,
        "unit": unit,
        "above": unit.parent.name if unit.parent else "",
        "round": round,
        "at": moment(order.at),
        "year": timezone.localdate(order.at).year,
        "sentences": list(_sentences(rows[0])),
        "rounds": _parts(found.rounds, _("Vòng thi")) if several else None,
        "categories": _parts(found.categories, _("Đối tượng")),
        "below": [row for row in rows if row.depth == 1],
        "roster": rosters.counts(contest, unit, round=round, asking=order.by),
        "shown": shown,
    }


def _sentences(row: UnitRow) -> Iterator[str]:
    if row.headcount:
        yield _("Tổng số người: %(number)s.") % {"number": number(row.headcount)}
    taken = _("Số người dự thi: %(number)s") % {"number": number(row.people)}
    yield taken + (_(", đạt %(percent)s %%.") % {"percent": number(row.percent)} if row.headcount else ".")
    yield _("Số lượt thi: %(number)s.") % {"number": number(row.attempts)}
    if row.mean is not None:
        yield _("Điểm trung bình (tính điểm cao nhất của mỗi người): %(mean)s; điểm cao nhất: %(best)s.") % {
            "mean": number(row.mean),
            "best": number(row.best),
        }
        yield _("Số người trả lời đúng tất cả câu hỏi: %(number)s.") % {"number": number(row.all_right)}


def _parts(parts: list[Part], heading: str) -> Grid:
    return Grid(
        [heading, _("Số người dự thi"), _("Số lượt thi")],
        [[one.name, number(one.people), number(one.attempts)] for one in parts],
        frozenset({1, 2}),
    )


def _below(rows: list[UnitRow]) -> Grid:
    return Grid(
        [_("Đơn vị trực thuộc"), _("Tổng số người"), _("Số người dự thi"), _("Tỷ lệ dự thi")],
        [
            [
                row.name,
                number(row.headcount) if row.headcount else "–",
                number(row.people),
                f"{number(row.percent)} %" if row.percent is not None else "–",
            ]
            for row in rows
        ],
        frozenset({1, 2, 3}),
    )


def _html(facts: dict[str, Any], *, size: str, units: int) -> str:
    below = facts["below"]
    fits = 0 < len(below) <= units
    return render_to_string(
        "pdf/agency.html",
        {
            **facts,
            "size": size,
            "grid": _below(below) if fits else None,
            "left_out": 0 if fits else len(below),
        },
    )
