"""The directory of units as a tree, and the officers who report for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.templatetags.vi import day
from contest_site.lib.text import fold
from contest_site.lib.unfold import TabularInline
from contests.admin.unit_pages import UnitPages
from contests.domain.unit_changes import successor_words, successors_of
from contests.domain.unit_moves import held_units, stays_words
from contests.models import Headcount, Unit, UnitChange, UnitOfficer, UnitSuccession


class OfficerInline(TabularInline):
    model = UnitOfficer
    fields = ("user",)
    autocomplete_fields = ("user",)
    extra = 0


class HeadcountInline(TabularInline):
    """To look at; changed on the contest's own page, where the lock and its reasons are."""

    model = Headcount
    fields = ("contest", "people")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    """A unit by whose place something is counted stays where it is (`contests.domain.unit_moves`)."""

    class Meta:
        model = Unit
        fields = ("name", "code", "kind", "parent", "valid_from", "valid_to")

    def clean_parent(self) -> Unit | None:
        parent: Unit | None = self.cleaned_data["parent"]
        if self.instance.pk and (parent.pk if parent else None) != self.instance.parent_id:
            inside = Unit.objects.descendants(self.instance, include_self=True)
            if held_units(inside):
                raise ValidationError(stays_words())
        return parent


class StateFilter(admin.SimpleListFilter):
    """Units that are there, or those that are gone."""

    title = gettext_lazy("hiệu lực")
    parameter_name = "hieu-luc"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("con", gettext_lazy("Đang hoạt động")), ("het", gettext_lazy("Đã hoặc sẽ chấm dứt"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        if self.value() == "con":
            return queryset.filter(valid_to=None)
        return queryset.filter(valid_to__isnull=False) if self.value() == "het" else queryset


class TreeList(ChangeList):
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """In the order of the tree, a unit and then what belongs to it, unless a column was asked for."""
        rows = super().get_queryset(request, exclude_parameters)
        return rows if "o" in self.params else rows.order_by("tree_ordering")


@admin.register(Unit)
class UnitAdmin(UnitPages, AuditedAdmin):
    form = UnitForm
    fields = ("name", "code", "kind", "parent", ("valid_from", "valid_to"), "became")
    readonly_fields = ("became",)
    list_before_template = "admin/contests/unit_steps.html"
    list_display = ("indented_name", "code", "kind", "parent", "validity")
    list_display_links = ("indented_name",)
    list_filter = (StateFilter, "kind")
    list_select_related = ("parent",)
    search_fields = ("folded", "code")
    search_help_text = gettext_lazy("Tên đơn vị, có dấu hoặc không dấu, hoặc mã đơn vị")
    autocomplete_fields = ("parent",)
    inlines = (OfficerInline, HeadcountInline)
    show_full_result_count = False
    list_per_page = 100

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TreeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        rows: QuerySet[Unit] = Unit.objects.with_tree_fields().filter(is_rehearsal=False)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Unit], search_term: str
    ) -> tuple[QuerySet[Unit], bool]:
        found: tuple[QuerySet[Unit], bool] = super().get_search_results(request, queryset, fold(search_term))
        return found

    @admin.display(description=gettext_lazy("tên đơn vị"))
    def indented_name(self, unit: Any) -> str:
        return format_html('<span class="tree-depth-{}">{}</span>', min(unit.tree_depth, 4), unit.name)

    @admin.display(description=gettext_lazy("hiệu lực"))
    def validity(self, unit: Unit) -> str:
        if unit.valid_to:
            return _("chấm dứt từ %(day)s") % {"day": day(unit.valid_to)}
        return _("từ %(day)s") % {"day": day(unit.valid_from)} if unit.valid_from else "–"

    @admin.display(description=gettext_lazy("sáp nhập, chia tách"))
    def became(self, unit: Unit) -> str:
        """What the unit came from and what became of it, each with its decision."""
        if not unit.pk:
            return "–"
        after = successors_of([unit.pk]).get(unit.pk, [])
        lines = [f"{successor_words([one])} ({_decision(one.change)})" for one in after]
        before = UnitSuccession.objects.filter(successor=unit).select_related("unit", "change")
        came = _("gồm cả %(unit)s trước đây (%(decision)s)")
        lines += [came % {"unit": one.unit.name, "decision": _decision(one.change)} for one in before]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) or "–"


def _decision(change: UnitChange) -> str:
    return _("%(number)s ngày %(day)s") % {
        "number": change.decision_number,
        "day": day(change.decision_date),
    }


class SuccessionInline(TabularInline):
    model = UnitSuccession
    fields = ("unit", "successor")
    readonly_fields = ("unit", "successor")
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(UnitChange)
class UnitChangeAdmin(ReadOnlyAdmin):
    """What was decided about units; recorded in two stages on a page of its own, and final."""

    list_before_template = "admin/contests/unit_steps.html"
    list_display = ("effective_on", "kind", "decision_number", "decision_date", "old_units", "by")
    list_filter = ("kind",)
    list_select_related = ("by",)
    search_fields = ("decision_number", "successions__unit__folded", "successions__successor__folded")
    search_help_text = gettext_lazy("Số quyết định hoặc tên đơn vị")
    fields = ("kind", "decision_number", "decision_date", "effective_on", "note", "by", "at")
    inlines = (SuccessionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitChange]:
        rows: QuerySet[UnitChange] = super().get_queryset(request)
        return rows.prefetch_related("successions__unit", "successions__successor")

    @admin.display(description=gettext_lazy("đơn vị"))
    def old_units(self, change: UnitChange) -> str:
        old = list(dict.fromkeys(one.unit.name for one in change.successions.all()))
        new = list(dict.fromkeys(one.successor.name for one in change.successions.all() if one.successor))
        shown = ", ".join(old[:4]) + (" …" if len(old) > 4 else "")
        return f"{shown} → {', '.join(new[:4]) or '–'}" + (" …" if len(new) > 4 else "")


@admin.register(UnitOfficer)
class UnitOfficerAdmin(AuditedAdmin):
    fields = ("user", "unit")
    list_display = ("user", "unit")
    list_select_related = ("user", "unit")
    search_fields = ("user__full_name", "user__phone", "unit__folded")
    autocomplete_fields = ("user", "unit")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[UnitOfficer], search_term: str
    ) -> tuple[QuerySet[UnitOfficer], bool]:
        """By the unit without accents, or by the person as written."""
        rows, distinct = super().get_search_results(request, queryset, search_term)
        folded, _distinct = super().get_search_results(request, queryset, fold(search_term))
        return rows | folded, distinct
