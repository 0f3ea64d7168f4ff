"""Chapter IV: the prize tables with their totals, how prizes are given, and how results are made public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from contests.enums import Audience, AwardMethod, NamesShown, TableScope
from contests.models import CertificateTemplate, Prize, PrizeTable
from contests.prize_tables import Laid
from prizes.rulebook.parts import Article, Clause, Grid, article, clause, joined
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import dong, in_words, listed, lower_first, two

PAPER_KEYS = "certificates.kind certificates.issuer prize_tables.prizes.certificate"
UNDECIDED = "Theo quyết định trao giải"


def articles(plan: Plan) -> list[Article | None]:
    return [
        article("prizes", "Cơ cấu giải thưởng", _prizes(plan)) if plan.laid else None,
        article("awarding", "Nguyên tắc trao giải", _awarding(plan)) if plan.laid else None,
        article("publication", "Công bố kết quả và trao giải", _publication(plan)),
    ]


# --- The tables --------------------------------------------------------------------------------------------
def _prizes(plan: Plan) -> Iterator[Clause]:
    for laid in plan.laid:
        yield clause(
            f"{laid.table.name} ({_whose(plan, laid)}):",
            grid=_grid(laid),
            remark=_repeated(laid),
            keys="prize_tables.prizes prize_tables.audience prize_tables.scope",
            about=plan.about_table(laid.table),
        )
    total = sum(laid.total for laid in plan.laid)
    count = sum(laid.quantity * laid.times for laid in plan.laid)
    if total:
        silent = any(not prize.amount for laid in plan.laid for prize in laid.prizes)
        more = ", không kể các giải có mức thưởng theo quyết định trao giải" if silent else ""
        yield clause(
            f"Tổng cộng {two(count)} giải, tổng giá trị {dong(total)} (bằng chữ: {in_words(total)}"
            f" đồng){more}."
        )
    elif count:
        yield clause(f"Tổng cộng {two(count)} giải.")


def _whose(plan: Plan, laid: Laid) -> str:
    table = laid.table
    audience = "cá nhân" if table.audience == Audience.INDIVIDUAL else "tập thể"
    words = f"dành cho {audience}, trao theo kết quả {plan.where(table)}"
    if table.method == AwardMethod.CHOSEN:
        words = f"dành cho {audience}, do Ban Tổ chức xét chọn"
        if plan.several:
            words += f" ở {plan.where(table)}"
    return words + (", riêng cho từng khối" if table.by_block else "")


def _grid(laid: Laid) -> Grid:
    papers = any(prize.certificate for prize in laid.prizes)
    head = ["Giải", "Số lượng", "Mức thưởng mỗi giải", "Thành tiền"] + ["Kèm theo"] * papers
    rows = [_prize_row(prize, papers=papers) for prize in laid.prizes]
    foot = ["Cộng", two(laid.quantity), "", dong(laid.amount) if laid.amount else ""] + [""] * papers
    return Grid(head, rows, frozenset({1, 2, 3}), foot)


def _prize_row(prize: Prize, *, papers: bool) -> list[str]:
    amount = dong(prize.amount) if prize.amount else UNDECIDED
    row = [
        prize.name,
        two(prize.quantity),
        amount,
        dong(prize.quantity * prize.amount) if prize.amount else "",
    ]
    return row + [_paper(prize.certificate)] * papers


def _paper(template: CertificateTemplate | None) -> str:
    return f"{template.get_kind_display()} của {template.issuer}" if template else "–"


def _repeated(laid: Laid) -> str:
    """What the table costs in all when it is given more than once."""
    if laid.times < 2:
        return ""
    times = [
        f"{two(laid.rounds)} vòng thi" if laid.rounds > 1 else "",
        f"{two(laid.blocks)} khối" if laid.blocks > 1 else "",
    ]
    said = f"Số lượng trên trao cho mỗi {_each(laid)}; {listed([one for one in times if one])}"
    quantity = f"cả Cuộc thi có {two(laid.quantity * laid.times)} giải"
    total = f", tổng giá trị {dong(laid.total)}" if laid.total else ""
    return f"{said}, {quantity}{total}."


def _each(laid: Laid) -> str:
    if laid.rounds > 1 and laid.blocks > 1:
        return "khối ở mỗi vòng thi"
    return "vòng thi" if laid.rounds > 1 else "khối"


# --- How they are given ------------------------------------------------------------------------------------
def _awarding(plan: Plan) -> Iterator[Clause]:
    who = plan.winners
    ranked = [laid.table for laid in plan.laid if laid.table.method == AwardMethod.RANKED]
    if ranked:
        order = " Các bảng giải được xét theo thứ tự nêu tại {@prizes}." if len(plan.laid) > 1 else ""
        yield clause(
            f"Giải được trao lần lượt từ giải cao nhất cho {who} có thứ hạng cao nhất trong bảng xếp hạng."
            f" Giải không còn {who} được xếp hạng để trao thì không trao.{order}"
        )
    yield clause(
        f"Mỗi {who} nhận nhiều nhất một giải trong một lần xét của mỗi bảng giải.{_again(plan)}",
        keys="contest.prizes_per_person",
    )
    limits = [*_limits(plan)]
    if limits:
        yield joined("Giới hạn số giải:", limits)
        yield clause(
            f"{who.capitalize()} đã đủ số giải theo khoản trên vẫn giữ thứ hạng; giải được trao cho {who}"
            " có thứ hạng kế tiếp."
        )
    if ranked:
        yield clause(
            f"Khi những {who} đồng hạng nằm ở ranh giới giữa hai giải, hoặc nhiều hơn số giải còn lại, Ban"
            " Giám khảo quyết định thứ tự, ghi rõ căn cứ; quyết định được lưu cùng kết quả. Không có"
            " quyết định đó thì kết quả không được phê duyệt."
        )
    for laid in plan.laid:
        if laid.table.method == AwardMethod.CHOSEN:
            yield clause(
                f"{laid.table.name}: Ban Tổ chức xét chọn theo thực tế và báo cáo; mỗi trường hợp có căn"
                " cứ bằng văn bản và báo cáo kèm theo.",
                keys="prize_tables.method",
                about=plan.about_table(laid.table),
            )
    yield clause(
        f"Khi một kết quả đạt giải bị loại theo {{@violations}}, {who} có thứ hạng kế tiếp được xét lên;"
        " kết quả mới được phê duyệt và công bố lại theo {@publication}."
    )


def _again(plan: Plan) -> str:
    """That people may win more than once, where the plan sets no limit and they could."""
    rankings = sum(one.times for one in plan.laid if one.table.audience == Audience.INDIVIDUAL)
    if plan.contest.prizes_per_person or rankings < 2:
        return ""
    return " Một người có thể đạt giải ở nhiều lần xét khác nhau."


def _limits(plan: Plan) -> Iterator[Clause]:
    if plan.contest.prizes_per_person:
        yield clause(
            f"Mỗi người nhận nhiều nhất {two(plan.contest.prizes_per_person)} giải cá nhân trong cả Cuộc"
            " thi.",
            keys="contest.prizes_per_person",
        )
    for laid in plan.laid:
        yield from _table_limits(laid.table, plan.about_table(laid.table))


def _table_limits(table: PrizeTable, about: tuple[str, ...]) -> Iterator[Clause]:
    who = "người" if table.audience == Audience.INDIVIDUAL else "đơn vị"
    if table.winner_limit:
        rounds = " qua các vòng thi" if table.scope == TableScope.EACH_ROUND else ""
        yield clause(
            f"{table.name}: mỗi {who} đạt nhiều nhất {two(table.winner_limit)} lần{rounds}.",
            keys="prize_tables.winner_limit",
            about=about,
        )
    if table.unit_limit:
        yield clause(
            f"{table.name}: mỗi đơn vị có nhiều nhất {two(table.unit_limit)} người đạt giải trong một lần"
            " xét.",
            keys="prize_tables.unit_limit",
            about=about,
        )


# --- Making it public --------------------------------------------------------------------------------------
def _publication(plan: Plan) -> Iterator[Clause]:
    each = "Sau mỗi vòng thi" if plan.several else "Sau khi thi xong"
    yield clause(
        f"{each}, hệ thống xếp hạng theo Thể lệ này. Kết quả được rà soát, được một người khác phê duyệt,"
        " có quyết định trao giải rồi mới công bố trên trang của Cuộc thi."
    )
    name = (
        "họ và tên"
        if plan.contest.names_shown == NamesShown.FULL
        else "họ và tên được che một phần (ví dụ: Nguyễn V. A.)"
    )
    yield clause(
        f"Bảng công bố ghi {name}, đơn vị, thành tích và giải của người đạt giải.", keys="contest.names_shown"
    )
    yield clause(
        "Kết quả đã công bố không bị sửa. Khi có căn cứ để thay đổi, Ban Tổ chức công bố kết quả mới, nêu"
        " rõ lý do; kết quả cũ vẫn được lưu."
    )
    yield from _papers(plan)
    if plan.confirms_participation:
        yield clause(
            "Người đã nộp bài thi được tự nhận giấy xác nhận tham gia tại trang “Cuộc thi của tôi” sau khi"
            " Cuộc thi kết thúc, trừ người không được tính hoặc đã bị loại kết quả.",
            keys="certificates.kind",
        )


def _papers(plan: Plan) -> Iterator[Clause]:
    given: dict[str, list[str]] = {}
    for laid in plan.laid:
        for prize in laid.prizes:
            if prize.certificate:
                given.setdefault(_paper(prize.certificate), []).append(prize.name)
    if not given:
        return
    whom = f"{plan.winners.replace('hoặc', 'và').capitalize()} đạt giải được trao"
    if len(given) == 1 and all(prize.certificate for laid in plan.laid for prize in laid.prizes):
        yield clause(f"{whom} {lower_first(next(iter(given)))}.", keys=PAPER_KEYS)
    else:
        yield joined(f"{whom}:", _papers_by_prize(given))
    yield clause(
        "Mỗi giấy có số, mã kiểm tra và mã QR; ai cũng kiểm tra được giấy có giá trị hay không tại mục"
        " “Kiểm tra giấy chứng nhận”."
    )


def _papers_by_prize(given: Mapping[str, Sequence[str]]) -> list[Clause]:
    return [
        clause(f"{paper}: {listed(list(dict.fromkeys(names)))}.", keys=PAPER_KEYS)
        for paper, names in given.items()
    ]
