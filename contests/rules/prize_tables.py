"""Rules about prize tables: what each kind must and must not say, and whether it can ever be filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from contests.enums import Audience, AwardMethod, Combine, TableScope, UnitMetric
from contests.rules.facts import Fault, PlanFacts, TableFacts
from contests.rules.repeats import repeated
from contests.rules.units import Competition, competition

BEST = (UnitMetric.BEST_SCORE, UnitMetric.BEST_DURATION)
# What only a ranking of units reads, and what any ranking reads.
OF_UNITS = ("unit_order", "weights", "best_of", "by_block", "min_participants", "min_ratio_percent")
OF_RANKINGS = (*OF_UNITS, "winner_limit", "unit_limit")


def prize_table_faults(plan: PlanFacts) -> Iterator[Fault]:
    contenders = competition(plan)
    numbers: Counter[int] = Counter()
    for index, table in enumerate(plan.prize_tables, 1):
        place = f"prize_tables[{index}]"
        if table.number is not None:
            numbers[table.number] += 1
            if numbers[table.number] == 2:
                yield Fault(
                    f"{place}.number",
                    _("Có hơn một bảng giải mang số thứ tự %(number)d.") % {"number": table.number},
                )
        yield from _prize_faults(place, plan, table)
        yield from _scope_faults(place, plan, table)
        yield from _kind_faults(place, table)
        if table.method == AwardMethod.RANKED and table.audience == Audience.UNIT:
            yield from _unit_order_faults(place, plan, table)
            yield from _weight_faults(place, table)
            yield from _headcount_faults(place, table, contenders)
            yield from _unit_room_faults(place, plan, table, contenders)
        if table.method == AwardMethod.RANKED and table.audience == Audience.INDIVIDUAL:
            yield from _individual_faults(place, plan, table, contenders)
        if table.method == AwardMethod.RANKED:
            yield from _winner_limit_faults(place, plan, table)


def _prize_faults(place: str, plan: PlanFacts, table: TableFacts) -> Iterator[Fault]:
    if not table.prizes:
        yield Fault(f"{place}.prizes", _("Bảng giải chưa có giải nào."))
    positions: Counter[int] = Counter()
    for line, prize in enumerate(table.prizes, 1):
        where = f"{place}.prizes[{line}]"
        if prize.certificate and prize.certificate not in plan.certificates:
            yield Fault(
                f"{where}.certificate",
                _("Không có mẫu giấy “%(name)s” trong kế hoạch.") % {"name": prize.certificate},
            )
        if prize.position is None:
            continue
        if prize.position < 1:
            yield Fault(f"{where}.position", _("Thứ tự trao giải bắt đầu từ 1."))
        positions[prize.position] += 1
        if positions[prize.position] == 2:
            yield Fault(
                f"{where}.position",
                _("Hai giải cùng có thứ tự trao %(position)d.") % {"position": prize.position},
            )


def _scope_faults(place: str, plan: PlanFacts, table: TableFacts) -> Iterator[Fault]:
    if table.scope == TableScope.ROUND and table.round is None:
        yield Fault(f"{place}.round", _("Bảng giải của một vòng thi phải ghi đó là vòng thi số mấy."))
    if table.scope not in (None, TableScope.ROUND) and table.round is not None:
        yield Fault(f"{place}.round", _("Chỉ bảng giải của một vòng thi (scope = round) mới ghi vòng thi."))
    if table.round is not None and table.round not in {one.number for one in plan.rounds}:
        yield Fault(f"{place}.round", _("Không có vòng thi số %(number)d.") % {"number": table.round})


def _kind_faults(place: str, table: TableFacts) -> Iterator[Fault]:
    """What this kind of table never reads must not be there: somebody would believe that it works."""
    if table.method == AwardMethod.CHOSEN:
        useless = [key for key in OF_RANKINGS if getattr(table, key)]
        text = _("Bảng giải do Ban Tổ chức xét chọn không dùng mục này.")
    elif table.audience == Audience.INDIVIDUAL:
        useless = [key for key in OF_UNITS if getattr(table, key)]
        text = _("Mục này chỉ dành cho bảng giải tập thể.")
    elif table.audience == Audience.UNIT:
        useless = ["unit_limit"] if table.unit_limit else []
        text = _("Mục này chỉ dành cho bảng giải cá nhân.")
    else:
        return
    for key in useless:
        yield Fault(f"{place}.{key}", text)


def _unit_order_faults(place: str, plan: PlanFacts, table: TableFacts) -> Iterator[Fault]:
    if not table.unit_order and not table.weights:
        yield Fault(
            f"{place}.unit_order",
            _("Bảng giải tập thể cần thứ tự tiêu chí (unit_order) hoặc trọng số (weights)."),
        )
    if table.unit_order and table.weights:
        yield Fault(
            f"{place}.weights",
            _("Chỉ chọn một: thứ tự tiêu chí (unit_order) hoặc trọng số (weights)."),
        )
    for key in table.unit_order:
        if key not in UnitMetric.values:
            yield Fault(f"{place}.unit_order", _("Không có tiêu chí “%(key)s”.") % {"key": key})
    for key in repeated(table.unit_order):
        yield Fault(f"{place}.unit_order", _("Tiêu chí “%(key)s” bị lặp lại.") % {"key": key})
    metrics = {*table.unit_order, *table.weights}
    if metrics.intersection(BEST) and table.best_of is None:
        yield Fault(
            f"{place}.best_of", _("Cộng kết quả những người tốt nhất nhưng chưa ghi bao nhiêu người.")
        )
    if table.best_of is not None and not metrics.intersection(BEST):
        yield Fault(
            f"{place}.best_of",
            _("Không tiêu chí nào dùng mục này; tiêu chí dùng nó là best_score và best_duration."),
        )
    if UnitMetric.WINNERS in metrics:
        yield from _winners_faults(place, plan, table)


def _winners_faults(place: str, plan: PlanFacts, table: TableFacts) -> Iterator[Fault]:
    where = f"{place}.unit_order" if table.unit_order else f"{place}.weights"
    if table.scope != TableScope.CONTEST or len(plan.rounds) < 2:
        yield Fault(
            where,
            _("Số giải cá nhân đã đạt (winners) chỉ tính được cho cả cuộc thi có nhiều vòng thi."),
        )
    elif not any(
        other.audience == Audience.INDIVIDUAL and other.scope in (TableScope.ROUND, TableScope.EACH_ROUND)
        for other in plan.prize_tables
    ):
        yield Fault(
            where, _("Tính số giải cá nhân đã đạt (winners) nhưng không vòng thi nào có giải cá nhân.")
        )


def _weight_faults(place: str, table: TableFacts) -> Iterator[Fault]:
    place = f"{place}.weights"
    if not table.weights:
        return
    for metric, share in table.weights.items():
        if metric not in UnitMetric.values:
            yield Fault(place, _("Không có tiêu chí “%(key)s”.") % {"key": metric})
        elif metric == UnitMetric.BEST_DURATION:
            yield Fault(
                place, _("Thời gian (best_duration) ít hơn là tốt hơn nên không cộng theo trọng số được.")
            )
        if share <= 0:
            yield Fault(place, _("Trọng số của “%(key)s” phải lớn hơn 0.") % {"key": metric})
    total = sum(table.weights.values())
    if total != 100:
        yield Fault(place, _("Các trọng số cộng lại là %(total)d, phải là 100.") % {"total": total})


def _headcount_faults(place: str, table: TableFacts, contenders: Competition) -> Iterator[Fault]:
    if table.min_ratio_percent is not None and not 0 < table.min_ratio_percent <= 100:
        yield Fault(f"{place}.min_ratio_percent", _("Tỷ lệ tối thiểu phải lớn hơn 0 và không quá 100."))
    ratio = UnitMetric.RATIO in {*table.unit_order, *table.weights}
    if not contenders.units or not (ratio or table.min_ratio_percent):
        return
    if not any(contenders.units.values()):
        key = "min_ratio_percent" if not ratio else "unit_order" if table.unit_order else "weights"
        yield Fault(
            f"{place}.{key}",
            _("Tính tỷ lệ dự thi nhưng không đơn vị thi đua nào có tổng số người (headcount)."),
        )


def _unit_room_faults(
    place: str, plan: PlanFacts, table: TableFacts, contenders: Competition
) -> Iterator[Fault]:
    """Whether there are units enough for the prizes, in one ranking and over all rounds."""
    if not contenders.units:
        yield Fault(place, _("Bảng giải tập thể nhưng chưa có đơn vị nào trong khối thi đua."))
        return
    wanted = _prizes_in(table)
    if wanted is None:
        return
    groups = {_("Cuộc thi"): len(contenders.units)}
    if table.by_block:
        groups = {
            _("Khối “%(name)s”") % {"name": name}: len(units) for name, units in contenders.blocks.items()
        }
    # How often each unit may win, for all the prizes of all rounds.
    limit = table.winner_limit if table.scope == TableScope.EACH_ROUND else None
    for whose, units in groups.items():
        if units < wanted:
            yield Fault(
                f"{place}.prizes",
                _("%(whose)s có %(units)d đơn vị thi đua, ít hơn %(prizes)d giải nên không trao hết được.")
                % {"whose": whose, "units": units, "prizes": wanted},
            )
        elif limit and units * limit < wanted * len(plan.rounds):
            yield Fault(
                f"{place}.winner_limit",
                _(
                    "%(whose)s có %(units)d đơn vị thi đua, mỗi đơn vị đạt nhiều nhất %(limit)d lần, "
                    "không đủ cho %(prizes)d giải của các vòng thi."
                )
                % {"whose": whose, "units": units, "limit": limit, "prizes": wanted * len(plan.rounds)},
            )


def _individual_faults(
    place: str, plan: PlanFacts, table: TableFacts, contenders: Competition
) -> Iterator[Fault]:
    several = len(plan.rounds) > 1
    if table.scope == TableScope.CONTEST and several and plan.overall_combine == Combine.NONE:
        yield Fault(
            f"{place}.scope",
            _(
                "Giải cá nhân của cả cuộc thi có nhiều vòng cần bảng xếp hạng cá nhân cả cuộc thi (overall), "
                "mà kế hoạch không có."
            ),
        )
    wanted = _prizes_in(table)
    known = plan.area in {unit.code for unit in plan.units}
    units = len(contenders.units) + contenders.others
    if table.unit_limit and wanted and known and units * table.unit_limit < wanted:
        yield Fault(
            f"{place}.unit_limit",
            _("Có %(units)d đơn vị, mỗi đơn vị nhiều nhất %(limit)d người, không đủ cho %(prizes)d giải.")
            % {"units": units, "limit": table.unit_limit, "prizes": wanted},
        )


def _winner_limit_faults(place: str, plan: PlanFacts, table: TableFacts) -> Iterator[Fault]:
    if table.winner_limit is None or table.scope is None or not plan.rounds:
        return
    rounds = len(plan.rounds) if table.scope == TableScope.EACH_ROUND else 1
    if table.winner_limit >= rounds:
        yield Fault(
            f"{place}.winner_limit",
            _("Bảng giải này được trao %(rounds)d lần nên giới hạn %(limit)d lần không có tác dụng.")
            % {"rounds": rounds, "limit": table.winner_limit},
        )


def _prizes_in(table: TableFacts) -> int | None:
    """How many prizes one ranking gives; None when a quantity could not be read."""
    quantities = [prize.quantity for prize in table.prizes]
    return None if None in quantities else sum(quantity or 0 for quantity in quantities)
