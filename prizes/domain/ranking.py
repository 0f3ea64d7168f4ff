"""Computing the standings of a scope: set-based in SQL, versioned, reproducible to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from psycopg import sql

from attempts.models import Attempt
from attempts.queries import corrections_wait
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow, Refused
from contest_site.lib.locks import lock
from contests.enums import Audience
from contests.models import Contest, PrizeTable, Round
from contests.queries import closing_of, has_overall, tables_of
from prizes.domain.configuration import configuration_of
from prizes.domain.persons import Order, Persons, order_of, persons, rounds_needed
from prizes.domain.prior import Prior, prior_awards
from prizes.domain.unit_standings import UnitTable, headcounts_of, store_units, unit_lines, unit_tables
from prizes.models import StandingsRun
from prizes.queries import approval_of, newest_run
from prizes.rules.canonical import configuration_line
from prizes.rules.targets import Counts
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User

RANK = sql.SQL("CREATE TEMP TABLE standings_ranked ON COMMIT DROP AS {ranked}")
# A thousand lines come as one row: reading row by row would cost more than hashing.
LINES = sql.SQL("""
COPY (
    SELECT string_agg(line, E'\\n' ORDER BY place)
    FROM (SELECT place, {line} AS line FROM {people}) numbered
    GROUP BY place / 1000 ORDER BY place / 1000
) TO STDOUT
""")
PERSON_LINES = LINES.format(
    people=sql.SQL("standings_ranked"),
    line=sql.SQL("""
        concat_ws('|', rank, entry_id, attempt_id, correct, duration_ms,
            to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            coalesce(prediction::text, ''), coalesce(distance::text, ''))
    """),
)
PLACE_LINES = LINES.format(
    people=sql.SQL("""(
        SELECT row_number() OVER (ORDER BY entry_id) AS place, entry_id, unit_id, block_id
        FROM standings_ranked
    ) by_entry"""),
    line=sql.SQL("concat_ws('|', entry_id, unit_id, coalesce(block_id::text, ''))"),
)
INSERT = """
INSERT INTO prizes_standingsrow
    (run_id, rank, entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance)
