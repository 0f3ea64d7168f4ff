"""Chapter II: the paper, attempts and time, the prediction question, marking."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from contests.enums import CountingAttempt, PredictionScope, PredictionTarget, RankKey, ResultShown
from contests.models import Quota, Round
from prizes.rulebook.parts import Article, Clause, Grid, article, clause
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import listed, sentence, span_minutes, two

COUNTS = {
    CountingAttempt.FIRST: "lượt thi đầu tiên",
    CountingAttempt.LAST: "lượt thi cuối cùng",
    CountingAttempt.BEST: (
        "lượt thi tốt nhất của người đó, xét lần lượt: số câu đúng nhiều hơn, thời gian làm bài ngắn hơn,"
        " thời điểm nộp bài sớm hơn"
    ),
}
SHOWN = {
    ResultShown.AT_ONCE: "Người dự thi xem được số câu đúng và thời gian làm bài ngay sau khi nộp bài.",
    ResultShown.AFTER_CLOSE: (
        "Người dự thi xem được số câu đúng và thời gian làm bài sau khi vòng thi kết thúc."
    ),
    ResultShown.AFTER_PUBLICATION: (
        "Người dự thi xem được số câu đúng và thời gian làm bài sau khi kết quả được công bố."
    ),
}
# What is counted, where the words "người dự thi hợp lệ" are explained once for all.
TARGETS = {
    PredictionTarget.PARTICIPANTS: "số người có ít nhất một lượt thi đã nộp",
    PredictionTarget.ATTEMPTS: "tổng số lượt thi đã nộp",
    PredictionTarget.ALL_RIGHT: "số người có ít nhất một lượt thi trả lời đúng tất cả câu hỏi của đề",
    PredictionTarget.ALL_RIGHT_PERCENT: (
        "tỷ lệ phần trăm của số người có ít nhất một lượt thi trả lời đúng tất cả câu hỏi của đề trên số"
        " người có ít nhất một lượt thi đã nộp, làm tròn đến 05 chữ số sau dấu phẩy (chữ số bị bỏ từ 5"
        " trở lên thì làm tròn lên)"
    ),
}
SCOPES = {
    PredictionScope.ROUND: "tính trong vòng thi đó",
    PredictionScope.CONTEST: "tính trong cả Cuộc thi, gộp tất cả các vòng thi",
    PredictionScope.BLOCK: (
        "tính trong vòng thi đó, trên những người thuộc các đơn vị cùng khối với đơn vị của người dự thi"
    ),
}
# Where there is one round only, a contestant knows it as the contest.
ONLY_ROUND = {
    PredictionScope.ROUND: "tính trong cả Cuộc thi",
    PredictionScope.CONTEST: "tính trong cả Cuộc thi",
    PredictionScope.BLOCK: "tính trên những người thuộc các đơn vị cùng khối với đơn vị của người dự thi",
}


def articles(plan: Plan) -> list[Article | None]:
    return [
        article("papers", "Đề thi", _papers(plan)),
        article("attempts", "Lượt thi và thời gian làm bài", _attempts(plan)),
        article("prediction", "Câu dự đoán", _predictions(plan)) if plan.asks_prediction else None,
        article("marking", "Chấm điểm", _marking(plan)),
    ]


def named(plan: Plan, group: Sequence[Round], rest: str, *, each: bool = True) -> str:
    """The sentence `rest` (from a small letter) with the rounds that it is about, unless it is about all."""
    if len(group) == len(plan.rounds):
        rest = f"ở mỗi vòng thi, {rest}" if plan.several and each else rest
        return rest[:1].upper() + rest[1:]
    return f"{listed([one.name for one in group])}: {rest}"


# --- The paper ---------------------------------------------------------------------------------------------
def _paper_key(one: Round) -> Hashable:
    quotas = tuple((quota.topic.name, quota.difficulty, quota.questions) for quota in one.quotas.all())
    return one.questions, one.bank_id, one.prediction_target != PredictionTarget.NONE, quotas


def _papers(plan: Plan) -> Iterator[Clause]:
    for group in plan.groups(_paper_key):
        yield _paper(plan, group)
    yield clause(
        "Mỗi câu hỏi trắc nghiệm có một phương án đúng. Hệ thống chọn ngẫu nhiên câu hỏi cho từng lượt"
        " thi, xáo trộn thứ tự câu hỏi và thứ tự các phương án trả lời."
    )
    yield clause(
        "Bộ câu hỏi và cách chọn câu hỏi được niêm phong trước khi mở vòng thi theo {@sealing}; từ đó"
        " không ai thay đổi được và ai cũng kiểm tra được."
    )


def _paper(plan: Plan, group: Sequence[Round]) -> Clause:
    one = group[0]
    asked = " và 01 câu dự đoán" if one.prediction_target != PredictionTarget.NONE else ""
    quotas = list(one.quotas.all())
    levels = any(quota.difficulty for quota in quotas)
    by = "chủ đề và mức độ" if levels else "chủ đề"
    how = f"theo số câu của từng {by}" if quotas else "không ấn định số câu theo chủ đề"
    return clause(
        named(
            plan,
            group,
            f"{'đề thi' if plan.several else 'mỗi đề thi'} gồm {two(one.questions)} câu hỏi trắc"
            f" nghiệm{asked}. Câu hỏi trắc nghiệm được lấy ngẫu nhiên từ ngân hàng câu hỏi"
            f" “{one.bank.name}”, {how}{':' if quotas else '.'}",
        ),
        grid=_quotas(quotas, levels=levels) if quotas else None,
        keys="rounds.questions rounds.bank rounds.quotas",
        about=plan.about(group),
    )


def _quotas(quotas: Sequence[Quota], *, levels: bool) -> Grid:
    """The blueprint, with a column for the level where the plan speaks of levels."""
    total = two(sum(quota.questions for quota in quotas))
    if not levels:
        rows = [(quota.topic.name, two(quota.questions)) for quota in quotas]
        return Grid(("Chủ đề", "Số câu"), rows, frozenset({1}), ("Cộng", total))
    return Grid(
        ("Chủ đề", "Mức độ", "Số câu"),
        [
            (quota.topic.name, quota.get_difficulty_display() or "mọi mức độ", two(quota.questions))
            for quota in quotas
        ],
        frozenset({2}),
        ("Cộng", "", total),
    )


# --- Attempts and time -------------------------------------------------------------------------------------
def _attempts_key(one: Round) -> Hashable:
    limits = one.attempts_allowed, one.attempts_per_day, one.cooldown_minutes, one.min_plausible_seconds
    return one.time_limit_minutes, limits, one.counting_attempt


def _attempts(plan: Plan) -> Iterator[Clause]:
    for group in plan.groups(_attempts_key):
        yield clause(
            named(plan, group, "quy định về lượt thi như sau:"),
            *_limits(plan, group[0]),
            about=plan.about(group),
        )
    yield clause(
        "Thời gian làm bài của một lượt thi tính từ khi máy chủ giao đề đến khi máy chủ nhận được bài"
        " nộp, chính xác đến một phần nghìn giây, không trừ thời gian tạm dừng, mất mạng hoặc thoát"
        " trang."
    )
    yield clause(
        "Câu trả lời được lưu trong khi làm bài. Khi hết thời gian làm bài hoặc khi vòng thi kết thúc,"
        " tùy thời điểm nào đến trước, hệ thống tự nộp bài với các câu trả lời đã lưu. Bài gửi đến sau"
        " thời điểm đó không được nhận."
    )
    yield clause(
        "Người dự thi làm tiếp được lượt thi đang dở sau khi mất mạng hoặc đổi thiết bị, trong thời gian"
        " còn lại của lượt thi đó. Bài đã nộp không sửa được."
    )


def _limits(plan: Plan, one: Round) -> Iterator[Clause]:
    inside = "trong một vòng thi" if plan.several else "trong cả Cuộc thi"
    yield clause(
        f"Thời gian làm bài của mỗi lượt thi: tối đa {two(one.time_limit_minutes)} phút.",
        keys="rounds.time_limit_minutes",
    )
    yield clause(
        f"Số lượt thi: mỗi người thi tối đa {two(one.attempts_allowed)} lượt {inside}.",
        keys="rounds.attempts_allowed",
    )
    if one.attempts_per_day:
        yield clause(
            "Trong một ngày (từ 00 giờ 00 đến 24 giờ 00), mỗi người bắt đầu tối đa"
            f" {two(one.attempts_per_day)} lượt thi.",
            keys="rounds.attempts_per_day",
        )
    if one.cooldown_minutes:
        yield clause(
            f"Lượt thi sau chỉ được bắt đầu khi lượt thi trước đã nộp được ít nhất"
            f" {span_minutes(one.cooldown_minutes)}.",
            keys="rounds.cooldown_minutes",
        )
    if one.min_plausible_seconds:
        yield clause(
            f"Thời gian tối thiểu hợp lý của một bài: {two(one.min_plausible_seconds)} giây. Bài nộp nhanh"
            " hơn được đưa cho Ban Tổ chức xem xét theo {@violations}; hệ thống không vì thế mà thay đổi"
            " điểm, thời gian, thứ hạng hoặc loại bài; việc xử lý do con người quyết định.",
            keys="rounds.min_plausible_seconds",
        )
    if one.attempts_allowed > 1:
        asked = one.prediction_target != PredictionTarget.NONE
        never = " Câu dự đoán không được dùng để chọn lượt thi được tính." if asked else ""
        yield clause(
            "Người thi nhiều lượt thì kết quả được tính là kết quả của"
            f" {COUNTS[CountingAttempt(one.counting_attempt)]}.{never}",
            keys="rounds.counting_attempt",
        )


# --- The prediction ----------------------------------------------------------------------------------------
def _prediction_key(one: Round) -> Hashable:
    target = one.prediction_target
    used = RankKey.PREDICTION in one.rank_order
    return target, target != PredictionTarget.NONE and (one.prediction_scope, one.prediction_text, used)


def _predictions(plan: Plan) -> Iterator[Clause]:
    asking = [
        group for group in plan.groups(_prediction_key) if group[0].prediction_target != PredictionTarget.NONE
    ]
    for group in asking:
        yield clause(
            named(
                plan, group, f"người dự thi trả lời thêm câu dự đoán: “{group[0].prediction_text.strip()}”"
            ),
            *_truth(plan, group[0]),
            keys="rounds.prediction_text rounds.prediction_target",
            about=plan.about(group),
        )
    yield clause(
        "Chỉ tính người và lượt thi hợp lệ, tức là sau khi đã trừ người không được dự thi theo"
        " {@ineligible} và kết quả bị loại theo {@violations}."
    )
    yield clause(
        f"Số dự đoán có hiệu lực của mỗi người{' trong một vòng thi' if plan.several else ''} là số ghi"
        " trong bài nộp đầu tiên có ghi dự đoán; số ghi ở các lượt thi sau không có giá trị. Người không"
        " ghi dự đoán xếp sau mọi người có ghi dự đoán khi xét đến tiêu chí này."
    )
    yield clause("Câu dự đoán không tính vào số câu đúng.")


def _truth(plan: Plan, one: Round) -> Iterator[Clause]:
    target, scope = PredictionTarget(one.prediction_target), PredictionScope(one.prediction_scope)
    where = (SCOPES if plan.several else ONLY_ROUND)[scope]
    yield clause(
        f"Đáp số là {TARGETS[target]}, {where}.",
        keys="rounds.prediction_target rounds.prediction_scope",
    )
    if scope == PredictionScope.CONTEST and plan.several:
        once = "" if target == PredictionTarget.ATTEMPTS else "Người thi nhiều vòng chỉ tính một lần. "
        yield clause(f"{once}Kết quả chỉ được xếp hạng sau khi mọi vòng thi đã kết thúc.")
    if scope == PredictionScope.BLOCK:
        yield clause("Người có đơn vị không thuộc khối nào được coi như không ghi dự đoán.")
    if target == PredictionTarget.ALL_RIGHT_PERCENT:
        yield clause(
            "Số dự đoán là một tỷ lệ từ 0 đến 100, có tối đa 05 chữ số sau dấu phẩy, ví dụ 87,65432."
        )
    else:
        yield clause("Số dự đoán là một số nguyên không âm.")
    yield clause(
        "Độ lệch là khoảng cách giữa số dự đoán và đáp số, dù lớn hơn hay nhỏ hơn; độ lệch nhỏ hơn là dự đoán"
        " gần hơn."
        if RankKey.PREDICTION in one.rank_order
        else "Câu dự đoán chỉ để tham khảo, không dùng để xếp hạng.",
    )


# --- Marking -----------------------------------------------------------------------------------------------
def _marking(plan: Plan) -> Iterator[Clause]:
    yield clause(
        "Hệ thống chấm điểm tự động. Điểm của một lượt thi là số câu hỏi trắc nghiệm trả lời đúng; câu"
        " trả lời sai hoặc bỏ trống không có điểm và không bị trừ điểm."
        if plan.contest.parts == 1
        else "Hệ thống chấm điểm tự động. Điểm của một lượt thi là tổng điểm các câu hỏi trắc nghiệm, mỗi câu"
        " tối đa 01 điểm; câu trả lời sai hoặc bỏ trống có 0 điểm. Trong Thể lệ này, số câu đúng là tổng"
        " điểm ấy; trả lời đúng tất cả là đạt điểm tối đa ở mọi câu.",
        keys="contest.marking",
    )
    if plan.contest.parts == 1 and plan.several_keys:
        yield clause(
            "Câu có nhiều đáp án chỉ được tính là trả lời đúng khi chọn đúng và đủ mọi đáp án; chọn thiếu,"
            " chọn thừa hoặc chọn thêm phương án sai đều là trả lời sai.",
            keys="contest.marking",
        )
    if plan.contest.parts > 1:
        yield clause(
            "Ở câu có nhiều đáp án, 01 điểm được chia đều cho các đáp án: chọn mỗi đáp án được một phần,"
            " chọn mỗi phương án sai mất một phần như thế; điểm của một câu không dưới 0. Ví dụ câu có 03"
            " đáp án, chọn 02 đáp án và 01 phương án sai thì được 1/3 điểm. Khi xếp hạng, điểm không được làm"
            " tròn; khi hiển thị, điểm được làm tròn đến hai chữ số thập phân.",
            keys="contest.marking",
        )
    for group in plan.groups(lambda one: one.result_shown):
        words = SHOWN[ResultShown(group[0].result_shown)]
        if len(group) < len(plan.rounds):
            words = named(plan, group, words[:1].lower() + words[1:])
        yield clause(sentence(words), keys="rounds.result_shown", about=plan.about(group))
