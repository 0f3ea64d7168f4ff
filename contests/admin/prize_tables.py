"""A prize table on a page of its own: along which ranking its prizes are laid, by what units are ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.unfold import TabularInline
from contests.admin.fields import GroupedField, OrderField, WeightsField, YesNoField, suggest
from contests.admin.forms import PlanFormSet, kept, unset
from contests.admin.inlines import only_rounds
from contests.admin.locks import NothingSilent, PlanPart, PlanRows, is_fixed
from contests.enums import Audience, TableScope, UnitMetric
from contests.models import CertificateTemplate, Contest, Prize, PrizeTable, Round
from contests.prize_tables import basis_in_words

if TYPE_CHECKING:
    TableModelForm = forms.ModelForm[PrizeTable]
    PrizeModelForm = forms.ModelForm[Prize]
else:
    TableModelForm = PrizeModelForm = forms.ModelForm

ORDER_SLOTS = 4

FIELDSETS: tuple[Any, ...] = (
    (
        None,
        {
            "fields": (
                "contest",
                ("number", "name"),
                ("scope", "round"),
                ("audience", "method"),
                ("winner_limit", "unit_limit"),
            )
        },
    ),
    (
        gettext_lazy("Giải tập thể: xếp hạng đơn vị"),
        {
            "fields": (
                "unit_order",
                "weights",
                ("best_of", "by_block"),
                ("min_participants", "min_ratio_percent"),
            ),
            "description": gettext_lazy(
                "Chọn một trong hai: thứ tự tiêu chí (tiêu chí đầu quyết định, bằng nhau mới xét tiếp), "
                "hoặc trọng số (mỗi tiêu chí so với đơn vị cao nhất). Giải cá nhân để trống phần này."
            ),
        },
    ),
)


class PrizeTableForm(TableModelForm):
    by_block = YesNoField(label=gettext_lazy("Xếp hạng và trao giải riêng từng khối"), required=False)
    weights = WeightsField(
        label=gettext_lazy("Trọng số"),
        required=False,
        help_text=gettext_lazy("Cộng lại là 100; để trống khi xếp theo thứ tự tiêu chí."),
    )

    class Meta:
        model = PrizeTable
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit_order" in self.fields:
            # As many places as the order has, however it came in.
            slots = max(ORDER_SLOTS, len(self.instance.unit_order) + 1)
            self.fields["unit_order"] = OrderField(
                UnitMetric,
                slots=min(slots, len(UnitMetric)),
                required=False,
                label=gettext_lazy("Thứ tự tiêu chí xếp hạng đơn vị"),
            )
        if self.instance._state.adding:
            unset(self, "method", "by_block")
        suggest(self.fields, "prize_tables")

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        found = self.cleaned_data
        self._clean_scope()
        if found.get("unit_order") and found.get("weights"):
            self.add_error("weights", _("Chỉ chọn một: thứ tự tiêu chí hoặc trọng số."))
        if found.get("by_block", False) is None:
            found["by_block"] = False
            if found.get("audience") == Audience.UNIT:
                self.add_error("by_block", _("Chọn Có hoặc Không."))
        return found

    def _clean_scope(self) -> None:
        found = self.cleaned_data
        scope, round = found.get("scope"), found.get("round")
        if scope == TableScope.ROUND and round is None and "round" not in self.errors:
            self.add_error("round", _("Chọn vòng thi của bảng giải."))
        if scope and scope != TableScope.ROUND and round is not None:
            self.add_error("round", _("Chỉ bảng giải của một vòng thi mới ghi vòng thi."))


class PrizeFormSet(PlanFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        seen = set()
        for form in kept(self):
            position = form.cleaned_data["position"]
            if position in seen:
                raise ValidationError(
                    _("Hai giải cùng có thứ tự trao %(position)d.") % {"position": position}
                )
            seen.add(position)

    def validate_unique(self) -> None:
        """Said above in the words of a plan."""


class PrizeForm(PrizeModelForm):
    amount = GroupedField(label=gettext_lazy("Giá trị mỗi giải (đồng)"), min_value=0, max_value=2_000_000_000)

    class Meta:
        model = Prize
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            unset(self, "amount")


class PrizeInline(PlanRows, NothingSilent, TabularInline):
    model = Prize
    form = PrizeForm
    formset = PrizeFormSet
    fields = ("position", "name", "quantity", "amount", "certificate")
    extra = 0
    hide_title = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only papers of this contest; none at all is a choice too."""
        kwargs.setdefault("empty_label", _("Không có giấy kèm theo"))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "certificate" and field is not None:
            field.queryset = CertificateTemplate.objects.filter(contest=asked_contest_id(request))
        return field


