"""The list of people who may not take part, from an Excel file: first what it holds, then the writing.

Between the two pages nothing is kept on the server. What was read goes through the person's own browser,
signed, for an hour: an ID number is a hash by then.
"""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.lib.clock import database_now
from contest_site.lib.errors import Refused
from contest_site.lib.identity import display_phone
from contest_site.lib.unfold import ModelAdmin
from contests.admin.pages import address, find_contest, page, permitted, workbook
from contests.domain.excluding import ListedPerson, exclude_people
from contests.enums import ExclusionRole
from contests.importers.exclusions import read_exclusions, write_template
from contests.importers.table import Report
from contests.models import Contest
from questions.forms import UploadForm
from questions.importers.container import UnreadableError

PREVIEW_LIFE = timedelta(hours=1)
FIRST_ROWS = 50


class ExclusionPages(ModelAdmin):
    """The import's pages, below the contest's own address."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        start = "<int:contest_id>/khong-duoc-du-thi"
        return [
            path(f"{start}/nhap/", view(self.exclude_page), name="contests_contest_exclude"),
            path(f"{start}/mau/", view(self.exclude_template), name="contests_contest_exclude_template"),
            *super().get_urls(),
        ]

    def exclude_template(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        permitted(request, "contests.add_exclusion")
        find_contest(contest_id)
        return workbook("mau-khong-duoc-du-thi", lambda file: write_template(file, made_at=database_now()))

    def exclude_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """A file gives its preview; the preview's button writes what was read."""
        contest = find_contest(contest_id)
        user = permitted(request, "contests.add_exclusion")
        if "people" in request.POST:
            return _write(request, contest, user)
        form = UploadForm(request.POST or None, request.FILES or None)
        form.fields["file"].help_text = _(
            "Tối đa 5 MB và 5.000 người. Chưa có gì được ghi cho đến khi xác nhận ở bước sau."
        )
        context: dict[str, Any] = {"title": _("Nhập danh sách không được dự thi"), "form": form}
        if request.method == "POST" and form.is_valid():
            try:
                report = read_exclusions(form.cleaned_data["file"], contest)
            except UnreadableError as error:
                form.add_error("file", str(error))
            else:
                context |= _preview(contest, user, report)
        return page(request, self.admin_site, "exclude_import", contest, _places(contest) | context)


def _write(request: HttpRequest, contest: Contest, user: Any) -> HttpResponse:
    here = address("contest_exclude", contest.pk)
    try:
        people = _unsigned(request.POST["people"], contest, user)
        count = exclude_people(contest, people, by=user)
    except signing.BadSignature:
        messages.error(request, _("Bản xem trước đã hết hạn. Hãy chọn lại tệp."))
        return HttpResponseRedirect(here)
    except Refused as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(here)
    done = ngettext(
        "Đã đưa %(count)d người vào danh sách không được dự thi.",
        "Đã đưa %(count)d người vào danh sách không được dự thi.",
        count,
    )
    messages.success(request, done % {"count": count})
    return HttpResponseRedirect(address("contest_change", contest.pk))


def _places(contest: Contest) -> dict[str, Any]:
    return {
        "here": address("contest_exclude", contest.pk),
        "blank": address("contest_exclude_template", contest.pk),
        "roles": [role.label for role in ExclusionRole],
    }


def _preview(contest: Contest, user: Any, report: Report[ListedPerson]) -> dict[str, Any]:
    if report.problems:
        return {"report": report}
    rows = [
        {
            "row": one.row,
            "name": one.full_name,
            "role": ExclusionRole(one.role).label,
            "phone": display_phone(one.phone) if one.phone else "",
            "has_id": one.national_id_hash is not None,
            "has_account": one.user_id is not None,
        }
        for one in report.rows[:FIRST_ROWS]
    ]
    signed = signing.dumps([astuple(one) for one in report.rows], salt=_salt(contest, user), compress=True)
    return {"report": report, "rows": rows, "people": signed}


def _unsigned(text: str, contest: Contest, user: Any) -> list[ListedPerson]:
    rows = signing.loads(text, salt=_salt(contest, user), max_age=PREVIEW_LIFE)
    return [ListedPerson(*row) for row in rows]


def _salt(contest: Contest, user: Any) -> str:
    """A preview is good for the contest and the person that it was made for."""
    return f"contests.exclusions.{contest.pk}.{user.pk}"
