"""The people of a scope in a temporary table, one row per person and round, and what is counted from it.

Everything that standings say follows from `standings_person`: each person's counting attempt of each round,
its mark in force, whether it is all right, how many attempts there were and whether one of them was all
right, the prediction, the person's own unit, and the competing unit and block for which the person counts.
`standings_target` holds the true answers of the prediction questions. Nothing is done person by person: a
round has a million attempts, and they stay in the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from attempts.models import Attempt, Regrade
from attempts.queries import MARK, disqualified_entries
from contests.enums import Combine, CountingAttempt, PredictionScope, PredictionTarget, RankKey
from contests.models import Block, Entry, Round
from contests.queries import Competitor, barred_entries, competitors
from prizes.rules.targets import Counts, target_value
from prizes.scope import Scope

# Which attempt counts. The number settles the rest, so that equal attempts of one person make no difference
# between two computations; a prediction never appears here.
COUNTING = {
    CountingAttempt.FIRST: sql.SQL("number ASC"),
    CountingAttempt.LAST: sql.SQL("number DESC"),
    CountingAttempt.BEST: sql.SQL("correct DESC, duration_ms ASC, submitted_at ASC, number ASC"),
}
KEYS = {
    RankKey.SCORE: sql.SQL("correct DESC"),
    RankKey.PREDICTION: sql.SQL("distance ASC NULLS LAST"),
    RankKey.DURATION: sql.SQL("duration_ms ASC"),
    RankKey.SUBMITTED: sql.SQL("submitted_at ASC"),
}
# A sort compares rows by its first column where they lie, by any further one through the whole row, ten times
# as slow; and of marks there are few. So a sort begins with one number that puts no two rows otherwise than
# the keys do: the first key, and after a mark the second. Where it is equal the keys themselves decide.
COARSE = {
    RankKey.SCORE: sql.SQL("2147483647 - correct"),
    RankKey.PREDICTION: sql.SQL("coalesce(least(distance, 2147483646)::bigint, 2147483647)"),
    RankKey.DURATION: sql.SQL("least(duration_ms, 2147483647)"),
    RankKey.SUBMITTED: sql.SQL("least(date_part('epoch', submitted_at)::bigint, 2147483647)"),
}

# Sorts of a million attempts stay in memory; with the default of 4 MB each writes a file first.
CREATE = """
SET LOCAL work_mem = '128MB';
CREATE TEMP TABLE standings_unit (unit_id bigint, competitor_id bigint, block_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE standings_target (round_id bigint, block_id bigint, value numeric) ON COMMIT DROP;
CREATE TEMP TABLE standings_person (
    round_id bigint, round_number int, entry_id bigint, attempt_id uuid, correct int, duration_ms bigint,
    submitted_at timestamptz, all_right boolean, attempts bigint, once_all_right boolean,
    prediction numeric(14, 5), own_unit_id bigint, competitor_id bigint, block_id bigint
) ON COMMIT DROP
"""
DROP = "DROP TABLE standings_person, standings_target, standings_unit"
# Analysed, else the many people are put into a hash beside the few units.
UNITS = """
INSERT INTO standings_unit SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]);
ANALYZE standings_unit
"""
# One statement is one snapshot; everything after it reads the temporary table only. OFFSET 0 keeps the papers
# out of the sort: what is all right is known before it. The window and DISTINCT ON share one order.
PERSONS = sql.SQL("""
INSERT INTO standings_person
SELECT %s, %s, own.entry_id, own.id, own.correct, own.duration_ms, own.submitted_at, own.all_right,
    own.attempts, own.once_all_right, prediction.value, entry.unit_id, unit.competitor_id, unit.block_id
