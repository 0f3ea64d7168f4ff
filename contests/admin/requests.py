"""The queue of what people ask for: corrections of their entry, units that the directory lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.identity import display_phone
from contest_site.lib.names import has_words, words_of
from contests.admin.pages import permitted
from contests.domain.requesting import decide_request, make_unit
from contests.enums import Gender, RequestKind
from contests.models import Category, EntryRequest, Unit
from contests.queries import offered_units, results_published
from contests.unit_search import nearest_units, search_units

LABELS = {
    "full_name": gettext_lazy("Họ và tên"),
    "birth_date": gettext_lazy("Ngày sinh"),
    "gender": gettext_lazy("Giới tính"),
    "phone": gettext_lazy("Số điện thoại"),
    "national_id": gettext_lazy("Số định danh cá nhân"),
    "address": gettext_lazy("Địa chỉ nơi ở"),
    "unit": gettext_lazy("Đơn vị"),
    "category": gettext_lazy("Đối tượng dự thi"),
}


@dataclass(frozen=True)
class Line:
    """A field with what it holds and what is wanted."""

    label: str
    now: str
    wanted: str


class DecisionForm(forms.Form):
    """Grounds, and for a missing unit where the entry goes: an existing unit or a new one."""

    grounds = forms.CharField(
        label=gettext_lazy("Lý do, hoặc lời nhắn cho người dự thi"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Bắt buộc khi không chấp nhận. Người dự thi đọc được."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(queryset=Unit.objects.none(), required=False)
    query = forms.CharField(
        label=gettext_lazy("Tìm đơn vị khác"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "search"}),
    )
    new_name = forms.CharField(
        label=gettext_lazy("Tên đơn vị mới"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )
    new_code = forms.CharField(
        label=gettext_lazy("Mã (để trống thì tự đặt)"),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
    )


class WaitingFilter(admin.SimpleListFilter):
    """What waits comes first; what was decided can be looked up."""

    title = gettext_lazy("tình trạng")
    parameter_name = "tinh-trang"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("cho", gettext_lazy("Chờ quyết định")), ("xong", gettext_lazy("Đã quyết định"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EntryRequest]) -> QuerySet[EntryRequest]:
        if self.value() == "cho":
            return queryset.filter(decision=None)
        return queryset.filter(decision__isnull=False) if self.value() == "xong" else queryset


@admin.register(EntryRequest)
class EntryRequestAdmin(ReadOnlyAdmin):
    list_display = ("linked", "kind", "contest", "unit", "at", "state")
    list_display_links = None
    list_filter = (WaitingFilter, "kind", "entry__contest")
    list_select_related = ("entry__contest", "entry__unit", "decision")
    search_fields = ("entry__full_name",)
    search_help_text = gettext_lazy("Họ và tên")
    ordering = ("-id",)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_page)
        return [path("<int:pk>/quyet-dinh/", view, name="contests_entryrequest_decide"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EntryRequest], search_term: str
    ) -> tuple[QuerySet[EntryRequest], bool]:
        """By the words of the name, accents aside."""
        if words_of(search_term):
            return queryset.filter(has_words("entry__full_name", search_term)), False
        return (queryset.none() if search_term.strip() else queryset), False

    @admin.display(description=gettext_lazy("người dự thi"), ordering="entry__full_name")
    def linked(self, row: EntryRequest) -> str:
        address = reverse("admin:contests_entryrequest_decide", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row.entry.full_name)

    @admin.display(description=gettext_lazy("cuộc thi"))
    def contest(self, row: EntryRequest) -> str:
        return row.entry.contest.name

    @admin.display(description=gettext_lazy("đơn vị hiện nay"))
    def unit(self, row: EntryRequest) -> str:
        return row.entry.unit.name

    @admin.display(description=gettext_lazy("tình trạng"))
    def state(self, row: EntryRequest) -> str:
        decision = getattr(row, "decision", None)
        return decision.get_verdict_display() if decision else _("Chờ quyết định")

    def decide_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is asked, beside what stands; POST decides."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = EntryRequest.objects.select_related(
            "entry__contest__area", "entry__unit", "entry__category", "decision__by"
        )
        row = get_object_or_404(rows, pk=pk)
        missing = row.kind == RequestKind.MISSING_UNIT
        name = row.wanted.get("unit_name", "") if missing else ""
        typed_in = request.POST.copy()
        if missing and "move" in typed_in:  # a near name's own button
            typed_in["unit"], typed_in["act"] = str(typed_in["move"]), "accept"
        form = DecisionForm(typed_in or None, initial={"query": name, "new_name": name})
        units = offered_units(row.entry.contest)
        form.fields["unit"].queryset = units  # type: ignore[attr-defined]
        if request.method == "POST" and "find" not in request.POST:
            user = permitted(request, "contests.decide_request")
            if form.is_valid() and self._decided(request, form, row, user):
                return HttpResponseRedirect(reverse("admin:contests_entryrequest_changelist"))
        typed = request.POST.get("query", "") or name
        offered = nearest_units(row.entry.contest, typed) if missing else []
        if request.POST.get("query"):
            offered = search_units(row.entry.contest, typed) or offered
        context = {
            **self.admin_site.each_context(request),
            "opts": EntryRequest._meta,
            "title": row.get_kind_display(),
            "row": row,
            "entry": row.entry,
            "contest": row.entry.contest,
            "lines": [] if missing else lines(row),
            "missing": missing,
            "offered": offered,
            "form": form,
            "published": results_published(row.entry),
            "decision": getattr(row, "decision", None),
            "may_decide": request.user.has_perm("contests.decide_request"),
            "back": f"{reverse('admin:contests_entryrequest_changelist')}?tinh-trang=cho",
        }
        return TemplateResponse(
            request, "admin/contests/entry_request.html", context, status=400 if form.errors else 200
        )

    def _decided(self, request: HttpRequest, form: DecisionForm, row: EntryRequest, user: Any) -> bool:
        """Whether it could be decided as asked; else the form says why not."""
        found, act = form.cleaned_data, form.data.get("act", "")
        try:
            with transaction.atomic():
                unit = found["unit"]
                if act not in acts_on(row):
                    raise Invalid(_("Chưa rõ quyết định gì. Hãy bấm một trong các nút bên dưới."))
                if act == "make":
                    unit = make_unit(
                        by=user, name=found["new_name"], parent=row.entry.unit, code=found["new_code"]
                    )
                decide_request(row, by=user, accept=act != "refuse", grounds=found["grounds"], unit=unit)
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, _("Đã ghi quyết định; người dự thi thấy ở trang “Cuộc thi của tôi”."))
        return True


def acts_on(row: EntryRequest) -> set[str]:
    """The buttons that the page of this request has."""
    return {"accept", "refuse", "make"} if row.kind == RequestKind.MISSING_UNIT else {"accept", "refuse"}


def lines(row: EntryRequest) -> list[Line]:
    """What is wanted beside what stands, in people's words; of a national ID only that it is another."""
    entry, found = row.entry, []
    decision = getattr(row, "decision", None)
    for name, value in row.wanted.items():
        before = decision.before.get(name) if decision and decision.before else _now(entry, name)
        found.append(Line(str(LABELS.get(name, name)), shown(name, before), shown(name, value)))
    return found


def _now(entry: Any, name: str) -> Any:
    if name == "national_id":
        return "1" if entry.national_id_hash else ""
    if name in ("unit", "category"):
        return getattr(entry, f"{name}_id")
    return getattr(entry, name)


def shown(name: str, value: Any) -> str:
    """A stored value in people's words."""
    if not value:
        return "–"
    if isinstance(value, dict):
        return str(value["name"])
    if name == "national_id":
        return value if str(value).startswith("…") else _("đã nhập, không hiện")
    if name == "unit":
        return Unit.objects.get(pk=value).name
    if name == "category":
        return Category.objects.get(pk=value).name
    if name == "gender":
        return str(Gender(value).label)
    if name == "phone":
        return display_phone(value)
    if name == "birth_date":
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return f"{day:%d/%m/%Y}"
    return str(value)
