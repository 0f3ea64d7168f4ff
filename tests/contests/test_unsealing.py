"""Breaking a seal: before the opening, by another person, with a reason; by the database's clock."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from attempts.domain.papers import sealed_paper
from attempts.domain.starting import start_attempt
from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError, NotAllowed, NotNow, Refused
from contests.domain import unsealing
from contests.domain.rounds import seal_round
from contests.domain.unsealing import unseal_round
from contests.models import Round, RoundSeal, Unsealing
from questions.domain.appraisal import appraise
from questions.models import Appraisal, Revision, SealedPool
from tests.contests.test_entering import race
from tests.support.factories import make_bank, make_contest, make_entry, make_round, make_staff, make_user

pytestmark = pytest.mark.django_db
REASON = "Câu 12 sai đáp án"


def coming(opens_in: timedelta = timedelta(days=1)) -> Round:
    """A sealed round that opens after so long."""
    now = database_now()
    contest = make_contest(opens_at=now + opens_in, closes_at=now + timedelta(days=2))
    return make_round(contest, bank=make_bank(6), questions=4)


def unseal(round: Round, by: User | None = None, reason: str = REASON) -> Unsealing:
    return unseal_round(Round.objects.get(pk=round.pk), by=by or make_staff(), reason=reason)


def opened(round: Round) -> None:
    """The opening was a second ago."""
    Round.objects.filter(pk=round.pk).update(opens_at=Now() - timedelta(seconds=1))


def test_a_broken_seal_leaves_its_history_but_not_its_secret() -> None:
    round = coming()
    seal, chief = round.seal, make_staff()
    event_count = AuditEvent.objects.count()
    made = unseal_round(round, by=chief, reason=f"  {REASON} ")
    assert not RoundSeal.objects.exists()
    assert not hasattr(round, "seal")
    made.refresh_from_db()
    assert (made.pool, made.commitment, made.sealed_by, made.sealed_at) == (
        seal.pool,
        seal.commitment,
        seal.by,
        seal.at,
    )
    assert (made.by, made.reason) == (chief, REASON)
    assert SealedPool.objects.filter(pk=seal.pool_id).exists()
    event = AuditEvent.objects.get(verb="unsealed round")
    assert (event.actor, event.reason, event.data["commitment"]) == (chief, REASON, seal.commitment)
    assert AuditEvent.objects.count() == event_count + 1
    assert bytes(seal.secret).hex() not in str(event.data)


def test_the_bank_is_changed_and_sealed_again_with_another_secret_and_pool() -> None:
    round = coming()
    first = round.seal
    before = sealed_paper(first.pk)
    unseal(round)
    revision = Revision.objects.filter(question__bank=round.bank).first()
    assert revision is not None
    appraise([revision], Appraisal.Verdict.RETIRED, by=make_user())
    second = seal_round(Round.objects.get(pk=round.pk), by=make_staff())
    assert second.pk != first.pk
    assert second.commitment != first.commitment
    assert (first.pool.size, second.pool.size) == (6, 5)
    # What a process kept of the broken seal is never asked again: it is kept under the seal's own number.
    after = sealed_paper(second.pk)
    assert (len(before.pool.questions), len(after.pool.questions)) == (6, 5)
    assert after.secret == bytes(second.secret) != before.secret
    unseal(round)
    assert Unsealing.objects.filter(round=round).count() == 2


def test_a_process_that_sat_through_an_unsealing_draws_from_the_new_seal() -> None:
    round = coming()
    sealed_paper(round.seal.pk)
    unseal(round)
    seal = seal_round(Round.objects.get(pk=round.pk), by=make_staff())
    opened(round)
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round)
    seed, paper = sealed_paper(seal.pk).draw(entry.pk, 1)
    assert (bytes(attempt.seed), attempt.paper) == (seed, paper.questions)


# --- Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_reason_is_needed(reason: str) -> None:
    with pytest.raises(Refused, match="lý do"):
        unseal(coming(), reason=reason)
    assert RoundSeal.objects.count() == 1


def test_who_sealed_does_not_unseal() -> None:
    round = coming()
    with pytest.raises(NotAllowed, match="Người đã niêm phong"):
        unseal(round, by=round.seal.by)
    values = {"pool_id": round.seal.pool_id, "sealed_at": round.seal.at, "reason": REASON}
    with pytest.raises(IntegrityError, match="sealer_does_not_unseal"), transaction.atomic():
        Unsealing.objects.create(
            round=round, commitment="0" * 64, sealed_by=round.seal.by, by=round.seal.by, **values
        )


def test_nothing_is_unsealed_without_a_seal() -> None:
    round = coming()
    unseal(round)
    with pytest.raises(NotNow, match="chưa niêm phong"):
        unseal(round)


def test_from_the_opening_on_a_seal_stands() -> None:
    round = coming()
    opened(round)
    with pytest.raises(NotNow, match="đã đến giờ mở"):
        unseal(round)
    assert RoundSeal.objects.count() == 1
    assert not Unsealing.objects.exists()


def test_a_round_in_which_anybody_started_stays_sealed_even_if_its_opening_moved() -> None:
    round = coming()
    later = round.opens_at
    opened(round)
    start_attempt(make_entry(round.contest), round)
    Round.objects.filter(pk=round.pk).update(opens_at=later)
    with pytest.raises(NotNow, match="Đã có người vào thi"):
        unseal(round)
    assert RoundSeal.objects.count() == 1


def test_an_opening_that_comes_in_between_is_seen_by_the_trigger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web server's check passes; the row's own time, by the database, does not."""
    round = coming()
    opened(round)
    monkeypatch.setattr(unsealing, "database_now", lambda: round.opens_at - timedelta(hours=1))
    with pytest.raises(NotNow, match="đã đến giờ mở"):
        unseal(round)
    assert RoundSeal.objects.count() == 1
    assert not Unsealing.objects.exists()
    assert not AuditEvent.objects.filter(verb="unsealed round").exists()


