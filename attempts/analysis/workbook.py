"""The item analysis as an Excel file: the figures of the page, and each option's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

from django.utils.translation import gettext as _

from attempts.analysis.report import Analysis, Item
from attempts.analysis.words import Ratio, reasons, rounded, share
from contest_site.lib.excel import Column, Kind, Sheet, Value, write_workbook
from contest_site.lib.templatetags.vi import moment
from contest_site.lib.templatetags.vi import number as grouped
from questions.formats.rich_reading import to_plain
from questions.rules import LETTERS


def write_analysis(file: IO[bytes], analysis: Analysis) -> None:
    """The sheets of `analysis_sheets` as a file."""
    write_workbook(file, analysis_sheets(analysis), title=_("Phân tích câu hỏi"), made_at=analysis.at)


def analysis_sheets(analysis: Analysis) -> list[Sheet]:
    """Two: the questions, and how often each option, combination and blank was chosen."""
    return [
        Sheet(
            name=_("Câu hỏi"),
            columns=_question_columns(),
            rows=map(_question_row, analysis.items),
            title=[_("PHÂN TÍCH CÂU HỎI"), f"{analysis.round.contest.name} – {analysis.round.name}"],
            notes=notes(analysis),
            frozen_columns=1,
        ),
        Sheet(
            name=_("Phương án"),
            columns=_option_columns(),
            rows=(row for item in analysis.items for row in _option_rows(item)),
            frozen_columns=1,
        ),
    ]


def notes(analysis: Analysis) -> list[str]:
    """From what the figures come."""
    counted = (
        _("Tính trên mọi bài đã nộp: %(papers)s bài.")
        if analysis.every
        else _("Tính trên bài nộp đầu tiên của mỗi người: %(papers)s bài.")
    ) % {"papers": grouped(analysis.papers)}
    return [
        counted + " " + _("Số liệu lúc %(at)s.") % {"at": moment(analysis.at)},
        _("Nhóm điểm cao, nhóm điểm thấp: mỗi nhóm 27 %% số bài (%(group)s bài).")
        % {"group": grouped(analysis.group)},
    ]


def _question_columns() -> list[Column]:
    return [
        Column(_("Câu"), 7, Kind.LABEL),
        Column(_("Chủ đề"), 24),
        Column(_("Nội dung"), 48),
        Column(_("Số bài có câu này"), 11, Kind.WHOLE),
        Column(_("Trả lời"), 11, Kind.WHOLE),
        Column(_("Bỏ trống"), 11, Kind.WHOLE),
        Column(_("Tỷ lệ đúng"), 11, Kind.PERCENT),
        Column(_("Độ lệch chuẩn"), 11, Kind.PERCENT),
        Column(_("Độ phân biệt"), 11, Kind.DECIMAL),
        Column(_("Hiệu quả phân biệt"), 11, Kind.PERCENT),
        Column(_("Mức chọn ngẫu nhiên"), 11, Kind.PERCENT),
        Column(_("Cần xem lại"), 44),
    ]


def _question_row(item: Item) -> Sequence[Value]:
    found = item.found
    return [
        item.number,
        item.question.topic,
        to_plain(item.question.text),
        item.papers,
        item.answered,
        item.blank.papers,
        _exact(found.facility),
        _exact(found.deviation),
        _exact(found.discrimination),
        _exact(found.efficiency),
        _exact(item.guess),
        "\n".join(reasons(item)) or None,
    ]


def _option_columns() -> list[Column]:
    return [
        Column(_("Câu"), 7, Kind.LABEL),
        Column(_("Phương án"), 12),
        Column(_("Nội dung"), 48),
        Column(_("Đang tính đúng"), 11),
        Column(_("Số bài chọn"), 11, Kind.WHOLE),
        Column(_("Tỷ lệ"), 11, Kind.PERCENT),
        Column(_("Nhóm điểm cao"), 11, Kind.WHOLE),
        Column(_("Nhóm điểm thấp"), 11, Kind.WHOLE),
    ]


def _option_rows(item: Item) -> Iterable[Sequence[Value]]:
    def row(name: str, text: str, right: bool, papers: int, upper: int, lower: int) -> Sequence[Value]:
        of_all = _exact(share(papers, item.papers))
        return [item.number, name, text, _("đúng") if right else None, papers, of_all, upper, lower]

    for option in item.options:
        text = to_plain(item.question.options[option.index])
        counts = (option.papers, option.upper, option.lower)
        yield row(LETTERS[option.index], text, option.right or item.void, *counts)
    for together in item.combinations:
        letters = " + ".join(LETTERS[option] for option in together.options)
        counts = (together.papers, together.upper, together.lower)
        yield row(letters, _("Chọn đúng các phương án này"), together.worth == 1, *counts)
    blank = item.blank
    yield row("–", _("Bỏ trống"), item.void, blank.papers, blank.upper, blank.lower)


def _exact(value: Ratio) -> Value:
    """As a cell holds it: to ten places, shown by the column's own format."""
    return rounded(value, 10)
