"""Where a scope (a round, a whole contest) is between its end and its certificates, and what is next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from attempts.anomalies.gate import why_signals_wait
from attempts.anomalies.queries import anomalies
from attempts.models import Attempt, KeyCorrection
from contest_site.lib.clock import database_now
from contests.enums import PredictionScope
from contests.models import Contest, Round, RoundClosing
from contests.queries import RoundState, closing_of, round_state
from prizes.domain.awarding import awarded, propose_awards
from prizes.domain.persons import rounds_needed
from prizes.domain.proposals import Proposal
from prizes.domain.ranking import is_current
from prizes.models import StandingsRun
from prizes.queries import approval_of, decided_since, newest_run, newest_runs, papers_of, review_of
from prizes.scope import Scope


class Step(models.TextChoices):
    """What is to be done next; the value is the step's address."""

    WAIT = "cho", _("Chờ đến giờ mở vòng thi")
    ROUNDS = "cho-cac-vong", _("Chờ các vòng thi kết thúc")
    CLOSE = "dong", _("Đóng vòng thi")
    FINISH = "ket-thuc", _("Hệ thống kết thúc các bài thi còn dở")
    SIGNALS = "bat-thuong", _("Kết luận về dấu hiệu bất thường")
    KEYS = "dap-an", _("Quyết định về sửa đáp án")
    RANK = "xep-hang", _("Xếp hạng")
    TIES = "dong-hang", _("Sắp thứ tự đồng hạng")
    REVIEW = "ra-soat", _("Rà soát")
    APPROVE = "phe-duyet", _("Phê duyệt")
    DECIDE = "quyet-dinh", _("Nhập quyết định")
    PUBLISH = "cong-bo", _("Công bố")
    RENDER = "giay-chung-nhan", _("Tạo giấy chứng nhận")
    DONE = "xong", _("Đã hoàn thành")


