"""The press summary of a published result (thông cáo báo chí): its words and tables, however they are set.

Only of what was published, with the names that the plan publishes, and Vietnamese whatever language the
reader chose: it is the office's paper, so its words stand here and in no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from django.utils import timezone

from contest_site.lib.language import in_vietnamese
from contest_site.lib.templatetags.vi import end_moment, moment, number
from contest_site.lib.text import sort_key
from contests.models import Contest, Unit
from contests.queries import effective_close, tables_of
from prizes.domain.awarding import awards_of, is_of_units
from prizes.domain.proposals import ProposedAward
from prizes.models import PressFigures, StandingsRun
from prizes.queries import publications
from prizes.rulebook.parts import Grid
from prizes.rules.names import official_date, shown_name
from prizes.rules.targets import percent
from prizes.scope import Scope

# The lower ends of the bands, in per cent of the highest mark.
BANDS = (100, 90, 80, 70, 50, 0)
# More units than a paper can list: then those with the most people and those with the lowest part.
UNITS_LISTED = 60
UNITS_NAMED = 10


@dataclass(frozen=True)
class Part:
    """A numbered part: sentences, and tables with their captions ("" without)."""

    title: str
    paragraphs: tuple[str, ...]
    grids: tuple[tuple[str, Grid], ...] = ()


@dataclass(frozen=True)
class Press:
    """The whole summary, ready to be set as text, Word or PDF."""

    organiser: str
    place: str
    date_line: str
    subject: str
    lead: str
    parts: tuple[Part, ...]
    closing: str


@dataclass(frozen=True)
class UnitFigures:
    """One competing unit: its people, and how many it has (None: nobody said)."""

    name: str
    people: int
    headcount: int | None

    @property
    def percent(self) -> Decimal | None:
        return percent(self.people, self.headcount) if self.headcount else None


def published_run(scope: Scope) -> StandingsRun | None:
    """The published version that is in force, with its decision, publication and figures."""
    found = (
        StandingsRun.objects.filter(contest=scope.contest, round=scope.round, publication__isnull=False)
        .select_related("contest", "round__contest", "round__closing", "decision", "publication")
        .select_related("press_figures")
    )
    return found.order_by("-version").first()


@in_vietnamese
def press_of(run: StandingsRun, *, address: str = "") -> Press:
    """The summary of a published run; `address` is the honour board's, printed when it is known.

    Without the run's figures (not counted yet) the parts that rest on them are left out.
    """
    scope, contest = Scope.of_run(run), run.contest
    figures = figures_of(run)
    parts = [
        _numbers(scope, run),
        *(_marks(figures, run.parts) if figures else ()),
        *(_units(scope, figures) if figures else ()),
        *_winners(contest, run),
    ]
    whole = "toàn cuộc thi" if scope.round is None else scope.name
    return Press(
        organiser=contest.organiser,
        place=contest.place,
        date_line=official_date(timezone.localtime(run.publication.at).date()),
        subject=f"Kết quả {whole} – {contest.name}",
        lead=_lead(scope, run),
        parts=tuple(parts),
        closing=_closing(contest, address),
    )


def figures_of(run: StandingsRun) -> PressFigures | None:
    return getattr(run, "press_figures", None)


# --- Parts --------------------------------------------------------------------------------------------------
def _lead(scope: Scope, run: StandingsRun) -> str:
    rounds = scope.rounds()
    begins, ends = moment(rounds[0].opens_at), end_moment(effective_close(rounds[-1]))
    what = scope.name if scope.round else f"{len(rounds)} vòng thi"
    return (
        f"Ban Tổ chức {scope.contest.name} công bố kết quả {what}, diễn ra từ {begins} đến {ends},"
        f" theo Quyết định số {run.decision.number} ngày {run.decision.signed_on:%d/%m/%Y}."
    )


def _numbers(scope: Scope, run: StandingsRun) -> Part:
    told = [
        f"Có {number(run.participants)} người dự thi với {number(run.attempts)} lượt thi;"
        f" {number(run.all_right)} người trả lời đúng tất cả các câu hỏi{_of_all(run)}."
    ]
    if before := _week_before(scope):
        told.append(_compared(run, before))
    grids = () if scope.round else (("", _by_round(scope.contest)),)
    return Part("Số liệu chung", tuple(told), tuple(one for one in grids if one[1].rows))


def _of_all(run: StandingsRun) -> str:
    share = percent(run.all_right, run.participants)
    return f", bằng {_percent(share)} số người dự thi" if share is not None else ""


def _week_before(scope: Scope) -> StandingsRun | None:
    """What was published of the round right before this one."""
    if scope.round is None:
        return None
    earlier = [
        one.run
        for one in publications(scope.contest)
        if one.run.round and one.run.round.number < scope.round.number
    ]
    return max(earlier, key=lambda run: (run.round.number, run.version), default=None)  # type: ignore[union-attr]


def _compared(run: StandingsRun, before: StandingsRun) -> str:
    assert before.round is not None
    people = _change(run.participants, before.participants, "người dự thi")
    attempts = _change(run.attempts, before.attempts, "lượt thi")
    return f"So với {before.round.name}: số {people}; số {attempts}."


def _change(now: int, before: int, what: str) -> str:
    """ "người dự thi tăng 120 người (5,3 %)": by how much, and by what part of before."""
    if now == before:
        return f"{what} không thay đổi"
    word = "tăng" if now > before else "giảm"
    share = percent(abs(now - before), before)
    part = f" ({_percent(share)})" if share is not None else ""
    return f"{what} {word} {number(abs(now - before))}{part}"


def _by_round(contest: Contest) -> Grid:
    """What was published of each round; of a round its newest publication."""
    newest: dict[int, StandingsRun] = {}
    for publication in publications(contest):
        if publication.run.round_id:
            newest.setdefault(publication.run.round_id, publication.run)
    rows = [
        (str(run.round and run.round.name), *map(number, (run.participants, run.attempts, run.all_right)))
        for run in newest.values()
    ]
    head = ("Vòng thi", "Người dự thi", "Lượt thi", "Người đúng tất cả")
    return Grid(head, rows, numbers=frozenset({1, 2, 3}))


def _marks(figures: PressFigures, parts: int) -> Iterable[Part]:
    if not figures.marks:
        return
    people = sum(count for _mark, count in figures.marks)
    rows = [(words, number(count), _percent(percent(count, people))) for words, count in bands(figures)]
    grid = Grid(
        ("Mức điểm (tỷ lệ câu đúng)", "Số người", "Tỷ lệ"),
        rows,
        numbers=frozenset({1, 2}),
        foot=("Cộng", number(people), "100 %"),
    )
    total = sum(mark * count for mark, count in figures.marks)
    mean = (Decimal(total) / (people * parts)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    told = (
        f"Tính theo bài thi được chọn để xếp hạng của từng người, điểm trung bình là {number(mean)}"
        f" trên {number(Decimal(figures.full) / parts)} câu."
    )
    yield Part("Mức điểm", (told,), (("", grid),))


def bands(figures: PressFigures) -> list[tuple[str, int]]:
    """(band in words, people) from the highest; a band without people is there, too."""
    found = []
    for at, low in enumerate(BANDS):
        high = BANDS[at - 1] if at else None
        inside = sum(
            count
            for mark, count in figures.marks
            if mark * 100 >= low * figures.full and (high is None or mark * 100 < high * figures.full)
        )
        found.append((_band(low, high), inside))
    return found


def _band(low: int, high: int | None) -> str:
    if high is None:
        return "Đúng tất cả (100 %)"
    return f"Từ {low} % đến dưới {high} %" if low else f"Dưới {high} %"


def _units(scope: Scope, figures: PressFigures) -> Iterable[Part]:
    units = units_of(figures)
    if not units:
        return
    present = [unit for unit in units if unit.people]
    told = [f"{number(len(present))}/{number(len(units))} đơn vị có người dự thi."]
    absent = [unit.name for unit in units if not unit.people]
    if absent:
        told.append(f"Đơn vị không có người dự thi: {_some(absent)}.")
    told += _low(scope, units)
    grids = (("", _grid(units)),) if len(units) <= UNITS_LISTED else _ends(units)
    yield Part("Tham gia của các đơn vị", tuple(told), grids)


def units_of(figures: PressFigures) -> list[UnitFigures]:
    """The competing units by their people, the most first, then by name."""
    names = Unit.objects.in_bulk([unit for unit, *_numbers in figures.units])
    found = [UnitFigures(names[unit].name, people, headcount) for unit, people, headcount in figures.units]
    return sorted(found, key=lambda unit: (-unit.people, sort_key(unit.name)))


def low_units(units: Sequence[UnitFigures], minimum: Decimal | None) -> tuple[Decimal, list[UnitFigures]]:
    """Units with people of which a low part took part, the lowest first, and the limit in per cent.

    The limit is the plan's own minimum; without one, half of the part of all units together of which the
    number of people is known. Nothing is said about a unit without such a number.
    """
    known = [unit for unit in units if unit.headcount]
    whole = percent(sum(unit.people for unit in known), sum(unit.headcount or 0 for unit in known))
    limit = minimum if minimum is not None else (whole or Decimal(0)) / 2
    low = [unit for unit in known if unit.people and (unit.percent or Decimal(0)) < limit]
    return limit, sorted(low, key=lambda unit: unit.percent or Decimal(0))


def _low(scope: Scope, units: Sequence[UnitFigures]) -> list[str]:
    minimums = tables_of(scope.contest, scope.round).exclude(min_ratio_percent=None)
    given = [one for one in minimums.values_list("min_ratio_percent", flat=True) if one is not None]
    minimum = max(given, default=None)
    limit, low = low_units(units, minimum)
    if not low:
        return []
    why = "mức tối thiểu của Thể lệ" if minimum is not None else "một nửa tỷ lệ chung"
    named = [f"{unit.name} ({_percent(unit.percent)})" for unit in low]
    return [f"Tỷ lệ dự thi thấp, dưới {_percent(limit)} ({why}): {_some(named)}."]


def _grid(units: Sequence[UnitFigures]) -> Grid:
    rows = [
        (unit.name, number(unit.people), number(unit.headcount), _percent(unit.percent)) for unit in units
    ]
    head = ("Đơn vị", "Người dự thi", "Tổng số người", "Tỷ lệ")
    if all(unit.headcount is None for unit in units):
        return Grid(head[:2], [row[:2] for row in rows], numbers=frozenset({1}))
    return Grid(head, rows, numbers=frozenset({1, 2, 3}))


def _ends(units: Sequence[UnitFigures]) -> tuple[tuple[str, Grid], ...]:
    return ((f"{UNITS_NAMED} đơn vị có nhiều người dự thi nhất", _grid(units[:UNITS_NAMED])),)


def _winners(contest: Contest, run: StandingsRun) -> Iterable[Part]:
    awards = awards_of(run)
    if not awards:
        return
    by_section = groupby(awards, key=lambda award: (award.prize.table, award.block))
    grids = []
    for (table, block), group in by_section:
        caption = f"{table.name} – {block.name}" if block else table.name
        grids.append((caption, _winners_grid(contest, list(group), of_units=is_of_units(table))))
    told = f"Trao {number(len(awards))} giải:"
    yield Part("Danh sách đạt giải", (told,), tuple(grids))


def _winners_grid(contest: Contest, awards: Sequence[ProposedAward], *, of_units: bool) -> Grid:
    if of_units:
        return Grid(("Giải", "Đơn vị"), [(award.prize_name, award.holder) for award in awards])
    rows = [
        (award.prize_name, shown_name(award.holder, contest.names_shown), award.of_unit) for award in awards
    ]
    return Grid(("Giải", "Họ và tên", "Đơn vị"), rows)


def _closing(contest: Contest, address: str) -> str:
    board = f" Bảng vinh danh: {address}." if address else ""
    return f"Thông tin chi tiết xin liên hệ Ban Tổ chức, đường dây nóng {contest.hotline}.{board}"


# --- Words --------------------------------------------------------------------------------------------------
def _some(names: Sequence[str]) -> str:
    """The first ones by name, and how many more."""
    more = len(names) - UNITS_NAMED
    return "; ".join(names[:UNITS_NAMED]) + (f" và {number(more)} đơn vị khác" if more > 0 else "")


def _percent(value: Decimal | None) -> str:
    """Two places, half up: "5,32 %"."""
    return "–" if value is None else f"{number(value.quantize(Decimal('0.01'), ROUND_HALF_UP))} %"
