"""Rules about a round's paper, its limits, its prediction and the orders in which people are ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from contests.enums import Combine, PredictionScope, PredictionTarget, RankKey
from contests.rules.facts import BankFacts, Fault, PlanFacts, RoundFacts
from contests.rules.repeats import repeated
from contests.rules.strata import blueprint_faults, shortage, strata


def round_faults(plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    yield from _bank_faults(plan, one)
    if one.attempts_per_day and one.attempts_allowed and one.attempts_per_day > one.attempts_allowed:
        yield Fault(
            f"{one.place}.attempts_per_day",
            _("Số lượt trong một ngày (%(day)d) nhiều hơn số lượt của cả vòng (%(all)d).")
            % {"day": one.attempts_per_day, "all": one.attempts_allowed},
        )
    yield from _speed_faults(one)
    yield from _prediction_faults(plan, one)
    yield from _order_faults(f"{one.place}.rank_order", one.rank_order)
    if RankKey.PREDICTION in one.rank_order and one.prediction_target == PredictionTarget.NONE:
        yield Fault(
            f"{one.place}.rank_order", _("Xếp hạng theo câu dự đoán nhưng vòng thi không có câu dự đoán.")
        )


def _speed_faults(one: RoundFacts) -> Iterator[Fault]:
    """A minimum that leaves nobody time for an ordinary paper would call every paper implausible."""
    least, limit = one.min_plausible_seconds, one.time_limit_minutes
    if least and limit and least >= limit * 60:
        yield Fault(
            f"{one.place}.min_plausible_seconds",
            _("Thời gian tối thiểu hợp lý (%(least)d giây) phải ngắn hơn thời gian làm bài (%(limit)d phút).")
            % {"least": least, "limit": limit},
        )


def overall_faults(plan: PlanFacts) -> Iterator[Fault]:
    """The individual standings of the whole contest."""
    if plan.overall_combine is None:
        return
    if plan.overall_combine == Combine.NONE:
        if plan.overall_rank_order or plan.overall_only_all_right:
            yield Fault(
                "overall.combine", _("Có thứ tự xếp hạng cả cuộc thi nhưng chọn không xếp hạng cả cuộc thi.")
            )
        return
    if len(plan.rounds) == 1:
        yield Fault(
            "overall.combine", _("Cuộc thi chỉ có một vòng nên không có bảng xếp hạng riêng của cả cuộc thi.")
        )
    yield from _order_faults("overall.rank_order", plan.overall_rank_order)
    asked = any(one.prediction_target != PredictionTarget.NONE for one in plan.rounds)
    if RankKey.PREDICTION in plan.overall_rank_order and not asked:
        yield Fault(
            "overall.rank_order", _("Xếp hạng theo câu dự đoán nhưng không vòng thi nào có câu dự đoán.")
        )


def _order_faults(place: str, order: Sequence[str]) -> Iterator[Fault]:
    if not order:
        yield Fault(place, _("Chưa có thứ tự xếp hạng nên không thể trao giải."))
    for key in order:
        if key not in RankKey.values:
            yield Fault(place, _("Không có tiêu chí xếp hạng “%(key)s”.") % {"key": key})
    for key in repeated(order):
        yield Fault(place, _("Tiêu chí xếp hạng “%(key)s” bị lặp lại.") % {"key": key})


def _bank_faults(plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    for text in blueprint_faults(list(strata(one.quotas)), one.questions):
        yield Fault(f"{one.place}.quotas", text)
    if not one.bank:
        return
    bank = plan.banks.get(one.bank)
    if bank is None:
        yield Fault(f"{one.place}.bank", _("Không có ngân hàng câu hỏi tên “%(bank)s”.") % {"bank": one.bank})
        return
    if one.questions is not None and bank.approved < one.questions:
        yield Fault(
            f"{one.place}.questions",
            _("Đề thi cần %(needed)d câu, ngân hàng “%(bank)s” mới có %(found)d câu đã duyệt.")
            % {"needed": one.questions, "bank": one.bank, "found": bank.approved},
        )
    yield from _quota_faults(one, bank)


def _quota_faults(one: RoundFacts, bank: BankFacts) -> Iterator[Fault]:
    for topic in one.quotas:
        if not bank.knows(topic):
            yield Fault(
                f"{one.place}.quotas",
                _("Ngân hàng “%(bank)s” không có chủ đề “%(topic)s”.") % {"bank": one.bank, "topic": topic},
            )
    for line in strata(one.quotas):
        if bank.knows(line.topic) and (text := shortage(line, bank.found(line))):
            yield Fault(f"{one.place}.quotas", text)


def _prediction_faults(plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    if one.prediction_target == PredictionTarget.NONE:
        if one.prediction_text.strip():
            yield Fault(
                f"{one.place}.prediction_target",
                _("Có lời của câu dự đoán nhưng chưa chọn câu dự đoán hỏi về gì."),
            )
        if one.prediction_scope:
            yield Fault(
                f"{one.place}.prediction_scope", _("Vòng thi không có câu dự đoán nên không ghi phạm vi đếm.")
            )
        return
    if not one.prediction_text.strip():
        yield Fault(f"{one.place}.prediction_text", _("Có câu dự đoán nhưng chưa ghi lời của câu dự đoán."))
    if not one.prediction_scope:
        yield Fault(
            f"{one.place}.prediction_scope",
            _("Có câu dự đoán nhưng chưa ghi phạm vi đếm: round, contest hoặc block."),
        )
    if one.prediction_scope == PredictionScope.BLOCK and not any(unit.block for unit in plan.units):
        yield Fault(
            f"{one.place}.prediction_scope",
            _("Câu dự đoán đếm trong khối của người dự thi nhưng chưa có đơn vị nào trong khối."),
        )
