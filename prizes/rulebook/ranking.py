"""Chapter III, people: the order of a round, of the whole contest, and who goes on to a final."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from contests.enums import Combine, PredictionTarget, RankKey
from contests.models import Round
from prizes.rulebook.examples import individual_example
from prizes.rulebook.papers import named
from prizes.rulebook.parts import Article, Clause, article, clause
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import two

ORDER = {
    RankKey.SCORE: "Số câu đúng: người có nhiều câu đúng hơn xếp trên",
    RankKey.PREDICTION: "Câu dự đoán: người có độ lệch nhỏ hơn xếp trên; người không ghi dự đoán xếp sau",
    RankKey.DURATION: "Thời gian làm bài: người làm bài nhanh hơn xếp trên, tính đến một phần nghìn giây",
    RankKey.SUBMITTED: "Thời điểm nộp bài: người nộp bài sớm hơn xếp trên, tính theo đồng hồ của máy chủ",
}


def articles(plan: Plan) -> list[Article | None]:
    return [
        article("standings", "Xếp hạng cá nhân" + (" ở mỗi vòng thi" if plan.several else ""), _rounds(plan)),
        article("overall", "Xếp hạng cá nhân cả Cuộc thi", _overall(plan)) if _is_overall(plan) else None,
        article("promotion", "Chọn người vào vòng sau", _promotion(plan)),
    ]


def _is_overall(plan: Plan) -> bool:
    return plan.several and plan.contest.overall_combine != Combine.NONE


# --- One round ---------------------------------------------------------------------------------------------
def _order_key(one: Round) -> Hashable:
    return tuple(one.rank_order), one.only_all_right


def _rounds(plan: Plan) -> Iterator[Clause]:
    who = (
        "Mỗi người có một kết quả ở mỗi vòng thi đã dự" if plan.several else "Mỗi người dự thi có một kết quả"
    )
    yield clause(f"{who}, là kết quả của lượt thi được tính theo {{@attempts}}.")
    for group in plan.groups(_order_key):
        yield _who_is_ranked(plan, group)
        yield _order(plan, group)
    yield _equal()
    for group in plan.groups(_order_key):
        example = individual_example(group[0])
        if example:
            text, grid, remark = example
            yield clause(named(plan, group, text, each=False), grid=grid, remark=remark)


def _who_is_ranked(plan: Plan, group: Sequence[Round]) -> Clause:
    words = (
        "chỉ xếp hạng người có lượt thi được tính trả lời đúng tất cả câu hỏi của đề."
        if group[0].only_all_right
        else "mọi người có bài thi hợp lệ đều được xếp hạng."
    )
    return clause(named(plan, group, words), keys="rounds.only_all_right", about=plan.about(group))


def _order(plan: Plan, group: Sequence[Round]) -> Clause:
    keys = [RankKey(key) for key in group[0].rank_order]
    points = [f"{ORDER[key]}{'.' if at == len(keys) else ';'}" for at, key in enumerate(keys, 1)]
    lead = (
        "thứ hạng xét lần lượt theo các tiêu chí sau, tiêu chí sau chỉ xét khi các tiêu chí trước bằng nhau:"
        if len(keys) > 1
        else "thứ hạng xét theo tiêu chí sau:"
    )
    return clause(named(plan, group, lead), *points, keys="rounds.rank_order", about=plan.about(group))


def _equal() -> Clause:
    return clause(
        "Những người bằng nhau ở mọi tiêu chí thì đồng hạng; hạng kế tiếp được tính sau khi cộng đủ số"
        " người đồng hạng (ví dụ: hai người cùng hạng 2 thì người kế tiếp là hạng 4)."
    )


# --- The whole contest -------------------------------------------------------------------------------------
def _overall(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    summed = contest.overall_combine == Combine.SUM
    asked = [one for one in plan.rounds if one.prediction_target != PredictionTarget.NONE]
    yield clause(*_summed(asked) if summed else _best(asked), keys="overall.combine")
    yield clause(
        "Chỉ xếp hạng người trả lời đúng tất cả câu hỏi"
        + (" ở tất cả các vòng thi của Cuộc thi." if summed else " ở vòng thi được lấy kết quả.")
        if contest.overall_only_all_right
        else "Mọi người có kết quả hợp lệ ở ít nhất một vòng thi đều được xếp hạng.",
        keys="overall.only_all_right",
    )
    keys = [RankKey(key) for key in contest.overall_rank_order]
    points = [f"{ORDER[key]}{'.' if at == len(keys) else ';'}" for at, key in enumerate(keys, 1)]
    yield clause(
        "Thứ hạng xét lần lượt theo các tiêu chí sau, tiêu chí sau chỉ xét khi các tiêu chí trước bằng"
        " nhau; những người bằng nhau ở mọi tiêu chí thì đồng hạng:",
        *points,
        keys="overall.rank_order",
    )


def _summed(asked: Sequence[Round]) -> list[str]:
    words = [
        "Kết quả cả Cuộc thi của mỗi người được cộng từ kết quả các vòng thi mà người đó đã dự:",
        "Số câu đúng là tổng số câu đúng; thời gian làm bài là tổng thời gian làm bài;",
        "Thời điểm nộp bài là thời điểm nộp của bài muộn nhất trong các bài được tính"
        + (";" if asked else "."),
    ]
    if asked:
        words.append(
            "Độ lệch dự đoán là tổng độ lệch của các vòng thi có câu dự đoán; người thiếu dự đoán ở một"
            " trong các vòng đó được coi như không ghi dự đoán."
        )
    return words


def _best(asked: Sequence[Round]) -> list[str]:
    same = ", kể cả độ lệch dự đoán của vòng đó" if asked else ""
    return [
        "Kết quả cả Cuộc thi của mỗi người là kết quả vòng thi tốt nhất của người đó, xét lần lượt: số"
        " câu đúng nhiều hơn, thời gian làm bài ngắn hơn, thời điểm nộp bài sớm hơn, vòng thi trước. Mọi"
        f" số liệu lấy của vòng thi ấy{same}."
    ]


# --- On to a final -----------------------------------------------------------------------------------------
def _promotion(plan: Plan) -> Iterator[Clause]:
    # Where no block names the competing units, each person's own unit stands for itself.
    unit = "đơn vị thi đua" if plan.blocks else "đơn vị"
    for one in plan.rounds:
        if not (one.promotes_from and one.promotes_best):
            continue
        yield clause(
            f"{one.name} chỉ dành cho người được chọn từ {one.promotes_from.name}: mỗi {unit} chọn"
            f" {two(one.promotes_best)} người có thứ hạng cao nhất của đơn vị trong bảng xếp hạng"
            f" {one.promotes_from.name} theo {{@standings}}.",
            keys="rounds.promotion",
            about=plan.about([one]),
        )
        yield clause(
            f"Nếu nhiều người đồng hạng ở vị trí cuối cùng được chọn của {unit}, Ban Tổ chức quyết định"
            " thứ tự, ghi rõ căn cứ và lưu lại."
        )
        yield clause(
            f"Người được chọn mà không tham gia {one.name} thì người có thứ hạng kế tiếp của cùng {unit}"
            " được thay thế."
        )
