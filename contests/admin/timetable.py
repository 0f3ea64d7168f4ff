"""The timetable as a picture with its table: on the screen and to be printed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from contest_site.lib.clock import database_now
from contest_site.lib.unfold import ModelAdmin
from contests.admin.pages import find_contest, page
from contests.models import Contest
from contests.timetable import Timetable, timetable


def timetable_of(contest: Contest) -> Timetable:
    """Three queries."""
    return timetable(contest, contest.milestones.all(), contest.rounds.all(), database_now())


class TimetablePages(ModelAdmin):
    """Below the contest's own address."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.timetable_page)
        return [path("<int:contest_id>/lich/", view, name="contests_contest_timetable"), *super().get_urls()]

    def timetable_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        contest = find_contest(contest_id)
        if not self.has_view_permission(request, contest):
            raise PermissionDenied
        context = {"title": _("Lịch cuộc thi"), "timetable": timetable_of(contest)}
        return page(request, self.admin_site, "timetable", contest, context)
