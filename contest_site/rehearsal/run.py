"""The rehearsal from the first sign-up to the last certificate, step by step, with what went wrong."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from contest_site.accounts.contact import read_contact
from contest_site.lib.clock import database_now
from contest_site.rehearsal import checks, site, stage
from contest_site.rehearsal.browser import StoppedError
from contest_site.rehearsal.codes import Codes
from contest_site.rehearsal.contestant import Contestant, Outcome, Scene
from contest_site.rehearsal.organiser import Organiser, next_step, settle_ties, wait_while
from contest_site.rehearsal.people import PERFECT, Person, make_people
from contest_site.rehearsal.site import Site
from contest_site.rehearsal.stage import Stage
from contests.enums import PredictionTarget
from prizes.models import Certificate, StandingsRun
from prizes.progress import Step
from prizes.queries import newest_run

# A person's whole way costs about 25 pages; more than this each means that something hangs.
SECONDS_EACH = 15.0
SECONDS_AT_LEAST = 180.0


@dataclass
class Report:
    """What happened; the JSON file holds exactly these, `errors` as their number."""

    plan: str
    contestants: int = 0
    attempts: int = 0
    answers_saved: int = 0
    errors: list[str] = field(default_factory=list)
    ranked: int = 0
    awards: int = 0
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
    """`say` is told each step's name as it begins, `progress` each contestant who is done."""

    def __init__(self, options: Options, *, say: Callable[[str], None], progress: Callable[[], None]) -> None:
        self.options = options
        self.say = say
        self.progress = progress
        self.stop = threading.Event()
        self.report = Report(options.plan)
        self.stage: Stage | None = None
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
                stage.switch_off(self._staff)
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
            self._contest(server, self.stage)

    def _contest(self, server: Site, on: Stage) -> None:
        with self._step("Người dự thi đăng ký và làm bài"):
            outcomes = self._contestants(server, on)
        secretary = Organiser(server.url, on.secretary, on.password, self.stop)
        chair = Organiser(server.url, on.chair, on.password, self.stop)
        try:
            run = self._close(server, on, secretary, outcomes)
            self._award(server, on, secretary, chair, run)
        finally:
            secretary.close()
            chair.close()
        with self._step("Báo cáo của đơn vị"):
            self.report.report_rows, wrong = checks.read_report(server.url, on, run, self.stop)
            self.report.errors += wrong
            self.report.errors += checks.wrong_for_other_officer(server.url, on, self.stop)
        with self._step("Bảng vinh danh và kiểm tra giấy chứng nhận"):
            self.report.errors += checks.wrong_public_pages(server.url, on, run, self.stop)

    # --- People
    def _contestants(self, server: Site, on: Stage) -> list[Outcome]:
        count = self.options.contestants
        today = timezone.localdate(database_now())
        people = make_people(
            count, self.options.seed, today=today, is_free=stage.phone_is_free, password=on.password
        )
        scene = self._scene(server, on, count)
        outcomes: list[Outcome] = []
        limit = threading.Timer(max(SECONDS_AT_LEAST, SECONDS_EACH * count), self.stop.set)
        limit.daemon = True
        limit.start()
        try:
            with ThreadPoolExecutor(self.options.concurrency) as pool:
                try:
                    futures = {pool.submit(self._one, person, scene, outcomes): person for person in people}
                    for future in as_completed(futures):
                        if error := future.exception():
                            person = futures[future]
                            self.report.errors.append(
                                f"{person.full_name} ({person.habit.value}): {describe(error)}"
                            )
                        self.progress()
                        server.children.check()
                except BaseException:
                    self.stop.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        finally:
            limit.cancel()
        self.report.contestants = len(people)
        self.report.answers_saved = sum(outcome.saved for outcome in outcomes)
        return outcomes

    def _one(self, person: Person, scene: Scene, outcomes: list[Outcome]) -> None:
        contestant = Contestant(person, scene)
        try:
            contestant.run()
        finally:
            outcomes.append(contestant.outcome)
            # The thread's own connection, opened to mark the account.
            connection.close()

    def _scene(self, server: Site, on: Stage, count: int) -> Scene:
        target = on.round.prediction_target
        percent = target == PredictionTarget.ALL_RIGHT_PERCENT
        truth = {
            PredictionTarget.ALL_RIGHT: count * PERFECT,
            PredictionTarget.ALL_RIGHT_PERCENT: 100 * PERFECT,
        }.get(PredictionTarget(target), float(count))
        return Scene(
            site=server.url,
            slug=on.contest.slug,
            round=on.round.number,
            attempts_allowed=on.round.attempts_allowed,
            units=on.units,
            keys=on.keys,
            predictions=(truth * 0.5, min(truth * 1.5, 100.0) if percent else truth * 1.5),
            decimal=percent,
            codes=Codes(server.code_file),
            stop=self.stop,
            signed_up=lambda person: stage.mark(person, read_contact(person.phone).value),
        )

    # --- Organisers
    def _close(self, server: Site, on: Stage, secretary: Organiser, outcomes: list[Outcome]) -> StandingsRun:
        with self._step("Đóng vòng thi và xếp hạng"):
            secretary.step(on.round, Step.CLOSE, reason="Tổng duyệt đã thi xong.")
            self._wait(server, on, {Step.FINISH, Step.RANK})
        with self._step("Đối chiếu bài thi đã lưu"):
            self.report.errors += checks.wrong_attempts(outcomes)
        run = newest_run(on.round)
        assert run is not None
        self.report.attempts, self.report.ranked = run.attempts, run.ranked
        return run

    def _award(
        self, server: Site, on: Stage, secretary: Organiser, chair: Organiser, run: StandingsRun
    ) -> None:
        with self._step("Rà soát, phê duyệt, nhập quyết định, công bố"):
            settle_ties(on.round, secretary)
            secretary.step(on.round, Step.REVIEW, note="Tổng duyệt.")
            chair.step(on.round, Step.APPROVE)
            today = f"{timezone.localdate(database_now()):%d/%m/%Y}"
            secretary.step(on.round, Step.DECIDE, number="00/QĐ-TONGDUYET", signed_on=today)
            secretary.step(on.round, Step.PUBLISH)
        with self._step("Tạo giấy chứng nhận"):
            self._wait(server, on, {Step.RENDER})
            if (last := next_step(on.round)) is not Step.DONE:
                self.report.errors.append(f"Vòng thi chưa xong: {last.label}")
        self.report.awards = run.awards.count()
        self.report.certificates = Certificate.objects.filter(award__run=run, file__isnull=False).count()
        self.report.errors += checks.wrong_awards(run)

    def _wait(self, server: Site, on: Stage, steps: set[Step]) -> None:
        wait_while(on.round, steps, self.stop, server.children.check)

    # --- Steps
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

    @property
    def _staff(self) -> list[Any]:
        on = self.stage
        return [on.secretary, on.chair, on.officer, on.other_officer] if on else []


def describe(error: BaseException) -> str:
    if isinstance(error, StoppedError):
        return "hết thời gian dành cho tổng duyệt"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
