"""The people of one round, so many at a time, each in a browser of their own."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager

from django.db import connection

from attempts.models import Attempt
from contest_site.accounts.contact import read_contact
from contest_site.rehearsal import stage
from contest_site.rehearsal.browser import StoppedError
from contest_site.rehearsal.codes import Codes
from contest_site.rehearsal.contestant import Contestant, Outcome, Scene
from contest_site.rehearsal.people import PERFECT, Person
from contest_site.rehearsal.site import Site
from contest_site.rehearsal.stage import Stage
from contests.enums import PredictionScope, PredictionTarget
from contests.models import Promotion, Round

# A person's whole way costs about 25 pages; more than this each means that something hangs.
SECONDS_EACH = 15.0
SECONDS_AT_LEAST = 180.0
COMES_AGAIN = 0.8  # share of people who take part in a later round that everybody may take
REFUSED = 5  # how many of those who may not take a final ask for it


class Players:
    """Everybody of a rehearsal and what each has done so far.

    Errors go to `fail`; `expect` is told how many people come, `done` each one who is done.
    """

    def __init__(
        self,
        people: Sequence[Person],
        *,
        concurrency: int,
        stop: threading.Event,
        fail: Callable[[str], None],
        expect: Callable[[int], None],
        done: Callable[[], None],
    ) -> None:
        self.people = people
        self.concurrency = concurrency
        self.stop = stop
        self.fail = fail
        self.expect = expect
        self.done = done
        self.outcomes: dict[int, Outcome] = {}
        self.refused = 0

    def play(self, server: Site, on: Stage, round: Round) -> None:
        """A round: in the first everybody joins, later ones are for who comes again or was chosen."""
        scene = self._scene(server, on, round)
        if round == on.rounds[0]:
            self._all(server, self.people, lambda person: self._join(person, scene))
            return
        chosen = self._promoted(round) if round.promotes_from_id else None
        coming = [person for person in self._joined() if self._comes(person, round, chosen)]
        self._all(server, coming, lambda person: self._again(person, scene).come_again())
        if chosen is not None:
            away = [person for person in self._joined() if person.number not in chosen][:REFUSED]
            self._all(server, away, lambda person: self._again(person, scene).be_refused())
            self.refused += len(away)

    def _joined(self) -> list[Person]:
        return [outcome.person for _, outcome in sorted(self.outcomes.items()) if outcome.sittings]

    def _comes(self, person: Person, round: Round, chosen: set[int] | None) -> bool:
        if chosen is not None:
            return person.number in chosen
        return random.Random(f"{person.seed}/{round.number}/comes").random() < COMES_AGAIN

    def _promoted(self, round: Round) -> set[int]:
        """Numbers of the people who may take this round, known by the papers that they have taken."""
        attempts = {
            sitting.attempt: number
            for number, outcome in self.outcomes.items()
            for sitting in outcome.sittings
        }
        promoted = Promotion.objects.filter(round=round, withdrawal=None).values("entry")
        found = Attempt.objects.filter(entry__in=promoted).values_list("pk", flat=True)
        return {attempts[str(pk)] for pk in found if str(pk) in attempts}

    def _join(self, person: Person, scene: Scene) -> None:
        contestant = Contestant(person, scene)
        self.outcomes[person.number] = contestant.outcome
        contestant.join()

    def _again(self, person: Person, scene: Scene) -> Contestant:
        return Contestant(person, scene, self.outcomes[person.number])

    def _all(self, server: Site, people: Sequence[Person], act: Callable[[Person], None]) -> None:
        self.expect(len(people))
        with self._limit(len(people)), ThreadPoolExecutor(self.concurrency) as pool:
            try:
                futures = {pool.submit(_apart, act, person): person for person in people}
                for future in as_completed(futures):
                    if error := future.exception():
                        person = futures[future]
                        self.fail(f"{person.full_name} ({person.habit.value}): {describe(error)}")
                    self.done()
                    server.children.check()
            except BaseException:
                self.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @contextmanager
    def _limit(self, count: int) -> Iterator[None]:
        limit = threading.Timer(max(SECONDS_AT_LEAST, SECONDS_EACH * count), self.stop.set)
        limit.daemon = True
        limit.start()
        try:
            yield
        finally:
            limit.cancel()

    def _scene(self, server: Site, on: Stage, round: Round) -> Scene:
        earlier = round.promotes_from
        return Scene(
            site=server.url,
            slug=on.contest.slug,
            round=round.number,
            twice=round.attempts_allowed > 1 and round.attempts_per_day != 1 and not round.cooldown_minutes,
            chosen_from=earlier.name if earlier else "",
            units=stage.units_played(on, len(self.people)),
            keys=stage.keys_of(round),
            predictions=_guesses(on, round, len(self.people)),
            decimal=round.prediction_target == PredictionTarget.ALL_RIGHT_PERCENT,
            codes=Codes(server.code_file),
            stop=self.stop,
            signed_up=lambda person: stage.mark(person, read_contact(person.phone).value),
        )


def _apart(act: Callable[[Person], None], person: Person) -> None:
    try:
        act(person)
    finally:
        # The thread's own connection, opened to mark the account.
        connection.close()


def _guesses(on: Stage, round: Round, people: int) -> tuple[float, float]:
    """Between which numbers people guess: around what the prediction's true answer will about be."""
    percent = round.prediction_target == PredictionTarget.ALL_RIGHT_PERCENT
    count = float(people)
    if round.prediction_scope == PredictionScope.BLOCK:
        count /= max(1, on.contest.blocks.count())
    truth = {
        PredictionTarget.ALL_RIGHT: count * PERFECT,
        PredictionTarget.ALL_RIGHT_PERCENT: 100 * PERFECT,
    }.get(PredictionTarget(round.prediction_target), count)
    return truth * 0.5, min(truth * 1.5, 100.0) if percent else truth * 1.5


def describe(error: BaseException) -> str:
    if isinstance(error, StoppedError):
        return "hết thời gian dành cho tổng duyệt"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
