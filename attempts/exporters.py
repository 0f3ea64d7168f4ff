"""The participation report as an Excel file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from attempts.reports import ParticipantRow, UnitRow
from contest_site.lib.excel import Column, Indented, Kind, Sheet, Total, Value, write_workbook
from contest_site.lib.language import in_vietnamese
from contest_site.lib.templatetags.vi import moment
from contests.models import Contest, Round, Unit


@in_vietnamese
def write_participation(
    file: IO[bytes],
    contest: Contest,
    unit: Unit,
    units: Sequence[UnitRow],
    people: Sequence[ParticipantRow],
    *,
    round: Round | None = None,
    with_scores: bool,
    made_at: datetime,
) -> None:
    """Two sheets: the unit with all below it, and everybody who took part, in a round or in all of them."""
    sheets = [
        unit_sheet(contest, unit, units, round=round, with_scores=with_scores, made_at=made_at),
        people_sheet(contest, unit, people, round=round, with_scores=with_scores, made_at=made_at),
    ]
    title = _("Báo cáo kết quả tham gia – %(unit)s") % {"unit": unit.name}
    write_workbook(file, sheets, title=title, made_at=made_at)


def unit_sheet(
    contest: Contest,
    unit: Unit,
    rows: Iterable[UnitRow],
    *,
    round: Round | None,
    with_scores: bool,
    made_at: datetime,
) -> Sheet:
    """The unit with all below it. No row of totals: the first row is the whole. Shares are fractions."""
    return Sheet(
        _("Theo đơn vị"),
        _unit_columns(contest),
        _unit_values(rows),
        title=[_("BÁO CÁO KẾT QUẢ THAM GIA CUỘC THI"), contest.name, *about(unit, round)],
        notes=[*notes(made_at, with_scores=with_scores), _("Mỗi đơn vị tính cả các đơn vị trực thuộc.")],
        first_row_is_whole=True,
        letterhead=letterhead(contest),
        frozen_columns=2,
    )


def people_sheet(
    contest: Contest,
    unit: Unit,
    rows: Iterable[ParticipantRow],
    *,
    round: Round | None,
    with_scores: bool,
    made_at: datetime,
) -> Sheet:
    """Everybody of the unit and of those below it who took part."""
    return Sheet(
        _("Người dự thi"),
        _people_columns(contest, with_scores=with_scores),
        _people_values(rows),
        title=[_("DANH SÁCH NGƯỜI DỰ THI"), contest.name, *about(unit, round)],
        total_label=_("Cộng"),
        letterhead=letterhead(contest),
        notes=notes(made_at, with_scores=with_scores),
        frozen_columns=2,
    )


def about(unit: Unit, round: Round | None) -> list[str]:
    """Lines of a title: which round, if one, and which unit."""
    of = _("Đơn vị: %(unit)s") % {"unit": unit.name}
    return [round.name, of] if round else [of]


def notes(made_at: datetime, *, with_scores: bool) -> list[str]:
    """Of when the figures are, and why there are no scores where there are none."""
    of = _("Số liệu đến %(moment)s.") % {"moment": moment(made_at)}
    return [of] if with_scores else [of, hidden_note()]


def hidden_note() -> str:
    """Why the columns of scores are empty, on the page and in the file."""
    return _(
        "Điểm và số người trả lời đúng tất cả được hiển thị sau khi vòng thi kết thúc, "
        "vì Ban Tổ chức chưa công khai số liệu trong thời gian thi."
    )


def letterhead(contest: Contest) -> list[tuple[str, str]]:
    """The organiser to the left, the national title to the right."""
    national = [_("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), _("Độc lập - Tự do - Hạnh phúc")]
    office = [line.upper() for line in (contest.parent_organiser, contest.organiser) if line]
    office += [""] * (len(national) - len(office))
    return list(zip(office, national, strict=True))


def _unit_columns(contest: Contest) -> list[Column]:
    return [
        Column(_("STT"), 7, Kind.LABEL),
        Column(_("Đơn vị"), 46),
        Column(_("Tổng số người (gồm đơn vị trực thuộc)"), 15, Kind.WHOLE),
        Column(_("Số người dự thi (gồm đơn vị trực thuộc)"), 15, Kind.WHOLE),
        Column(_("Số lượt thi"), 11, Kind.WHOLE),
        Column(_("Tỷ lệ dự thi"), 12, Kind.PERCENT),
        Column(_("Điểm trung bình (điểm cao nhất của mỗi người)"), 17, Kind.DECIMAL),
        Column(_("Điểm cao nhất"), 12, mark_kind(contest)),
        Column(_("Số người đúng tất cả"), 13, Kind.WHOLE),
        Column(_("Ghi chú"), 22),
    ]


def mark_kind(contest: Contest) -> Kind:
    """Marks are whole questions unless the plan divides them."""
    return Kind.WHOLE if contest.parts == 1 else Kind.DECIMAL


def _unit_values(rows: Iterable[UnitRow]) -> Iterable[list[Value]]:
    for number, row in enumerate(rows, 1):
        yield [
            number,
            Indented(row.name, row.depth),
            row.headcount,
            row.people,
            row.attempts,
            row.share,
            row.mean,
            row.best,
            row.all_right,
            _("Vượt tổng số người") if row.over else None,
        ]


def _people_columns(contest: Contest, *, with_scores: bool) -> list[Column]:
    mean = Total.MEAN if with_scores else None
    return [
        Column(_("STT"), 8, Kind.LABEL),
        Column(_("Họ và tên"), 30, total=Total.COUNT),
        Column(_("Năm sinh"), 9, Kind.LABEL),
        Column(_("Đối tượng"), 28),
        Column(_("Đơn vị"), 36),
        Column(_("Số lượt thi"), 11, Kind.WHOLE, Total.SUM),
        Column(_("Điểm cao nhất"), 11, mark_kind(contest), Total.MAX if with_scores else None),
        Column(_("Thời gian làm bài (phút:giây)"), 14, Kind.DURATION, mean),
        Column(_("Nộp bài lúc"), 21, Kind.MOMENT),
    ]


def _people_values(rows: Iterable[ParticipantRow]) -> Iterable[list[Value]]:
    for number, row in enumerate(rows, 1):
        yield [
            number,
            row.full_name,
            row.birth_year,
            row.category,
            row.unit,
            row.attempts,
            row.best,
            row.duration,
            row.submitted_at,
        ]
