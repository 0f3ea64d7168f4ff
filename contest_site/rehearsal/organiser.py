"""The two organisers after the round, on the admin's own pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.urls import reverse

from contest_site.accounts.models import User
from contest_site.rehearsal.browser import Browser, Form, StoppedError, UnexpectedPageError
from contests.models import Round
from prizes.progress import Progress, Step

WORKERS_WAIT = 300.0  # seconds for the workers to finish, rank or render; generous, for one busy core


class Organiser:
    """One organiser's browser, logged in through the site's own page."""

    def __init__(self, site: str, user: User, password: str, stop: threading.Event) -> None:
        self.user = user
        self.browser = Browser(site, stop)
        form = self.browser.get(reverse("account_login")).form(field="password")
        self.browser.submit(form, {"login": user.username, "password": password})

    def step(self, round: Round, step: Step, **typed: str) -> None:
        """One step of the close-of-round page: look at what will happen, then do it."""
        path = reverse("admin:prizes_step", args=[round.pk, step.value])
        self._act(round, self.browser.get(path).form(field="run"), typed)

    def order_tie(self, round: Round, rank: int) -> None:
        """Give the people of one rank the order of the page: a jury's decision, made up."""
        path = reverse("admin:prizes_tie", args=[round.pk, rank])
        form = self.browser.get(path).form(field="grounds")
        places = [name for name in form.values if name.startswith("place_")]
        typed = {name: str(place) for place, name in enumerate(places, 1)}
        self._act(round, form, {**typed, "grounds": "Tổng duyệt: sắp theo thứ tự của danh sách."})

    def _act(self, round: Round, form: Form, typed: dict[str, str]) -> None:
        page = self.browser.submit(form, typed)
        if page.path != reverse("admin:prizes_round", args=[round.pk]):
            raise UnexpectedPageError(f"{page.path}: the step was refused; {page.hint}")

    def close(self) -> None:
        self.browser.close()


def next_step(round: Round) -> Step:
    """What the close-of-round page says comes next; looked up anew."""
    fresh = Round.objects.select_related("contest", "closing").get(pk=round.pk)
    return Progress(fresh).next


def settle_ties(round: Round, organiser: Organiser) -> int:
    """Decide every tie across a prize boundary; how many there were."""
    decided = 0
    while next_step(round) is Step.TIES:
        proposal = Progress(Round.objects.select_related("contest").get(pk=round.pk)).proposal
        assert proposal is not None
        organiser.order_tie(round, proposal.undecided[0].rank)
        decided += 1
    return decided


def wait_while(
    round: Round,
    steps: set[Step],
    stop: threading.Event,
    check: Callable[[], None],
    seconds: float = WORKERS_WAIT,
) -> Step:
    """Wait for the workers until the round is past `steps`; `check` raises when a server died."""
    end = time.monotonic() + seconds
    while (step := next_step(round)) in steps:
        check()
        if stop.is_set():
            raise StoppedError
        if time.monotonic() > end:
            raise UnexpectedPageError(f"after {seconds:.0f} s the round still waits: {step.label}")
        time.sleep(0.3)
    return step
