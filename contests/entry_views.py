"""What a person does after entering: naming a guardian, asking for a correction, taking the consent back."""

from __future__ import annotations

from typing import cast

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from contest_site.accounts.contact import read_contact
from contest_site.accounts.forms import no_code_for
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.network import limit
from contests.correction import CorrectionForm, shown_values
from contests.domain.consenting import name_guardian, withdraw_consent
from contests.domain.requesting import ask_correction
from contests.entered import entered_context, own_entry
from contests.forms import GuardianForm
from contests.models import Entry
from contests.queries import announced_contests, results_published
from contests.unit_search import search_units


def _own(request: HttpRequest, slug: str) -> Entry:
    """The person's entry, or 404."""
    contest = get_object_or_404(announced_contests().select_related("announcement"), slug=slug)
    entry = own_entry(contest, cast(User, request.user))
    if entry is None:
        raise Http404
    return entry


@never_cache
@login_required
@require_POST
def name_child_guardian(request: HttpRequest, slug: str) -> HttpResponse:
    """The child names who may consent; a code is sent to that person."""
    entry, user = _own(request, slug), cast(User, request.user)
    limit("guardian", user.pk, per_minute=3)
    form = GuardianForm(request.POST)
    if form.is_valid():
        try:
            _check_budget(request, form.cleaned_data["contact"])
            name_guardian(entry, by=user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Đã gửi mã cho người giám hộ."))
            return redirect("contests:entry", slug=slug)
    return render(request, "contests/entered.html", entered_context(entry, form), status=400)


def _check_budget(request: HttpRequest, contact: str) -> None:
    """Raises Invalid when the contact, or the child who names one after another, was sent enough codes."""
    # The child's own first: who is beyond it uses up nobody's codes.
    if ratelimit.consume(request, action="name_guardian", user=request.user):
        refusal = no_code_for(read_contact(contact), "request_login_code")
    else:
        refusal = _(
            "Hôm nay đã gửi mã cho nhiều người. Hãy thử lại vào ngày mai hoặc nộp giấy đồng ý cho Ban Tổ"
            " chức."
        )
    if refusal:
        raise Invalid(refusal)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows what is entered, POST searches a unit (`find`) or sends the request."""
    entry, user = _own(request, slug), cast(User, request.user)
    published = results_published(entry)
    today = timezone.localdate(database_now())
    results = []
    if request.method == "POST" and "find" not in request.POST:
        form = CorrectionForm(request.POST, entry=entry, today=today, published=published)
        if form.is_valid():
            try:
                ask_correction(entry, by=user, wanted=form.wanted(), reason=form.cleaned_data["reason"])
            except DomainError as error:
                form.add_error(None, str(error.message))
            else:
                messages.success(request, _("Đã gửi đề nghị đến Ban Tổ chức."))
                return redirect("contests:entry", slug=slug)
    else:
        initial = shown_values(entry)
        if request.method == "POST":
            initial = {name: request.POST.get(name, "") for name in CorrectionForm.base_fields}
        form = CorrectionForm(initial=initial, entry=entry, today=today, published=published)
    if "unit" in form.fields and request.method == "POST":
        results = search_units(entry.contest, request.POST.get("unit_query", ""))
    form.show_units(results)
    context = {
        "contest": entry.contest,
        "entry": entry,
        "form": form,
        "published": published,
        "unit_results": results,
        "searched": bool(request.POST.get("unit_query", "").strip()),
    }
    return render(request, "contests/correct.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """GET says what will happen, POST does it."""
    entry = _own(request, slug)
    if request.method != "POST":
        return render(request, "contests/withdraw.html", {"contest": entry.contest, "entry": entry})
    withdraw_consent(entry, by=cast(User, request.user))
    messages.success(request, _("Đã rút lại sự đồng ý."))
    return redirect("contests:entry", slug=slug)