@admin.register(PrizeTable)
class PrizeTableAdmin(PlanPart, NothingSilent, AuditedAdmin):
    form = PrizeTableForm
    fieldsets = FIELDSETS
    inlines = (PrizeInline,)
    list_display = ("name", "contest", "number", "scope", "audience")
    list_select_related = ("contest",)
    search_fields = ("name", "contest__name")
    show_full_result_count = False
    change_form_outer_before_template = "admin/contests/part_of.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only from a contest's page, which is named in the address."""
        named = "contest" in request.GET or "contest" in request.POST
        return named and bool(super().has_add_permission(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The contest from whose page one comes, and the next number of its tables."""
        contest_id = asked_contest_id(request)
        last = PrizeTable.objects.filter(contest=contest_id).aggregate(last=Max("number"))["last"]
        return {"contest": contest_id, "number": (last or 0) + 1}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Only from the page of a contest whose plan may still change."""
        contest = Contest.objects.filter(pk=asked_contest_id(request)).first()
        if contest is None or is_fixed(contest):
            raise PermissionDenied
        context = {"plan_contest": contest, "show_save_and_add_another": False}
        return super().add_view(request, form_url, {**context, **(extra_context or {})})

    def get_readonly_fields(self, request: HttpRequest, obj: PrizeTable | None = None) -> tuple[str, ...]:
        return () if obj is None or self.has_change_permission(request, obj) else ("order_in_words",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The contest is chosen once, by where one comes from; what cannot be changed is read in words."""
        (no_title, first), (title, units) = FIELDSETS
        if obj is None:
            return FIELDSETS
        first = {"fields": first["fields"][1:]}
        if self.has_change_permission(request, obj):
            return ((no_title, first), (title, units))
        return ((no_title, first), (title, {"fields": ("order_in_words", *units["fields"][2:])}))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "contest":
            kwargs["widget"] = forms.HiddenInput()
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "round" and field is not None:
            only_rounds(field, Round.objects.filter(contest=asked_contest_id(request)))
        if db_field.name == "contest" and field is not None:
            field.queryset = Contest.objects.filter(pk=asked_contest_id(request))
        return field

    def response_post_save_add(self, request: HttpRequest, obj: PrizeTable) -> HttpResponseRedirect:
        return HttpResponseRedirect(_contest_page(obj.contest_id))

    def response_post_save_change(self, request: HttpRequest, obj: PrizeTable) -> HttpResponseRedirect:
        return HttpResponseRedirect(_contest_page(obj.contest_id))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        table = self.get_object(request, object_id)
        contest_id = table.contest_id if table else None
        response = super().delete_view(request, object_id, extra_context)
        if request.method == "POST" and response.status_code == 302 and contest_id:
            return HttpResponseRedirect(_contest_page(contest_id))
        return response

    @admin.display(description=gettext_lazy("xếp hạng đơn vị theo"))
    def order_in_words(self, table: PrizeTable) -> str:
        return basis_in_words(table) or "–"


def asked_contest_id(request: HttpRequest) -> int:
    """The contest of the table on this page: its own, or the one in the address of a new one; else 0."""
    match = request.resolver_match
    table_id = match.kwargs.get("object_id") if match else None
    if table_id:
        known = PrizeTable.objects.filter(pk=table_id).values_list("contest", flat=True).first()
        return known or 0
    named = request.GET.get("contest") or request.POST.get("contest") or ""
    return int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0


def _contest_page(contest_id: int) -> str:
    return reverse("admin:contests_contest_change", args=[contest_id]) + "#giai-thuong"
