"""Example papers of a round, at /quan-tri/attempts/attempt/de-mau/: to look at and to print."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from attempts.admin.pages import check, page
from attempts.domain.previewing import MOST, Preview, preview_papers
from contest_site.lib.errors import DomainError
from contest_site.lib.unfold import ModelAdmin
from contests.models import Contest, Round
from questions.rules import LETTERS

SEE_PLAN, SEE_QUESTIONS, SEE_KEY = "contests.view_round", "questions.view_revision", "questions.see_key"


class PapersForm(forms.Form):
    papers = forms.IntegerField(
        label=gettext_lazy("Số đề mẫu"),
        initial=1,
        min_value=1,
        max_value=MOST,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class PreviewPages(ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sample_papers)
        return [path("de-mau/<int:round_id>/", view, name="attempts_sample_papers"), *super().get_urls()]

    def sample_papers(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """A form first; what it draws is gone with the page that shows it."""
        by = check(request, SEE_QUESTIONS)
        see_key = by.has_perm(SEE_KEY)
        if not (see_key or by.has_perm(SEE_PLAN)):
            raise PermissionDenied
        round = get_object_or_404(Round.objects.select_related("contest", "bank", "seal"), pk=round_id)
        form = PapersForm(request.POST or None)
        found: Preview | None = None
        error: DomainError | None = None
        if request.method == "POST" and form.is_valid():
            try:
                found = preview_papers(round, with_keys=see_key, by=by, **form.cleaned_data)
            except DomainError as refused:
                error = refused
        return page(
            request, self.admin_site, "sample_papers",
            _("Đề mẫu: %(round)s") % {"round": round.name}, Contest,
            round=round, form=form, see_key=see_key, error=error, sealed=found and found.sealed,
            papers=_lettered(found) if found else [],
        )  # fmt: skip


def _lettered(found: Preview) -> list[list[tuple[Any, list[tuple[str, str, bool]]]]]:
    return [
        [(one.question, [(LETTERS[at], text, key) for at, text, key in one.options]) for one in paper]
        for paper in found.papers
    ]
