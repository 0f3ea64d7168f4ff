"""Tổng số người: one unit, many from a file, and the lock. Their list with what came of it is the root's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.unfold import ModelAdmin
from contests.admin.fields import GroupedField
from contests.admin.pages import act, address, find_contest, page, permitted, workbook
from contests.domain.headcounts import (
    correct_headcount,
    import_headcounts,
    lock_headcounts,
    lock_of,
    remove_headcount,
)
from contests.importers.headcounts import UnitPeople, read_headcounts, write_template
from contests.importers.table import Report
from contests.models import Contest, Headcount, Unit
from contests.queries import contest_units
from questions.importers.container import UnreadableError

CHANGE = "contests.change_headcount"
PREVIEW_LIFE = timedelta(hours=1)
FIRST_ROWS = 50


class CorrectionForm(forms.Form):
    """Empty = the unit has no number any more. The reason is asked for once the numbers are locked."""

    people = GroupedField(
        label=gettext_lazy("Tổng số người của chính đơn vị"),
        required=False,
        help_text=gettext_lazy("Không kể đơn vị trực thuộc. Để trống là bỏ số đã ghi."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do, căn cứ"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class HeadcountFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp Excel (.xlsx) hoặc CSV"),
        max_length=200,
        allow_empty_file=True,  # the importer's own sentence says it better
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
        validators=[FileExtensionValidator(["xlsx", "csv"], gettext_lazy("Chọn tệp .xlsx hoặc .csv."))],
        help_text=gettext_lazy(
            "Các cột Mã đơn vị và Tổng số người. Chưa có gì được ghi cho đến khi xác nhận."
        ),
    )


class HeadcountPages(ModelAdmin):
    """The pages that change headcounts, below the contest's own address."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        start = "<int:contest_id>/tong-so-nguoi"
        return [
            path(f"{start}/khoa/", view(self.lock_page), name="contests_contest_lock_headcounts"),
            path(f"{start}/nhap/", view(self.import_page), name="contests_contest_import_headcounts"),
            path(f"{start}/mau/", view(self.headcount_template), name="contests_contest_headcount_template"),
            path(f"{start}/<int:unit_id>/", view(self.correct_page), name="contests_contest_headcount"),
            *super().get_urls(),
        ]

    def lock_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        contest = find_contest(contest_id)
        user = permitted(request, CHANGE)
        if request.method == "POST":
            done = _("Đã khóa tổng số người của các đơn vị.")
            return act(request, lambda: lock_headcounts(contest, by=user), done, list_address(contest))
        units = contest.headcounts.count()
        context = {
            "title": _("Khóa tổng số người"),
            "what": [
                _("Số của %(units)d đơn vị được giữ làm căn cứ tính tỷ lệ tham gia.") % {"units": units},
                _("Sau khi khóa, sửa số của đơn vị nào cũng phải ghi lý do và được lưu vào nhật ký."),
                _("Không gỡ khóa được."),
            ],
            "reasons": [] if units else [_("Chưa có đơn vị nào được ghi tổng số người.")],
            "button": _("Khóa tổng số người"),
            "back": list_address(contest),
        }
        return page(request, self.admin_site, "step", contest, context)

    def correct_page(self, request: HttpRequest, contest_id: int, unit_id: int) -> HttpResponse:
        """One unit's own number, and the reason once they are locked."""
        contest = find_contest(contest_id)
        user = permitted(request, CHANGE)
        unit = get_object_or_404(contest_units(contest), pk=unit_id)
        now = Headcount.objects.filter(contest=contest, unit=unit).first()
        form = CorrectionForm(request.POST or None, initial={"people": now.people if now else None})
        lock = lock_of(contest)
        form.fields["reason"].required = lock is not None
        if request.method == "POST" and form.is_valid():
            try:
                _change(contest, unit, user, **form.cleaned_data)
            except DomainError as error:
                form.add_error("people", str(error))
            else:
                messages.success(request, _("Đã ghi tổng số người của %(unit)s.") % {"unit": unit})
                return HttpResponseRedirect(list_address(contest))
        context = {
            "title": unit.name,
            "form": form,
            "lock": lock,
            "back": list_address(contest),
            "headcount": now,
        }
        status = 400 if form.errors else 200
        return page(request, self.admin_site, "headcount", contest, context, status=status)

    def headcount_template(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        permitted(request, "contests.view_headcount")
        contest = find_contest(contest_id)
        return workbook("tong-so-nguoi", lambda file: write_template(file, contest, made_at=database_now()))

    def import_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """A file gives its preview; the preview's button writes what was read."""
        contest = find_contest(contest_id)
        user = permitted(request, CHANGE)
        if "people" in request.POST:
            return _write(request, contest, user)
        form = HeadcountFileForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {
            "title": _("Nhập tổng số người"),
            "form": form,
            "here": address("contest_import_headcounts", contest.pk),
            "blank": address("contest_headcount_template", contest.pk),
            "back": list_address(contest),
            "lock": lock_of(contest),
        }
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            is_csv = PurePath(file.name).suffix.lower() == ".csv"
            try:
                report = read_headcounts(file, contest, is_csv=is_csv)
            except UnreadableError as error:
                form.add_error("file", str(error))
            else:
                context |= _preview(contest, user, report)
        return page(request, self.admin_site, "headcount_import", contest, context)


def _write(request: HttpRequest, contest: Contest, user: Any) -> HttpResponse:
    here = address("contest_import_headcounts", contest.pk)
    try:
        rows = signing.loads(request.POST["people"], salt=_salt(contest, user), max_age=PREVIEW_LIFE)
        reason = request.POST.get("reason", "")
        count = import_headcounts(contest, dict(rows), by=user, reason=reason)
    except signing.BadSignature:
        messages.error(request, _("Bản xem trước đã hết hạn. Hãy chọn lại tệp."))
        return HttpResponseRedirect(here)
    except DomainError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(here)
    done = ngettext("Đã ghi số của %(count)d đơn vị.", "Đã ghi số của %(count)d đơn vị.", count)
    messages.success(request, done % {"count": count})
    return HttpResponseRedirect(list_address(contest))


def list_address(contest: Contest) -> str:
    """The list that shows headcounts beside participation belongs to a later app; here it is an address."""
    return f"{reverse('admin:contests_headcount_changelist')}?contest={contest.pk}"


def _change(contest: Contest, unit: Unit, user: Any, *, people: int | None, reason: str) -> None:
    if people is None:
        remove_headcount(contest, unit, by=user, reason=reason)
    else:
        correct_headcount(contest, unit, people, by=user, reason=reason)


def _preview(contest: Contest, user: Any, report: Report[UnitPeople]) -> dict[str, Any]:
    if report.problems:
        return {"report": report}
    moved = [one for one in report.rows if one.people != one.before]
    rows = [[one.unit_id, one.people] for one in report.rows]
    return {
        "report": report,
        "moved": len(moved),
        "rows": moved[:FIRST_ROWS],
        "people": signing.dumps(rows, salt=_salt(contest, user), compress=True),
    }


def _salt(contest: Contest, user: Any) -> str:
    return f"contests.headcounts.{contest.pk}.{user.pk}"
