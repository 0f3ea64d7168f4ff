from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from attempts.domain.saving import Finished, Overtaken, save_answers
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid
from contests.domain.rounds import close_round
from tests.support.factories import make_contest, make_entry, make_round, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    round = make_round()
    return start_attempt(make_entry(round.contest), round)


def save(attempt: Attempt, answers: dict[int, int], **more: object) -> object:
    return save_answers(attempt.pk, attempt.entry.user_id, answers, **more)  # type: ignore[arg-type]


def stored(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def test_only_the_given_answers_change(attempt: Attempt) -> None:
    save(attempt, {1: 3, 30: 4})
    save(attempt, {1: 2})
    assert stored(attempt).answers == [2, *[0] * 28, 4]


def test_zero_clears_an_answer(attempt: Attempt) -> None:
    save(attempt, {5: 3})
    save(attempt, {5: 0})
    assert stored(attempt).answers[4] == 0


def test_each_save_counts_one_revision_and_tells_the_time_left(attempt: Attempt) -> None:
    saved = save_answers(attempt.pk, attempt.entry.user_id, {1: 1})
    assert saved.revision == 1
    assert 29 * 60_000 < saved.remaining_ms <= 30 * 60_000


def test_a_save_is_one_statement(attempt: Attempt, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        save(attempt, {1: 1, 2: 2}, prediction=Decimal(5), revision=0)


@pytest.mark.parametrize("answers", [{31: 1}, {1: 5}, {999: 1}, {1: 1, 2: 9}])
def test_what_is_not_in_the_paper_is_refused_whole(attempt: Attempt, answers: dict[int, int]) -> None:
    with pytest.raises(Invalid, match="không có trong đề thi"):
        save(attempt, answers)
    assert stored(attempt).answers == [0] * 30


def test_anothers_attempt_does_not_exist(attempt: Attempt) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        save_answers(attempt.pk, make_user().pk, {1: 1})
    assert stored(attempt).answers == [0] * 30


def test_a_stale_revision_is_told_and_changes_nothing(attempt: Attempt) -> None:
    save(attempt, {1: 1}, revision=0)
    with pytest.raises(Overtaken):
        save(attempt, {1: 2}, revision=0)
    assert stored(attempt).answers[0] == 1


def test_after_the_deadline_nothing_is_saved() -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=2))
    round = make_round(contest)
    entry = make_entry(contest)
    late = Attempt.objects.create(
        entry=entry,
        round=round,
        number=1,
        seed=b"s" * 32,
        paper=list(range(30)),
        orders=[0] * 30,
        limits=[4] * 30,
        answers=[0] * 30,
        started_at=now - timedelta(minutes=31),
        deadline=now - timedelta(minutes=1),
    )
    with pytest.raises(Finished):
        save(late, {1: 1})
    assert stored(late).answers == [0] * 30


def test_after_an_early_close_nothing_is_saved(attempt: Attempt) -> None:
    close_round(attempt.round, by=make_user(), reason="Sự cố")
    with pytest.raises(Finished):
        save(attempt, {1: 1})


def test_after_the_submission_nothing_is_saved(attempt: Attempt) -> None:
    submit_attempt(attempt.pk, attempt.entry.user_id)
    with pytest.raises(Finished):
        save(attempt, {1: 1})


def test_the_prediction_may_change_until_the_submission(attempt: Attempt) -> None:
    save(attempt, {}, prediction=Decimal(100))
    save(attempt, {}, prediction=Decimal(120))
    assert stored(attempt).prediction_draft == 120
    save(attempt, {}, clear_prediction=True)
    assert stored(attempt).prediction_draft is None


def test_a_save_changes_no_indexed_column(attempt: Attempt) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = 'attempts_attempt'::regclass"
        )
        indexed = {name for (name,) in cursor.fetchall()}
    assert not indexed & {"answers", "prediction_draft", "revision", "saved_at"}
