"""The directory of units as a tree, and the officers who report for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.text import fold
from contest_site.lib.unfold import TabularInline
from contests.models import Headcount, Unit, UnitOfficer


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


class TreeList(ChangeList):
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """In the order of the tree, a unit and then what belongs to it, unless a column was asked for."""
        rows = super().get_queryset(request, exclude_parameters)
        return rows if "o" in self.params else rows.order_by("tree_ordering")


@admin.register(Unit)
class UnitAdmin(AuditedAdmin):
    fields = ("name", "code", "kind", "parent")
    list_display = ("indented_name", "code", "kind", "parent")
    list_display_links = ("indented_name",)
    list_filter = ("kind",)
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
