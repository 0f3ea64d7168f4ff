"""The rehearsal from the first sign-up to the last certificate, step by step, with what went wrong."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from attempts.anomalies.queries import ScanState, scan_state, waiting
from contest_site.lib.clock import database_now
from contest_site.rehearsal import checks, site, stage
from contest_site.rehearsal.organiser import Organiser, progress_of, settle_ties, wait_while
from contest_site.rehearsal.people import make_people
from contest_site.rehearsal.playing import Players, describe
from contest_site.rehearsal.site import Site
from contest_site.rehearsal.stage import Stage
from contests.models import Round
from contests.queries import has_overall, tables_of
from prizes.domain.ranking import is_current
from prizes.models import Certificate, PublishedList, StandingsRun
from prizes.progress import Step
from prizes.queries import newest_run
from prizes.scope import Scope

LIST_WAIT = 120.0  # seconds for the workers to write a public list


@dataclass
class Report:
    """What happened; the JSON file holds exactly these, `errors` as their number.

    `ranked`, `awards`, `certificates` and `amount` (đồng) are sums over the contest's rounds and the whole
    contest; `unit_awards` are those among the awards that went to units.
    """

    plan: str
    rounds: int = 0
    contestants: int = 0
    attempts: int = 0
    answers_saved: int = 0
    errors: list[str] = field(default_factory=list)
    promoted: int = 0
    refused: int = 0
    ranked: int = 0
    ties: int = 0
    awards: int = 0
    unit_awards: int = 0
    amount: int = 0
    certificates: int = 0
    report_rows: int = 0
    seconds: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "errors": len(self.errors), "seconds": round(self.seconds, 1)}


@dataclass(frozen=True)
class Options:
    plan: str  # its name in the report
    path: Path
    contestants: int
    concurrency: int
    seed: int


class Rehearsal:
    """`say` is told each step's name as it begins, `expect` how many people come, `done` each one done."""

    def __init__(
        self,
        options: Options,
        *,
        say: Callable[[str], None],
        expect: Callable[[int], None],
        done: Callable[[], None],
    ) -> None:
        self.options = options
        self.say = say
        self.expect = expect
        self.done = done
        self.stop = threading.Event()
        self.report = Report(options.plan)
        self.stage: Stage | None = None
        self.runs: list[StandingsRun] = []
        # Logs, and while it runs the codes; kept only when something went wrong.
        self.folder = settings.VAR_DIR / "rehearsal" / secrets.token_hex(4)

    def run(self) -> Report:
        """Play it. A step that fails ends the rehearsal and is among the errors; only Ctrl-C is raised."""
        began = time.monotonic()
        self.folder.mkdir(parents=True)
        try:
            self._play(self.folder)
        except Exception as error:
            self.report.errors.append(f"{self._step_name}: {describe(error)}")
        finally:
            self.stop.set()
            if self.stage:
                stage.switch_off(self.stage.staff)
            # The codes open accounts; the logs say why something failed.
            (self.folder / "codes.jsonl").unlink(missing_ok=True)
            if not self.report.errors:
                shutil.rmtree(self.folder, ignore_errors=True)
            self.report.seconds = time.monotonic() - began
        return self.report

    def _play(self, folder: Path) -> None:
        with self._step("Chuẩn bị cuộc thi tổng duyệt"):
            self.stage = stage.set_up(self.options.path)
        with ExitStack() as stack:
            with self._step("Khởi động máy chủ riêng"):
                server = stack.enter_context(site.running(folder, self.options.concurrency))
            secretary, chair = (
                Organiser(server.url, user, self.stage.password, self.stop)
                for user in (self.stage.secretary, self.stage.chair)
            )
            stack.callback(secretary.close)
            stack.callback(chair.close)
            _Contest(self, server, self.stage, secretary, chair).play()

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._step_name = name
        self.say(name)
        began = time.monotonic()
        try:
            yield
        finally:
            self.report.steps.append({"name": name, "seconds": round(time.monotonic() - began, 2)})

    _step_name = "Bắt đầu"


