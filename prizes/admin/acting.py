"""The steps of results, each on its page: first what will happen (GET), then the act (POST)."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import DomainError, Refused
from contest_site.lib.text import fold
from contests.models import Unit
from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, check_seen, person, progress_at, run_at, scope_at, to_scope
from prizes.admin.steps import SETTLE, STEPS, StepPage, offered
from prizes.domain.awarding import entries_of, is_of_units
from prizes.domain.deciding import decide_tie
from prizes.domain.proposals import BoundaryTie
from prizes.forms import Named, TieForm
from prizes.models import Certificate
from prizes.progress import Progress
from prizes.queries import certificates_of

# More people than a jury can put in order on one page; only those who get a prize need a number.
TIE_SHOWN = 200


def step_page(site: AdminSite, request: HttpRequest, address: Address, step: str) -> HttpResponse:
    """One step, on the version that was on the screen."""
    definition = STEPS.get(step)
    if definition is None:
        raise Http404
    check(request, definition.permission)
    progress = progress_at(address)
    if request.method != "POST":
        if step not in offered(progress):
            return to_scope(progress.scope)
        return _step(site, request, progress, step, definition.form(progress)())
    form = definition.form(progress)(request.POST)
    if not form.is_valid():
        return _step(site, request, progress, step, form, status=400)
    try:
        check_seen(request, progress)
        definition.act(progress, person(request), form.cleaned_data)
    except DomainError as error:
        return _step(site, request, progress_at(address), step, form, error=error, status=error.status)
    messages.success(request, str(definition.done))
    return to_scope(progress.scope)


def _step(
    site: AdminSite,
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
        site,
        "step",
        str(definition.title),
        status=status,
        progress=progress,
        scope=progress.scope,
        definition=definition,
        sentences=definition.will(progress),
        form=form,
        error=error,
        reasons=error.reasons if isinstance(error, Refused) else [],
    )


def tie_page(
    site: AdminSite, request: HttpRequest, address: Address, table: int, block: int, rank: int
) -> HttpResponse:
    """The jury's order of the people or units of one rank, with its grounds. `block` 0: in no block."""
    check(request, SETTLE)
    progress = progress_at(address)
    tie = _open_tie(progress, table, block, rank)
    if progress.run is None or tie is None:
        return to_scope(progress.scope)
    form = TieForm(
        _named(tie), min(tie.winners, tie.people), request.POST if request.method == "POST" else None
    )
    status, error = 200, None
    if request.method == "POST":
        try:
            if form.is_valid():
                check_seen(request, progress)
                decide_tie(
                    progress.run,
                    table=tie.table,
                    block=tie.block,
                    rank=rank,
                    order=form.cleaned_data["order"],
                    grounds=form.cleaned_data["grounds"],
                    by=person(request),
                )
                messages.success(request, _("Đã ghi thứ tự của Ban Giám khảo."))
                return to_scope(progress.scope)
            status = 400
        except DomainError as refusal:
            status, error = refusal.status, refusal
    return page(
        request,
        site,
        "tie",
        _("Đồng hạng %(rank)d") % {"rank": rank},
        status=status,
        progress=progress,
        scope=progress.scope,
        run=progress.run,
        tie=tie,
        of_units=is_of_units(tie.table),
        hidden=max(0, tie.people - TIE_SHOWN),
        form=form,
        error=error,
    )


def _open_tie(progress: Progress, table: int, block: int, rank: int) -> BoundaryTie | None:
    undecided = progress.proposal.undecided if progress.proposal else ()
    place = (table, block, rank)
    return next(
        (tie for tie in undecided if (tie.table.pk, tie.block.pk if tie.block else 0, tie.rank) == place),
        None,
    )


def _named(tie: BoundaryTie) -> list[Named]:
    """Those of the tie as the jury's form shows them."""
    keys = tie.keys[:TIE_SHOWN]
    if is_of_units(tie.table):
        units = Unit.objects.in_bulk(keys)
        return [Named(key, units[key].name, units[key].code) for key in keys]
    people = entries_of(keys)
    return [Named(key, people[key].full_name, people[key].unit.name) for key in keys]


def papers(site: AdminSite, request: HttpRequest, address: Address, version: int) -> FileResponse:
    """All certificates of a version that are there, as one zip file."""
    check(request, "prizes.view_certificate")
    run = run_at(scope_at(address), version)
    found = certificates_of(run).filter(file__isnull=False)
    if not found:
        raise Http404
    packed = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for certificate in found:
            archive.write(settings.MEDIA_ROOT / certificate.file.name, _file_name(certificate))
    packed.seek(0)
    record("downloaded certificates", run, by=person(request), count=len(found))
    response = FileResponse(packed, as_attachment=True, filename=f"giay-chung-nhan-{run.pk}.zip")
    response["Cache-Control"] = "no-store"
    return response


def _file_name(certificate: Certificate) -> str:
    holder = fold(certificate.award.holder)
    words = "".join(char if char.isalnum() else " " for char in holder).split()
    return f"{certificate.serial:03d}-{'-'.join(words)[:80]}.pdf"
