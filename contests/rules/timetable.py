"""Rules about the contest as a whole, its windows of time and who comes from one round into another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from django.utils.translation import gettext as _

from contests.enums import Asked, PredictionScope
from contests.rules.facts import Fault, PlanFacts, RoundFacts
from contests.rules.repeats import again, repeated


def contest_faults(plan: PlanFacts) -> Iterator[Fault]:
    if plan.opens_at and plan.closes_at and plan.closes_at <= plan.opens_at:
        yield Fault("contest.closes_at", _("Thời điểm kết thúc cuộc thi phải sau thời điểm mở."))
    if plan.min_age and not plan.age_on:
        yield Fault("contest.age_on", _("Có tuổi tối thiểu nhưng chưa ghi tuổi tính đến ngày nào."))
    if plan.age_on and not plan.min_age:
        yield Fault("contest.min_age", _("Có ngày tính tuổi nhưng chưa ghi tuổi tối thiểu."))
    if plan.min_age and plan.ask_birth_date not in (None, Asked.REQUIRED):
        yield Fault(
            "entry.birth_date",
            _("Có tuổi tối thiểu thì ngày sinh là bắt buộc khi đăng ký, để kiểm tra được tuổi."),
        )
    if not plan.rounds:
        yield Fault("rounds", _("Chưa có vòng thi nào."))
    if not plan.categories:
        yield Fault("categories", _("Chưa có đối tượng dự thi nào để người dự thi chọn."))
    for at, name in again(plan.categories):
        yield Fault(f"categories[{at}].name", _("Đối tượng “%(name)s” bị lặp lại.") % {"name": name})
    for at, name in again(plan.certificates):
        yield Fault(f"certificates[{at}].name", _("Mẫu giấy “%(name)s” bị lặp lại.") % {"name": name})
    for number in repeated([one.number for one in plan.rounds if one.number is not None]):
        yield Fault("rounds", _("Có hơn một vòng thi mang số thứ tự %(number)d.") % {"number": number})


def window_faults(plan: PlanFacts) -> Iterator[Fault]:
    for one in plan.rounds:
        yield from _window_faults(plan, one)
        yield from _promotion_faults(plan, one)
    for one, other in combinations(plan.rounds, 2):
        if not (one.opens_at and one.closes_at and other.opens_at and other.closes_at):
            continue
        if one.opens_at < other.closes_at and other.opens_at < one.closes_at:
            yield Fault(
                f"{other.place}.opens_at",
                _("“%(second)s” chồng thời gian lên “%(first)s”.")
                % {"first": one.name or one.number, "second": other.name or other.number},
            )


def _window_faults(plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    if one.number is not None and one.number < 1:
        yield Fault(f"{one.place}.number", _("Số thứ tự của vòng thi bắt đầu từ 1."))
    if one.opens_at and one.closes_at and one.closes_at <= one.opens_at:
        yield Fault(f"{one.place}.closes_at", _("Thời điểm kết thúc vòng thi phải sau thời điểm mở."))
    if one.opens_at and plan.opens_at and one.opens_at < plan.opens_at:
        yield Fault(f"{one.place}.opens_at", _("Vòng thi mở trước khi cuộc thi mở."))
    if one.closes_at and plan.closes_at and one.closes_at > plan.closes_at:
        yield Fault(f"{one.place}.closes_at", _("Vòng thi kết thúc sau khi cuộc thi đã kết thúc."))


def _promotion_faults(plan: PlanFacts, one: RoundFacts) -> Iterator[Fault]:
    if one.promotes_from is None:
        return
    place = f"{one.place}.promotion.from"
    if one.promotes_from == one.number:
        yield Fault(place, _("Vòng thi không thể chọn người từ chính vòng đó."))
        return
    if not any(unit.block for unit in plan.units):
        yield Fault(
            f"{one.place}.promotion",
            _("Chọn người của từng đơn vị vào vòng này nhưng chưa có đơn vị nào trong khối thi đua."),
        )
    source = next((other for other in plan.rounds if other.number == one.promotes_from), None)
    if source is None:
        yield Fault(place, _("Không có vòng thi số %(number)d.") % {"number": one.promotes_from})
        return
    if source.closes_at and one.opens_at and source.closes_at > one.opens_at:
        yield Fault(
            place,
            _("“%(source)s” kết thúc sau khi vòng này mở nên chưa có kết quả để chọn người.")
            % {"source": source.name or source.number},
        )
    if source.prediction_scope == PredictionScope.CONTEST:
        yield Fault(
            f"{source.place}.prediction_scope",
            _(
                "Câu dự đoán đếm trên cả cuộc thi nên vòng này chỉ xếp hạng được khi mọi vòng đã kết thúc, "
                "trong khi “%(final)s” cần kết quả của nó để chọn người."
            )
            % {"final": one.name or one.number},
        )
