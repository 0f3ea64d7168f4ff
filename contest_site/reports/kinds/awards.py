"""Danh sách nhận giải, ký nhận: who gets what, with a column to sign in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attempts.exporters import letterhead
from contest_site.lib.errors import NotNow
from contest_site.lib.excel import Column, Kind, Sheet, Signing, Total, Value
from contest_site.lib.templatetags.vi import moment
from contest_site.reports.book import Book, Order, Table
from contests.models import Contest
from prizes.domain.awarding import awards_of
from prizes.domain.proposals import ProposedAward
from prizes.models import Award, StandingsRun
from prizes.queries import runs_in_force
from prizes.scope import Scope


def prize_list(order: Order) -> Book:
    """People and units, a sheet each for every round and the whole. Raises NotNow before any approval."""
    runs = _runs(order)
    tables = [table for run in runs for table in _tables(order, run)]
    if not tables:
        raise NotNow(
            "Chưa có giải nào được phê duyệt. Hãy phê duyệt kết quả rồi lập lại danh sách nhận giải."
        )
    return Book("Danh sách nhận giải", tables)


def _runs(order: Order) -> list[StandingsRun]:
    """The approved versions whose awards stand, rounds in their order, the whole contest last."""
    in_force = runs_in_force(order.contest).select_related("round__contest", "contest", "decision")
    wanted = [run for run in in_force if order.round is None or run.round_id == order.round.pk]
    return sorted(wanted, key=lambda run: (run.round is None, run.round.number if run.round else 0))


def _tables(order: Order, run: StandingsRun) -> Iterator[Table]:
    awards = awards_of(run)
    people = [one for one in awards if one.entry]
    units = [one for one in awards if one.unit]
    stored = Award.objects.filter(run=run)
    if people:
        yield Table(_sheet(order, run, people, of_units=False), stored.filter(unit=None).count())
    if units:
        yield Table(_sheet(order, run, units, of_units=True), stored.filter(entry=None).count())


def _sheet(order: Order, run: StandingsRun, awards: Sequence[ProposedAward], *, of_units: bool) -> Sheet:
    scope, contest = Scope.of_run(run), order.contest
    who = "Tập thể" if of_units else "Cá nhân"
    decision = getattr(run, "decision", None)
    notes = [f"Số liệu đến {moment(order.at)}."]
    if decision:
        day = f"{decision.signed_on:%d/%m/%Y}"
        notes.insert(0, f"(Kèm theo Quyết định số {decision.number} ngày {day})")
    return Sheet(
        f"{who} – {scope.name}",
        _unit_columns() if of_units else _people_columns(),
        _unit_values(awards) if of_units else _people_values(awards),
        letterhead=letterhead(contest),
        title=["DANH SÁCH NHẬN GIẢI, KÝ NHẬN", contest.name, f"Giải {who.lower()} – {scope.name}"],
        notes=notes,
        total_label="Cộng",
        frozen_columns=2,
        signing=signing(contest),
        row_height=27,
    )


def signing(contest: Contest) -> Signing:
    """Number, day and names stay blank until somebody signs."""
    place = f"{contest.place}, ngày …… tháng …… năm ……"
    return Signing(place, ["NGƯỜI LẬP", "KẾ TOÁN", "TM. BAN TỔ CHỨC"])


def _people_columns() -> list[Column]:
    return [
        Column("STT", 6, Kind.LABEL),
        Column("Họ và tên", 26, total=Total.COUNT),
        Column("Ngày sinh", 12, Kind.DATE),
        Column("Đơn vị", 34),
        Column("Giải", 20),
        Column("Tiền thưởng (đồng)", 15, Kind.WHOLE, Total.SUM),
        Column("Ký nhận", 20),
        Column("Ghi chú", 14),
    ]


def _people_values(awards: Sequence[ProposedAward]) -> Iterator[list[Value]]:
    for number, one in enumerate(awards, 1):
        born = one.entry.birth_date if one.entry else None
        yield [number, one.holder, born, one.of_unit, _prize(one), one.amount, None, None]


def _unit_columns() -> list[Column]:
    return [
        Column("STT", 6, Kind.LABEL),
        Column("Đơn vị", 40, total=Total.COUNT),
        Column("Giải", 26),
        Column("Tiền thưởng (đồng)", 15, Kind.WHOLE, Total.SUM),
        Column("Người nhận (họ và tên, chức vụ)", 30),
        Column("Ký nhận", 20),
        Column("Ghi chú", 14),
    ]


def _unit_values(awards: Sequence[ProposedAward]) -> Iterator[list[Value]]:
    for number, one in enumerate(awards, 1):
        yield [number, one.holder, _prize(one), one.amount, None, None, None]


def _prize(one: ProposedAward) -> str:
    return f"{one.prize_name} – {one.block.name}" if one.block else one.prize_name
