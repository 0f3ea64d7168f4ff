"""The close-of-round page of a round or a whole contest: the next step on top, then every stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from attempts.anomalies.links import queue_url
from contests.models import Round
from prizes.admin.corrections import may_look, waiting_corrections
from prizes.admin.nominations import SEE, chosen_prizes
from prizes.admin.pages import page
from prizes.admin.promotions import finals_of
from prizes.admin.scopes import Address, check, progress_at
from prizes.admin.stage_parts import Link
from prizes.admin.stages import Material, stages_of
from prizes.admin.steps import APPROVE, RETURN, SETTLE, STEPS, offered
from prizes.admin.units import unit_summaries
from prizes.domain.proposals import ProposedAward, Section
from prizes.facts import predicts, refused, true_answers
from prizes.measures import basis, cells, headings
from prizes.progress import Progress, Step
from prizes.queries import certificates_of, runs_in_force, runs_of

SEE_SIGNALS = "attempts.view_anomaly"


@dataclass(frozen=True)
class Next:
    """The one thing to do: its button, or why this person has none. `waits`: the system is at it."""

    button: Link | None = None
    why_not: str = ""
    waits: bool = False


def round_page(site: AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """The close of one round."""
    return closing_page(site, request, (True, pk))


def contest_page(site: AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """The close of a whole contest of several rounds."""
    return closing_page(site, request, (False, pk))


def closing_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """Everything between a scope's end and its press summary."""
    check(request)
    progress = progress_at(address)
    run = progress.run
    steps = offered(progress)
    material = Material(
        chosen=chosen_prizes(progress.scope) if request.user.has_perm(SEE) else [],
        units=unit_summaries(run) if run else [],
        finals=finals_of(progress.round, run),
    )
    stages = stages_of(progress, material)
    return page(
        request,
        site,
        "closing",
        progress.scope.name,
        progress=progress,
        scope=progress.scope,
        run=run,
        stages=stages,
        present=next((one for one in stages if one.is_present), None),
        next=_next(request.user, progress),
        proposal=progress.proposal,
        sections=_sections(progress),
        predicts=run is not None and predicts(run),
        answers=true_answers(run) if run else [],
        refused=refused(run) if run else {},
        certificates=certificates_of(run) if run else [],
        versions=runs_of(progress.scope),
        may_settle=request.user.has_perm(SETTLE),
        again=Step.RANK.value in steps and progress.next is not Step.RANK,
        back=RETURN in steps and request.user.has_perm(APPROVE),
        not_approved=_rounds_without_approval(progress),
    )


def _next(user: Any, progress: Progress) -> Next:
    step, scope = progress.next, progress.scope
    if step in {Step.FINISH, Step.RENDER}:
        return Next(Link(_("Tải lại trang"), ""), waits=True)
    if step is Step.DONE:
        return Next(Link(_("Thông cáo báo chí"), reverse("admin:prizes_press", args=[scope])))
    if step is Step.SIGNALS:
        return _next_signals(user, progress)
    if step is Step.KEYS:
        return _next_correction(user, progress)
    definition = STEPS.get(step.value)
    permission = SETTLE if step is Step.TIES else definition.permission if definition else ""
    if not permission:
        return Next()
    if step is Step.APPROVE and progress.run and progress.run.review.by_id == user.pk:
        words = _("Người rà soát không được phê duyệt. Việc phê duyệt phải do người khác thực hiện.")
        return Next(why_not=words)
    if not user.has_perm(permission):
        return Next(why_not=_("Tài khoản này không có quyền thực hiện bước này."))
    if step is Step.TIES:
        return Next(Link(_("Ghi thứ tự của Ban Giám khảo"), _first_tie(progress)))
    assert definition is not None
    return Next(Link(str(definition.title), reverse("admin:prizes_step", args=[scope, step.value])))


def _next_signals(user: Any, progress: Progress) -> Next:
    if not user.has_perm(SEE_SIGNALS):
        return Next(why_not=_("Tài khoản này không có quyền thực hiện bước này."))
    round, _why = progress.waiting_signals[0]
    return Next(Link(_("Xem dấu hiệu bất thường"), queue_url(round)))


def _next_correction(user: Any, progress: Progress) -> Next:
    if not may_look(user):
        return Next(why_not=_("Tài khoản này không có quyền thực hiện bước này."))
    first = waiting_corrections().filter(round__in=progress.rounds).first()
    assert first is not None
    address = reverse("admin:attempts_correction", args=[first.pk])
    return Next(Link(_("Xem đề nghị sửa đáp án"), address))


def _first_tie(progress: Progress) -> str:
    assert progress.proposal is not None
    tie = progress.proposal.undecided[0]
    return reverse("admin:prizes_tie", args=[progress.scope, tie.table.pk, tie.block_key, tie.rank])


def _rounds_without_approval(progress: Progress) -> list[Round]:
    """Rounds whose awards do not count for the whole contest yet."""
    if progress.round or not progress.is_closed:
        return []
    approved = set(runs_in_force(progress.contest).values_list("round_id", flat=True))
    return [round for round in progress.rounds if round.pk not in approved]


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