FROM (
    SELECT DISTINCT ON (entry_id) marked.*,
        count(*) OVER person AS attempts, bool_or(all_right) OVER person AS once_all_right
    FROM (
        SELECT a.entry_id, a.id, a.number, a.duration_ms, a.submitted_at,
            {mark} AS correct, {mark} = %s * cardinality(a.paper) AS all_right
        FROM attempts_attempt a {regraded}
        WHERE a.round_id = %s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%s::bigint[])
        OFFSET 0
    ) marked
    WINDOW person AS (
        PARTITION BY entry_id ORDER BY {counting}
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
    ORDER BY entry_id, {counting}
) own
JOIN contests_entry entry ON entry.id = own.entry_id
LEFT JOIN attempts_prediction prediction ON prediction.entry_id = own.entry_id AND prediction.round_id = %s
LEFT JOIN standings_unit unit ON unit.unit_id = entry.unit_id
""")
REGRADED = sql.SQL("""
LEFT JOIN attempts_regradedscore regraded ON regraded.attempt_id = a.id AND regraded.regrade_id = {regrade}
""")
# By round and block (null: people who compete in none); over all rounds, each person once.
BLOCK_COUNTS = """
SELECT round_id, block_id, count(*), sum(attempts)::bigint, count(*) FILTER (WHERE once_all_right)
FROM standings_person GROUP BY round_id, block_id
"""
TOTAL_COUNTS = """
SELECT count(*), coalesce(sum(attempts), 0)::bigint, count(*) FILTER (WHERE once_all_right)
FROM (
    SELECT sum(attempts) AS attempts, bool_or(once_all_right) AS once_all_right
    FROM standings_person GROUP BY entry_id
) person
"""
TARGET = "INSERT INTO standings_target VALUES (%s, %s, %s)"

# --- One result per person: what is ranked ------------------------------------------------------------------
# A round has one true answer or one for each block: two joins by hash, where one with OR would be a loop.
_MEASURED = """
SELECT person.*, abs(prediction - coalesce(target.value, own.value))::numeric(14, 5) AS distance,
    coalesce(competitor_id, own_unit_id) AS unit_id
FROM standings_person person
LEFT JOIN standings_target target ON target.round_id = person.round_id AND target.block_id IS NULL
LEFT JOIN standings_target own ON own.round_id = person.round_id AND own.block_id = person.block_id
"""
_COLUMNS = """
    entry_id, attempt_id, correct, duration_ms, submitted_at, all_right,
    prediction, distance, unit_id, block_id
"""
ROUND_RESULTS = sql.SQL(f"SELECT {_COLUMNS} FROM ({_MEASURED}) measured WHERE round_id = {{round}}")  # noqa: S608
BEST_RESULTS = sql.SQL(f"""
SELECT DISTINCT ON (entry_id) {_COLUMNS} FROM ({_MEASURED}) measured
ORDER BY entry_id, correct DESC, duration_ms, submitted_at, round_number
""")  # noqa: S608
SUM_RESULTS = sql.SQL(f"""
SELECT entry_id, (array_agg(attempt_id ORDER BY submitted_at DESC, round_number))[1] AS attempt_id,
    sum(correct) AS correct, sum(duration_ms) AS duration_ms, max(submitted_at) AS submitted_at,
    count(*) FILTER (WHERE all_right) = {{rounds}} AS all_right, NULL::numeric AS prediction,
    CASE WHEN count(distance) = {{asking}} THEN sum(distance) END AS distance,
    min(unit_id) AS unit_id, min(block_id) AS block_id
FROM ({_MEASURED}) measured GROUP BY entry_id
""")  # noqa: S608
# Both windows take their rows from one sort; `place` tells equals apart by entry.
RANKED = sql.SQL("""
SELECT rank() OVER (ORDER BY coarse, {keys}) AS rank,
    row_number() OVER (ORDER BY coarse, {keys}, entry_id) AS place, result.*
