"""Examples in the rules, worked out by the code that ranks people and units in earnest.

Only the people and units are invented. What is shown of them, and who comes before whom, is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import connection
from django.utils.formats import number_format
from psycopg import sql

from contests.enums import PredictionTarget, RankKey, UnitMetric
from contests.models import PrizeTable, Round
from prizes.domain.persons import Order, ranked
from prizes.domain.unit_standings import rule_of
from prizes.rulebook.parts import Grid
from prizes.rulebook.words import duration, number
from prizes.rules.unit_order import Measures, Placed, rank_units, value_of

Example = tuple[str, Grid, str]
NOT_RANKED = "Không xếp hạng"


# --- People ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Person:
    """One invented result. `misses`: questions not right; `submitted`: minute and second of 8 o'clock."""

    name: str
    misses: int
    off: Decimal | None  # how far the prediction lies from the truth, with its sign
    duration_ms: int
    submitted: tuple[int, int]


# Each differs from a neighbour in one thing, so that every key of any order decides somewhere.
PEOPLE = (
    Person("A", 0, Decimal(12), 431_250, (41, 10)),
    Person("B", 0, Decimal(-5), 512_040, (20, 5)),
    Person("C", 0, Decimal(5), 498_031, (33, 30)),
    Person("D", 1, Decimal(0), 300_500, (12, 0)),
    Person("E", 0, None, 288_415, (55, 45)),
    Person("G", 0, Decimal(12), 431_250, (41, 10)),
    Person("H", 0, Decimal(12), 431_250, (41, 9)),
)
TRUTHS = {
    PredictionTarget.PARTICIPANTS: Decimal(1250),
    PredictionTarget.ATTEMPTS: Decimal(2140),
    PredictionTarget.ALL_RIGHT: Decimal(356),
    PredictionTarget.ALL_RIGHT_PERCENT: Decimal("28.48000"),
}
RESULTS = sql.SQL("""
SELECT person.*, abs(prediction - {truth}::numeric)::numeric(14, 5) AS distance
FROM (VALUES {rows}) person (entry_id, correct, all_right, prediction, duration_ms, submitted_at)
""")


def example_truth(round: Round) -> Decimal | None:
    return TRUTHS.get(PredictionTarget(round.prediction_target))


def example_rows(round: Round) -> list[tuple[int, bool, Decimal | None, int, datetime]]:
    """(number right, all right, prediction, time in ms, submitted at) of PEOPLE in a round like this."""
    truth = example_truth(round)
    # A per cent is predicted more finely than a number of people.
    scale = Decimal("0.01") if round.prediction_target == PredictionTarget.ALL_RIGHT_PERCENT else Decimal(1)
    return [
        (
            max(0, round.questions - one.misses),
            not one.misses,
            None if truth is None or one.off is None else truth + one.off * scale,
            min(one.duration_ms, round.time_limit_minutes * 60_000),
            datetime(2024, 11, 10, 1, *one.submitted, tzinfo=UTC),
        )
        for one in PEOPLE
    ]


def example_ranks(round: Round) -> dict[int, int]:
    """Rank of each of PEOPLE (by place in it) whom the round's order ranks, from the database."""
    values = sql.SQL(", ").join(
        sql.SQL("({}, {}::int, {}, {}::numeric(14, 5), {}::bigint, {}::timestamptz)").format(
            *(sql.Literal(value) for value in (at, *row))
        )
        for at, row in enumerate(example_rows(round))
    )
    results = RESULTS.format(truth=sql.Literal(example_truth(round)), rows=values)
    order = Order(None, tuple(RankKey(key) for key in round.rank_order), round.only_all_right)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT entry_id, rank FROM ({}) ranked").format(ranked(order, results)))
        return dict(cursor.fetchall())


def individual_example(round: Round) -> Example | None:
    """The invented people in the round's order; None while the order has not been chosen."""
    if not round.rank_order or not set(round.rank_order) <= set(RankKey.values):
        return None
    predicts = RankKey.PREDICTION in round.rank_order and example_truth(round) is not None
    ranks = example_ranks(round)
    rows = example_rows(round)
    order = sorted(range(len(PEOPLE)), key=lambda at: (ranks.get(at, len(PEOPLE) + 1), PEOPLE[at].name))
    columns = _person_columns(round, predicts=predicts)
    return (
        f"ví dụ, đề thi có {round.questions} câu"
        + (f", đáp số của câu dự đoán là {number(example_truth(round))}" if predicts else "")
        + ", những người sau được xếp hạng như sau:",
        Grid(
            ["Người dự thi", *(head for head, _say in columns), "Hạng"],
            [
                [PEOPLE[at].name, *(say(rows[at]) for _head, say in columns), str(ranks.get(at, NOT_RANKED))]
                for at in order
            ],
            frozenset(range(1, len(columns) + 2)),
        ),
        "Tên người và số liệu trong ví dụ là giả định; thứ hạng do chính hệ thống tính.",
    )


