"""Public pages of the plan and the entry."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed
from contest_site.lib.identity import display_phone
from contests.domain.consenting import digest_of
from contests.domain.entering import (
    AlreadyEntered,
    check_entry_time,
    enter,
    enter_unofficially,
    exclusion_reason,
    may_try,
)
from contests.entered import entered_context, own_entry
from contests.enums import DOCUMENT_TYPES
from contests.forms import EntryForm, Trial
from contests.models import Contest, Document, Exclusion, Unit
from contests.queries import announced_contests, matching_exclusion
from contests.unit_search import search_units


@require_safe
def document(request: HttpRequest, slug: str, document_id: int) -> FileResponse:
    """A document as a download; never shown inside the site, whatever it holds."""
    found = get_object_or_404(
        Document, pk=document_id, contest__slug=slug, contest__announcement__isnull=False
    )
    path = PurePath(str(found.file.name))
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=path.name,
        content_type=DOCUMENT_TYPES.get(path.suffix.lower(), "application/octet-stream"),
    )


@require_safe
def units(request: HttpRequest, slug: str) -> JsonResponse:
    """{"units": [{"id", "name", "parent"}]} for `?q=`, at most 20."""
    contest = get_object_or_404(announced_contests(), slug=slug)
    found = search_units(contest, request.GET.get("q", ""))
    return JsonResponse(
        {
            "units": [
                {"id": unit.pk, "name": unit.name, "parent": unit.parent.name if unit.parent else ""}
                for unit in found
            ]
        }
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks or shows what was entered; POST searches a unit (`find`) or enters."""
    contest = get_object_or_404(announced_contests().select_related("announcement"), slug=slug)
    user = cast(User, request.user)
    if done := own_entry(contest, user):
        return render(request, "contests/entered.html", entered_context(done))
    now = database_now()
    check_entry_time(contest, now)
    exclusion = matching_exclusion(contest, user_id=user.pk, phones=[user.phone], national_id_hash=None)
    known: dict[str, Any] = {
        "contest": contest,
        "today": timezone.localdate(now),
        "trial": _trial(user, exclusion),
    }
    if request.method != "POST":
        initial = _known(user) | {"consent_digest": digest_of(contest.consent_text)}
        return _ask(request, contest, EntryForm(**known, initial=initial), [], exclusion)
    if "find" in request.POST:
        typed = {name: request.POST.get(name, "") for name in EntryForm.base_fields}
        form = EntryForm(**known, initial=typed)
        return _ask(request, contest, form, search_units(contest, typed["unit_query"]), exclusion)
    form = EntryForm(request.POST, **known)
    if form.is_valid() and _entered(form, contest, user):
        return redirect("contests:entry", slug=contest.slug)
    return _ask(request, contest, form, _units_to_offer(form, contest), exclusion, status=400)


def _trial(user: User, exclusion: Exclusion | None) -> Trial:
    """What is offered: organisers on the list may only try. Raises NotAllowed for others on the list."""
    if may_try(user):
        return Trial.ONLY if exclusion else Trial.OFFERED
    if exclusion:
        raise NotAllowed(exclusion_reason(exclusion))
    return Trial.NO


def _known(user: User) -> dict[str, str]:
    return {"full_name": user.full_name, "phone": display_phone(user.phone) if user.phone else ""}


def _entered(form: EntryForm, contest: Contest, user: User) -> bool:
    """Enters; False with the reason on the form when the phone or ID has an entry already."""
    try:
        verb = enter_unofficially if form.is_trial else enter
        verb(contest, by=user, data=form.entry_data())
    except AlreadyEntered as refusal:
        # The account itself: a second tap on the button, or another tab. It is entered.
        if not refusal.field:
            return True
        form.add_error(refusal.field, str(refusal.message))
        return False
    return True


def _units_to_offer(form: EntryForm, contest: Contest) -> list[Unit]:
    """What was found for the typed words, or else the unit that was chosen."""
    chosen = form.cleaned_data.get("unit")
    found = search_units(contest, form.cleaned_data.get("unit_query", ""))
    if chosen is not None and chosen not in found:
        found.insert(0, chosen)
    return found


def _ask(
    request: HttpRequest,
    contest: Contest,
    form: EntryForm,
    results: list[Unit],
    exclusion: Exclusion | None,
    status: int = 200,
) -> HttpResponse:
    form.show_units(results)
    context = {
        "contest": contest,
        "form": form,
        "unit_results": results,
        "exclusion_note": exclusion_reason(exclusion) if exclusion else "",
        "searched": request.method == "POST" and bool(request.POST.get("unit_query", "").strip()),
    }
    return render(request, "contests/entry.html", context, status=status)
