"""A contest's plan played through on the spot, in a transaction that is taken back: nothing of it stays.

The same acts as in a real contest, by the same functions: seal, announce, enter, start, save, submit, close,
rank, propose prizes. What it leaves out are the pages and the network; `manage.py rehearse` plays those too.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attempts.domain.saving import save_answers
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.language import in_vietnamese
from contest_site.lib.work import ask
from contest_site.preflight.subject import digest_of
from contest_site.rehearsal import stage
from contest_site.rehearsal.people import Person, make_people
from contests.domain.announcing import announce
from contests.domain.entering import EntryData, enter
from contests.domain.plans import OPEN_SINCE, shift_contest
from contests.domain.rounds import close_round, seal_round
from contests.domain.storing import store_plan
from contests.models import Contest, Entry, RehearsalRun, Round, Unit
from contests.queries import competitors, contest_units, has_overall
from contests.saved_plan import saved_plan
from prizes.domain.awarding import propose_awards
from prizes.domain.ranking import compute_standings
from prizes.scope import Scope

TASK = "contest_site.tasks.rehearse"
PEOPLE = 12
SEED = 20


@dataclass
class Played:
    """What came of it; the columns of a RehearsalRun."""

    digest: str = ""
    rounds: int = 0
    people: int = 0
    attempts: int = 0
    awards: int = 0
    faults: list[str] = field(default_factory=list)


def ask_rehearsal(contest: Contest, *, by: User) -> RehearsalRun:
    """Have a worker play the contest's plan. While one waits, that one is given."""
    with transaction.atomic():
        Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
        waiting = contest.rehearsal_runs.filter(done_at=None).first()
        if waiting:
            return waiting
        run = RehearsalRun.objects.create(contest=contest, by=by)
        ask(run, TASK)
    return run


@in_vietnamese
def rehearsed(run: RehearsalRun) -> dict[str, Any]:
    """The columns of a run that a worker plays (contest_site.lib.work.carry_out)."""
    return dict(play(run.contest, by=run.by).__dict__)


def play(contest: Contest, *, by: User) -> Played:
    """Play the contest's plan with a few people; every refusal on the way is a fault. Changes nothing."""
    plan = saved_plan(contest)
    played = Played(digest=digest_of(plan))
    with _taken_back():
        # A file is no row: it would outlive the transaction.
        plan.documents = []
        plan.contest["slug"] = f"{contest.slug[:60]}-tong-duyet-{secrets.token_hex(4)}"
        plan.shift_to(database_now().replace(second=0, microsecond=0) - OPEN_SINCE)
        try:
            copy, _created = store_plan(plan, by=by, is_rehearsal=True)
            _Play(copy, by, played).run()
        except DomainError as refusal:
            played.faults += _sentences(refusal)
    return played


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _sentences(refusal: DomainError) -> list[str]:
    return [str(refusal.message), *map(str, getattr(refusal, "reasons", []))]


class _Play:
    """One contest from its seals to the last proposal of prizes; in the caller's transaction."""

    def __init__(self, contest: Contest, by: User, played: Played) -> None:
        self.contest = contest
        self.by = by
        self.played = played
        self.dice = random.Random(SEED)

    def run(self) -> None:
        rounds = list(self.contest.rounds.select_related("contest").order_by("opens_at"))
        for one in rounds:
            seal_round(one, by=self.by)
        announce(self.contest, by=self.by)
        entries = self._entries()
        for one in rounds:
            if one.promotes_from_id is None:
                self._play(one, entries, first=one == rounds[0])
        if has_overall(self.contest) and not any(one.promotes_from_id for one in rounds):
            self._rank(Scope.of_contest(self.contest))

    def _entries(self) -> list[Entry]:
        units = self._units()
        categories = list(self.contest.categories.order_by("position", "pk"))
        today = timezone.localdate(database_now())
        people = make_people(PEOPLE, SEED, today=today, is_free=stage.phone_is_free, password="")
        self.played.people = len(people)
        return [
            enter(
                self.contest,
                by=_account(person),
                data=EntryData(
                    full_name=person.full_name,
                    unit=units[at % len(units)],
                    category=categories[at % len(categories)],
                    consented=True,
                    birth_date=today.replace(year=today.year - 40, day=1),
                    gender=person.gender,
                    phone=person.phone,
                    national_id=f"001{80 + at % 10:02d}{secrets.randbelow(10**7):07d}",
                    address=_("Khu phố 1"),
                    of_age=True,
                ),
            )
            for at, person in enumerate(people)
        ]

    def _units(self) -> Sequence[Unit]:
        """Two that compete, where units do; else the first of the area."""
        competing = {one.unit_id for one in competitors(self.contest).values()}
        units = contest_units(self.contest)
        found = units.filter(pk__in=competing) if competing else units
        return list(found.order_by("code")[:2])

    def _play(self, round: Round, entries: Sequence[Entry], *, first: bool) -> None:
        if not first:
            shift_contest(self.contest, round, by=self.by)
        for entry in entries:
            self._sit(entry, round)
        close_round(round, by=self.by, reason=_("Tổng duyệt đã thi xong."))
        self.played.rounds += 1
        self._rank(Scope.of_round(Round.objects.select_related("contest").get(pk=round.pk)))

    def _sit(self, entry: Entry, round: Round) -> None:
        attempt = start_attempt(entry, round)
        answers = {at: self.dice.choice((1, 2)) for at in range(1, len(attempt.paper) + 1)}
        half = {at: chosen for at, chosen in answers.items() if at % 2}
        save_answers(attempt.pk, entry.user_id, half)
        done = submit_attempt(attempt.pk, entry.user_id, answers)
        self.played.attempts += 1
        if not done.receipt:
            self.played.faults.append(_("Một bài thi nộp mà không có mã biên nhận."))

    def _rank(self, scope: Scope) -> None:
        run = compute_standings(scope, by=self.by, reason=_("Tổng duyệt."))
        self.played.awards += len(propose_awards(run).awards)


def _account(person: Person) -> User:
    """Nobody logs in to it, so it needs no password."""
    user = User(username=f"tong-duyet-{secrets.token_hex(8)}", full_name=person.full_name, is_rehearsal=True)
    user.set_unusable_password()
    user.save()
    return user
