# ruff: noqa: E501  the table of faults is read line by line
"""Each rule of a plan, by one plan that keeps it and one that breaks it: the place and the sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contests.rules import faults
from contests.rules.facts import BankFacts, PlanFacts, PrizeFacts, RoundFacts, TableFacts, UnitRow

START = datetime(2024, 11, 4, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
# Five units in two blocks: two offices, three wards; a school below a ward has people but does not compete.
UNITS = [
    UnitRow("T", "", "Thành phố", "Thành phố"),
    UnitRow("P1", "T", "Phòng", "Phòng Một", 10, "Phòng"),
    UnitRow("P2", "T", "Phòng", "Phòng Hai", 12, "Phòng"),
    UnitRow("X1", "T", "Phường", "Phường Một", 30, "Phường"),
    UnitRow("X2", "T", "Phường", "Phường Hai", 30, "Phường"),
    UnitRow("X3", "T", "Phường", "Phường Ba", None, "Phường"),
    UnitRow("X3-1", "X3", "Trường", "Trường Một", 500),
]


def week(number: int, **changes: Any) -> RoundFacts:
    values: dict[str, Any] = {
        "place": f"rounds[{number}]",
        "number": number,
        "name": f"Tuần {number}",
        "opens_at": START + WEEK * (number - 1),
        "closes_at": START + WEEK * number,
        "bank": "Ngân hàng",
        "questions": 30,
        "attempts_allowed": 2,
        "rank_order": ["score", "duration"],
        **changes,
    }
    return RoundFacts(**values)


def people(**changes: Any) -> TableFacts:
    values: dict[str, Any] = {
        "number": 1,
        "name": "Cá nhân",
        "scope": "each_round",
        "audience": "individual",
        "method": "ranked",
        "prizes": [PrizeFacts("Giải Nhất", 1, 1, "Giấy chứng nhận"), PrizeFacts("Giải Nhì", 2, 2)],
        **changes,
    }
    return TableFacts(**values)


def units(**changes: Any) -> TableFacts:
    values: dict[str, Any] = {
        "number": 2,
        "name": "Tập thể",
        "scope": "contest",
        "audience": "unit",
        "method": "ranked",
        "unit_order": ["participants", "mean_score"],
        "prizes": [PrizeFacts("Giải tập thể", 1, 2)],
        **changes,
    }
    return TableFacts(**values)


PLAN = PlanFacts(
    opens_at=START,
    closes_at=START + WEEK * 3,
    categories=["Cán bộ", "Nhân dân"],
    certificates=["Giấy chứng nhận"],
    blocks=["Phòng", "Phường"],
    area="T",
    units=UNITS,
    rounds=[week(1), week(2), week(3)],
    prize_tables=[people(), units()],
    banks={
        "Ngân hàng": BankFacts(
            {"Chủ đề 1": 20, "Chủ đề 2": 13, "Đề án 06": 2, "Đề án 06 › Định danh": 5},
            {
                ("Đề án 06", "easy"): 1,
                ("Đề án 06 › Định danh", "easy"): 2,
                ("Đề án 06 › Định danh", "hard"): 3,
            },
        )
    },
)
ONE_ROUND = replace(PLAN, rounds=[week(1)], prize_tables=[people(scope="contest"), units()])
FINAL = {"promotes_from": 1, "promotes_best": 10}
ASKED = {
    "prediction_target": "all_right",
    "prediction_scope": "round",
    "prediction_text": "Bao nhiêu?",
    "rank_order": ["score", "prediction"],
}
NO_HEADCOUNTS = [replace(unit, headcount=None) for unit in UNITS]
NO_BLOCKS: dict[str, Any] = {"blocks": [], "units": [replace(unit, block="") for unit in UNITS]}


def found(plan: PlanFacts, **changes: Any) -> list[str]:
    return [str(fault) for fault in faults(replace(plan, **changes))]


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        ONE_ROUND,
        replace(PLAN, prize_tables=[]),
        replace(PLAN, min_age=15, age_on=date(2024, 11, 4)),
        replace(PLAN, overall_combine="sum", overall_rank_order=["score", "duration"]),
        replace(PLAN, overall_combine="best", overall_rank_order=["score"], prize_tables=[people(scope="contest")]),
        replace(PLAN, rounds=[week(1), week(2, **FINAL)]),
        replace(PLAN, rounds=[week(1, **ASKED), week(2, **(ASKED | {"prediction_scope": "contest"}))]),
        replace(PLAN, rounds=[week(1, **(ASKED | {"prediction_scope": "block"}))], prize_tables=[]),
        replace(PLAN, rounds=[week(1, attempts_per_day=2)], prize_tables=[]),
        replace(PLAN, rounds=[week(1, questions=7, quotas={"Đề án 06": 7})], prize_tables=[]),
        replace(PLAN, rounds=[week(1, questions=10, quotas={"Đề án 06": {"easy": 3, "hard": 3}, "Chủ đề 1": 4})], prize_tables=[]),
        replace(PLAN, prize_tables=[people(scope="round", round=2, unit_limit=2)]),
        replace(PLAN, prize_tables=[people(winner_limit=2), people(number=2, scope="round", round=3)]),
        # Five units, once each, enough for one prize in each of three weeks; and twice each for three.
        replace(PLAN, prize_tables=[units(scope="each_round", prizes=[PrizeFacts("Giải", 1, 1)], winner_limit=1)]),
        replace(PLAN, prize_tables=[units(scope="each_round", prizes=[PrizeFacts("Giải", 1, 3)], winner_limit=2)]),
        replace(PLAN, prize_tables=[units(by_block=True)]),
        replace(PLAN, prize_tables=[units(unit_order=[], weights={"participants": 40, "mean_score": 60})]),
        replace(PLAN, prize_tables=[units(unit_order=["best_score", "best_duration"], best_of=10)]),
        replace(PLAN, prize_tables=[units(unit_order=["ratio"], min_ratio_percent=Decimal("70.5"), min_participants=3)]),
        replace(PLAN, prize_tables=[people(), units(unit_order=["winners"])]),
        replace(PLAN, prize_tables=[units(method="chosen", unit_order=[])], **NO_BLOCKS),
        # What could not be read is not judged.
        replace(PLAN, prize_tables=[TableFacts(prizes=[PrizeFacts()])], overall_combine=None),

    ],
)  # fmt: skip
def test_a_plan_that_can_run_has_no_faults(plan: PlanFacts) -> None:
    assert faults(plan) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"closes_at": START}, "contest.closes_at: Thời điểm kết thúc cuộc thi phải sau thời điểm mở."),
        ({"min_age": 15}, "contest.age_on: Có tuổi tối thiểu nhưng chưa ghi tuổi tính đến ngày nào."),
        ({"age_on": date(2024, 11, 4)}, "contest.min_age: Có ngày tính tuổi nhưng chưa ghi tuổi tối thiểu."),
        ({"rounds": []}, "rounds: Chưa có vòng thi nào."),
        ({"categories": []}, "categories: Chưa có đối tượng dự thi nào để người dự thi chọn."),
        ({"categories": ["Cán bộ", "", "Nhân dân", "", "Cán bộ"]}, "categories[5].name: Đối tượng “Cán bộ” bị lặp lại."),
        ({"certificates": ["Giấy chứng nhận", "Giấy chứng nhận"]}, "certificates[2].name: Mẫu giấy “Giấy chứng nhận” bị lặp lại."),
        ({"blocks": ["Phòng", "Phường", "Phòng"]}, "blocks[3].name: Khối “Phòng” bị lặp lại."),
        ({"blocks": ["Phòng", "Phường", "Trường"]}, "blocks[3]: Khối “Trường” chưa có đơn vị nào."),
        ({"area": "X1"}, "units: Đơn vị “Phòng Một” thi đua trong khối nhưng nằm ngoài địa bàn."),
    ],
)  # fmt: skip
def test_faults_of_the_contest(changes: dict[str, Any], reason: str) -> None:
    assert reason in found(PLAN, **changes)


@pytest.mark.parametrize(
    ("rounds", "reason"),
    [
        ([week(0)], "rounds[0].number: Số thứ tự của vòng thi bắt đầu từ 1."),
        ([week(1), week(1)], "rounds: Có hơn một vòng thi mang số thứ tự 1."),
        ([week(1), week(2, opens_at=START + WEEK - timedelta(seconds=1))], "rounds[2].opens_at: “Tuần 2” chồng thời gian lên “Tuần 1”."),
        ([week(1, closes_at=START)], "rounds[1].closes_at: Thời điểm kết thúc vòng thi phải sau thời điểm mở."),
        ([week(1, opens_at=START - timedelta(seconds=1))], "rounds[1].opens_at: Vòng thi mở trước khi cuộc thi mở."),
        ([week(3, closes_at=START + WEEK * 3 + timedelta(seconds=1))], "rounds[3].closes_at: Vòng thi kết thúc sau khi cuộc thi đã kết thúc."),
        ([week(1), week(2, promotes_from=2, promotes_best=10)], "rounds[2].promotion.from: Vòng thi không thể chọn người từ chính vòng đó."),
        ([week(1), week(2, promotes_from=7, promotes_best=10)], "rounds[2].promotion.from: Không có vòng thi số 7."),
        ([week(1, promotes_from=2, promotes_best=10), week(2)], "rounds[1].promotion.from: “Tuần 2” kết thúc sau khi vòng này mở nên chưa có kết quả để chọn người."),
        ([week(1, closes_at=START + WEEK + timedelta(minutes=1)), week(2, **FINAL)], "rounds[2].promotion.from: “Tuần 1” kết thúc sau khi vòng này mở nên chưa có kết quả để chọn người."),
        ([week(1, **(ASKED | {"prediction_scope": "contest"})), week(2, **FINAL)], "rounds[1].prediction_scope: Câu dự đoán đếm trên cả cuộc thi nên vòng này chỉ xếp hạng được khi mọi vòng đã kết thúc, trong khi “Tuần 2” cần kết quả của nó để chọn người."),
        ([week(1, attempts_per_day=3)], "rounds[1].attempts_per_day: Số lượt trong một ngày (3) nhiều hơn số lượt của cả vòng (2)."),
        ([week(1, questions=41)], "rounds[1].questions: Đề thi cần 41 câu, ngân hàng “Ngân hàng” mới có 40 câu đã duyệt."),
        ([week(1, bank="Khác")], "rounds[1].bank: Không có ngân hàng câu hỏi tên “Khác”."),
        ([week(1, quotas={"Chủ đề 1": 20, "Chủ đề 2": 9})], "rounds[1].quotas: Số câu theo chủ đề cộng lại là 29, khác số câu hỏi của đề là 30."),
        ([week(1, quotas={"Chủ đề 1": 21, "Chủ đề 2": 9})], "rounds[1].quotas: Chủ đề “Chủ đề 1” cần 21 câu, mới có 20 câu đã duyệt."),
        ([week(1, quotas={"Chủ đề 1": 20, "Chủ đề 3": 10})], "rounds[1].quotas: Ngân hàng “Ngân hàng” không có chủ đề “Chủ đề 3”."),
        ([week(1, quotas={"Đề án 06": 20, "Chủ đề 1": 10})], "rounds[1].quotas: Chủ đề “Đề án 06” cần 20 câu, mới có 7 câu đã duyệt."),
        ([week(1, quotas={"Đề án": 20, "Chủ đề 1": 10})], "rounds[1].quotas: Ngân hàng “Ngân hàng” không có chủ đề “Đề án”."),
        ([week(1, quotas={"Đề án 06": {"easy": 4, "hard": 3}, "Chủ đề 1": 23})], "rounds[1].quotas: Chủ đề “Đề án 06” cần 4 câu mức độ Nhận biết, mới có 3 câu đã duyệt."),
        ([week(1, quotas={"Đề án 06 › Định danh": {"medium": 1}, "Chủ đề 1": 29})], "rounds[1].quotas: Chủ đề “Đề án 06 › Định danh” cần 1 câu mức độ Thông hiểu, mới có 0 câu đã duyệt."),
        ([week(1, quotas={"Đề án 06": {"easy": 1}, "Đề án 06 › Định danh": 1})], "rounds[1].quotas: “Đề án 06, mức độ Nhận biết” và “Đề án 06 › Định danh” trùng phạm vi: một câu hỏi có thể thuộc cả hai. Mỗi câu hỏi chỉ được thuộc một dòng."),
        ([week(1, time_limit_minutes=1, min_plausible_seconds=60)], "rounds[1].min_plausible_seconds: Thời gian tối thiểu hợp lý (60 giây) phải ngắn hơn thời gian làm bài (1 phút)."),
        ([week(1, rank_order=[])], "rounds[1].rank_order: Chưa có thứ tự xếp hạng nên không thể trao giải."),
        ([week(1, rank_order=["luck"])], "rounds[1].rank_order: Không có tiêu chí xếp hạng “luck”."),
        ([week(1, rank_order=["score", "score"])], "rounds[1].rank_order: Tiêu chí xếp hạng “score” bị lặp lại."),
        ([week(1, rank_order=["score", "prediction"])], "rounds[1].rank_order: Xếp hạng theo câu dự đoán nhưng vòng thi không có câu dự đoán."),
        ([week(1, **(ASKED | {"prediction_text": " "}))], "rounds[1].prediction_text: Có câu dự đoán nhưng chưa ghi lời của câu dự đoán."),
        ([week(1, **(ASKED | {"prediction_scope": None}))], "rounds[1].prediction_scope: Có câu dự đoán nhưng chưa ghi phạm vi đếm: round, contest hoặc block."),
        ([week(1, prediction_scope="round")], "rounds[1].prediction_scope: Vòng thi không có câu dự đoán nên không ghi phạm vi đếm."),
        ([week(1, prediction_text="Bao nhiêu?")], "rounds[1].prediction_target: Có lời của câu dự đoán nhưng chưa chọn câu dự đoán hỏi về gì."),
    ],
)  # fmt: skip
def test_faults_of_a_round(rounds: list[RoundFacts], reason: str) -> None:
    assert reason in found(PLAN, rounds=rounds)


def test_promotion_and_a_prediction_by_block_need_units_that_compete() -> None:
    assert found(PLAN, rounds=[week(1), week(2, **FINAL)], prize_tables=[], **NO_BLOCKS) == [
        "rounds[2].promotion: Chọn người của từng đơn vị vào vòng này nhưng chưa có đơn vị nào trong khối thi đua."
    ]
    asked = week(1, **(ASKED | {"prediction_scope": "block"}))
    assert found(PLAN, rounds=[asked], prize_tables=[], **NO_BLOCKS) == [
        "rounds[1].prediction_scope: Câu dự đoán đếm trong khối của người dự thi nhưng chưa có đơn vị nào trong khối."
    ]


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (replace(PLAN, overall_rank_order=["score"]), "overall.combine: Có thứ tự xếp hạng cả cuộc thi nhưng chọn không xếp hạng cả cuộc thi."),
        (replace(PLAN, overall_only_all_right=True), "overall.combine: Có thứ tự xếp hạng cả cuộc thi nhưng chọn không xếp hạng cả cuộc thi."),
        (replace(PLAN, overall_combine="sum"), "overall.rank_order: Chưa có thứ tự xếp hạng nên không thể trao giải."),
        (replace(PLAN, overall_combine="sum", overall_rank_order=["luck"]), "overall.rank_order: Không có tiêu chí xếp hạng “luck”."),
        (replace(PLAN, overall_combine="best", overall_rank_order=["score", "prediction"]), "overall.rank_order: Xếp hạng theo câu dự đoán nhưng không vòng thi nào có câu dự đoán."),
        (replace(ONE_ROUND, overall_combine="sum", overall_rank_order=["score"]), "overall.combine: Cuộc thi chỉ có một vòng nên không có bảng xếp hạng riêng của cả cuộc thi."),
    ],
)  # fmt: skip
def test_faults_of_the_overall_ranking(plan: PlanFacts, reason: str) -> None:
    assert [str(fault) for fault in faults(plan)] == [reason]


@pytest.mark.parametrize(
    ("table", "place", "sentence"),
    [
        (people(prizes=[]), "prizes", "Bảng giải chưa có giải nào."),
        (people(prizes=[PrizeFacts("A", 1, 1), PrizeFacts("B", 1, 1)]), "prizes[2].position", "Hai giải cùng có thứ tự trao 1."),
        (people(prizes=[PrizeFacts("A", 0, 1)]), "prizes[1].position", "Thứ tự trao giải bắt đầu từ 1."),
        (people(prizes=[PrizeFacts("A", 1, 1, "Bằng khen")]), "prizes[1].certificate", "Không có mẫu giấy “Bằng khen” trong kế hoạch."),
        (people(scope="round"), "round", "Bảng giải của một vòng thi phải ghi đó là vòng thi số mấy."),
        (people(scope="round", round=9), "round", "Không có vòng thi số 9."),
        (people(round=1), "round", "Chỉ bảng giải của một vòng thi (scope = round) mới ghi vòng thi."),
        (people(scope="contest"), "scope", "Giải cá nhân của cả cuộc thi có nhiều vòng cần bảng xếp hạng cá nhân cả cuộc thi (overall), mà kế hoạch không có."),
        (people(by_block=True), "by_block", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(unit_order=["attempts"]), "unit_order", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(weights={"attempts": 100}), "weights", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(best_of=10), "best_of", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(min_participants=10), "min_participants", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(min_ratio_percent=Decimal(70)), "min_ratio_percent", "Mục này chỉ dành cho bảng giải tập thể."),
        (people(unit_limit=1, prizes=[PrizeFacts("A", 1, 8)]), "unit_limit", "Có 6 đơn vị, mỗi đơn vị nhiều nhất 1 người, không đủ cho 8 giải."),
        (people(winner_limit=3), "winner_limit", "Bảng giải này được trao 3 lần nên giới hạn 3 lần không có tác dụng."),
        (people(scope="round", round=1, winner_limit=1), "winner_limit", "Bảng giải này được trao 1 lần nên giới hạn 1 lần không có tác dụng."),
        (units(unit_limit=2), "unit_limit", "Mục này chỉ dành cho bảng giải cá nhân."),
        (units(unit_order=[]), "unit_order", "Bảng giải tập thể cần thứ tự tiêu chí (unit_order) hoặc trọng số (weights)."),
        (units(weights={"attempts": 100}), "weights", "Chỉ chọn một: thứ tự tiêu chí (unit_order) hoặc trọng số (weights)."),
        (units(unit_order=["luck"]), "unit_order", "Không có tiêu chí “luck”."),
        (units(unit_order=["attempts", "attempts"]), "unit_order", "Tiêu chí “attempts” bị lặp lại."),
        (units(unit_order=["best_score"]), "best_of", "Cộng kết quả những người tốt nhất nhưng chưa ghi bao nhiêu người."),
        (units(best_of=10), "best_of", "Không tiêu chí nào dùng mục này; tiêu chí dùng nó là best_score và best_duration."),
        (units(scope="each_round", unit_order=["winners"]), "unit_order", "Số giải cá nhân đã đạt (winners) chỉ tính được cho cả cuộc thi có nhiều vòng thi."),
        (units(unit_order=["winners"]), "unit_order", "Tính số giải cá nhân đã đạt (winners) nhưng không vòng thi nào có giải cá nhân."),
        (units(unit_order=[], weights={"participants": 40, "winners": 60}), "weights", "Tính số giải cá nhân đã đạt (winners) nhưng không vòng thi nào có giải cá nhân."),
        (units(unit_order=[], weights={"participants": 40, "mean_score": 50}), "weights", "Các trọng số cộng lại là 90, phải là 100."),
        (units(unit_order=[], weights={"participants": 40, "luck": 60}), "weights", "Không có tiêu chí “luck”."),
        (units(unit_order=[], weights={"participants": 100, "mean_score": 0}), "weights", "Trọng số của “mean_score” phải lớn hơn 0."),
        (units(unit_order=[], weights={"participants": 140, "mean_score": -40}), "weights", "Trọng số của “mean_score” phải lớn hơn 0."),
        (units(unit_order=[], best_of=5, weights={"best_score": 60, "best_duration": 40}), "weights", "Thời gian (best_duration) ít hơn là tốt hơn nên không cộng theo trọng số được."),
        (units(prizes=[PrizeFacts("A", 1, 4), PrizeFacts("B", 2, 2)]), "prizes", "Cuộc thi có 5 đơn vị thi đua, ít hơn 6 giải nên không trao hết được."),
        (units(by_block=True, prizes=[PrizeFacts("A", 1, 3)]), "prizes", "Khối “Phòng” có 2 đơn vị thi đua, ít hơn 3 giải nên không trao hết được."),
        (units(scope="each_round", winner_limit=1), "winner_limit", "Cuộc thi có 5 đơn vị thi đua, mỗi đơn vị đạt nhiều nhất 1 lần, không đủ cho 6 giải của các vòng thi."),
        (units(scope="each_round", by_block=True, winner_limit=1, prizes=[PrizeFacts("A", 1, 1)]), "winner_limit", "Khối “Phòng” có 2 đơn vị thi đua, mỗi đơn vị đạt nhiều nhất 1 lần, không đủ cho 3 giải của các vòng thi."),
        (units(min_ratio_percent=Decimal("100.01")), "min_ratio_percent", "Tỷ lệ tối thiểu phải lớn hơn 0 và không quá 100."),
        (units(min_ratio_percent=Decimal(0)), "min_ratio_percent", "Tỷ lệ tối thiểu phải lớn hơn 0 và không quá 100."),
        (units(winner_limit=1), "winner_limit", "Bảng giải này được trao 1 lần nên giới hạn 1 lần không có tác dụng."),
        (units(method="chosen"), "unit_order", "Bảng giải do Ban Tổ chức xét chọn không dùng mục này."),
        (units(method="chosen", unit_order=[], weights={"attempts": 100}), "weights", "Bảng giải do Ban Tổ chức xét chọn không dùng mục này."),
        (units(method="chosen", unit_order=[], by_block=True), "by_block", "Bảng giải do Ban Tổ chức xét chọn không dùng mục này."),
        (people(method="chosen", unit_limit=1), "unit_limit", "Bảng giải do Ban Tổ chức xét chọn không dùng mục này."),
    ],
)  # fmt: skip
def test_a_prize_table_that_cannot_be_filled_has_one_fault(
    table: TableFacts, place: str, sentence: str
) -> None:
    assert found(PLAN, prize_tables=[table]) == [f"prize_tables[1].{place}: {sentence}"]


def test_the_same_number_twice_is_a_fault_of_the_second_table() -> None:
    tables = [people(), units(number=1), people(number=1)]
    assert found(PLAN, prize_tables=tables) == [
        "prize_tables[2].number: Có hơn một bảng giải mang số thứ tự 1."
    ]


def test_a_unit_table_needs_units_that_compete() -> None:
    assert found(PLAN, prize_tables=[units()], **NO_BLOCKS) == [
        "prize_tables[1]: Bảng giải tập thể nhưng chưa có đơn vị nào trong khối thi đua."
    ]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (units(unit_order=["ratio"]), "unit_order"),
        (units(unit_order=[], weights={"ratio": 50, "mean_score": 50}), "weights"),
        (units(min_ratio_percent=Decimal(70)), "min_ratio_percent"),
    ],
)
def test_a_ratio_needs_at_least_one_headcount(table: TableFacts, key: str) -> None:
    assert found(PLAN, prize_tables=[table], units=NO_HEADCOUNTS) == [
        f"prize_tables[1].{key}: Tính tỷ lệ dự thi nhưng không đơn vị thi đua nào có tổng số người (headcount)."
    ]
    # The people of a unit below count for the unit that competes.
    school = [replace(unit, headcount=500 if unit.code == "X3-1" else None) for unit in UNITS]
    assert found(PLAN, prize_tables=[table], units=school) == []


def test_winners_need_a_contest_of_several_rounds() -> None:
    assert found(ONE_ROUND, prize_tables=[units(unit_order=["winners"])]) == [
        "prize_tables[1].unit_order: Số giải cá nhân đã đạt (winners) chỉ tính được cho cả cuộc thi có nhiều vòng thi."
    ]


def test_a_list_of_units_that_goes_in_a_circle_ends_nobody_up_in_a_loop() -> None:
    ring = [UnitRow("A", "B", "", "A", 1, "Phòng"), UnitRow("B", "A", "", "B", 1, "Phường")]
    assert found(PLAN, units=ring, area="T", prize_tables=[units()]) == []


def test_the_same_fault_of_all_rounds_of_a_series_is_told_once() -> None:
    series = [week(number, place="rounds[1]", bank="Khác") for number in (1, 2, 3)]
    assert found(PLAN, rounds=series) == ["rounds[1].bank: Không có ngân hàng câu hỏi tên “Khác”."]