Row = tuple[int, bool, "Decimal | None", int, datetime]


def _person_columns(round: Round, *, predicts: bool) -> list[tuple[str, Callable[[Row], str]]]:
    truth = example_truth(round)
    columns: list[tuple[str, Callable[[Row], str]]] = [("Số câu đúng", lambda row: str(row[0]))]
    if predicts and truth is not None:
        columns.append(("Dự đoán", lambda row: number(row[2])))
        columns.append(("Độ lệch", lambda row: "–" if row[2] is None else number(abs(row[2] - truth))))
    if RankKey.DURATION in round.rank_order:
        columns.append(("Thời gian làm bài", lambda row: duration(row[3])))
    if RankKey.SUBMITTED in round.rank_order:
        columns.append(("Nộp bài lúc", lambda row: f"08:{row[4]:%M:%S}"))
    return columns


# --- Units -------------------------------------------------------------------------------------------------
# What is shown of a metric: its heading and the figure.
SHOWN: dict[UnitMetric, tuple[str, Callable[[Measures], str]]] = {
    UnitMetric.PARTICIPANTS: ("Số người dự thi", lambda unit: number(unit.participants)),
    UnitMetric.ATTEMPTS: ("Số lượt thi", lambda unit: number(unit.attempts)),
    UnitMetric.RATIO: ("Tỷ lệ dự thi", lambda unit: _percent(UnitMetric.RATIO, unit)),
    UnitMetric.MEAN_SCORE: ("Điểm trung bình", lambda unit: _places(UnitMetric.MEAN_SCORE, unit)),
    UnitMetric.ALL_RIGHT: ("Số người đúng tất cả", lambda unit: number(unit.all_right)),
    UnitMetric.ALL_RIGHT_SHARE: (
        "Tỷ lệ đúng tất cả",
        lambda unit: _percent(UnitMetric.ALL_RIGHT_SHARE, unit),
    ),
    UnitMetric.WINNERS: ("Số giải cá nhân", lambda unit: number(unit.winners)),
    UnitMetric.BEST_SCORE: ("Tổng số câu đúng", lambda unit: number(unit.best_correct)),
    UnitMetric.BEST_DURATION: ("Tổng thời gian làm bài", lambda unit: duration(unit.best_duration_ms)),
}


def example_units(table: PrizeTable) -> list[tuple[str, Measures]]:
    """Two good units, a third equal to the second on the first key, and one that a filter stops."""
    people = max(40, 2 * (table.min_participants or 0))
    k = table.best_of or 1
    second = Measures(
        unit=2,
        block=1,
        participants=people,
        attempts=people * 3 // 2,
        headcount=_headcount(people, table, Decimal("0.5")),
        sittings=people,
        correct=people * 26,
        all_right=people // 4,
        winners=2,
        best_people=k,
        best_correct=k * 28,
        best_duration_ms=k * 412_350,
    )
    more = people + people // 4
    first = replace(
        second,
        unit=1,
        participants=more,
        attempts=more * 2,
        headcount=_headcount(more, table, Decimal("0.8")),
        sittings=more,
        correct=more * 27,
        all_right=more // 3,
        winners=3,
        best_correct=k * 30 - 1,
        best_duration_ms=k * 371_020,
    )
    third = replace(second, unit=3)
    for metric in metrics_of(table)[1:2]:
        third = _better(third, metric)
    units = [
        ("Đơn vị A", first),
        ("Đơn vị B", second),
        ("Đơn vị C", third),
        ("Đơn vị D", _last(table, second)),
    ]
    if table.winner_limit:
        won = replace(
            first,
            unit=5,
            participants=more + 5,
            attempts=more * 2 + 9,
            headcount=_headcount(more + 5, table, Decimal("0.9")),
            wins=table.winner_limit,
        )
        units.append(("Đơn vị E", won))
    return units


def metrics_of(table: PrizeTable) -> list[UnitMetric]:
    return [UnitMetric(name) for name in (table.weights or table.unit_order)]


def _headcount(people: int, table: PrizeTable, above: Decimal) -> int:
    """So many that the ratio lies `above` (0 … 1) of the way from the table's least ratio to 100 %."""
    least = table.min_ratio_percent or Decimal(60)
    return int(people * 100 / (least + (100 - least) * above))


