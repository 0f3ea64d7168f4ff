"""Reports whose sheets other apps make: the budget, and what the papers tell about the questions."""

from __future__ import annotations

from attempts.analysis.report import Analysis
from attempts.analysis.storing import counted, counts_of, is_current, stored_analysis
from attempts.analysis.workbook import analysis_sheets
from attempts.models import ItemCounts
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow
from contest_site.lib.excel import Sheet
from contest_site.reports.book import Book, Order, Table
from contests.models import Round
from contests.queries import seal_of
from prizes.budget import budget_of, budget_sheets, scopes_of
from prizes.scope import Scope


def budget(order: Order) -> Book:
    """What the prizes cost: planned, awarded, left. Raises NotNow for a plan without prizes."""
    scopes = [Scope(order.contest, order.round)] if order.round else scopes_of(order.contest)
    parts = budget_of(order.contest, scopes)
    if not parts:
        raise NotNow("Kế hoạch không có giải thưởng nào ở phạm vi này; không có gì để lập báo cáo.")
    sheets = budget_sheets(order.contest, parts, made_at=order.at)
    lines = [len(parts)]
    for scope in dict.fromkeys(part.scope for part in parts):
        own = [part for part in parts if part.scope == scope]
        lines.append(sum(1 + part.table.prizes.count() for part in own))
    return Book("Kinh phí giải thưởng", _tables(sheets, lines))


def items(order: Order) -> Book:
    """Of one round, as it was counted last, or now when that is over. Raises NotNow without a seal."""
    assert order.round is not None
    if seal_of(order.round) is None:
        raise NotNow(
            "Vòng thi chưa niêm phong đề, chưa có bài để phân tích. Hãy lập lại sau khi vòng thi mở."
        )
    analysis = _analysis(order.round)
    questions = order.round.seal.pool.size
    options = sum(len(one.options) + len(one.combinations) + 1 for one in analysis.items)
    return Book("Phân tích câu hỏi", _tables(analysis_sheets(analysis), [questions, options]))


def _analysis(round: Round) -> Analysis:
    row = counts_of(round, every=False) or ItemCounts.objects.create(round=round, every=False)
    if row.counted_at is None or not is_current(row):
        found = counted(row)
        ItemCounts.objects.filter(pk=row.pk).update(**found, done_at=database_now(), failure="")
        row.refresh_from_db()
    return stored_analysis(row)


def _tables(sheets: list[Sheet], rows: list[int]) -> list[Table]:
    return [Table(sheet, count) for sheet, count in zip(sheets, rows, strict=True)]
