"""Reading attempts for pages."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from attempts.models import (
    Attempt,
    Disqualification,
    KeyCorrection,
    KeyCorrectionDecision,
    Regrade,
    RegradedScore,
)
from attempts.rules.corrections import Line
from attempts.rules.receipts import attempt_line, read_receipt
from contest_site.accounts.models import User
from contest_site.accounts.sessions import Along
from contest_site.lib import hot
from contest_site.lib.errors import Invalid
from contest_site.lib.folding import Folded
from contest_site.lib.hot import Kept
from contest_site.lib.identity import normal_phone
from contest_site.lib.text import fold
from contests.enums import ResultShown
from contests.models import ConsentWithdrawal, Contest, Entry, Round, RoundClosing

# --- SQL that others build on -------------------------------------------------------------------------------
# An attempt's number right in force: `... FROM attempts_attempt a` + REGRADED, then MARK wherever the number
# is wanted. It is the attempt's own number unless the newest regrade of its round says another.
REGRADED = """
LEFT JOIN attempts_regradedscore regraded ON regraded.attempt_id = a.id AND regraded.regrade_id = ANY(
    ARRAY(SELECT DISTINCT ON (round_id) id FROM attempts_regrade ORDER BY round_id, version DESC)
)
"""
MARK = "coalesce(regraded.correct, a.correct)"
# A condition on `a`: its person is not disqualified in its round or in the whole contest.
NOT_DISQUALIFIED = """
NOT EXISTS (
    SELECT 1 FROM attempts_disqualification judged
    WHERE judged.entry_id = a.entry_id AND (judged.round_id IS NULL OR judged.round_id = a.round_id)
        AND NOT EXISTS (SELECT 1 FROM attempts_reinstatement back WHERE back.disqualification_id = judged.id)
)
"""
# The same line as attempts.rules.receipts.attempt_line, of a submitted attempt `a`.
LINE = """
concat_ws('|', a.id, a.round_id, a.entry_id, a.number,
    to_char(a.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(a.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.duration_ms,
    array_to_string(a.paper, ','), array_to_string(a.orders, ','), array_to_string(a.answers, ','),
    coalesce(a.prediction_draft::text, ''))
"""


def disqualified_entries(contest: Contest, round: Round | None) -> QuerySet[Entry]:
    """Entries whose attempts of the round do not count: disqualified there or in the whole contest.

    With `round` None only those of the whole contest. Disqualified = without a reinstatement since.
    """
    scope = Q(round=None) if round is None else Q(round=None) | Q(round=round)
    standing = Disqualification.objects.filter(scope, entry=OuterRef("pk"), reinstatement=None)
    return Entry.objects.filter(Exists(standing), contest=contest)


def undecided_corrections(round: Round) -> QuerySet[KeyCorrection]:
    return KeyCorrection.objects.filter(round=round, decision=None)


def corrections_in_force(round: Round) -> list[Line]:
    """The approved corrections of a round, the newest of each question, by question."""
    approved = KeyCorrection.objects.filter(round=round, decision__approved=True)
    newest = approved.order_by("question", "-pk").distinct("question")
    return [(one.question, one.accepted, one.void) for one in newest]


def lines_of(regrade: Regrade | None) -> list[Line]:
    """The corrections that a regrade was made by; none without a regrade."""
    return [(question, accepted, void) for question, accepted, void in regrade.corrections] if regrade else []


def newest_regrade(round: Round) -> Regrade | None:
    return Regrade.objects.filter(round=round).order_by("-version").first()


def corrections_wait(round: Round) -> bool:
    """Whether the marks in force are not yet by the corrections in force: the round is to be marked again."""
    return corrections_in_force(round) != lines_of(newest_regrade(round))


def choice_counts(round: Round, question: int) -> dict[int, int]:
    """How often each choice (0 = blank, else 1 + canonical option) of a pool's question was submitted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT choices[array_position(paper, %(question)s::smallint)] AS choice, count(*)
            FROM attempts_attempt
            WHERE round_id = %(round)s AND submitted_at IS NOT NULL AND %(question)s = ANY(paper)
            GROUP BY choice
            """,
            {"round": round.pk, "question": question},
        )
        return dict(cursor.fetchall())


def rounds_to_regrade() -> list[Round]:
    """Closed rounds with corrections in force that their newest regrade was not made by."""
    corrected = Round.objects.filter(
        closing__isnull=False, key_corrections__decision__approved=True
    ).distinct()
    return [
        round
        for round in corrected.select_related("contest", "closing").order_by("pk")
        if corrections_wait(round)
    ]


def line_of(attempt: Attempt) -> str:
    """The canonical line of a submitted attempt, of which its receipt is made and which is published."""
    assert attempt.submitted_at is not None
    assert attempt.duration_ms is not None
    return attempt_line(
        attempt_id=attempt.pk,
        round_id=attempt.round_id,
        entry_id=attempt.entry_id,
        number=attempt.number,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        duration_ms=attempt.duration_ms,
        paper=attempt.paper,
        orders=attempt.orders,
        answers=attempt.answers,
        prediction=attempt.prediction_draft,
    )


# --- Reading for pages --------------------------------------------------------------------------------------


# The attempt with what its pages need of its person, of the round's end, and the prediction that binds
# already; `u` is the account.
OWN_COLUMNS = """
{attempt}, {entry}, u.phone, withdrawal.at, closing.id, closing.at, prediction.value, statement_timestamp()
"""
OWN_MORE = """
LEFT JOIN contests_consentwithdrawal withdrawal ON withdrawal.entry_id = e.id
LEFT JOIN contests_roundclosing closing ON closing.round_id = a.round_id
LEFT JOIN attempts_prediction prediction
    ON prediction.entry_id = a.entry_id AND prediction.round_id = a.round_id
"""
OWN = """
SELECT {columns} FROM attempts_attempt a
JOIN contests_entry e ON e.id = a.entry_id JOIN accounts_user u ON u.id = e.user_id {more}
WHERE a.id = %s AND u.id = %s
"""
OWN_ALONG = """
LEFT JOIN (attempts_attempt a JOIN contests_entry e ON e.id = a.entry_id {more})
    ON a.id = %s AND e.user_id = u.id
"""
_rounds: Kept[Round] = Kept()
_addresses: Kept[int] = Kept()


def attempt_of(user_id: int, attempt_id: UUID, *, lock: bool = False) -> Attempt:
    """The user's own attempt with all that its pages show, and `now` by the database's clock.

    `bound` is the number predicted that binds this person in the round, or None. Round and contest may be as
    they were PAGE_CACHE_SECONDS ago, but for the round's closing. `lock` holds the row for a change. Raises
    Attempt.DoesNotExist for another's.
    """
    row = hot.row(_own(lock), [attempt_id, user_id])
    if row is None:
        raise Attempt.DoesNotExist
    return attempt_from(row, user_id)


def attempt_from(row: Sequence[Any], user_id: int) -> Attempt:
    """The same from a row of OWN_COLUMNS."""
    names, entry_names = hot.attributes(Attempt), hot.attributes(Entry)
    middle, end = len(names), len(names) + len(entry_names)
    attempt = Attempt.from_db("default", names, row[:middle])
    entry = Entry.from_db("default", entry_names, row[middle:end])
    phone, withdrawn_at, closing_id, closed_at, bound, now = row[end:]
    attempt.bound, attempt.now = bound, now  # type: ignore[attr-defined]
    round = kept_round(attempt.round_id)
    closing = RoundClosing(id=closing_id, round_id=round.pk, at=closed_at) if closed_at else None
    know(round, "closing", closing)
    entry.user = User.from_db("default", ["id", "phone"], [user_id, phone])
    entry.contest = round.contest
    know(entry, "consent_withdrawal", ConsentWithdrawal(at=withdrawn_at) if withdrawn_at else None)
    attempt.entry, attempt.round = entry, round
    return attempt


@cache
def own_along() -> Along:
    """What reads an attempt of the account along with the session; the attempt's id is the parameter."""
    width = len(hot.attributes(Attempt)) + len(hot.attributes(Entry)) + 6
    return Along(_own_columns(), OWN_ALONG.format(more=OWN_MORE), width)


def kept_round(round_id: int) -> Round:
    """A round with its contest and seal, as they were PAGE_CACHE_SECONDS ago; the object is the caller's."""
    rounds = Round.objects.select_related("contest__announcement", "seal", "promotes_from")
    return copy(_rounds.get(round_id, lambda: rounds.get(pk=round_id)))


def kept_round_of(slug: str, number: int) -> Round:
    """The same by its address. Raises Round.DoesNotExist, also while its contest is not announced."""

    def find() -> int:
        announced = Round.objects.filter(contest__announcement__isnull=False)
        return announced.values_list("pk", flat=True).get(contest__slug=slug, number=number)

    return kept_round(_addresses.get((slug, number), find))


def know(row: Model, name: str, other: Model | None) -> None:
    """The other side of a one-to-one relation, already read."""
    relation: Any = row._meta.get_field(name)
    relation.set_cached_value(row, other)


@cache
def _own(lock: bool) -> str:
    return OWN.format(columns=_own_columns(), more=OWN_MORE) + "FOR UPDATE OF a" * lock


def _own_columns() -> str:
    return OWN_COLUMNS.format(attempt=hot.columns(Attempt, "a"), entry=hot.columns(Entry, "e"))


def with_marks(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Each attempt with `mark`, its number right in force (None while it is open)."""
    newest = Regrade.objects.filter(round=OuterRef(OuterRef("round"))).order_by("-version").values("pk")[:1]
    regraded = RegradedScore.objects.filter(attempt=OuterRef("pk"), regrade=Subquery(newest)).values(
        "correct"
    )
    return attempts.annotate(mark=Coalesce(Subquery(regraded), "correct"))


def found_entries(contest: Contest, typed: str) -> QuerySet[Entry]:
    """People of a contest by a receipt or phone number, however it is typed, else by a part of the name,
    with accents or without.
    """
    entries = Entry.objects.filter(contest=contest).order_by("full_name", "pk")
    if receipt := read_receipt(typed):
        by_receipt = entries.filter(attempts__receipt=receipt)
        if by_receipt.exists():
            return by_receipt
    try:
        phone = normal_phone(typed)
    except Invalid:
        return entries.annotate(folded=Folded("full_name")).filter(folded__contains=fold(typed))
    return entries.filter(Q(phone=phone) | Q(user__phone=phone))


def standing_disqualifications(round: Round) -> QuerySet[Disqualification]:
    """Those by which somebody's attempts of the round do not count."""
    return Disqualification.objects.filter(Q(round=None) | Q(round=round), reinstatement=None)


@dataclass(frozen=True)
class CorrectedQuestion:
    """A question of a paper whose key was corrected: its number on the paper (from 1), and when."""

    number: int
    void: bool
    decided_at: datetime


@dataclass(frozen=True)
class RegradedResult:
    """The number right after the newest regrade, and the questions of this paper that it was about."""

    correct: int
    questions: list[CorrectedQuestion]


def regraded_result(attempt: Attempt) -> RegradedResult | None:
    """What the newest regrade of the round says of a submitted attempt; None when it is not about it."""
    regrade = newest_regrade(attempt.round)
    if regrade is None:
        return None
    numbers = {
        question: attempt.paper.index(question) + 1
        for question, *_rest in lines_of(regrade)
        if question in attempt.paper
    }
    if not numbers:
        return None
    decided = (
        KeyCorrectionDecision.objects.filter(
            approved=True,
            at__lte=regrade.at,
            correction__round=attempt.round_id,
            correction__question__in=numbers,
        )
        .select_related("correction")
        .order_by("pk")
    )
    newest = {decision.correction.question: decision for decision in decided}
    score = RegradedScore.objects.filter(regrade=regrade, attempt=attempt).first()
    assert attempt.correct is not None
    return RegradedResult(
        score.correct if score else attempt.correct,
        sorted(
            (
                CorrectedQuestion(numbers[at], decision.correction.void, decision.at)
                for at, decision in newest.items()
            ),
            key=lambda one: one.number,
        ),
    )


def attempts_of(entry: Entry) -> QuerySet[Attempt]:
    """All attempts of an entry, by round and number."""
    return Attempt.objects.filter(entry=entry).order_by("round__number", "number")


def receipt_of(code: str) -> dict[str, Any]:
    """What the public check of a receipt shows: that it exists, when and for which round."""
    attempt = Attempt.objects.select_related("round__contest").filter(receipt=code).first()
    if attempt is None:
        return {"found": False}
    return {
        "found": True,
        "code": code,
        "submitted_at": attempt.submitted_at,
        "contest": attempt.round.contest,
        "round": attempt.round,
        "number": attempt.number,
    }


def result_visible(round: Round, *, closed: bool, published: bool) -> bool:
    """Whether a contestant may see score and time now, by the plan's choice."""
    match round.result_shown:
        case ResultShown.AT_ONCE:
            return True
        case ResultShown.AFTER_CLOSE:
            return closed
    return published
