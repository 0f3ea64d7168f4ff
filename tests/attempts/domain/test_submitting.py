from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from attempts.domain import finishing, submitting
from attempts.domain.finishing import finish_open_attempts, seal_at_once
from attempts.domain.papers import paper_questions
from attempts.domain.saving import save_answers
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt, Prediction
from attempts.rules.permutation import permutation
from attempts.rules.receipts import receipt_of_line
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid
from contests.domain.rounds import close_round
from contests.models import Entry, Round, RoundClosing
from tests.support.factories import (
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_user,
    submitted_attempt,
)
from tests.support.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    round = make_round()
    return start_attempt(make_entry(round.contest), round)


def submit(attempt: Attempt, answers: dict[int, int] | None = None, **more: Any) -> Attempt:
    return submit_attempt(attempt.pk, attempt.entry.user_id, answers, **more)


def right_answers(attempt: Attempt) -> dict[int, int]:
    """Where the right option of each question is shown, worked out from the text of the options."""
    answers = {}
    for at, question in enumerate(paper_questions(attempt)):
        shown = [question.options[option] for option in permutation(attempt.orders[at], 4)]
        answers[at + 1] = 1 + next(place for place, text in enumerate(shown) if text.startswith("Đúng"))
    return answers


def overdue_attempt(entry: Entry, round: Round, *, minutes: int = 1) -> Attempt:
    """An open attempt whose deadline passed `minutes` ago, with the first answer saved."""
    now = database_now()
    return Attempt.objects.create(
        entry=entry,
        round=round,
        number=1,
        seed=b"s" * 32,
        paper=list(range(30)),
        orders=[0] * 30,
        limits=[4] * 30,
        answers=[1, *[0] * 29],
        prediction_draft=Decimal(7),
        started_at=now - timedelta(minutes=minutes + 30),
        deadline=now - timedelta(minutes=minutes),
    )


def test_all_right_is_30(attempt: Attempt) -> None:
    assert submit(attempt, right_answers(attempt)).correct == 30


def test_saved_and_sent_answers_are_marked_together(attempt: Attempt) -> None:
    right = right_answers(attempt)
    wrong = {at: 1 + value % 4 for at, value in right.items()}
    save_answers(attempt.pk, attempt.entry.user_id, {at: right[at] for at in range(1, 11)})
    done = submit(attempt, {at: right[at] for at in range(11, 16)} | {at: wrong[at] for at in range(16, 21)})
    assert done.correct == 15
    assert done.choices is not None
    assert done.choices.count(0) == 10


def test_duration_is_whole_milliseconds_by_the_database(attempt: Attempt) -> None:
    done = submit(attempt)
    assert done.submitted_at is not None
    assert done.duration_ms == (done.submitted_at - done.started_at) // timedelta(milliseconds=1)
    assert done.finished_by == "contestant"


def test_submitting_again_gives_the_same_receipt_and_changes_nothing(attempt: Attempt) -> None:
    first = submit(attempt)
    again = submit(attempt, right_answers(attempt), prediction=Decimal(9))
    assert (again.receipt, again.correct, again.submitted_at) == (first.receipt, 0, first.submitted_at)
    assert not Prediction.objects.exists()


