"""Chapter III, units: for whom people count, what is measured, which filters hold, and an example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contest_site.lib.templatetags.vi import day
from contests.enums import UnitMetric
from contests.models import PrizeTable
from prizes.domain.unit_standings import rule_of
from prizes.rulebook.examples import metrics_of, unit_example
from prizes.rulebook.parts import Article, Clause, article, clause
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import percent, two

KEYS = "prize_tables.unit_order prize_tables.weights prize_tables.by_block prize_tables.best_of"
# In the middle of a sentence; "{k}" is the table's number of best people.
NAMES = {
    UnitMetric.PARTICIPANTS: "số người dự thi",
    UnitMetric.ATTEMPTS: "số lượt thi",
    UnitMetric.RATIO: "tỷ lệ dự thi",
    UnitMetric.MEAN_SCORE: "điểm trung bình",
    UnitMetric.ALL_RIGHT: "số người trả lời đúng tất cả câu hỏi",
    UnitMetric.ALL_RIGHT_SHARE: "tỷ lệ người trả lời đúng tất cả câu hỏi",
    UnitMetric.WINNERS: "số giải cá nhân",
    UnitMetric.BEST_SCORE: "tổng số câu đúng của {k} người có kết quả tốt nhất",
    UnitMetric.BEST_DURATION: "tổng thời gian làm bài của {k} người có kết quả tốt nhất",
}
MEANINGS = {
    UnitMetric.PARTICIPANTS: (
        "Số người dự thi là số người của đơn vị có ít nhất một lượt thi hợp lệ, mỗi người tính một lần"
    ),
    UnitMetric.ATTEMPTS: "Số lượt thi là tổng số lượt thi hợp lệ đã nộp của người thuộc đơn vị",
    UnitMetric.RATIO: "Tỷ lệ dự thi = 100% × số người dự thi / tổng số người của đơn vị",
    UnitMetric.MEAN_SCORE: (
        "Điểm trung bình = tổng số câu đúng / số bài thi được tính (mỗi người một bài ở mỗi vòng thi)"
    ),
    UnitMetric.ALL_RIGHT: (
        "Số người trả lời đúng tất cả câu hỏi là số người của đơn vị có ít nhất một lượt thi hợp lệ đúng"
        " tất cả câu hỏi của đề, mỗi người tính một lần"
    ),
    UnitMetric.ALL_RIGHT_SHARE: (
        "Tỷ lệ người trả lời đúng tất cả câu hỏi = 100% × số người trả lời đúng tất cả câu hỏi / số người"
        " dự thi"
    ),
    UnitMetric.WINNERS: "Số giải cá nhân là số giải mà người của đơn vị đã đạt ở các vòng thi của Cuộc thi",
    UnitMetric.BEST_SCORE: (
        "Tổng số câu đúng của {k} người có kết quả tốt nhất của đơn vị, chọn theo số câu đúng nhiều hơn"
        " rồi thời gian làm bài ngắn hơn; đơn vị có ít người hơn thì cộng số người hiện có"
    ),
    UnitMetric.BEST_DURATION: (
        "Tổng thời gian làm bài của chính {k} người có kết quả tốt nhất nói trên, tính đến một phần nghìn"
        " giây"
    ),
}


def articles(plan: Plan) -> list[Article | None]:
    return [article("units", "Xếp hạng tập thể", _units(plan)) if plan.unit_tables else None]


def _units(plan: Plan) -> Iterator[Clause]:
    yield _competing(plan)
    yield clause(
        "Chỉ tính người và lượt thi hợp lệ, tức là sau khi đã trừ người không được dự thi theo"
        " {@ineligible} và kết quả bị loại theo {@violations}."
    )
    if any(rule_of(table).needs_headcount for table in plan.unit_tables):
        until = plan.contest.headcounts_until
        locked = f"nhận đến hết ngày {day(until)} rồi chốt" if until else "chốt trước khi thi"
        yield clause(
            f"Tổng số người của đơn vị do đơn vị báo cáo, được Ban Tổ chức {locked}; sau khi chốt,"
            " chỉ được đính chính khi có lý do được ghi lại. Đơn vị chưa có tổng số người thì không"
            " được xếp hạng; tỷ lệ vượt 100% được giữ như tính được và được Ban Tổ chức xem xét.",
            keys="contest.headcounts_until",
        )
    for table in plan.unit_tables:
        yield from _table(plan, table)


def _competing(plan: Plan) -> Clause:
    blocks = f", chia thành {two(len(plan.blocks))} khối," if len(plan.blocks) > 1 else ""
    return clause(
        f"Các đơn vị thi đua{blocks} được nêu tại Phụ lục. Người dự thi được tính cho đơn vị thi đua mà"
        " mình thuộc về; người của đơn vị trực thuộc được tính cho đơn vị thi đua cấp trên gần nhất.",
        keys="blocks",
    )


def name_of(metric: UnitMetric, table: PrizeTable) -> str:
    return NAMES[metric].format(k=two(table.best_of or 0))


def _table(plan: Plan, table: PrizeTable) -> Iterator[Clause]:
    inside = ""
    if len(plan.blocks) > 1:
        inside = ", riêng trong từng khối" if table.by_block else ", chung cho các khối"
    lead = f"{table.name}: xếp hạng theo kết quả {plan.where(table)}{inside}."
    yield clause(
        lead,
        *_meanings(table),
        *_filters(plan, table),
        *_order(table),
        keys=KEYS,
        about=plan.about_table(table),
    )
    example = unit_example(table)
    if example:
        text, grid, remark = example
        yield clause(text, grid=grid, remark=remark)


def _meanings(table: PrizeTable) -> list[Clause]:
    return [clause(f"{MEANINGS[metric].format(k=two(table.best_of or 0))}.") for metric in metrics_of(table)]


def _filters(plan: Plan, table: PrizeTable) -> Iterator[Clause]:
    if table.min_participants:
        yield clause(
            f"Chỉ xếp hạng đơn vị có từ {two(table.min_participants)} người dự thi trở lên.",
            keys="prize_tables.min_participants",
        )
    if table.min_ratio_percent is not None:
        yield clause(
            "Chỉ xếp hạng đơn vị có số người dự thi đạt từ"
            f" {percent(table.min_ratio_percent)} tổng số người của đơn vị trở lên.",
            keys="prize_tables.min_ratio_percent",
        )
    if table.winner_limit:
        yield clause(
            f"Đơn vị đã đạt giải này {two(table.winner_limit)} lần ở các vòng thi khác thì không được xếp"
            " hạng để xét giải này nữa.",
            keys="prize_tables.winner_limit",
        )


def _order(table: PrizeTable) -> Iterator[Clause]:
    if table.weights:
        yield _weighted(table)
    elif table.unit_order:
        yield _lexicographic(table)
    yield clause("Các đơn vị bằng nhau ở mọi tiêu chí thì đồng hạng.")


def _lexicographic(table: PrizeTable) -> Clause:
    first, *others = [
        f"đơn vị có {name_of(metric, table)} {_more(metric)} xếp trên" for metric in metrics_of(table)
    ]
    text = "; ".join([first, *(f"khi bằng nhau, {one}" for one in others)])
    return clause(f"{text[0].upper()}{text[1:]}.")


def _more(metric: UnitMetric) -> str:
    if metric == UnitMetric.BEST_DURATION:
        return "ít hơn"
    shares = {UnitMetric.RATIO, UnitMetric.MEAN_SCORE, UnitMetric.ALL_RIGHT_SHARE}
    return "cao hơn" if metric in shares else "nhiều hơn"


def _weighted(table: PrizeTable) -> Clause:
    among = "trong khối" if table.by_block else "trong các đơn vị được xếp hạng"
    return clause(
        f"Đơn vị có điểm xếp hạng cao hơn xếp trên. Điểm xếp hạng tối đa là {sum(table.weights.values())},"
        " được tính theo công thức dưới đây, trong đó số cao nhất (hoặc ngắn nhất) là của đơn vị đứng đầu"
        f" về tiêu chí ấy {among}; điểm được tính chính xác và ghi đến 08 chữ số sau dấu phẩy.",
        formula="Điểm xếp hạng = " + " + ".join(_part(metric, table) for metric in metrics_of(table)),
    )


def _part(metric: UnitMetric, table: PrizeTable) -> str:
    name, weight = name_of(metric, table), table.weights[metric]
    if metric == UnitMetric.BEST_DURATION:
        return f"{weight} × ({name} ngắn nhất / {name})"
    return f"{weight} × ({name} / {name} cao nhất)"


def units_by_block(plan: Plan) -> Sequence[tuple[str, Sequence[str]]]:
    """What the annex lists; nothing when no table ranks units and no final takes the best of each."""
    needed = plan.unit_tables or any(one.promotes_from for one in plan.rounds) or _predicts_in_blocks(plan)
    return plan.blocks if needed else ()


def _predicts_in_blocks(plan: Plan) -> bool:
    return any(one.prediction_target != "none" and one.prediction_scope == "block" for one in plan.rounds)
