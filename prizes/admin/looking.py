"""The pages of results that change nothing: the list, a scope's page, and its standings."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contests.models import Contest, Round
from contests.queries import announced_contests
from prizes.admin.nominations import SEE, chosen_prizes
from prizes.admin.pages import page, rows_from
from prizes.admin.promotions import finals_of
from prizes.admin.scopes import Address, check, progress_at, run_at, scope_at
from prizes.admin.steps import APPROVE, RETURN, SETTLE, STEPS, offered
from prizes.admin.units import unit_summaries
from prizes.domain.proposals import ProposedAward, Section
from prizes.facts import predicts, refused, true_answers
from prizes.measures import basis, cells, headings
from prizes.progress import Progress, Step
from prizes.queries import certificates_of, contests_with_overall, runs_in_force, runs_of
from prizes.scope import Scope

LISTED_CONTESTS = 50


def list_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The latest announced contests: each round, then the whole contest where it has standings."""
    check(request)
    contests = list(
        announced_contests()
        .order_by("-closes_at", "-pk")
        .prefetch_related(
            Prefetch("rounds", Round.objects.select_related("contest", "closing").order_by("number"))
        )[:LISTED_CONTESTS]
    )
    overall = contests_with_overall(contests)
    scopes: dict[Scope, list[Round]] = {}
    for contest in contests:
        rounds = list(contest.rounds.all())
        scopes |= {Scope.of_round(round): [round] for round in rounds}
        if contest.pk in overall:
            scopes[Scope.of_contest(contest)] = rounds
    lines: dict[Contest, list[Progress]] = {contest: [] for contest in contests}
    for progress in Progress.of_all(scopes):
        lines[progress.contest].append(progress)
    return page(request, site, "list", _("Kết quả"), lines=lines.items())


def scope_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """The close-of-round page: the next step on top, then what it rests on."""
    check(request)
    progress = progress_at(address)
    run = progress.run
    next_page = STEPS.get(progress.next.value)
    steps = offered(progress)
    return page(
        request,
        site,
        "scope",
        progress.scope.name,
        progress=progress,
        scope=progress.scope,
        run=run,
        proposal=progress.proposal,
        sections=_sections(progress),
        predicts=run is not None and predicts(run),
        answers=true_answers(run) if run else [],
        refused=refused(run) if run else {},
        certificates=certificates_of(run) if run else [],
        versions=runs_of(progress.scope),
        next_page=next_page,
        may_next=next_page is not None and request.user.has_perm(next_page.permission),
        may_settle=request.user.has_perm(SETTLE),
        own_review=bool(run and progress.next is Step.APPROVE and run.review.by_id == request.user.pk),
        again=Step.RANK.value in steps and progress.next is not Step.RANK,
        back=RETURN in steps and request.user.has_perm(APPROVE),
        units=unit_summaries(run) if run else [],
        chosen=chosen_prizes(progress.scope) if request.user.has_perm(SEE) else [],
        finals=finals_of(progress.round, run),
        not_approved=_rounds_without_approval(progress),
        budget=progress.proposal.budget if progress.proposal else 0,
    )


def _rounds_without_approval(progress: Progress) -> list[Round]:
    """Rounds whose awards do not count for the whole contest yet."""
    if progress.round or not progress.is_closed:
        return []
    approved = set(runs_in_force(progress.contest).values_list("round_id", flat=True))
    return [round for round in progress.rounds if round.pk not in approved]


def table_page(site: AdminSite, request: HttpRequest, address: Address, version: int) -> HttpResponse:
    """The individual standings of one version with every input of the order."""
    check(request)
    scope = scope_at(address)
    run = run_at(scope, version)
    rows, more = rows_from(run, request)
    title = _("Bảng xếp hạng, phiên bản %(version)d") % {"version": version}
    return page(
        request,
        site,
        "table",
        title,
        scope=scope,
        run=run,
        rows=rows,
        more=more,
        predicts=predicts(run),
        answers=true_answers(run),
    )


@dataclass(frozen=True)
class SectionView:
    """A section of the awards with the cells of its table."""

    section: Section
    predicts: bool
    parts: int

    @property
    def columns(self) -> int:
        """How many stand before the amount."""
        if self.section.is_of_units:
            return 3 + len(self.headings)
        return 3 if self.section.is_chosen else 5 + 2 * self.predicts

    @property
    def headings(self) -> list[str]:
        table = self.section.table
        return headings(table) if self.section.is_of_units and not self.section.is_chosen else []

    @property
    def basis(self) -> str:
        return basis(self.section.table) if self.headings else ""

    def lines(self) -> list[tuple[ProposedAward, list[str]]]:
        return [(award, self._cells(award)) for award in self.section.awards]

    def _cells(self, award: ProposedAward) -> list[str]:
        if award.unit_row is None:
            return [""] * len(self.headings)
        return cells(award.unit_row, self.section.table, parts=self.parts)


def _sections(progress: Progress) -> list[SectionView]:
    if progress.run is None or progress.proposal is None:
        return []
    asked = predicts(progress.run)
    return [SectionView(section, asked, progress.run.parts) for section in progress.proposal.sections]
