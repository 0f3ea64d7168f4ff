"""Who has not taken part: the list of the unit's people, brought by its officer, and what came of each."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from attempts.uncounted import uncounted_people
from contest_site.agency.asked import Asked, asked
from contest_site.agency.forms import RosterForm
from contest_site.agency.views import DOWNLOADS_PER_MINUTE, EXCEL, SEE_ROSTER
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.network import limit
from contest_site.lib.work import settled
from contests import rosters
from contests.domain.rosters import (
    candidates,
    import_roster,
    keep_roster_file,
    may_upload_roster,
    settle_match,
    told_of,
)
from contests.enums import RosterStatus
from contests.importers.rosters import write_template
from contests.models import Roster, RosterImport, RosterPerson
from contests.queries import subtree_ids

SHOWN = 500
REFRESH = "3"  # seconds after which a page looks again

no_store = cache_control(private=True, no_store=True)


@require_safe
@no_store
@login_required
def missing(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody of the lists who is not known to have taken part."""
    about = asked(request, slug)
    if not about.may_name_people(SEE_ROSTER):
        raise PermissionDenied
    with transaction.atomic():
        count, lines = rosters.missing(
            about.contest, about.unit, round=about.round, asking=about.user, most=SHOWN
        )
        shown = list(lines)
    context = {
        **_frame(about),
        "counts": rosters.counts(
            about.contest,
            about.unit,
            round=about.round,
            asking=about.user,
            uncounted=uncounted_people(about.contest, about.round),
        ),
        "lines": shown,
        "left_out": count - len(shown),
        "UNCLEAR": RosterStatus.UNCLEAR,
        "rounds": about.rounds if len(about.rounds) > 1 else [],
        "page_url": request.path,
    }
    return render(request, "agency/missing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def roster(request: HttpRequest, slug: str) -> HttpResponse:
    """The lists that are there; POST takes a file and leads to its preview."""
    about = _bringing(request, slug)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        limit("upload", about.user.pk, per_minute=DOWNLOADS_PER_MINUTE)
        file = form.cleaned_data["file"]
        try:
            draft = keep_roster_file(
                about.contest, about.unit, file.name, file.read(),
                by=about.user, mode=form.cleaned_data["mode"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error("file", str(error.message))
        else:
            return redirect(about.page("roster_preview", draft.pk))
    lists = Roster.objects.filter(contest=about.contest, unit__in=subtree_ids(about.unit))
    context = {
        **_frame(about),
        "form": form,
        "lists": lists.select_related("unit").order_by("unit__code"),
        "template_url": about.page("roster_template"),
    }
    return render(request, "agency/roster.html", context, status=400 if form.errors else 200)


@require_safe
@no_store
@login_required
def template(request: HttpRequest, slug: str) -> FileResponse:
    """An empty list with its headings."""
    about = _bringing(request, slug)
    file = io.BytesIO()
    write_template(file, made_at=database_now())
    file.seek(0)
    name = f"danh-sach-{about.unit.code}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def preview(request: HttpRequest, slug: str, draft_id: int) -> HttpResponse:
    """What the file says and what writing it would do; POST writes it."""
    about = _bringing(request, slug)
    drafts = RosterImport.objects.filter(contest=about.contest, unit=about.unit, by=about.user)
    get_object_or_404(drafts, pk=draft_id)
    draft = settled(drafts.select_related("contest", "unit"), draft_id)
    if request.method == "POST":
        changes = import_roster(draft, by=about.user)
        messages.success(
            request,
            _("Đã ghi danh sách: thêm %(added)d, sửa %(changed)d, bỏ %(removed)d, giữ nguyên %(kept)d người.")
            % {
                "added": len(changes.added),
                "changed": len(changes.changed),
                "removed": len(changes.removed),
                "kept": changes.kept,
            },
        )
        return redirect(about.page("missing"))
    response = render(request, "agency/roster_preview.html", {**_frame(about), "draft": draft})
    if draft.waits:
        response["Refresh"] = REFRESH
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def match(request: HttpRequest, slug: str, person_id: int) -> HttpResponse:
    """Whose entry is this person's, where the list leaves it open; POST says it."""
    about = _bringing(request, slug)
    people = RosterPerson.objects.select_related("roster__contest", "roster__unit", "unit")
    person = get_object_or_404(
        people, pk=person_id, roster__contest=about.contest, unit__in=subtree_ids(about.unit)
    )
    # Entries of other units are not this officer's to see: the organisers settle those.
    own = set(subtree_ids(about.unit))
    every = list(candidates(person))
    offered = [entry for entry in every if entry.unit_id in own]
    told = [entry for entry in told_of(person, every, about.user) if entry.unit_id not in own]
    context = {**_frame(about), "person": person, "offered": offered, "elsewhere": len(told)}
    if request.method != "POST":
        return render(request, "agency/match.html", context)
    chosen = request.POST.get("entry", "")
    entry = next((one for one in offered if str(one.pk) == chosen), None)
    if entry is None and chosen != "none":
        context["unsure"] = True
        return render(request, "agency/match.html", context, status=400)
    settle_match(person, entry, by=about.user)
    messages.success(request, _("Đã ghi kết quả đối chiếu."))
    return redirect(about.page("missing"))


def _bringing(request: HttpRequest, slug: str) -> Asked:
    """As `asked`, for whoever may bring the unit's list; others are told no more than that there is none."""
    about = asked(request, slug)
    if not may_upload_roster(about.user, about.contest, about.unit):
        raise Http404
    return about


def _frame(about: Asked) -> dict[str, Any]:
    return {
        "contest": about.contest,
        "unit": about.unit,
        "round": about.round,
        "query": about.query,
        "overview_url": about.page("contest"),
        "missing_url": about.page("missing"),
        "roster_url": about.page("roster"),
        "may_upload": may_upload_roster(about.user, about.contest, about.unit),
    }
