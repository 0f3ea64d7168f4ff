"""An officer asks the organisers to put right a number, a name or a person's unit, and reads their answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from contest_site.agency import requests
from contest_site.agency.asked import Asked, asked
from contest_site.agency.forms import HeadcountForm, PersonUnitForm, UnitNameForm
from contest_site.agency.requesting import ask_headcount, ask_unit_name, ask_unit_of
from contest_site.lib.errors import DomainError, NotAllowed
from contest_site.lib.network import limit
from contest_site.lib.text import fold
from contests.domain.rosters import is_officer_over
from contests.models import Entry, Unit
from contests.queries import contest_units, subtree_ids
from contests.rosters import folded_name
from contests.unit_search import search_units

PER_MINUTE = 10
SEARCHES_PER_MINUTE = 30
FOUND = 20

no_store = cache_control(private=True, no_store=True)


@require_safe
@no_store
@login_required
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What was asked, and how it stands."""
    about = asked(request, slug)
    context = {**_frame(about), "lines": requests.lines(about), "may_ask": _may_ask(about)}
    return render(request, "agency/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def headcount(request: HttpRequest, slug: str) -> HttpResponse:
    """Tổng số người: what stands, and the form for what ought to stand."""
    about = _asking(request, slug)
    now = about.contest.headcounts.filter(unit=about.unit).values_list("people", flat=True).first()
    form = HeadcountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        if _sent(request, form, lambda: ask_headcount(about.contest, about.unit, by=about.user, **found)):
            return redirect(about.page("requests"))
    context = {**_frame(about), "form": form, "now_standing": now, "kind": "headcount"}
    return render(request, "agency/request.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def unit_name(request: HttpRequest, slug: str) -> HttpResponse:
    """Tên đơn vị: likewise."""
    about = _asking(request, slug)
    form = UnitNameForm(request.POST or None, initial={"name": about.unit.name})
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        if _sent(request, form, lambda: ask_unit_name(about.contest, about.unit, by=about.user, **found)):
            return redirect(about.page("requests"))
    context = {**_frame(about), "form": form, "now_standing": about.unit.name, "kind": "unit_name"}
    return render(request, "agency/request.html", context, status=400 if form.errors else 200)


@require_safe
@no_store
@login_required
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Whose unit is wrong: a person of the own subtree, found by name."""
    about = _asking(request, slug)
    typed = request.GET.get("q", "").strip()[:100]
    if typed:
        limit("agency-search", about.user.pk, per_minute=SEARCHES_PER_MINUTE)
    found = _people(about, typed) if typed else []
    context = {**_frame(about), "typed": typed, "people": found[:FOUND], "more": len(found) > FOUND}
    return render(request, "agency/request_people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@login_required
def person(request: HttpRequest, slug: str, entry_id: int) -> HttpResponse:
    """GET shows who it is, POST searches a unit (`find`) or sends the request."""
    about = _asking(request, slug)
    entry = get_object_or_404(
        Entry.objects.select_related("unit", "category", "contest"),
        pk=entry_id, contest=about.contest, unit__in=subtree_ids(about.unit), erased_at=None,
    )  # fmt: skip
    sending = request.method == "POST" and "find" not in request.POST
    form = PersonUnitForm(request.POST) if sending else PersonUnitForm(initial=request.POST.dict())
    typed = request.POST.get("unit_query", "").strip()
    results = search_units(about.contest, typed) if typed else []
    _offer(form, contest_units(about.contest), results, chosen=request.POST.get("unit", ""))
    if sending and form.is_valid():
        wanted = {"unit": form.cleaned_data["unit"], "reason": form.cleaned_data["reason"]}
        if _sent(request, form, lambda: ask_unit_of(entry, by=about.user, **wanted)):
            return redirect(about.page("requests"))
    context = {
        **_frame(about),
        "entry": entry,
        "form": form,
        "unit_results": results,
        "searched": bool(typed),
        "people_url": about.page("people"),
    }
    return render(request, "agency/request_person.html", context, status=400 if form.errors else 200)


def _asking(request: HttpRequest, slug: str) -> Asked:
    """As `asked`, for the unit's own officers: organisers change things themselves, and nobody else asks."""
    about = asked(request, slug)
    if not _may_ask(about):
        raise NotAllowed(_("Chỉ cán bộ đầu mối của đơn vị gửi đề nghị của đơn vị."))
    if request.method == "POST":
        limit("agency-request", about.user.pk, per_minute=PER_MINUTE)
    return about


def _may_ask(about: Asked) -> bool:
    return is_officer_over(about.user, about.unit)


def _sent(request: HttpRequest, form: forms.Form, send: Any) -> bool:
    """Whether it could be sent; else the form says why not."""
    try:
        send()
    except DomainError as error:
        form.add_error(None, str(error.message))
        return False
    messages.success(request, _("Đã gửi đề nghị đến Ban Tổ chức. Trả lời hiện ở trang này."))
    return True


def _people(about: Asked, typed: str) -> list[Entry]:
    """At most one more than is shown: each typed word begins a word of the name, accents aside."""
    words = fold(typed).split()
    entries = Entry.objects.filter(
        contest=about.contest, unit__in=subtree_ids(about.unit), erased_at=None, unofficial=False
    ).select_related("unit", "category")
    found = []
    for entry in entries.order_by("full_name", "pk").iterator():
        name = f" {folded_name(entry.full_name)}"
        if all(f" {word}" in name for word in words):
            found.append(entry)
        if len(found) > FOUND:
            break
    return found


def _offer(form: PersonUnitForm, units: Any, results: list[Unit], *, chosen: str) -> None:
    """The form takes any unit of the contest, and shows those found, or the one already chosen."""
    field: Any = form.fields["unit"]
    field.queryset = units
    shown = [(str(one.pk), one.name) for one in results]
    if chosen.isascii() and chosen.isdigit() and len(chosen) <= 18 and chosen not in dict(shown):
        shown += [(str(one.pk), one.name) for one in units.filter(pk=int(chosen))]
    field.widget.choices = shown


def _frame(about: Asked) -> dict[str, Any]:
    if about.contest.area_id is None:
        raise Http404
    return {
        "contest": about.contest,
        "unit": about.unit,
        "overview_url": about.page("contest"),
        "requests_url": about.page("requests"),
        "links": {name: about.page(name) for name in ("headcount", "unit_name", "people")},
        "query": about.query,
    }
