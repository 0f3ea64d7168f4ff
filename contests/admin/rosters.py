"""Danh sách người của đơn vị: the lists of a contest, what is known of each person, and their files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.core.validators import FileExtensionValidator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.identity import display_phone
from contest_site.lib.templatetags.vi import day
from contest_site.lib.work import ask, settled
from contests.admin.pages import act, find_contest, page, permitted, workbook
from contests.admin.unit_pages import REFRESH_SECONDS, searched
from contests.domain.rosters import (
    CHANGE,
    TASK,
    candidates,
    import_roster,
    keep_roster_file,
    remove_roster,
    settle_match,
)
from contests.enums import RosterMode, RosterStatus
from contests.importers.rosters import write_template
from contests.models import Contest, Entry, Roster, RosterImport, RosterPerson, Unit
from contests.queries import offered_units
from contests.rosters import RosterCounts, roster

PEOPLE_A_PAGE = 100


class RosterFileForm(forms.Form):
    """Whose list it is, the file, and whether it takes the place of the list that is there."""

    contest: forms.ModelChoiceField[Contest] = forms.ModelChoiceField(
        label=gettext_lazy("Cuộc thi"),
        queryset=Contest.objects.filter(is_rehearsal=False),
        widget=UnfoldAdminSelectWidget,
    )
    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Đơn vị lập danh sách"),
        queryset=Unit.objects.filter(is_rehearsal=False),
        help_text=gettext_lazy("Người thuộc đơn vị trực thuộc được ghi ở cột “Đơn vị” của tệp."),
    )
    file = forms.FileField(
        label=gettext_lazy("Tệp Excel (.xlsx) hoặc CSV"),
        max_length=200,
        allow_empty_file=True,  # the importer's own sentence says it better
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
        validators=[FileExtensionValidator(["xlsx", "csv"], gettext_lazy("Chọn tệp .xlsx hoặc .csv."))],
        help_text=gettext_lazy(
            "Tối đa 5 MB và 5.000 người. Chưa có gì được ghi cho đến khi xác nhận ở bước sau."
        ),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Cách nhập"),
        # Shorter than the values' own words: one line on a phone.
        choices=[
            (RosterMode.REPLACE, gettext_lazy("Thay danh sách đã nhập")),
            (RosterMode.ADD, gettext_lazy("Thêm vào danh sách đã nhập")),
        ],
        initial=RosterMode.REPLACE,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        searched(self.fields["unit"], site, many=False)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        contest, unit = found.get("contest"), found.get("unit")
        if contest and unit and not offered_units(contest).filter(pk=unit.pk).exists():
            self.add_error("unit", _("Đơn vị không thuộc địa bàn của cuộc thi, hoặc đã chấm dứt hoạt động."))
        return found


@admin.register(Roster)
class RosterAdmin(ReadOnlyAdmin):
    """The lists that units gave; each opens the people with what is known of them."""

    list_before_template = "admin/contests/roster_steps.html"
    list_display = ("linked", "contest", "people_count", "at", "by")
    list_display_links = None
    list_filter = ("contest",)
    list_select_related = ("contest", "unit", "by")
    search_fields = ("unit__folded", "unit__code")
    search_help_text = gettext_lazy("Tên đơn vị không dấu, hoặc mã đơn vị")
    ordering = ("contest", "unit__code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Roster]:
        rows: QuerySet[Roster] = super().get_queryset(request)
        # Of the page's rosters alone.
        people = RosterPerson.objects.filter(roster=OuterRef("pk")).order_by().values("roster")
        return rows.annotate(people_count=Subquery(people.annotate(n=Count("pk")).values("n")))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("nhap/", view(self.upload_page), name="contests_roster_import"),
            path("nhap/<int:draft>/", view(self.preview_page), name="contests_roster_preview"),
            path("mau/", view(self.template_page), name="contests_roster_template"),
            path("<int:pk>/nguoi/", view(self.people_page), name="contests_roster_people"),
            path("<int:pk>/xoa/", view(self.remove_page), name="contests_roster_remove"),
            path("nguoi/<int:pk>/", view(self.match_page), name="contests_roster_match"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("đơn vị"), ordering="unit__code")
    def linked(self, row: Roster) -> str:
        return format_html('<a href="{}">{}</a>', _people_address(row), row.unit.name)

    @admin.display(description=gettext_lazy("số người"))
    def people_count(self, row: Any) -> int:
        number: int | None = row.people_count
        return number or 0

    def template_page(self, request: HttpRequest) -> HttpResponse:
        permitted(request, "contests.view_roster")
        return workbook("mau-danh-sach-nguoi", lambda file: write_template(file, made_at=database_now()))

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; it is kept for its preview on the next page."""
        user = permitted(request, CHANGE)
        initial = {"contest": request.GET.get("contest"), "unit": request.GET.get("unit")}
        form = RosterFileForm(
            request.POST or None, request.FILES or None, site=self.admin_site, initial=initial
        )
        if request.method == "POST" and form.is_valid():
            found = form.cleaned_data
            file = found["file"]
            try:
                draft = keep_roster_file(
                    found["contest"], found["unit"], file.name, file.read(), by=user, mode=found["mode"]
                )
            except DomainError as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:contests_roster_preview", args=[draft.pk]))
        context = {"title": _("Nhập danh sách người của đơn vị"), "form": form}
        return self._page(request, "roster_import", None, {**context, "media": self.media + form.media})

    def preview_page(self, request: HttpRequest, draft: int) -> HttpResponse:
        """What the file would do, and the button that does it. Only for the person who uploaded it."""
        user = permitted(request, CHANGE)
        own = RosterImport.objects.filter(by=user).select_related("contest", "unit")
        if request.method == "POST":
            return self._act(request, get_object_or_404(own, pk=draft), user)
        try:
            kept = settled(own.defer("content"), draft)
        except RosterImport.DoesNotExist:
            raise Http404 from None
        context = {"title": _("Xem trước khi nhập"), "draft": kept, "found": kept.found or {}}
        response = self._page(request, "roster_preview", kept.contest, context)
        if kept.waits:
            response["Refresh"] = REFRESH_SECONDS
        return response

    def _act(self, request: HttpRequest, kept: RosterImport, user: Any) -> HttpResponse:
        """The import, or another reading of the file when the last one failed."""
        if kept.failure and "again" in request.POST:
            ask(kept, TASK)
            return HttpResponseRedirect(request.path)
        try:
            changes = import_roster(kept, by=user)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        words = {
            "added": len(changes.added), "changed": len(changes.changed), "removed": len(changes.removed),
        }  # fmt: skip
        messages.success(request, _("Đã thêm %(added)d người, sửa %(changed)d, bỏ %(removed)d.") % words)
        done = Roster.objects.get(contest=kept.contest_id, unit=kept.unit_id)
        return HttpResponseRedirect(_people_address(done))

    def people_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everybody of one list with what is known, those of one state with `?tinh-trang=`."""
        permitted(request, "contests.view_roster")
        row = _find(pk)
        lines = roster(row.contest, row.unit, only=row)
        status = request.GET.get("tinh-trang", "")
        shown = [one for one in lines if one.status == status] if status in RosterStatus.values else lines
        numbers = {one: sum(line.status is one for line in lines) for one in RosterStatus}
        context = {
            "title": row.unit.name,
            "row": row,
            "lines": Paginator(shown, PEOPLE_A_PAGE).get_page(request.GET.get("trang")),
            "states": [(one.value, one.label, number) for one, number in numbers.items()],
            "counts": RosterCounts(**{one.value: number for one, number in numbers.items()}),
            "status": status,
            "may_change": request.user.has_perm(CHANGE),
        }
        return self._page(request, "roster_people", row.contest, context)

    def remove_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What goes, and the button by which it goes."""
        user = permitted(request, CHANGE)
        row = _find(pk)
        back = f"{reverse('admin:contests_roster_changelist')}?contest__id__exact={row.contest_id}"
        if request.method == "POST":
            return act(request, lambda: remove_roster(row, by=user), _("Đã xóa danh sách."), back)
        people = row.people.count()
        what = ngettext(
            "Danh sách %(count)d người của %(unit)s bị xóa, cùng các xác nhận đối chiếu.",
            "Danh sách %(count)d người của %(unit)s bị xóa, cùng các xác nhận đối chiếu.",
            people,
        )
        context = {
            "title": _("Xóa danh sách"),
            "what": [
                what % {"count": people, "unit": row.unit.name},
                _("Đăng ký dự thi, bài thi và kết quả không bị ảnh hưởng."),
                _("Muốn có lại thì nhập lại tệp."),
            ],
            "reasons": [],
            "button": _("Xóa danh sách"),
            "back": _people_address(row),
        }
        return page(request, self.admin_site, "step", row.contest, context)

    def match_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whose entry it is, when the data leave it open: the candidates side by side, or none of them."""
        user = permitted(request, CHANGE)
        people = RosterPerson.objects.select_related("roster__contest", "roster__unit", "unit")
        person = get_object_or_404(people, pk=pk)
        found = list(candidates(person))
        if request.method == "POST":
            entry = next((one for one in found if str(one.pk) == request.POST.get("entry")), None)
            if entry is None and request.POST.get("entry") != "none":
                messages.error(request, _("Chọn một đăng ký, hoặc “Không phải ai trong số này”."))
                return HttpResponseRedirect(request.path)
            where = f"{_people_address(person.roster)}?tinh-trang=unclear"
            return act(request, lambda: settle_match(person, entry, by=user), _("Đã ghi đối chiếu."), where)
        context = {
            "title": person.full_name,
            "person": person,
            "facts": _facts(person),
            "found": [(one, _facts(one)) for one in found],
            "match": getattr(person, "match", None),
            "list": _people_address(person.roster),
        }
        return self._page(request, "roster_match", person.roster.contest, context)

    def _page(
        self, request: HttpRequest, template: str, contest: Contest | None, context: dict[str, Any]
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        shared = {"back": reverse("admin:contests_roster_changelist"), "opts": Roster._meta, **context}
        return page(request, self.admin_site, template, contest, shared)


def _find(pk: int) -> Roster:
    found: Roster = get_object_or_404(Roster.objects.select_related("contest", "unit", "by"), pk=pk)
    find_contest(found.contest_id)
    return found


def _people_address(row: Roster) -> str:
    return reverse("admin:contests_roster_people", args=[row.pk])


def _facts(one: RosterPerson | Entry) -> list[str]:
    """What tells two people apart, in words; of a national ID only that it was given."""
    facts = []
    if one.birth_date:
        facts.append(_("sinh %(day)s") % {"day": day(one.birth_date)})
    if one.phone:
        facts.append(display_phone(one.phone))
    if one.national_id_hash:
        facts.append(_("có số định danh"))
    facts.append(one.unit.name)
    return facts