@dataclass
class Progress:
    """A scope, its newest run and what follows; every part is looked up once, when asked for."""

    scope: Scope

    @property
    def contest(self) -> Contest:
        return self.scope.contest

    @property
    def round(self) -> Round | None:
        return self.scope.round

    @cached_property
    def rounds(self) -> list[Round]:
        return self.scope.rounds()

    @cached_property
    def now(self) -> datetime:
        return database_now()

    @cached_property
    def closings(self) -> list[RoundClosing]:
        """The records that the scope's rounds were closed."""
        return [closing for closing in map(closing_of, self.rounds) if closing]

    @property
    def is_closed(self) -> bool:
        return len(self.closings) == len(self.rounds)

    @property
    def closing(self) -> RoundClosing | None:
        """The closing after which the scope can be ranked: that of its last round."""
        return max(self.closings, key=lambda one: one.at, default=None) if self.is_closed else None

    @property
    def closes_at(self) -> datetime:
        """When the plan ends what the ranking needs."""
        return max(round.closes_at for round in self.needed)

    @cached_property
    def needed(self) -> list[Round]:
        """The rounds that must be over for the ranking: more than one's own where a prediction says so."""
        whole = self.round and self.round.prediction_scope == PredictionScope.CONTEST
        return rounds_needed(self.scope) if whole else self.rounds

    @cached_property
    def open_attempts(self) -> int:
        return Attempt.objects.filter(round__in=self.needed, submitted_at=None).count()

    @cached_property
    def run(self) -> StandingsRun | None:
        return newest_run(self.scope)

    @cached_property
    def proposal(self) -> Proposal | None:
        if self.run is None:
            return None
        # Once approved, what was awarded stands, whatever the plan says since.
        return awarded(self.run) if approval_of(self.run) else propose_awards(self.run)

    @cached_property
    def papers(self) -> tuple[int, int]:
        """Certificates of the run: how many have their PDF, how many there are."""
        return papers_of([self.run]).get(self.run.pk, (0, 0)) if self.run else (0, 0)

    @cached_property
    def waiting_signals(self) -> list[tuple[Round, str]]:
        """Rounds whose signals keep the result from being approved, each with what is to be done."""
        found = [(round, why_signals_wait(round)) for round in self.rounds]
        return [(round, why) for round, why in found if why]

    @cached_property
    def waiting_corrections(self) -> int:
        """Proposed corrections of the key that nobody has decided."""
        return KeyCorrection.objects.filter(round__in=self.rounds, decision=None).count()

    @cached_property
    def is_behind(self) -> bool:
        """Whether a judgement or nomination since the newest version would rank or award otherwise.

        Ranking anew to find out takes long, so it is done only where there was one.
        """
        run = self.run
        return run is not None and decided_since(run) and not is_current(run)

    @cached_property
    def next(self) -> Step:
        if not self.is_closed:
            return self._before_close()
        if self.run is None or hasattr(self.run, "returned"):
            if any(closing_of(round) is None for round in self.needed):
                return Step.ROUNDS
            return Step.FINISH if self.open_attempts else Step.RANK
        return self._after_ranking(self.run)

    def _before_close(self) -> Step:
        if self.round is None:
            return Step.ROUNDS
        opened = round_state(self.round, self.now) is not RoundState.NOT_OPEN
        return Step.CLOSE if opened else Step.WAIT

    def _after_ranking(self, run: StandingsRun) -> Step:
        if review_of(run) is None:
            return self._before_review()
        if approval_of(run) is None:
            return Step.APPROVE
        if not hasattr(run, "decision"):
            return Step.DECIDE
        if not hasattr(run, "publication"):
            return Step.PUBLISH
        made, wanted = self.papers
        return Step.RENDER if made < wanted else Step.DONE

    def _before_review(self) -> Step:
        """What has to be known before anybody can say that the awards are right."""
        if self.waiting_signals:
            return Step.SIGNALS
        if self.waiting_corrections:
            return Step.KEYS
        if self.is_behind:
            return Step.RANK
        return Step.TIES if self.proposal and self.proposal.undecided else Step.REVIEW

    @classmethod
    def of_all(cls, scopes: Mapping[Scope, Sequence[Round]]) -> list[Progress]:
        """Many scopes at once, each with its rounds (`closing` selected): runs and papers in a query each."""
        runs = {Scope.of_run(run): run for run in newest_runs(scopes)}
        papers = papers_of(runs.values())
        found = [cls(scope) for scope in scopes]
        for progress in found:
            run = runs.get(progress.scope)
            progress.__dict__ |= {
                "rounds": list(scopes[progress.scope]),
                "run": run,
                "papers": papers.get(run.pk, (0, 0)) if run else (0, 0),
            }
        return found

    @classmethod
    def at_a_glance(cls, scopes: Mapping[Scope, Sequence[Round]]) -> list[Progress]:
        """Like `of_all`, for a list: with what waits before the review, counted once for all.

        Five queries; the contests come with their rounds. Whether a scan is missing, a judgement changes the
        order or a tie is open takes a look at each, and is told on the scope's own page.
        """
        found = cls.of_all(scopes)
        for progress in found:
            whole = progress.round and progress.round.prediction_scope == PredictionScope.CONTEST
            progress.__dict__["needed"] = list(progress.contest.rounds.all()) if whole else progress.rounds
        needed = {round for progress in found for round in progress.needed}
        opened = Attempt.objects.filter(round__in=needed, submitted_at=None)
        before = {
            round
            for progress in found
            if progress.run and not review_of(progress.run)
            for round in progress.rounds
        }
        unfinished = _by_round(opened, needed)
        signals = _by_round(anomalies(before).filter(conclusion=None), before)
        corrections = _by_round(KeyCorrection.objects.filter(round__in=before, decision=None), before)
        for progress in found:
            progress.__dict__ |= {
                "open_attempts": sum(unfinished.get(one.pk, 0) for one in progress.needed),
                "waiting_signals": [(one, "") for one in progress.rounds if one.pk in signals],
                "waiting_corrections": sum(corrections.get(one.pk, 0) for one in progress.rounds),
                "is_behind": False,
                "proposal": None,
            }
        return found


def _by_round(rows: models.QuerySet[Any], rounds: Collection[Round]) -> dict[int, int]:
    """How many of the rows belong to each of the rounds; no query for none."""
    return dict(rows.order_by().values_list("round").annotate(count=Count("pk"))) if rounds else {}