def test_what_is_saved_while_a_submission_is_on_its_way_counts(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(read: Attempt, **how: Any) -> bool:
        save_answers(attempt.pk, attempt.entry.user_id, {2: 2})
        return seal_at_once(read, **how)

    monkeypatch.setattr(submitting, "seal_at_once", late)
    assert submit(attempt, {1: 1}).answers[:2] == [1, 2]
    assert Attempt.objects.get(pk=attempt.pk).answers[:2] == [1, 2]


def test_a_round_closed_while_a_submission_is_on_its_way_ends_it_at_its_moment(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(read: Attempt, **how: Any) -> bool:
        close_round(attempt.round, by=make_user(), reason="Sự cố")
        return seal_at_once(read, **how)

    monkeypatch.setattr(submitting, "seal_at_once", late)
    done = submit(attempt, {1: 1}, prediction=Decimal(5))
    assert (done.finished_by, done.answers[0]) == ("server", 0)
    assert done.submitted_at == RoundClosing.objects.get().at
    assert not Prediction.objects.exists()


def test_a_choice_not_in_the_paper_is_refused_and_the_attempt_stays_open(attempt: Attempt) -> None:
    with pytest.raises(Invalid):
        submit(attempt, {31: 1})
    assert Attempt.objects.get(pk=attempt.pk).submitted_at is None


def test_anothers_attempt_cannot_be_submitted(attempt: Attempt) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        submit_attempt(attempt.pk, make_user().pk)


def test_the_first_submitted_prediction_binds() -> None:
    round = make_round(attempts_allowed=3)
    entry = make_entry(round.contest)
    for value in (Decimal(10), Decimal(20)):
        attempt = start_attempt(entry, round)
        submit_attempt(attempt.pk, entry.user_id, prediction=value)
    assert Prediction.objects.get(entry=entry).value == 10


def test_a_blank_does_not_bind() -> None:
    round = make_round(attempts_allowed=3)
    entry = make_entry(round.contest)
    submit_attempt(start_attempt(entry, round).pk, entry.user_id)
    submit_attempt(start_attempt(entry, round).pk, entry.user_id, prediction=Decimal(20))
    assert Prediction.objects.get(entry=entry).value == 20


def test_what_arrives_after_the_deadline_is_not_taken_and_the_saved_answers_count() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    late = overdue_attempt(entry, round)
    done = submit_attempt(late.pk, entry.user_id, {2: 1}, prediction=Decimal(99))
    assert (done.answers[:2], done.finished_by) == ([1, 0], "server")
    assert done.submitted_at == late.deadline
    assert done.duration_ms == 30 * 60_000
    assert Prediction.objects.get(entry=entry).value == 7


def test_the_server_finishes_what_is_due_and_only_that() -> None:
    round = make_round()
    due = [overdue_attempt(make_entry(round.contest), round) for _ in range(3)]
    running = start_attempt(make_entry(round.contest), round)
    assert finish_open_attempts() == 3
    assert finish_open_attempts() == 0
    assert Attempt.objects.filter(pk__in=[a.pk for a in due], finished_by="server").count() == 3
    assert Attempt.objects.get(pk=running.pk).submitted_at is None


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_an_attempt_that_cannot_be_marked_holds_up_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, batch: int
) -> None:
    """One fails before its UPDATE, one inside the database; both lie first in the queue."""
    monkeypatch.setattr(finishing, "BATCH", batch)
    round = make_round()
    misshapen, doubled, *good = (
        overdue_attempt(make_entry(round.contest), round, minutes=9 - at) for at in range(4)
    )
    Attempt.objects.filter(pk=misshapen.pk).update(answers=[1])
    receipt = receipt_of_line
    taken = submitted_attempt(make_entry(round.contest), round).receipt
    monkeypatch.setattr(
        finishing, "receipt_of_line", lambda line: taken if str(doubled.pk) in line else receipt(line)
    )
    assert finish_open_attempts() == 2
    assert set(Attempt.objects.filter(submitted_at=None)) == {misshapen, doubled}
    assert [str(bad.pk) in caplog.text for bad in (misshapen, doubled, *good)] == [True, True, False, False]
    monkeypatch.undo()
    assert finish_open_attempts() == 1
    assert set(Attempt.objects.filter(submitted_at=None)) == {misshapen}


def test_an_early_close_ends_open_attempts_at_its_moment(attempt: Attempt) -> None:
    closing = close_round(attempt.round, by=make_user(), reason="Sự cố")
    assert finish_open_attempts(attempt.round) == 1
    assert Attempt.objects.get(pk=attempt.pk).submitted_at == closing.at


@pytest.mark.parametrize(
    "change",
    [
        "correct = 30",
        "duration_ms = 1",
        "submitted_at = now()",
        "answers[1] = 2",
        "receipt = 'X'",
        "submitted_at = NULL",
    ],
)
def test_the_database_refuses_to_change_a_submitted_attempt(attempt: Attempt, change: str) -> None:
    submit(attempt)
    with (
        pytest.raises(IntegrityError, match="final"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE attempts_attempt SET {change} WHERE id = %s", [attempt.pk])  # noqa: S608


@pytest.mark.parametrize(
    "change", ["started_at = now() - interval '1 day'", "paper[1] = paper[2]", "number = 7"]
)
def test_what_an_attempt_was_started_with_is_final_from_the_start(attempt: Attempt, change: str) -> None:
    with pytest.raises(IntegrityError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE attempts_attempt SET {change} WHERE id = %s", [attempt.pk])  # noqa: S608


def test_the_database_refuses_to_delete_an_attempt_or_change_a_prediction(attempt: Attempt) -> None:
    submit(attempt, prediction=Decimal(5))
    for statement in ("DELETE FROM attempts_attempt", "UPDATE attempts_prediction SET value = 6"):
        with (
            pytest.raises(IntegrityError, match="final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_20_parallel_submits_score_once_and_give_one_receipt() -> None:
    """F2."""
    round = make_round(make_contest(), bank=make_bank(30))
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round)
    right = right_answers(attempt)
    results = at_once(
        20, lambda: submit_attempt(attempt.pk, entry.user_id, right, prediction=Decimal(3)).receipt
    )
    assert set(results) == {Attempt.objects.get().receipt}
    assert Prediction.objects.count() == 1