SELECT %s, rank, entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance
FROM standings_ranked
"""


@dataclass(frozen=True)
class Draft:
    """What the standings are at this moment, before they are a version. `target` only where there is one."""

    configuration: Mapping[str, Any]
    counts: Counts
    target: Decimal | None
    ranked: int
    units: Sequence[UnitTable]
    digest: str


def compute_standings(scope: Scope, *, by: User | None, reason: str = "") -> StandingsRun:
    """Rank a finished scope as its next version, or return the newest version if nothing has changed since.

    Counted are submitted attempts of entries that are neither on the exclusion list, nor organisers' trials,
    nor disqualified, and whose consent was not taken back, with the marks of the newest regrade. Which
    attempt counts, the order, and how units are ranked come from the plan; equal on every key share a rank.
    A newest version that was sent back is always followed by a new one.
    `by=None` is the system itself; a person says from the second version on why there is another. The run is
    final: digest, people's rows and units' rows are written whole.

    Raises NotNow while `why_not_yet` gives a reason, Refused for a plan without an order, Invalid without a
    reason for a further version.
    """
    with transaction.atomic():
        lock(scope.lock_key)
        scope = as_now(scope)
        check_ready(scope)
        return rank_as_marked(scope, by=by, reason=reason)


def rank_as_marked(scope: Scope, *, by: User | None, reason: str = "") -> StandingsRun:
    """The scope's next version as `compute_standings` makes it, with the marks that there are.

    Whatever corrections of the key there may be: for looking at what one would change, and taking it back.
    Inside a transaction that holds the scope's lock.
    """
    newest = newest_run(scope)
    with _draft(scope, prior_awards(scope)) as (draft, cursor):
        if newest and newest.digest == draft.digest and not hasattr(newest, "returned"):
            return newest
        if newest and by and not reason.strip():
            raise Invalid(_("Cần ghi lý do khi xếp hạng lại."))
        run = StandingsRun.objects.create(
            contest=scope.contest,
            round=scope.round,
            version=newest.version + 1 if newest else 1,
            configuration=draft.configuration,
            target_value=draft.target,
            participants=draft.counts.participants,
            attempts=draft.counts.attempts,
            all_right=draft.counts.all_right,
            ranked=draft.ranked,
            digest=draft.digest,
            reason=reason.strip(),
            by=by,
        )
        if draft.ranked:
            cursor.execute(INSERT, [run.pk])
        store_units(run, draft.units)
    record(
        "computed standings", run, by=by, reason=run.reason,
        version=run.version, digest=run.digest, ranked=run.ranked,
    )  # fmt: skip
    return run


def is_current(run: StandingsRun) -> bool:
    """Whether ranking again with all that standings are made from, as it is now, gives the same digest.

    Of the contest's other rankings an approved run has to know only what had been approved before it: who
    won there later had to take account of its awards, not the other way round.
    """
    scope = as_now(Scope.of_run(run))
    prior = prior_awards(scope, before=approval_of(run))
    with transaction.atomic(), _draft(scope, prior) as (draft, _cursor):
        return draft.digest == run.digest


def why_not_yet(scope: Scope) -> str | None:
    """Why the scope cannot be ranked at this moment (a sentence), or None when it can.

    A round waits for its close, its open attempts, and its marks by the approved corrections of the key; one
    whose prediction is counted over the whole contest, and the contest itself, for those of all rounds.
    """
    rounds = rounds_needed(scope)
    if any(closing_of(round) is None for round in rounds):
        if scope.round and closing_of(scope.round):
            return _(
                "Câu dự đoán tính trên cả cuộc thi nên phải chờ mọi vòng thi kết thúc mới xếp hạng được."
            )
        if scope.round:
            return _("Vòng thi chưa đóng nên chưa thể xếp hạng.")
        return _("Còn vòng thi chưa đóng nên chưa thể xếp hạng cả cuộc thi.")
    if Attempt.objects.filter(round__in=rounds, submitted_at=None).exists():
        return _(
            "Còn bài thi chưa nộp. Hệ thống đang kết thúc các bài thi này, vui lòng thử lại sau ít phút."
        )
    if any(corrections_wait(round) for round in rounds):
        return _(
            "Việc sửa đáp án đã được phê duyệt nhưng bài thi chưa được chấm lại xong. Hệ thống đang chấm lại"
            " và xếp hạng lại, vui lòng thử lại sau ít phút."
        )
    return None


def as_now(scope: Scope) -> Scope:
    """The scope with its plan as the database has it at this moment."""
    contest = Contest.objects.get(pk=scope.contest.pk)
    if scope.round is None:
        return Scope.of_contest(contest)
    round = Round.objects.select_related("closing").get(pk=scope.round.pk)
    round.contest = contest
    return Scope.of_round(round)


def check_ready(scope: Scope) -> None:
    """Raises NotNow while the scope cannot be ranked, Refused for a plan that does not say by what."""
    if scope.round is None and not has_overall(scope.contest):
        raise NotNow(_("Kế hoạch không xếp hạng chung cả cuộc thi."))
    if waiting := why_not_yet(scope):
        raise NotNow(waiting)
    order = order_of(scope)
    if order.ranks_people and not order.keys:
        raise Refused(_("Chưa thể xếp hạng."), [_("Kế hoạch chưa quy định thứ tự xếp hạng.")])


@contextmanager
def _draft(scope: Scope, prior: Sequence[Prior]) -> Iterator[tuple[Draft, CursorWrapper]]:
    """The standings of now; the ranked people in a temporary table that lives as long as the context."""
    order = order_of(scope)
    tables = list(tables_of(scope.contest, scope.round).prefetch_related("prizes"))
    with persons(scope) as found:
        headcounts = headcounts_of(found)
        if order.ranks_people:
            found.cursor.execute(RANK.format(ranked=found.ranked(order)))
        places = _places(found) if order.ranks_people and _go_by_unit(scope, tables) else None
        configuration = configuration_of(found, order, tables, headcounts, prior) | {"places": places}
        units = unit_tables(found, tables, headcounts, prior)
        digest, ranked = _digest(found, order, configuration, units)
        yield Draft(configuration, found.total, _single(found), ranked, units, digest), found.cursor
        found.cursor.execute("DROP TABLE IF EXISTS standings_ranked")


def _go_by_unit(scope: Scope, tables: Sequence[PrizeTable]) -> bool:
    """Whether it matters for a prize or a place in a final where a person competes."""
    return (scope.round is not None and scope.round.promoting_to.exists()) or any(
        table.audience == Audience.INDIVIDUAL and (table.by_block or table.unit_limit is not None)
        for table in tables
    )


def _places(found: Persons) -> str:
    """Digest of where everybody ranked competes (prizes.rules.canonical)."""
    digest = hashlib.sha256()
    for lines in _streamed(found.cursor, PLACE_LINES):
        digest.update(lines)
    return digest.hexdigest()


def _digest(
    found: Persons, order: Order, configuration: Mapping[str, Any], units: Sequence[UnitTable]
) -> tuple[str, int]:
    """SHA-256 (hex) of the canonical text and the number of people in it."""
    digest = hashlib.sha256(configuration_line(configuration))
    people = 0
    for lines in _streamed(found.cursor, PERSON_LINES) if order.ranks_people else ():
        digest.update(lines)
        people += lines.count(b"\n")
    for line in unit_lines(units):
        digest.update(line)
    return digest.hexdigest(), people


def _streamed(cursor: CursorWrapper, query: sql.Composed) -> Iterator[bytes]:
    """Many whole lines at a time, never all of them; COPY writes a line feed inside a row as two signs."""
    with cursor.copy(query) as rows:
        for row in rows:
            yield bytes(row).replace(b"\\n", b"\n")


def _single(found: Persons) -> Decimal | None:
    """A round's true answer, where it is one for everybody."""
    values = [one.value for one in found.targets if one.block is None]
    return values[0] if found.scope.round and values else None