class _Contest:
    """One contest on its server, round after round."""

    def __init__(
        self, rehearsal: Rehearsal, server: Site, on: Stage, secretary: Organiser, chair: Organiser
    ) -> None:
        self.rehearsal = rehearsal
        self.report = rehearsal.report
        self.server = server
        self.on = on
        self.secretary = secretary
        self.chair = chair
        self.players = Players(
            self._people(),
            concurrency=rehearsal.options.concurrency,
            stop=rehearsal.stop,
            fail=self.report.errors.append,
            expect=rehearsal.expect,
            done=rehearsal.done,
        )

    def _people(self) -> list[Any]:
        options = self.rehearsal.options
        return list(
            make_people(
                options.contestants,
                options.seed,
                today=timezone.localdate(database_now()),
                is_free=stage.phone_is_free,
                password=self.on.password,
            )
        )

    def play(self) -> None:
        self.report.rounds = len(self.on.rounds)
        self.report.contestants = len(self.players.people)
        for round in self.on.rounds:
            self._round(round)
        if has_overall(self.on.contest):
            self._results(Scope.of_contest(self.on.contest))
        self._look()

    def _round(self, round: Round) -> None:
        scope = Scope.of_round(round)
        if round != self.on.rounds[0]:
            if round.promotes_from_id:
                with self._step("Chọn người vào vòng sau", scope):
                    self.report.promoted += self.secretary.promote(round)
            stage.open_next(self.on, round)
        with self._step("Người dự thi đăng ký và làm bài", scope):
            self.players.play(self.server, self.on, round)
        with self._step("Đóng vòng thi", scope):
            self.secretary.step(scope, Step.CLOSE, reason="Tổng duyệt đã thi xong.")
        self._results(scope)
        with self._step("Đối chiếu bài thi đã lưu", scope):
            self.report.errors += checks.wrong_attempts(self.players.outcomes.values())
            self.report.errors += checks.wrong_takers(round)

    # --- Organisers
    def _results(self, scope: Scope) -> None:
        with self._step("Xếp hạng", scope):
            self._rank(scope)
        with self._step("Rà soát, phê duyệt, nhập quyết định, công bố", scope):
            self.secretary.nominate(scope)
            self._rank_again(scope, "Tổng duyệt: đã đề nghị trao giải.")
            self.report.ties += settle_ties(scope, self.secretary)
            self.secretary.step(scope, Step.REVIEW, note="Tổng duyệt.")
            self.chair.step(scope, Step.APPROVE)
            today = f"{timezone.localdate(database_now()):%d/%m/%Y}"
            self.secretary.step(scope, Step.DECIDE, number="00/QĐ-TONGDUYET", signed_on=today)
            self.secretary.step(scope, Step.PUBLISH)
        if tables_of(scope.contest, scope.round).exists():
            with self._step("Tạo giấy chứng nhận", scope):
                self._wait(scope, {Step.RENDER})
        if (last := progress_of(scope).next) is not Step.DONE:
            self.report.errors.append(f"{scope.name} chưa xong: {last.label}")
        run = newest_run(scope)
        assert run is not None
        self._count(run)
        self.report.errors += checks.wrong_awards(run)
        if scope.round:
            self._wait_for_list(scope, run)

    def _wait_for_list(self, scope: Scope, run: StandingsRun) -> None:
        """Written before the next round opens: moving the plan moves the windows that the list speaks of."""
        waited = time.monotonic()
        while not PublishedList.objects.filter(run=run).exists():
            self.server.children.check()
            if self.rehearsal.stop.is_set() or time.monotonic() - waited > LIST_WAIT:
                self.report.errors.append(f"{scope.name}: chưa có danh sách công khai")
                return
            time.sleep(0.3)

    def _receipts(self, run: StandingsRun) -> list[str]:
        """A few of those that people of the run hold."""
        attempts = {str(pk) for pk in run.rows.values_list("attempt", flat=True)}
        sittings = (sitting for one in self.players.outcomes.values() for sitting in one.sittings)
        mine = [one.receipt for one in sittings if one.attempt in attempts and one.receipt]
        return mine[: checks.CHECKED]

    def _rank(self, scope: Scope) -> None:
        """A closed round is ranked by the workers; the whole contest by its organisers, unless it has been.

        A site's own schedule may have ranked it before the prizes of the last round were given.
        """
        if scope.round is not None:
            self._wait(scope, {Step.FINISH})
            self._signals(scope.round)
            self._wait(scope, {Step.FINISH, Step.RANK})
            return
        self._wait(scope, {Step.ROUNDS, Step.FINISH})
        self._rank_again(scope, "Tổng duyệt: mọi vòng thi đã trao giải.")

    def _signals(self, round: Round) -> None:
        """What a rehearsal's papers look like is looked for and cleared, as of any round."""
        self.secretary.look_for_signals(round)
        waited = time.monotonic()
        while (state := scan_state(round)) is ScanState.WAITS:
            self.server.children.check()
            if self.rehearsal.stop.is_set() or time.monotonic() - waited > LIST_WAIT:
                break
            time.sleep(0.3)
        if state is not ScanState.DONE:
            self.report.errors.append(f"{round.name}: chưa tìm được dấu hiệu bất thường")
        elif waiting(round):
            self.secretary.clear_signals(round)

    def _rank_again(self, scope: Scope, reason: str) -> None:
        """Unless the standings are those of now."""
        run = newest_run(scope)
        if run is None or not is_current(run):
            self.secretary.step(scope, Step.RANK, reason=reason)

    def _count(self, run: StandingsRun) -> None:
        self.rehearsal.runs.append(run)
        awards = list(run.awards.all())
        self.report.attempts += run.attempts if run.round_id else 0
        self.report.ranked += run.ranked
        self.report.awards += len(awards)
        self.report.unit_awards += sum(award.unit_id is not None for award in awards)
        self.report.amount += sum(award.amount for award in awards)
        self.report.certificates += Certificate.objects.filter(award__run=run, file__isnull=False).count()

    def _look(self) -> None:
        """The finished contest as officers and the public see it."""
        outcomes = self.players.outcomes.values()
        self.report.answers_saved = sum(outcome.saved for outcome in outcomes)
        self.report.refused = self.players.refused
        runs, stop, url = self.rehearsal.runs, self.rehearsal.stop, self.server.url
        self.report.errors += checks.wrong_limits(self.on.contest)
        if self.report.awards:
            amount = self.report.amount
            self.report.errors += checks.wrong_budget(self.secretary.browser, self.on.contest, amount)
        with self._step("Báo cáo của đơn vị"):
            self.report.report_rows, wrong = checks.read_report(url, self.on, outcomes, stop)
            self.report.errors += wrong
            self.report.errors += checks.wrong_for_other_officer(url, self.on, stop)
        with self._step("Danh sách công khai và mã biên nhận"):
            # That of the whole contest speaks of windows that have been moved since.
            for run in runs:
                if run.round_id:
                    self.report.errors += checks.wrong_list(url, run, self._receipts(run), stop)
        with self._step("Bảng vinh danh và kiểm tra giấy chứng nhận"):
            self.report.errors += checks.wrong_public_pages(url, self.on, runs, stop)

    def _wait(self, scope: Scope, steps: set[Step]) -> None:
        wait_while(scope, steps, self.rehearsal.stop, self.server.children.check)

    @contextmanager
    def _step(self, name: str, scope: Scope | None = None) -> Iterator[None]:
        """A step of the report; where there are several rounds it says of which."""
        named = f"{scope.name}: {name[0].lower()}{name[1:]}" if scope and len(self.on.rounds) > 1 else name
        with self.rehearsal._step(named):
            yield
