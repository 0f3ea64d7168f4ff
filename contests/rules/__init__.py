"""What makes a plan one that can run. Pure: a plan file and a saved contest are both judged by it.

A fault has a place (a dotted key of the plan file, such as `rounds[1].closes_at`) and a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeVar

from django.utils.translation import gettext as _

from contests.enums import PredictionTarget, RankKey
from contests.rules.facts import BankFacts, Fault, PlanFacts, RoundFacts

Item = TypeVar("Item")


def faults(plan: PlanFacts) -> list[Fault]:
    """Every reason, all at once, why the plan cannot run."""
    found = [*_contest_faults(plan), *_overlaps(plan.rounds), *_prize_faults(plan)]
    for one in plan.rounds:
        place = one.place
        found += [*_window_faults(place, plan, one), *_bank_faults(place, plan, one)]
        found += [*_prediction_faults(place, one), *_order_faults(place, one)]
    return list(dict.fromkeys(found))


def _contest_faults(plan: PlanFacts) -> Iterator[Fault]:
    if plan.opens_at and plan.closes_at and plan.closes_at <= plan.opens_at:
        yield Fault("contest.closes_at", _("Thời điểm kết thúc cuộc thi phải sau thời điểm mở."))
    if not plan.rounds:
        yield Fault("rounds", _("Chưa có vòng thi nào."))
    if not plan.categories:
        yield Fault("categories", _("Chưa có đối tượng dự thi nào để người dự thi chọn."))
    for at, name in _again(plan.categories):
        yield Fault(f"categories[{at}].name", _("Đối tượng “%(name)s” bị lặp lại.") % {"name": name})
    for number in _repeated([one.number for one in plan.rounds if one.number is not None]):
        yield Fault("rounds", _("Có hơn một vòng thi mang số thứ tự %(number)d.") % {"number": number})


def _overlaps(rounds: Sequence[RoundFacts]) -> Iterator[Fault]:
    for one, other in combinations(rounds, 2):
        if not (one.opens_at and one.closes_at and other.opens_at and other.closes_at):
            continue
        if one.opens_at < other.closes_at and other.opens_at < one.closes_at:
            yield Fault(
                f"{other.place}.opens_at",
                _("“%(second)s” chồng thời gian lên “%(first)s”.")
                % {"first": one.name or one.number, "second": other.name or other.number},
            )


def _window_faults(place: str, plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    if one.opens_at and one.closes_at and one.closes_at <= one.opens_at:
        yield Fault(f"{place}.closes_at", _("Thời điểm kết thúc vòng thi phải sau thời điểm mở."))
    if one.opens_at and plan.opens_at and one.opens_at < plan.opens_at:
        yield Fault(f"{place}.opens_at", _("Vòng thi mở trước khi cuộc thi mở."))
    if one.closes_at and plan.closes_at and one.closes_at > plan.closes_at:
        yield Fault(f"{place}.closes_at", _("Vòng thi kết thúc sau khi cuộc thi đã kết thúc."))


def _bank_faults(place: str, plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    wanted = sum(one.quotas.values())
    if one.quotas and one.questions is not None and wanted != one.questions:
        yield Fault(
            f"{place}.quotas",
            _("Số câu theo chủ đề cộng lại là %(sum)d, khác số câu hỏi của đề là %(questions)d.")
            % {"sum": wanted, "questions": one.questions},
        )
    if not one.bank:
        return
    bank = plan.banks.get(one.bank)
    if bank is None:
        yield Fault(f"{place}.bank", _("Không có ngân hàng câu hỏi tên “%(bank)s”.") % {"bank": one.bank})
        return
    if one.questions is not None and bank.approved < one.questions:
        yield Fault(
            f"{place}.questions",
            _("Đề thi cần %(needed)d câu, ngân hàng “%(bank)s” mới có %(found)d câu đã duyệt.")
            % {"needed": one.questions, "bank": one.bank, "found": bank.approved},
        )
    yield from _quota_faults(place, one, bank)


def _quota_faults(place: str, one: RoundFacts, bank: BankFacts) -> Iterator[Fault]:
    for topic, number in one.quotas.items():
        if topic not in bank.topics:
            yield Fault(
                f"{place}.quotas",
                _("Ngân hàng “%(bank)s” không có chủ đề “%(topic)s”.") % {"bank": one.bank, "topic": topic},
            )
        elif bank.topics[topic] < number:
            yield Fault(
                f"{place}.quotas",
                _("Chủ đề “%(topic)s” cần %(needed)d câu, mới có %(found)d câu đã duyệt.")
                % {"topic": topic, "needed": number, "found": bank.topics[topic]},
            )


def _prediction_faults(place: str, one: RoundFacts) -> Iterator[Fault]:
    asked = one.prediction_target != PredictionTarget.NONE
    if asked and not one.prediction_text.strip():
        yield Fault(f"{place}.prediction_text", _("Có câu dự đoán nhưng chưa ghi lời của câu dự đoán."))
    if not asked and one.prediction_text.strip():
        yield Fault(
            f"{place}.prediction_target", _("Có lời của câu dự đoán nhưng chưa chọn câu dự đoán hỏi về gì.")
        )


def _order_faults(place: str, one: RoundFacts) -> Iterator[Fault]:
    place = f"{place}.rank_order"
    if not one.rank_order:
        yield Fault(place, _("Chưa có thứ tự xếp hạng nên không thể trao giải."))
    for key in one.rank_order:
        if key not in RankKey.values:
            yield Fault(place, _("Không có tiêu chí xếp hạng “%(key)s”.") % {"key": key})
    for key in _repeated(one.rank_order):
        yield Fault(place, _("Tiêu chí xếp hạng “%(key)s” bị lặp lại.") % {"key": key})
    if RankKey.PREDICTION in one.rank_order and one.prediction_target == PredictionTarget.NONE:
        yield Fault(place, _("Xếp hạng theo câu dự đoán nhưng vòng thi không có câu dự đoán."))


def _prize_faults(plan: PlanFacts) -> Iterator[Fault]:
    return iter(())


def _repeated(items: Sequence[Item]) -> list[Item]:
    return [item for item, count in Counter(items).items() if count > 1]


def _again(items: Sequence[Item]) -> Iterator[tuple[int, Item]]:
    """The places (from 1) of items that stand earlier in the list already; empty ones are no items."""
    seen: set[Item] = set()
    for at, item in enumerate(items, 1):
        if item in seen:
            yield at, item
        if item:
            seen.add(item)
