"""The counts of a round, as a worker makes them and pages read them: in one row, in constant time.

`basis` says of what they were counted: the last decision on the key, the last disqualification and
reinstatement, who is on the list of those who do not count, the last consent taken back, whether the round
was closed, and how many papers were submitted. A page compares all but the last, whose counting would take
long; the sweeper compares it too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from attempts.analysis.queries import Counts, count_choices
from attempts.analysis.report import Analysis, analysis_of, worths_of
from attempts.analysis.rules import Choice
from attempts.models import Attempt, ItemCounts, KeyCorrection
from attempts.rules.corrections import Line
from contest_site.lib.clock import database_now
from contest_site.lib.work import ask, limited_statements
from contests.models import Round
from contests.queries import announced_contests

TASK = "attempts.tasks.count_items"
LATE = timedelta(hours=1)  # for how long after its close a round is looked at for papers that came late
# What a round's counts hang on, besides its papers; each part reads few rows.
BASIS = """
SELECT r.id, jsonb_build_object(
    'corrections', (
        SELECT coalesce(max(d.id), 0) FROM attempts_keycorrectiondecision d
        JOIN attempts_keycorrection c ON c.id = d.correction_id WHERE c.round_id = r.id AND d.approved
    ),
    'disqualified', (
        SELECT coalesce(max(j.id), 0) FROM attempts_disqualification j
        JOIN contests_entry e ON e.id = j.entry_id
        WHERE e.contest_id = r.contest_id AND (j.round_id IS NULL OR j.round_id = r.id)
    ),
    'reinstated', (
        SELECT coalesce(max(b.id), 0) FROM attempts_reinstatement b
        JOIN attempts_disqualification j ON j.id = b.disqualification_id
        JOIN contests_entry e ON e.id = j.entry_id WHERE e.contest_id = r.contest_id
    ),
    'listed', (
        SELECT concat_ws('/', count(*), max(x.id)) FROM contests_exclusion x WHERE x.contest_id = r.contest_id
    ),
    'withdrawn', (
        SELECT coalesce(max(w.id), 0) FROM contests_consentwithdrawal w
        JOIN contests_entry e ON e.id = w.entry_id WHERE e.contest_id = r.contest_id
    ),
    'closed', EXISTS (SELECT 1 FROM contests_roundclosing k WHERE k.round_id = r.id)
)::text
FROM contests_round r WHERE r.id = ANY(%s)
"""


def counts_of(round: Round, *, every: bool) -> ItemCounts | None:
    """The row of the round, counted or asked for; None when nobody has asked yet."""
    return ItemCounts.objects.filter(round=round, every=every).defer("counts").first()


def ask_for_counts(round: Round, *, every: bool) -> ItemCounts:
    """Have a worker count the round anew."""
    row, _made = ItemCounts.objects.get_or_create(round=round, every=every)
    ask(row, TASK)
    return row


def counted(row: ItemCounts) -> dict[str, Any]:
    """The columns of a round's counts, counted now."""
    limited_statements()
    round = Round.objects.select_related("contest", "seal").get(pk=row.round_id)
    at, basis = database_now(), _basis([round.pk])[round.pk]
    basis["submitted"] = _submitted(round)
    worths = worths_of(round, _lines(round, basis["corrections"]))
    papers, found = count_choices(round, worths, every=row.every)
    return {"papers": papers, "counts": _packed(found), "basis": basis, "counted_at": at}


def is_current(row: ItemCounts) -> bool:
    """Whether what the counts hang on is as it was; of papers that came since it says nothing."""
    now = _basis([row.round_id]).get(row.round_id, {})
    return row.basis is not None and {**row.basis, **now} == row.basis


def stored_analysis(row: ItemCounts) -> Analysis:
    """The analysis of a round that was counted: by the keys that were in force then."""
    return _kept(row.pk, row.counted_at)


# Exact fractions of hundreds of questions take longer than the row; beside them lies the pool with its keys.
@lru_cache(maxsize=8)
def _kept(pk: int, counted_at: Any) -> Analysis:
    row = ItemCounts.objects.get(pk=pk)
    round = Round.objects.select_related("contest", "seal").get(pk=row.round_id)
    assert row.counted_at is not None
    assert row.basis is not None
    assert row.counts is not None
    lines = _lines(round, row.basis["corrections"])
    counts = _unpacked(row.counts)
    return analysis_of(round, lines, row.papers or 0, counts, every=row.every, at=row.counted_at)


def rows_due() -> list[ItemCounts]:
    """Rows of closed rounds to be counted: never counted since the close, or of what has changed.

    A round with open attempts is not yet due. What failed waits for a person.
    """
    still_open = Attempt.objects.filter(round=OuterRef("pk"), submitted_at=None)
    closed = Round.objects.filter(
        ~Exists(still_open),
        contest__in=announced_contests(),
        seal__isnull=False,
        closing__isnull=False,
    )
    late = set(closed.filter(closing__at__gte=Now() - LATE).values_list("pk", flat=True))
    rounds = {round.pk: round for round in closed.order_by("pk")}
    has = set(ItemCounts.objects.filter(round__in=rounds, every=False).values_list("round_id", flat=True))
    missing = [ItemCounts(round=round, every=False) for pk, round in rounds.items() if pk not in has]
    # A page may make the same row in this moment.
    ItemCounts.objects.bulk_create(missing, ignore_conflicts=True)
    bases = _basis(list(rounds))
    rows = ItemCounts.objects.filter(round__in=rounds, done_at__isnull=False, failure="").defer("counts")
    return [
        row
        for row in rows.order_by("pk")
        if row.basis is None
        or {**row.basis, **bases[row.round_id]} != row.basis
        or (row.round_id in late and row.basis["submitted"] != _submitted(rounds[row.round_id]))
    ]


def _basis(rounds: Sequence[int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(BASIS, [list(rounds)])
        return {pk: json.loads(basis) for pk, basis in cursor.fetchall()}


def _submitted(round: Round) -> int:
    return Attempt.objects.filter(round=round, submitted_at__isnull=False).count()


def _lines(round: Round, until: int) -> list[Line]:
    """The corrections that were in force up to that decision, the newest of each question, by question."""
    approved = KeyCorrection.objects.filter(round=round, decision__approved=True, decision__pk__lte=until)
    newest = approved.order_by("question", "-pk").distinct("question")
    return [(one.question, one.accepted, one.void) for one in newest]


def _packed(found: Mapping[int, Counts]) -> list[list[Any]]:
    """[question, [[choice, papers, upper, lower, rest, rest_squares] …], [[rest, papers] …]] of each."""
    return [
        [
            question,
            [[choice, *vars(made).values()] for choice, made in sorted(of.choices.items())],
            sorted(of.rests.items()),
        ]
        for question, of in sorted(found.items())
    ]


def _unpacked(packed: Sequence[Sequence[Any]]) -> dict[int, Counts]:
    return {
        question: Counts({choice: Choice(*numbers) for choice, *numbers in choices}, dict(rests))
        for question, choices, rests in packed
    }