FROM (SELECT {coarse} AS coarse, every.* FROM ({results}) every) result
WHERE all_right OR NOT {only_all_right}
""")


@dataclass(frozen=True)
class Refused:
    """How many people with a submitted attempt do not count, by the first reason that holds."""

    excluded: int
    unofficial: int
    disqualified: int


@dataclass(frozen=True)
class Counted:
    """What counts in one round. `regrade` is the version of the newest one."""

    round: Round
    regrade: int | None
    refused: Refused
    counts: Counts


@dataclass(frozen=True)
class Target:
    """The true answer of a round's prediction question (of a block's), and what it was counted from."""

    round: Round
    block: int | None
    counts: Counts
    value: Decimal | None


@dataclass(frozen=True)
class Order:
    """By what people are ranked; `combine` None in a round, NONE where nobody is ranked."""

    combine: Combine | None
    keys: tuple[RankKey, ...]
    only_all_right: bool

    @property
    def ranks_people(self) -> bool:
        return self.combine != Combine.NONE


@dataclass(frozen=True)
class Persons:
    """The filled table. `total` counts over the scope's rounds, each person once."""

    scope: Scope
    cursor: CursorWrapper
    rounds: tuple[Counted, ...]
    targets: tuple[Target, ...]
    total: Counts
    competes: Mapping[int, Competitor]

    def ranked(self, order: Order) -> sql.Composed:
        """The query of everybody with rank, place, result, unit and block in this order.

        `place` counts from 1 by rank and, within a rank, by entry. The rows are in no order.
        """
        return ranked(order, _results(self.scope, [one.round for one in self.rounds]))


def order_of(scope: Scope) -> Order:
    """The plan's own order."""
    if scope.round:
        keys = tuple(RankKey(key) for key in scope.round.rank_order)
        return Order(None, keys, scope.round.only_all_right)
    contest = scope.contest
    keys = tuple(RankKey(key) for key in contest.overall_rank_order)
    return Order(Combine(contest.overall_combine), keys, contest.overall_only_all_right)


def rounds_needed(scope: Scope) -> list[Round]:
    """The rounds whose attempts have to be known: the scope's, or all where a true answer counts over all."""
    one = scope.round
    if one and asks(one) and one.prediction_scope == PredictionScope.CONTEST:
        return Scope.of_contest(scope.contest).rounds()
    return scope.rounds()


def asks(round: Round) -> bool:
    return round.prediction_target != PredictionTarget.NONE


@contextmanager
def persons(scope: Scope) -> Iterator[Persons]:
    """The people of now, in tables that live as long as the context. Inside a transaction."""
    competes = competitors(scope.contest)
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(
            UNITS,
            [
                list(competes),
                [one.unit_id for one in competes.values()],
                [one.block_id for one in competes.values()],
            ],
        )
        regrades = {round.pk: _newest_regrade(round) for round in rounds_needed(scope)}
        refused = _fill(cursor, scope, regrades)
        counts, blocks, total = _count(cursor, list(refused))
        mine = scope.rounds()
        targets = tuple(target for round in mine for target in _targets(round, counts, blocks, total))
        cursor.executemany(TARGET, [(one.round.pk, one.block, one.value) for one in targets])
        yield Persons(
            scope=scope,
            cursor=cursor,
            rounds=tuple(
                Counted(
                    round,
                    newest.version if (newest := regrades[round.pk]) else None,
                    refused[round.pk],
                    counts[round.pk],
                )
                for round in mine
            ),
            targets=targets,
            total=counts[scope.round.pk] if scope.round else total,
            competes=competes,
        )
        cursor.execute(DROP)


def _fill(cursor: CursorWrapper, scope: Scope, regrades: Mapping[int, Regrade | None]) -> dict[int, Refused]:
    """Every round that is needed, and who was left out of it."""
    contest = scope.contest
    # Without an order of the rows: by the index of one all entries are read in it.
    excluded = set(barred_entries(contest).order_by().values_list("pk", flat=True))
    trials = Entry.objects.filter(contest=contest, unofficial=True)
    unofficial = set(trials.order_by().values_list("pk", flat=True))
    refused = {}
    for round in rounds_needed(scope):
        disqualified = set(disqualified_entries(contest, round).values_list("pk", flat=True))
        out = excluded | unofficial | disqualified
        cursor.execute(
            PERSONS.format(
                counting=COUNTING[CountingAttempt(round.counting_attempt)], **_marks(regrades[round.pk])
            ),
            [round.pk, round.number, contest.parts, round.pk, sorted(out), round.pk],
        )
        took_part = set(
            Attempt.objects.filter(round=round, submitted_at__isnull=False, entry__in=out)
            .values_list("entry_id", flat=True)
            .distinct()
        )
        refused[round.pk] = Refused(
            excluded=len(took_part & excluded),
            unofficial=len(took_part & unofficial - excluded),
            disqualified=len(took_part - excluded - unofficial),
        )
    return refused