def _better(unit: Measures, metric: UnitMetric) -> Measures:
    """A little better in this metric, and as far as can be in no other."""
    match metric:
        case UnitMetric.PARTICIPANTS:
            return replace(unit, participants=unit.participants + 3)
        case UnitMetric.ATTEMPTS:
            return replace(unit, attempts=unit.attempts + 7)
        case UnitMetric.RATIO:
            return replace(unit, headcount=(unit.headcount or 1) - 2)
        case UnitMetric.MEAN_SCORE:
            return replace(unit, correct=unit.correct + unit.participants)
        case UnitMetric.ALL_RIGHT | UnitMetric.ALL_RIGHT_SHARE:
            return replace(unit, all_right=unit.all_right + 2)
        case UnitMetric.WINNERS:
            return replace(unit, winners=unit.winners + 1)
        case UnitMetric.BEST_SCORE:
            return replace(unit, best_correct=unit.best_correct + 2)
        case UnitMetric.BEST_DURATION:
            return replace(unit, best_duration_ms=unit.best_duration_ms - 15_125)


def _last(table: PrizeTable, unit: Measures) -> Measures:
    """The least of them: below a filter where there is one."""
    people = max(1, table.min_participants - 1) if table.min_participants else unit.participants // 2
    least = table.min_ratio_percent
    headcount = int(people * 200 / least) if least else people * 2
    return replace(
        unit,
        unit=4,
        participants=people,
        attempts=people,
        headcount=headcount,
        sittings=people,
        correct=people * 25,
        all_right=people // 8,
        winners=0,
        best_correct=unit.best_correct - 3,
        best_duration_ms=unit.best_duration_ms + 90_400,
    )


def unit_example(table: PrizeTable) -> Example | None:
    """The invented units in the table's order; None while neither keys nor weights are chosen."""
    if not metrics_of(table):
        return None
    names = {measures.unit: name for name, measures in example_units(table)}
    placed = rank_units([measures for _name, measures in example_units(table)], rule_of(table))
    shown = _columns(table)
    heads = [SHOWN[metric][0] for metric in shown]
    if _needs_headcount(table):
        heads.insert(heads.index(SHOWN[UnitMetric.PARTICIPANTS][0]) + 1, "Tổng số người")
    rows = [_unit_row(one, names, shown, heads, weighted=bool(table.weights)) for one in placed]
    all_heads = ["Đơn vị", *heads, *(["Điểm xếp hạng"] if table.weights else []), "Hạng"]
    return (
        "Ví dụ, các đơn vị sau được xếp hạng như sau:",
        Grid(all_heads, rows, frozenset(range(1, len(all_heads)))),
        _why(placed, names),
    )


def _columns(table: PrizeTable) -> list[UnitMetric]:
    """The table's metrics, after the figures that its filters look at."""
    filtered = table.min_participants is not None or _needs_headcount(table)
    extra = [UnitMetric.PARTICIPANTS] if filtered else []
    extra += [UnitMetric.RATIO] if table.min_ratio_percent is not None else []
    return list(dict.fromkeys([*extra, *metrics_of(table)]))


def _needs_headcount(table: PrizeTable) -> bool:
    return rule_of(table).needs_headcount


def _unit_row(
    one: Placed, names: dict[int, str], shown: Sequence[UnitMetric], heads: Sequence[str], *, weighted: bool
) -> list[str]:
    figures = [SHOWN[metric][1](one.measures) for metric in shown]
    if len(heads) > len(figures):
        figures.insert(heads.index("Tổng số người"), number(one.measures.headcount))
    points = []
    if weighted:
        points = ["–" if one.points is None else _rounded(one.points, 4)]
    return [names[one.measures.unit], *figures, *points, NOT_RANKED if one.rank is None else str(one.rank)]


def _why(placed: Sequence[Placed], names: dict[int, str]) -> str:
    reasons = [
        f"{names[one.measures.unit]} không được xếp hạng vì {str(one.left_out.label)[:1].lower()}"
        f"{str(one.left_out.label)[1:]}"
        for one in placed
        if one.left_out is not None
    ]
    said = "".join(f"{reason}. " for reason in reasons)
    return f"{said}Số liệu trong ví dụ là giả định; thứ hạng do chính hệ thống tính."


def _percent(metric: UnitMetric, unit: Measures) -> str:
    value = value_of(metric, unit) * 100
    return f"{_rounded(value, 2)}%"


def _places(metric: UnitMetric, unit: Measures) -> str:
    value = value_of(metric, unit)
    return _rounded(value, 2)


def _rounded(value: Fraction, places: int) -> str:
    return number_format(round(Decimal(value.numerator) / value.denominator, places), places)
