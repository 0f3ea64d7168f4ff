from decimal import Decimal

import pytest
from django.db import connection

from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt, Disqualification, Regrade, RegradedScore, Reinstatement
from attempts.queries import LINE, MARK, REGRADED, disqualified_entries, line_of
from attempts.rules.receipts import receipt_of_line
from contests.models import Entry, Round
from tests.support.factories import make_contest, make_entry, make_round, make_user, submitted_attempt

pytestmark = pytest.mark.django_db


def rounds_of_one_contest() -> tuple[Round, Round]:
    contest = make_contest()
    middle = contest.opens_at + (contest.closes_at - contest.opens_at) / 2
    first = make_round(contest, sealed=False, closes_at=middle)
    return first, make_round(contest, sealed=False, opens_at=middle, bank=first.bank)


def disqualify(entry: Entry, round: Round | None) -> Disqualification:
    return Disqualification.objects.create(entry=entry, round=round, grounds="Thi hộ", by=make_user())


def marks() -> dict[object, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT a.id, {MARK} FROM attempts_attempt a {REGRADED}")  # noqa: S608
        return dict(cursor.fetchall())


@pytest.mark.parametrize("prediction", [None, Decimal(12), Decimal("87.65432")])
def test_the_database_writes_the_same_line_and_its_receipt_is_the_attempts(
    prediction: Decimal | None,
) -> None:
    round = make_round(prediction_target="all_right_percent")
    entry = make_entry(round.contest)
    done = submit_attempt(start_attempt(entry, round).pk, entry.user_id, {1: 2, 30: 4}, prediction=prediction)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LINE} FROM attempts_attempt a")  # noqa: S608
        (line,) = cursor.fetchone()
    assert line == line_of(Attempt.objects.get())
    assert done.receipt == receipt_of_line(line)


def test_a_person_is_disqualified_in_a_round_or_in_the_whole_contest_until_reinstated() -> None:
    first, second = rounds_of_one_contest()
    contest = first.contest
    here, everywhere, back, _clean = (make_entry(contest) for _ in range(4))
    disqualify(here, first)
    disqualify(everywhere, None)
    Reinstatement.objects.create(disqualification=disqualify(back, first), grounds="Nhầm", by=make_user())
    disqualify(make_entry(make_contest()), None)
    assert set(disqualified_entries(contest, first)) == {here, everywhere}
    assert set(disqualified_entries(contest, second)) == {everywhere}
    assert set(disqualified_entries(contest, None)) == {everywhere}


def test_the_newest_regrade_of_the_round_gives_the_mark() -> None:
    first, second = rounds_of_one_contest()
    one, two = (make_entry(first.contest) for _ in range(2))
    a, b, other = (
        submitted_attempt(one, first, correct=20),
        submitted_attempt(two, first, correct=25),
        submitted_attempt(one, second, correct=10),
    )
    assert marks() == {a.pk: 20, b.pk: 25, other.pk: 10}
    old = Regrade.objects.create(round=first, version=1, corrections=[], attempts=2)
    RegradedScore.objects.create(regrade=old, attempt=a, correct=21)
    RegradedScore.objects.create(regrade=old, attempt=b, correct=26)
    assert marks() == {a.pk: 21, b.pk: 26, other.pk: 10}
    new = Regrade.objects.create(round=first, version=2, corrections=[], attempts=1)
    RegradedScore.objects.create(regrade=new, attempt=a, correct=19)
    assert marks() == {a.pk: 19, b.pk: 25, other.pk: 10}
