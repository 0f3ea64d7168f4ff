"""Who of the units' rosters has not taken part, so far as it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from attempts.exporters import about, letterhead
from attempts.uncounted import uncounted_people
from contest_site.lib.errors import NotNow
from contest_site.lib.excel import Column, Kind, Sheet, Total, Value
from contest_site.lib.templatetags.vi import moment
from contest_site.reports.book import Book, Order, Table
from contest_site.reports.kinds.participation import unit_of
from contests import rosters
from contests.enums import RosterStatus


def non_participants(order: Order) -> Book:
    """By unit, and inside it by name. Raises NotNow where no unit of the subtree has given a roster."""
    unit = unit_of(order)
    uncounted = uncounted_people(order.contest, order.round)
    counts = rosters.counts(order.contest, unit, round=order.round, asking=order.by, uncounted=uncounted)
    if not counts.people:
        raise NotNow(
            _("Chưa có danh sách cán bộ nào của đơn vị này. Hãy nhập danh sách rồi lập lại báo cáo.")
        )
    count, people = rosters.missing(order.contest, unit, round=order.round, asking=order.by)
    sheet = Sheet(
        _("Người chưa dự thi"),
        [
            Column(_("STT"), 8, Kind.LABEL),
            Column(_("Họ và tên"), 28, total=Total.COUNT),
            Column(_("Mã, bộ phận"), 14),
            Column(_("Đơn vị"), 36),
            Column(_("Tình trạng"), 22),
            Column(_("Ghi chú"), 40),
        ],
        _values(people),
        letterhead=letterhead(order.contest),
        title=[_("DANH SÁCH NGƯỜI CHƯA DỰ THI"), order.contest.name, *about(unit, order.round)],
        notes=[
            _("Số liệu đến %(moment)s.") % {"moment": moment(order.at)},
            _("Theo danh sách do đơn vị cung cấp: %(people)d người, đã dự thi %(taken)d người.")
            % {"people": counts.people, "taken": counts.taken},
            *([counts.uncounted_words] if counts.uncounted else []),
        ],
        total_label=_("Cộng"),
        frozen_columns=2,
    )
    return Book(_("Người chưa dự thi – %(unit)s") % {"unit": unit.name}, [Table(sheet, count)])


def _values(people: Iterable[rosters.RosterLine]) -> Iterator[list[Value]]:
    for number, one in enumerate(people, 1):
        status = str(RosterStatus(one.status).label)
        yield [number, one.full_name, one.reference, one.unit_name, status, one.explanation]
