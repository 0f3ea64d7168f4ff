"""The wizard's page, where every step stands with its checks, and the page of a contest's rehearsals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from contest_site.lib.clock import database_now
from contest_site.lib.work import settled
from contest_site.preflight.checking import check_contest
from contest_site.preflight.subject import Subject
from contest_site.rehearsal.quick import PEOPLE, ask_rehearsal
from contests.admin.pages import address, find_contest, page, permitted
from contests.admin.timetable import timetable_of
from contests.models import RehearsalRun
from contests.stages import stage

VIEW, CHANGE = "contests.view_contest", "contests.change_contest"
SHOWN_RUNS = 20
LOOK_AGAIN = 3  # seconds


class PreflightPages:
    """Below a contest's own address; the pages need several apps, so the admin's site carries them."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[URLPattern]:
        view = self.site.admin_view
        contest = "contests/contest/<int:contest_id>"
        return [
            path(f"{contest}/cac-buoc/", view(self.wizard), name="contests_contest_wizard"),
            path(f"{contest}/tong-duyet/", view(self.rehearsal), name="contests_contest_rehearsal"),
        ]

    def wizard(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """Every step with its checks, made anew each time the page is shown."""
        user = permitted(request, VIEW)
        contest = find_contest(contest_id)
        context = {
            "title": _("Các bước lập cuộc thi"),
            "report": check_contest(contest).for_person(user.has_perm),
            "timetable": timetable_of(contest),
            "checked_at": database_now(),
            "stage": stage(contest, database_now()),
        }
        return page(request, self.site, "wizard", contest, context)

    def rehearsal(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """What was played and what came of it; the button that has it played again."""
        user = permitted(request, VIEW)
        contest = find_contest(contest_id)
        if request.method == "POST":
            if not user.has_perm(CHANGE):
                raise PermissionDenied
            ask_rehearsal(contest, by=user)
            messages.success(request, _("Đã yêu cầu tổng duyệt. Kết quả hiện ở trang này."))
            return HttpResponseRedirect(address("contest_rehearsal", contest.pk))
        return self._rehearsals(request, contest)

    def _rehearsals(self, request: HttpRequest, contest: Any) -> HttpResponse:
        rows = RehearsalRun.objects.filter(contest=contest).select_related("by")
        newest = rows.first()
        if newest and newest.waits:
            newest = settled(rows, newest.pk)
        context = {
            "title": _("Tổng duyệt"),
            "newest": newest,
            "runs": list(rows[:SHOWN_RUNS]),
            "digest": Subject(contest).digest,
            "people": PEOPLE,
            "may_ask": request.user.has_perm(CHANGE),
            "back": address("contest_wizard", contest.pk),
        }
        response = page(request, self.site, "rehearsal", contest, context)
        if newest and newest.waits:
            response["Refresh"] = str(LOOK_AGAIN)
        return response