def test_the_opening_itself_belongs_to_the_round() -> None:
    round = coming()
    made = unseal(round)
    seal = seal_round(Round.objects.get(pk=round.pk), by=make_staff())
    Round.objects.filter(pk=round.pk).update(opens_at=made.at)
    Unsealing.objects.bulk_create(
        [
            Unsealing(
                round=round, pool=seal.pool, commitment=seal.commitment, sealed_by=seal.by,
                sealed_at=seal.at, reason=REASON, by=make_user(), at=made.at,
            )
        ]
    )  # fmt: skip
    assert not Unsealing.objects.filter(commitment=seal.commitment, at__lt=F("round__opens_at")).exists()
    with pytest.raises(IntegrityError, match="is final"), transaction.atomic():
        RoundSeal.objects.filter(pk=seal.pk).delete()


@pytest.mark.parametrize(
    "act", ["DELETE FROM contests_roundseal", "UPDATE contests_roundseal SET parts = 60"]
)
def test_the_database_refuses_what_no_unsealing_stands_for(act: str) -> None:
    coming()
    with pytest.raises(IntegrityError, match="is final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    other = coming()
    unseal(other)
    with pytest.raises(IntegrityError, match="is final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert RoundSeal.objects.count() == 1


@pytest.mark.parametrize(
    "act", ["DELETE FROM contests_unsealing", "UPDATE contests_unsealing SET reason = ''"]
)
def test_the_history_is_final(act: str) -> None:
    unseal(coming())
    with pytest.raises(IntegrityError, match="is final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


# --- Races --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_unsealings_at_once_make_one() -> None:
    round = coming()
    people = [make_staff() for _ in range(10)]
    found = race(10, lambda i: unseal(round, by=people[i]))
    assert Unsealing.objects.count() == 1
    assert sum(isinstance(one, Unsealing) for one in found) == 1
    assert sum(isinstance(one, NotNow) for one in found) == 9
    assert AuditEvent.objects.filter(verb="unsealed round").count() == 1


@pytest.mark.django_db(transaction=True)
def test_sealing_and_unsealing_at_once_come_one_after_the_other() -> None:
    round = coming()
    people = [make_staff() for _ in range(8)]

    def act(i: int) -> object:
        if i % 2:
            return unseal(round, by=people[i])
        return seal_round(Round.objects.get(pk=round.pk), by=people[i])

    found = race(8, act)
    assert all(isinstance(one, RoundSeal | Unsealing | DomainError) for one in found), found
    sealed = AuditEvent.objects.filter(verb="sealed round").count()
    assert sealed - Unsealing.objects.count() == RoundSeal.objects.count()
    # A pool is only there for a seal that stood.
    assert SealedPool.objects.count() == sealed


def held_open(round: Round, unsealed: threading.Event, go_on: threading.Event, by: User) -> None:
    try:
        with transaction.atomic():
            unseal(round, by=by)
            unsealed.set()
            go_on.wait(20)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_no_paper_is_drawn_from_a_seal_that_is_being_broken_as_the_round_opens() -> None:
    """The unsealing was in time and commits late: a start in between waits for it and finds no seal."""
    round = coming(timedelta(seconds=2))
    entry, chief = make_entry(round.contest), make_staff()
    unsealed, go_on = threading.Event(), threading.Event()
    found: list[object] = []

    def start() -> None:
        try:
            found.append(start_attempt(entry, round))
        except DomainError as error:
            found.append(error)
        finally:
            connection.close()

    breaking = threading.Thread(target=held_open, args=(round, unsealed, go_on, chief))
    breaking.start()
    assert unsealed.wait(20)
    while database_now() < round.opens_at:
        time.sleep(0.05)
    starting = threading.Thread(target=start)
    starting.start()
    starting.join(1)
    assert starting.is_alive(), found  # it waits for the seal's row
    go_on.set()
    breaking.join()
    starting.join()
    assert [str(error) for error in found] == ["Vòng thi chưa sẵn sàng. Vui lòng quay lại sau."]
    assert not Attempt.objects.exists()
    assert not RoundSeal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_start_that_was_first_keeps_its_seal() -> None:
    """The other way round: the unsealing waits for the start, and then finds its paper."""
    round = coming()
    opened(round)
    entry, chief = make_entry(round.contest), make_staff()
    found: list[object] = []

    def late() -> None:
        try:
            found.append(unseal(round, by=chief))
        except DomainError as error:
            found.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        start_attempt(entry, round)
        # Only the paper stands in the way.
        Round.objects.filter(pk=round.pk).update(opens_at=round.opens_at)
        breaking = threading.Thread(target=late)
        breaking.start()
        breaking.join(0.5)
    breaking.join()
    assert [str(error) for error in found] == ["Đã có người vào thi nên không mở niêm phong đề được nữa."]
    assert RoundSeal.objects.count() == 1
