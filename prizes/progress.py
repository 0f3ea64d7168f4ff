"""Where a round is between its end and its certificates, and what has to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contests.models import Round, RoundClosing
from contests.queries import RoundState, closing_of, round_state
from prizes.domain.awarding import Proposal, awards_of, propose_awards
from prizes.models import StandingsRun
from prizes.queries import approval_of, newest_run, newest_runs, papers_of, review_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User


class Step(models.TextChoices):
    """What is to be done next; the value is the step's address."""

    WAIT = "cho", _("Chờ đến giờ mở vòng thi")
    CLOSE = "dong", _("Đóng vòng thi")
    FINISH = "ket-thuc", _("Hệ thống kết thúc các bài thi còn dở")
    RANK = "xep-hang", _("Xếp hạng")
    TIES = "dong-hang", _("Sắp thứ tự người đồng hạng")
    REVIEW = "ra-soat", _("Rà soát")
    APPROVE = "phe-duyet", _("Phê duyệt")
    DECIDE = "quyet-dinh", _("Nhập quyết định")
    PUBLISH = "cong-bo", _("Công bố")
    RENDER = "giay-chung-nhan", _("Tạo giấy chứng nhận")
    DONE = "xong", _("Đã hoàn thành")


# The steps as people see them; ties belong to the review, finishing to the closing.
SHOWN = (Step.CLOSE, Step.RANK, Step.REVIEW, Step.APPROVE, Step.DECIDE, Step.PUBLISH, Step.RENDER)
_SHOWN_AS = {Step.WAIT: Step.CLOSE, Step.FINISH: Step.RANK, Step.TIES: Step.REVIEW}


@dataclass
class Progress:
    """A round, its newest run and what follows; every part is looked up once, when asked for."""

    round: Round

    @cached_property
    def now(self) -> datetime:
        return database_now()

    @cached_property
    def closing(self) -> RoundClosing | None:
        return closing_of(self.round)

    @cached_property
    def open_attempts(self) -> int:
        return Attempt.objects.filter(round=self.round, submitted_at=None).count()

    @cached_property
    def run(self) -> StandingsRun | None:
        return newest_run(self.round)

    @cached_property
    def proposal(self) -> Proposal | None:
        if self.run is None:
            return None
        proposal = propose_awards(self.run)
        # Once approved, what was awarded stands, whatever the plan says since.
        return replace(proposal, awards=awards_of(self.run)) if approval_of(self.run) else proposal

    @cached_property
    def papers(self) -> tuple[int, int]:
        """Certificates of the run: how many have their PDF, how many there are."""
        return papers_of([self.run]).get(self.run.pk, (0, 0)) if self.run else (0, 0)

    @cached_property
    def next(self) -> Step:
        if self.closing is None:
            opened = round_state(self.round, self.now) is not RoundState.NOT_OPEN
            return Step.CLOSE if opened else Step.WAIT
        if self.run is None or hasattr(self.run, "returned"):
            return Step.FINISH if self.open_attempts else Step.RANK
        return self._after_ranking(self.run)

    def _after_ranking(self, run: StandingsRun) -> Step:
        if review_of(run) is None:
            return Step.TIES if self.proposal and self.proposal.undecided else Step.REVIEW
        if approval_of(run) is None:
            return Step.APPROVE
        if not hasattr(run, "decision"):
            return Step.DECIDE
        if not hasattr(run, "publication"):
            return Step.PUBLISH
        made, wanted = self.papers
        return Step.RENDER if made < wanted else Step.DONE

    @classmethod
    def of_all(cls, rounds: Sequence[Round]) -> list[Progress]:
        """Many rounds at once (with `closing` selected): their runs and papers in one query each."""
        runs = {run.round_id: run for run in newest_runs(rounds)}
        papers = papers_of(runs.values())
        found = [cls(round) for round in rounds]
        for progress in found:
            run = runs.get(progress.round.pk)
            progress.__dict__ |= {"run": run, "papers": papers.get(run.pk, (0, 0)) if run else (0, 0)}
        return found

    @property
    def track(self) -> list[tuple[Step, str, User | None, datetime | None]]:
        """(step, "done" | "now" | "later", who, when) for each step shown."""
        at = _SHOWN_AS.get(self.next, self.next)
        place = len(SHOWN) if at is Step.DONE else SHOWN.index(at)
        return [
            (step, "done" if index < place else "now" if index == place else "later", *self._who(step))
            for index, step in enumerate(SHOWN)
        ]

    def _who(self, step: Step) -> tuple[User | None, datetime | None]:
        run = self.run
        if step is Step.CLOSE:
            return (self.closing.by, self.closing.at) if self.closing else (None, None)
        if run is None or hasattr(run, "returned"):
            return None, None
        if step is Step.RANK:
            return run.by, run.at
        name = {
            Step.REVIEW: "review",
            Step.APPROVE: "approval",
            Step.DECIDE: "decision",
            Step.PUBLISH: "publication",
        }.get(step)
        made = getattr(run, name, None) if name else None
        return (made.by, made.at) if made else (None, None)