def _count(
    cursor: CursorWrapper, rounds: Sequence[int]
) -> tuple[dict[int, Counts], dict[tuple[int, int | None], Counts], Counts]:
    """By round, by round and block, and over all rounds."""
    counts = dict.fromkeys(rounds, Counts(0, 0, 0))
    blocks: dict[tuple[int, int | None], Counts] = {}
    cursor.execute(BLOCK_COUNTS)
    for round, block, *numbers in cursor.fetchall():
        one = blocks[round, block] = Counts(*numbers)
        so_far = counts[round]
        counts[round] = Counts(
            so_far.participants + one.participants,
            so_far.attempts + one.attempts,
            so_far.all_right + one.all_right,
        )
    if len(rounds) == 1:
        return counts, blocks, counts[rounds[0]]
    cursor.execute(TOTAL_COUNTS)
    row = cursor.fetchone()
    assert row is not None
    return counts, blocks, Counts(*row)


def _targets(
    round: Round,
    counts: Mapping[int, Counts],
    blocks: Mapping[tuple[int, int | None], Counts],
    total: Counts,
) -> Iterator[Target]:
    asked = PredictionTarget(round.prediction_target)
    if not asks(round):
        return
    over: list[tuple[int | None, Counts]]
    match round.prediction_scope:
        case PredictionScope.BLOCK:
            own = Block.objects.filter(contest=round.contest_id).order_by("pk").values_list("pk", flat=True)
            over = [(block, blocks.get((round.pk, block), Counts(0, 0, 0))) for block in own]
        case PredictionScope.CONTEST:
            over = [(None, total)]
        case _:
            over = [(None, counts[round.pk])]
    for block, counted in over:
        yield Target(round, block, counted, target_value(asked, counted))


def ranked(order: Order, results: sql.Composable) -> sql.Composed:
    """Rank and place of each result in this order; results are rows like those of ROUND_RESULTS or less."""
    return RANKED.format(
        coarse=_coarse(order.keys),
        keys=sql.SQL(", ").join(KEYS[key] for key in order.keys),
        results=results,
        only_all_right=sql.Literal(order.only_all_right),
    )


def _results(scope: Scope, rounds: Sequence[Round]) -> sql.Composed:
    if scope.round:
        return ROUND_RESULTS.format(round=sql.Literal(scope.round.pk))
    if scope.contest.overall_combine == Combine.BEST:
        return BEST_RESULTS.format()
    # Without a prediction question in any round nobody has a distance, and 0 of 0 would be one.
    asking = sum(asks(round) for round in rounds)
    return SUM_RESULTS.format(rounds=sql.Literal(len(rounds)), asking=sql.Literal(asking or -1))


def _coarse(keys: Sequence[RankKey]) -> sql.Composable:
    """The number that a sort by these keys begins with; see COARSE."""
    if keys[0] != RankKey.SCORE or len(keys) == 1:
        return COARSE[keys[0]]
    return sql.SQL("({}) * 2147483648 + {}").format(COARSE[keys[0]], COARSE[keys[1]])


def _marks(regrade: Regrade | None) -> dict[str, sql.Composable]:
    """How PERSONS finds the marks: the attempts' own, or those of the regrade where it has one."""
    if regrade is None:
        return {"mark": sql.SQL("a.correct"), "regraded": sql.SQL("")}
    return {"mark": sql.SQL(MARK), "regraded": REGRADED.format(regrade=sql.Literal(regrade.pk))}


def _newest_regrade(round: Round) -> Regrade | None:
    return Regrade.objects.filter(round=round).order_by("-version").only("version").first()
