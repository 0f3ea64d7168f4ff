"""Results at /quan-tri/prizes/standingsrun/: every round, and for each its close-of-round page."""

from __future__ import annotations

import tempfile
import zipfile
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError, NotNow, Refused
from contest_site.lib.text import fold
from contests.models import Round
from contests.queries import announced_contests
from prizes.admin.pages import page, rows_from
from prizes.admin.steps import APPROVE, RETURN, SETTLE, STEPS, StepPage, offered
from prizes.domain.awarding import BoundaryTie, entries_of
from prizes.domain.deciding import decide_tie
from prizes.forms import TieForm
from prizes.models import Certificate, StandingsRun
from prizes.progress import Progress, Step
from prizes.queries import certificates_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User

LISTED_ROUNDS = 100
# More people than a jury can put in order on one page; only those who get a prize need a number.
TIE_SHOWN = 200


@admin.register(StandingsRun)
class StandingsRunAdmin(ReadOnlyAdmin):
    """No list of runs: a list of rounds, and a page for each with the next step on top."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.rounds_page), name="prizes_standingsrun_changelist"),
            path("vong/<int:round_id>/", wrap(self.round_page), name="prizes_round"),
            path("vong/<int:round_id>/bang/<int:version>/", wrap(self.table_page), name="prizes_table"),
            path("vong/<int:round_id>/dong-hang/<int:rank>/", wrap(self.tie_page), name="prizes_tie"),
            path("vong/<int:round_id>/giay/<int:version>.zip", wrap(self.papers), name="prizes_papers"),
            path("vong/<int:round_id>/<slug:step>/", wrap(self.step_page), name="prizes_step"),
        ]

    # --- Looking --------------------------------------------------------------------------------------------

    def rounds_page(self, request: HttpRequest) -> HttpResponse:
        """Every announced contest's rounds, the latest first, with what comes next."""
        self._check(request)
        rounds = list(
            Round.objects.filter(contest__in=announced_contests())
            .select_related("contest", "closing")
            .order_by("-closes_at")[:LISTED_ROUNDS]
        )
        return page(request, self.admin_site, "rounds", _("Kết quả"), lines=Progress.of_all(rounds))

    def round_page(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """The close-of-round page: the next step on top, then what it rests on."""
        self._check(request)
        progress = _progress(round_id)
        run = progress.run
        next_page = STEPS.get(progress.next.value)
        steps = offered(progress)
        return page(
            request,
            self.admin_site,
            "round",
            progress.round.name,
            progress=progress,
            round=progress.round,
            run=run,
            proposal=progress.proposal,
            certificates=certificates_of(run).select_related("award__entry", "file") if run else [],
            versions=StandingsRun.objects.filter(round=round_id)
            .select_related("by", "returned", "publication")
            .order_by("-version"),
            next_page=next_page,
            may_next=next_page is not None and request.user.has_perm(next_page.permission),
            may_settle=request.user.has_perm(SETTLE),
            own_review=bool(run and progress.next is Step.APPROVE and run.review.by_id == request.user.pk),
            again=Step.RANK.value in steps and progress.next is not Step.RANK,
            back=RETURN in steps and request.user.has_perm(APPROVE),
        )

    def table_page(self, request: HttpRequest, round_id: int, version: int) -> HttpResponse:
        """The standings of one version with every input of the order."""
        self._check(request)
        run = get_object_or_404(
            StandingsRun.objects.select_related("round__contest"), round=round_id, version=version
        )
        rows, more = rows_from(run, request)
        title = _("Bảng xếp hạng, phiên bản %(version)d") % {"version": version}
        return page(request, self.admin_site, "table", title, run=run, round=run.round, rows=rows, more=more)

    # --- Acting ---------------------------------------------------------------------------------------------

    def step_page(self, request: HttpRequest, round_id: int, step: str) -> HttpResponse:
        """First what will happen (GET), then the act (POST), on the version that was on the screen."""
        definition = STEPS.get(step)
        if definition is None:
            raise Http404
        self._check(request, definition.permission)
        progress = _progress(round_id)
        if request.method != "POST":
            if step not in offered(progress):
                return _to_round(round_id)
            return self._step(request, progress, step, definition.form())
        form = definition.form(request.POST)
        if not form.is_valid():
            return self._step(request, progress, step, form, status=400)
        try:
            _check_seen(request, progress)
            definition.act(progress, _person(request), form.cleaned_data)
        except DomainError as error:
            return self._step(request, _progress(round_id), step, form, error=error, status=error.status)
        messages.success(request, str(definition.done))
        return _to_round(round_id)

    def _step(
        self,
        request: HttpRequest,
        progress: Progress,
        step: str,
        form: Any,
        *,
        error: DomainError | None = None,
        status: int = 200,
    ) -> HttpResponse:
        definition: StepPage = STEPS[step]
        return page(
            request,
            self.admin_site,
            "step",
            str(definition.title),
            status=status,
            progress=progress,
            round=progress.round,
            definition=definition,
            sentences=definition.will(progress),
            form=form,
            error=error,
            reasons=error.reasons if isinstance(error, Refused) else [],
        )

    def tie_page(self, request: HttpRequest, round_id: int, rank: int) -> HttpResponse:
        """The jury's order of the people of one rank, with its grounds."""
        self._check(request, SETTLE)
        progress = _progress(round_id)
        tie = _open_tie(progress, rank)
        if progress.run is None or tie is None:
            return _to_round(round_id)
        people = entries_of(tie.entries[:TIE_SHOWN])
        ordered = [people[entry] for entry in tie.entries[:TIE_SHOWN]]
        form = TieForm(ordered, tie.winners, request.POST if request.method == "POST" else None)
        status, error = 200, None
        if request.method == "POST":
            try:
                if form.is_valid():
                    _check_seen(request, progress)
                    decide_tie(
                        progress.run,
                        rank=rank,
                        order=form.cleaned_data["order"],
                        grounds=form.cleaned_data["grounds"],
                        by=_person(request),
                    )
                    messages.success(request, _("Đã ghi thứ tự của Ban Giám khảo."))
                    return _to_round(round_id)
                status = 400
            except DomainError as refusal:
                status, error = refusal.status, refusal
        return page(
            request,
            self.admin_site,
            "tie",
            _("Đồng hạng %(rank)d") % {"rank": rank},
            status=status,
            progress=progress,
            round=progress.round,
            run=progress.run,
            tie=tie,
            row=progress.run.rows.filter(rank=rank).order_by("entry_id").first(),
            hidden=max(0, tie.people - TIE_SHOWN),
            form=form,
            error=error,
        )

    def papers(self, request: HttpRequest, round_id: int, version: int) -> FileResponse:
        """All certificates of a version that are there, as one zip file."""
        self._check(request, "prizes.view_certificate")
        run = get_object_or_404(StandingsRun, round=round_id, version=version)
        found = certificates_of(run).filter(file__isnull=False).select_related("file", "award__entry")
        if not found:
            raise Http404
        packed = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for certificate in found:
                archive.write(settings.MEDIA_ROOT / certificate.file.name, _file_name(certificate))
        packed.seek(0)
        record("downloaded certificates", run, by=_person(request), count=len(found))
        response = FileResponse(packed, as_attachment=True, filename=f"giay-chung-nhan-{run.pk}.zip")
        response["Cache-Control"] = "no-store"
        return response

    def _check(self, request: HttpRequest, permission: str = "prizes.view_standingsrun") -> None:
        if not self.has_view_permission(request) or not request.user.has_perm(permission):
            raise PermissionDenied


def _progress(round_id: int) -> Progress:
    rounds = Round.objects.select_related("contest", "closing").filter(contest__in=announced_contests())
    return Progress(get_object_or_404(rounds, pk=round_id))


def _open_tie(progress: Progress, rank: int) -> BoundaryTie | None:
    undecided = progress.proposal.undecided if progress.proposal else ()
    return next((tie for tie in undecided if tie.rank == rank), None)


def _check_seen(request: HttpRequest, progress: Progress) -> None:
    """An act is meant for the version that its page showed."""
    current = str(progress.run.pk) if progress.run else ""
    if request.POST.get("run", "") != current:
        raise NotNow(_("Đã có bảng xếp hạng mới hơn. Hãy xem lại phiên bản mới nhất trước khi tiếp tục."))


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)  # the admin lets nobody in without an account


def _to_round(round_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:prizes_round", args=[round_id]))


def _file_name(certificate: Certificate) -> str:
    words = "".join(
        char if char.isalnum() else " " for char in fold(certificate.award.entry.full_name)
    ).split()
    return f"{certificate.serial:03d}-{'-'.join(words)[:80]}.pdf"
