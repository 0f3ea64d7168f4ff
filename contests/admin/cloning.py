"""The same plan for a new year: a form that already says what most offices mean."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from contest_site.lib.errors import DomainError
from contest_site.lib.unfold import ModelAdmin
from contests.admin.fields import MomentField
from contests.admin.pages import address, find_contest, page, permitted
from contests.domain.cloning import clone_contest
from contests.fileschema import PLAN_ZONE
from contests.models import Contest
from contests.person import birthday

YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


class CloneForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên cuộc thi"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Tên trong địa chỉ"), max_length=80, widget=UnfoldAdminTextInputWidget
    )
    opening = MomentField(label=gettext_lazy("Vòng thi đầu tiên mở lúc"))


class ClonePages(ModelAdmin):
    """The step that clones, below the contest's own address."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.clone_page)
        return [path("<int:contest_id>/nhan-ban/", view, name="contests_contest_clone"), *super().get_urls()]

    def clone_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        contest = find_contest(contest_id)
        user = permitted(request, "contests.add_contest")
        if not self.has_view_permission(request, contest):
            raise PermissionDenied
        form = CloneForm(request.POST or None, initial=suggestion(contest))
        if request.method == "POST" and form.is_valid():
            try:
                clone = clone_contest(contest, by=user, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Đã lập bản nháp cho năm mới. Hãy xem lại từng mục của kế hoạch.")
                )
                return HttpResponseRedirect(address("contest_change", clone.pk))
        context = {"title": _("Lập cuộc thi cho năm mới"), "form": form}
        return page(request, self.admin_site, "clone", contest, context, status=400 if form.errors else 200)


def suggestion(contest: Contest) -> dict[str, Any]:
    """The name and the address with every year in them one more, and the opening a year later."""
    first = contest.rounds.order_by("opens_at").first()
    opening = (first.opens_at if first else contest.opens_at).astimezone(PLAN_ZONE)
    name, slug = next_year(contest.name), next_year(contest.slug)
    if slug == contest.slug:
        slug = f"{slug}-{opening.year + 1}"[-80:].lstrip("-")
    return {"name": name, "slug": slug, "opening": a_year_later(opening)}


def next_year(text: str) -> str:
    """Every year in the text is one more: "2019–2020" → "2020–2021"."""
    return YEAR.sub(lambda found: str(int(found.group()) + 1), text)


def a_year_later(moment: datetime) -> datetime:
    """The same time of the same day a year on; of 29 February, on the 28th."""
    return datetime.combine(birthday(moment.date(), 1), moment.timetz())
