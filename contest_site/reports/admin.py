"""Báo cáo of the organisers: what can be asked for about a contest, and everything that was asked for."""

from __future__ import annotations

from typing import cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.accounts.models import User
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.reports.domain import kinds_for
from contest_site.reports.models import Report
from contest_site.reports.registry import KINDS
from contest_site.reports.views import asking
from contests.models import Contest
from contests.queries import announced_contests


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("title", "contest", "unit", "round", "by", "asked_at", "state", "rows_written")
    list_filter = ("contest",)
    list_select_related = ("contest", "unit", "round", "by")
    fields = (
        *("title", "contest", "unit", "round", "national_ids", "by", "asked_at", "state"),
        *("rows_expected", "rows_written", "digest", "made_at", "expires_at"),
    )
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.contest_page)
        return [path("cuoc-thi/<int:contest_id>/", page, name="reports_contest"), *super().get_urls()]

    def contest_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """Every kind that the person may ask for, each with its button, and what was asked for lately."""
        user = cast(User, request.user)
        contest = get_object_or_404(announced_contests().select_related("area"), pk=contest_id)
        kinds = kinds_for(user, contest)
        if not kinds:
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            **asking(user, contest, kinds),
            "opts": Contest._meta,
            "title": _("Báo cáo"),
            "back": reverse("admin:contests_contest_change", args=[contest.pk]),
        }
        return TemplateResponse(request, "admin/reports/contest.html", context)

    @admin.display(description=gettext_lazy("loại báo cáo"), ordering="kind")
    def title(self, report: Report) -> str:
        kind = KINDS.get(report.kind)
        return str(kind.title) if kind else report.kind

    @admin.display(description=gettext_lazy("tình trạng"))
    def state(self, report: Report) -> str:
        if report.waits:
            return _("Đang lập")
        if report.failure:
            return _("Chưa lập được")
        return _("Có tệp để tải") if report.name else _("Tệp đã xóa")
