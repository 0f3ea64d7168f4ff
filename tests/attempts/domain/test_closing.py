"""Closing a round while people start and submit: every time that was acknowledged is before the closing's."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from attempts.domain.finishing import finish_open_attempts
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from contest_site.lib.errors import NotNow
from contests.domain.rounds import close_round
from contests.models import Round, RoundClosing
from tests.support.factories import make_entry, make_round, make_user

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 20


@contextmanager
def closing(round: Round) -> Iterator[None]:
    """The round is closed, but the closing is committed only at the end of the block."""
    closed, go = Event(), Event()
    by = make_user()

    def close() -> None:
        with transaction.atomic():
            close_round(Round.objects.get(pk=round.pk), by=by, reason="Mất điện")
            closed.set()
            assert go.wait(WAIT)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(and_disconnect, close)
        assert closed.wait(WAIT)
        try:
            yield
        finally:
            go.set()
        done.result(WAIT)


def and_disconnect(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def wait_until_blocked() -> None:
    """Until a connection of this database waits for a row of another one."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return


def during_the_closing(round: Round, act: Callable[[], Any]) -> Future[Any]:
    with ThreadPoolExecutor(1) as pool:
        with closing(round):
            future = pool.submit(and_disconnect, act)
            wait_until_blocked()
        future.exception(WAIT)
    return future


def test_who_submits_while_the_closing_is_committed_ends_with_the_closing() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round)
    during_the_closing(round, lambda: submit_attempt(attempt.pk, entry.user_id)).result()
    ended = Attempt.objects.get(pk=attempt.pk)
    assert ended.submitted_at == RoundClosing.objects.get(round=round).at
    assert ended.finished_by == Attempt.FinishedBy.SERVER


def test_nobody_starts_once_the_closing_has_its_time() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    refused = during_the_closing(round, lambda: start_attempt(entry, round))
    assert isinstance(refused.exception(), NotNow)
    assert not Attempt.objects.exists()


def test_a_start_that_was_on_its_way_when_the_round_was_closed_and_finished_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from attempts.domain import starting

    round = make_round()
    entry = make_entry(round.contest)
    insert, by = starting._insert, make_user()

    def late(*arguments: Any) -> Attempt | None:
        close_round(round, by=by, reason="Mất điện")
        finish_open_attempts(round)
        return insert(*arguments)

    monkeypatch.setattr(starting, "_insert", late)
    with pytest.raises(NotNow):
        start_attempt(entry, round)
    assert not Attempt.objects.exists()
