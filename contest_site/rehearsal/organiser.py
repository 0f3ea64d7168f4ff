"""The two organisers after each round, on the admin's own pages."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping

from django.urls import reverse

from attempts.anomalies.links import queue_url
from contest_site.accounts.models import User
from contest_site.rehearsal.browser import Browser, Form, StoppedError, UnexpectedPageError
from contests.enums import AwardMethod
from contests.models import Prize, Promotion, Round
from contests.queries import tables_of
from prizes.domain.proposals import BoundaryTie
from prizes.progress import Progress, Step
from prizes.scope import Scope

# The end of a path to the people of a unit who are equal at its last place: unit and rank.
TIE = re.compile(r"\d+/\d+/")
REPORT = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
Typed = Mapping[str, str] | Callable[[Form], dict[str, str]]
WORKERS_WAIT = 300.0  # seconds for the workers to finish, rank or render; generous, for one busy core


class Organiser:
    """One organiser's browser, logged in through the site's own page."""

    def __init__(self, site: str, user: User, password: str, stop: threading.Event) -> None:
        self.user = user
        self.browser = Browser(site, stop)
        form = self.browser.get(reverse("account_login")).form(field="password")
        self.browser.submit(form, {"login": user.username, "password": password})

    def step(self, scope: Scope, step: Step, **typed: str) -> None:
        """One step of the close-of-round page: look at what will happen, then do it."""
        path = reverse("admin:prizes_step", args=[scope, step.value])
        self._act(scope, self.browser.get(path).form(field="run"), typed)

    def order_tie(self, scope: Scope, tie: BoundaryTie) -> None:
        """Give the people or units of one rank the order of the page: a jury's decision, made up."""
        block = tie.block.pk if tie.block else 0
        path = reverse("admin:prizes_tie", args=[scope, tie.table.pk, block, tie.rank])
        self._act(scope, self.browser.get(path).form(field="grounds"), in_the_order_of_the_page)

    def look_for_signals(self, round: Round) -> None:
        """Have a worker look the closed round through."""
        path = reverse("admin:attempts_anomaly_scan", args=[round.pk])
        self.browser.submit(self.browser.get(queue_url(round)).form(action=path))

    def clear_signals(self, round: Round) -> None:
        """Say of every signal that waits that it changes nothing, all at once."""
        path = reverse("admin:attempts_anomaly_decide", args=[round.pk])
        form = self.browser.get(queue_url(round)).form(action=path)
        form = self.browser.submit(form, {"tat-ca": "1"}).form(field="conclusion")
        typed = {"conclusion": "no_effect", "grounds": "Tổng duyệt: bài thi do hệ thống làm."}
        page = self.browser.submit(form, typed)
        if page.path != queue_url(round):
            raise UnexpectedPageError(f"{page.path}: the verdict was refused; {page.hint}")

    def nominate(self, scope: Scope) -> None:
        """Name the first that the page offers, for every prize that is given without a ranking."""
        done = reverse("admin:prizes_nominations", args=[scope])
        tables = tables_of(scope.contest, scope.round).filter(method=AwardMethod.CHOSEN)
        for prize in Prize.objects.filter(table__in=tables).order_by("table__number", "position"):
            path = reverse("admin:prizes_nominate", args=[scope, prize.pk])
            offered = self.browser.get(path).form(field="holder").options("holder")
            for holder in offered[: prize.quantity]:
                form = self.browser.get(path).form(field="holder")
                typed = {"holder": holder, "grounds": "Tổng duyệt: theo báo cáo của đơn vị."}
                page = self.browser.submit(form, typed, files={"report": ("bao-cao.pdf", REPORT)})
                if page.path != done:
                    raise UnexpectedPageError(f"{page.path}: the nomination was refused; {page.hint}")

    def promote(self, final: Round) -> int:
        """Choose who goes on to the final, with one who withdraws; how many there are in the end."""
        path = reverse("admin:prizes_promotions", args=[final])
        self.browser.submit(self.browser.get(path).form(action=path))
        self._order_promotion_ties(path)
        withdrawals = self.browser.get(path).links(f"{path}rut/")
        if withdrawals:
            form = self.browser.get(withdrawals[0]).form(field="grounds")
            page = self.browser.submit(form, {"grounds": "Tổng duyệt: có đơn xin rút."})
            if page.path != path:
                raise UnexpectedPageError(f"{page.path}: the withdrawal was refused; {page.hint}")
            self._order_promotion_ties(path)
        return Promotion.objects.filter(round=final, withdrawal=None).count()

    def _order_promotion_ties(self, path: str) -> None:
        while ties := [
            link for link in self.browser.get(path).links(path) if TIE.fullmatch(link[len(path) :])
        ]:
            form = self.browser.get(ties[0]).form(field="grounds")
            page = self.browser.submit(form, in_the_order_of_the_page(form))
            if page.path != path:
                raise UnexpectedPageError(f"{page.path}: the order was refused; {page.hint}")

    def _act(self, scope: Scope, form: Form, typed: Typed) -> None:
        page = self.browser.submit(form, typed(form) if callable(typed) else typed)
        if page.path != reverse("admin:prizes_scope", args=[scope]):
            raise UnexpectedPageError(f"{page.path}: the step was refused; {page.hint}")

    def close(self) -> None:
        self.browser.close()


def in_the_order_of_the_page(form: Form) -> dict[str, str]:
    places = [name for name in form.names if name.startswith("place_")]
    return {
        "grounds": "Tổng duyệt: sắp theo thứ tự của danh sách.",
        **{name: str(place) for place, name in enumerate(places, 1)},
    }


def progress_of(scope: Scope) -> Progress:
    """What the close-of-round page says; looked up anew."""
    return Progress(Scope(scope.contest, scope.round and Round.objects.get(pk=scope.round.pk)))


def settle_ties(scope: Scope, organiser: Organiser) -> int:
    """Decide every tie across a prize boundary; how many there were."""
    decided = 0
    while (progress := progress_of(scope)).next is Step.TIES:
        assert progress.proposal is not None
        organiser.order_tie(scope, progress.proposal.undecided[0])
        decided += 1
    return decided


def wait_while(
    scope: Scope,
    steps: set[Step],
    stop: threading.Event,
    check: Callable[[], None],
    seconds: float = WORKERS_WAIT,
) -> Step:
    """Wait for the workers until the scope is past `steps`; `check` raises when a server died."""
    end = time.monotonic() + seconds
    while (step := progress_of(scope).next) in steps:
        check()
        if stop.is_set():
            raise StoppedError
        if time.monotonic() > end:
            raise UnexpectedPageError(f"after {seconds:.0f} s the scope still waits: {step.label}")
        time.sleep(0.3)
    return step
