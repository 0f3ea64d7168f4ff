"""The contest's final report: what happened, in numbers, tables and charts, with remarks left to write.

An office's paper, so Vietnamese to everybody: its words stand here and in no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from django.db.models import Avg, Count

from attempts.reports import UnitRow, parameters, unit_rows
from contest_site.agency.figures import Day, Part, every_day, figures
from contest_site.lib.templatetags.vi import dong, duration, end_moment, moment, number
from contest_site.reports.book import Order
from contest_site.reports.final.charts import Chart, lying, standing
from contest_site.reports.kinds.participation import unit_of
from contest_site.reports.kinds.results import scopes_of, state_of
from contests.models import Contest
from contests.queries import effective_close, seal_of
from prizes.budget import budget_of
from prizes.budget import scopes_of as scopes_with_prizes
from prizes.domain.awarding import awards_of
from prizes.domain.proposals import ProposedAward
from prizes.models import StandingsRun
from prizes.queries import newest_run, runs_in_force
from prizes.rulebook.parts import Grid
from prizes.rules.targets import percent
from prizes.scope import Scope

UNITS_DRAWN = 30
BANDS = (100, 90, 80, 70, 50, 0)  # lower ends, in per cent of the highest mark
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Block:
    """Part of a section: a heading ("" without), sentences, a chart with its caption, a table."""

    heading: str = ""
    sentences: tuple[str, ...] = ()
    standing: Chart | None = None
    lying: Chart | None = None
    caption: str = ""
    grid: Grid | None = None


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class FinalReport:
    organiser: str
    place: str
    date_line: str
    contest: str
    basis: Sequence[str]
    sections: Sequence[Section]
    at: str


def final_report(order: Order) -> FinalReport:
    contest = order.contest
    return FinalReport(
        organiser=contest.organiser,
        place=contest.place,
        date_line="ngày …… tháng …… năm ……",
        contest=contest.name,
        basis=contest.legal_basis,
        sections=[
            Section("Công tác tổ chức", tuple(_organisation(contest))),
            Section("Kết quả tham gia", tuple(_participation(order))),
            Section("Kết quả thi", tuple(_results(order))),
            Section("Giải thưởng", tuple(_awards(order))),
            Section("Kinh phí giải thưởng", tuple(_budget(contest))),
        ],
        at=moment(order.at),
    )


# --- I. -----------------------------------------------------------------------------------------------------
def _organisation(contest: Contest) -> Iterator[Block]:
    sentences = [
        f"Cơ quan tổ chức: {contest.organiser}."
        + (f" Cơ quan thường trực: {contest.standing_body}." if contest.standing_body else ""),
        f"Đối tượng dự thi: {_ended(contest.eligibility)}",
        f"Nội dung thi: {_ended(contest.subject)}",
        f"Thời gian: từ {moment(contest.opens_at)} đến {end_moment(contest.closes_at)}.",
    ]
    yield Block(sentences=tuple(sentences))
    rows = []
    for round in contest.rounds.select_related("closing", "seal").order_by("number"):
        seal = seal_of(round)
        questions = seal.questions if seal else round.questions
        ends = end_moment(effective_close(round))
        rows.append(
            (round.name, moment(round.opens_at), ends, number(questions), number(round.time_limit_minutes))
        )
    head = ("Vòng thi", "Mở", "Kết thúc", "Số câu", "Phút làm bài")
    yield Block(heading="Các vòng thi", grid=Grid(head, rows, numbers=frozenset({3, 4})))


# --- II. ----------------------------------------------------------------------------------------------------
def _participation(order: Order) -> Iterator[Block]:
    contest, area = order.contest, unit_of(order)
    values = parameters(contest, area, None)
    units = unit_rows(contest, area, with_scores=False, values=values)
    found = figures(contest, area, values=values)
    whole = units[0]
    told = f"Có {number(whole.people)} người dự thi với {number(whole.attempts)} lượt thi"
    if whole.headcount:
        told += f", bằng {_percent(whole.percent)} tổng số {number(whole.headcount)} người của các đơn vị"
    yield Block(sentences=(f"{told}. Người dự thi nhiều lần được tính một lần.",))
    days = every_day(found.days, contest, now=order.at)
    yield _by_day(days)
    yield _by_week(days)
    if len(found.rounds) > 1:
        yield _by_part("Theo vòng thi", "Vòng thi", found.rounds)
    yield _by_part("Theo đối tượng", "Đối tượng", found.categories)
    below = [row for row in units if row.depth == 1]
    if below:
        yield _by_unit(below)


def _by_day(days: Sequence[Day]) -> Block:
    chart = standing([(f"{day.day:%d/%m}", day.attempts) for day in days])
    busiest = max(days, key=lambda day: day.attempts, default=None)
    if busiest is None or not busiest.attempts:
        return Block("Theo ngày", ("Chưa có lượt thi nào.",))
    told = f"Ngày nhiều lượt thi nhất: {busiest.day:%d/%m/%Y}, {number(busiest.attempts)} lượt."
    return Block("Theo ngày", (told,), standing=chart, caption="Số lượt thi mỗi ngày")


def _by_week(days: Sequence[Day]) -> Block:
    if not days:
        return Block()
    first = days[0].day
    rows, drawn = [], []
    for week, group in groupby(days, key=lambda day: (day.day - first).days // 7):
        inside = list(group)
        people, attempts = sum(one.people for one in inside), sum(one.attempts for one in inside)
        name = f"Tuần {week + 1}"
        span = f"{inside[0].day:%d/%m} – {inside[-1].day:%d/%m/%Y}"
        rows.append((name, span, number(people), number(attempts)))
        drawn.append((name, attempts))
    foot = (
        "Cộng",
        "",
        *(number(sum(getattr(day, what) for day in days)) for what in ("people", "attempts")),
    )
    grid = Grid(
        ("Tuần", "Từ ngày – đến ngày", "Người thi lần đầu", "Lượt thi"), rows, frozenset({2, 3}), foot
    )
    return Block("Theo tuần", standing=standing(drawn), caption="Số lượt thi mỗi tuần", grid=grid)


def _by_part(heading: str, what: str, parts: Sequence[Part]) -> Block:
    chart = lying([(part.name, Decimal(part.people), f"{number(part.people)} người") for part in parts])
    rows = [(part.name, number(part.people), number(part.attempts)) for part in parts]
    grid = Grid((what, "Người dự thi", "Lượt thi"), rows, frozenset({1, 2}))
    return Block(heading, lying=chart, caption=f"Số người dự thi theo {what.lower()}", grid=grid)


def _by_unit(units: Sequence[UnitRow]) -> Block:
    """By the part of their people where all have a headcount, else by people."""
    known = all(row.percent is not None for row in units)
    ordered = sorted(units, key=lambda row: (row.share or 0) if known else Decimal(row.people), reverse=True)
    drawn = ordered[:UNITS_DRAWN]
    if known:
        chart = lying([(row.name, row.percent or Decimal(0), _percent(row.percent)) for row in drawn])
    else:
        chart = lying([(row.name, Decimal(row.people), f"{number(row.people)} người") for row in drawn])
    rows = [
        (row.name, number(row.headcount), number(row.people), _percent(row.percent), number(row.attempts))
        for row in ordered
    ]
    head = ("Đơn vị", "Tổng số người", "Người dự thi", "Tỷ lệ", "Lượt thi")
    what = "Tỷ lệ dự thi theo đơn vị" if known else "Số người dự thi theo đơn vị"
    more = len(ordered) - len(drawn)
    caption = f"{what} ({len(drawn)} đơn vị cao nhất)" if more > 0 else what
    absent = [row.name for row in units if not row.people]
    told = (f"Đơn vị chưa có người dự thi: {'; '.join(absent)}.",) if absent else ()
    return Block(
        "Theo đơn vị", told, lying=chart, caption=caption, grid=Grid(head, rows, frozenset({1, 2, 3, 4}))
    )


# --- III. ---------------------------------------------------------------------------------------------------
def _results(order: Order) -> Iterator[Block]:
    runs = [run for run in map(newest_run, scopes_of(order)) if run and not hasattr(run, "returned")]
    if not runs:
        yield Block(sentences=("Chưa có bảng xếp hạng.",))
    for run in runs:
        yield _result(run)


def _result(run: StandingsRun) -> Block:
    scope = Scope.of_run(run)
    share = _percent(percent(run.all_right, run.participants))
    told = [
        f"{number(run.ranked)} người được xếp hạng trên {number(run.participants)} người dự thi;"
        f" {number(run.all_right)} người trả lời đúng tất cả ({share})."
        f" Bảng xếp hạng phiên bản {run.version}, {state_of(run)}."
    ]
    mean = run.rows.aggregate(mean=Avg("duration_ms"))["mean"]
    if mean is not None:
        told.append(f"Thời gian làm bài trung bình: {duration(round(mean))}.")
    bands = _bands(run) if scope.round else []
    chart = lying([(words, Decimal(count), f"{number(count)} người") for words, count in bands])
    return Block(scope.name, tuple(told), lying=chart, caption="Số người theo mức điểm" if chart else "")


def _bands(run: StandingsRun) -> list[tuple[str, int]]:
    """(band in words, people) from the highest; of those who are ranked."""
    assert run.round is not None
    seal = seal_of(run.round)
    full = (seal.questions if seal else run.round.questions) * run.parts
    marks = list(run.rows.order_by().values_list("correct").annotate(Count("entry")))
    found = []
    for at, low in enumerate(BANDS):
        high = BANDS[at - 1] if at else 101
        people = sum(count for mark, count in marks if low * full <= mark * 100 < high * full)
        words = f"Từ {low} % đến dưới {high} % số câu" if low and at else f"Dưới {high} % số câu"
        found.append((words if at else "Đúng tất cả", people))
    return found


# --- IV. and V. ---------------------------------------------------------------------------------------------
def _awards(order: Order) -> Iterator[Block]:
    runs = runs_in_force(order.contest).select_related("round", "contest", "decision")
    ordered = sorted(runs, key=lambda run: (run.round is None, run.round.number if run.round else 0))
    if not ordered:
        yield Block(sentences=("Chưa có giải nào được phê duyệt.",))
    for run in ordered:
        awards = awards_of(run)
        decision = getattr(run, "decision", None)
        told = f"{number(len(awards))} giải, tổng số tiền {dong(sum(one.amount for one in awards))}"
        if decision:
            told += f", theo Quyết định số {decision.number} ngày {decision.signed_on:%d/%m/%Y}"
        yield Block(Scope.of_run(run).name, (f"{told}.",))
        yield from _winners(awards)


def _winners(awards: Sequence[ProposedAward]) -> Iterator[Block]:
    """People with their units, then the units that won something themselves."""
    people = [one for one in awards if one.entry]
    units = [one for one in awards if one.unit]
    if people:
        rows = [(one.prize_name, one.holder, one.of_unit, dong(one.amount)) for one in people]
        yield Block(grid=Grid(("Giải", "Họ và tên", "Đơn vị", "Tiền thưởng"), rows, frozenset({3})))
    if units:
        of_units = [(one.prize_name, one.holder, dong(one.amount)) for one in units]
        yield Block(grid=Grid(("Giải", "Đơn vị đạt giải", "Tiền thưởng"), of_units, frozenset({2})))


def _budget(contest: Contest) -> Iterator[Block]:
    parts = budget_of(contest, scopes_with_prizes(contest))
    if not parts:
        yield Block(sentences=("Kế hoạch không có giải thưởng bằng tiền.",))
        return
    rows = [
        (part.scope.name, part.name, *(number(sum_) for sum_ in (part.planned, part.spent, part.left)))
        for part in parts
    ]
    sums = (sum(getattr(part, what) for part in parts) for what in ("planned", "spent", "left"))
    foot = ("Cộng", "", *(number(one) for one in sums))
    head = ("Kết quả", "Bảng giải", "Kế hoạch (đồng)", "Đã trao (đồng)", "Còn lại (đồng)")
    yield Block(grid=Grid(head, rows, frozenset({2, 3, 4}), foot))


# --- Words --------------------------------------------------------------------------------------------------
def _ended(text: str) -> str:
    """A sentence's end where the plan gave none."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{number(value.quantize(Decimal('0.01')))}\u00a0%"
