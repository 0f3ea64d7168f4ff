"""Who may not take part, and who has entered."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import Invalid
from contest_site.lib.identity import display_phone, normal_phone
from contest_site.lib.unfold import ModelAdmin
from contests.admin.forms import ExclusionForm
from contests.admin.locks import NothingSilent
from contests.domain.excluding import readmit_person, record_exclusion
from contests.models import Entry, Exclusion


class PhoneSearch(ModelAdmin):
    """A phone number is found however it is typed."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        try:
            return queryset.filter(phone=normal_phone(search_term)), False
        except Invalid:
            return super().get_search_results(request, queryset, search_term)


@admin.register(Exclusion)
class ExclusionAdmin(NothingSilent, PhoneSearch, AuditedAdmin):
    form = ExclusionForm
    fields = ("contest", "full_name", "role", "user", "phone", "national_id")
    autocomplete_fields = ("contest", "user")
    list_display = ("full_name", "role", "contest", "user", "shown_phone", "has_national_id")
    list_filter = ("contest", "role")
    list_select_related = ("contest", "user")
    search_fields = ("full_name", "user__full_name", "user__username")
    search_help_text = gettext_lazy("Họ và tên, tài khoản hoặc số điện thoại")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Exclusion, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        record_exclusion(obj, by=request.user if request.user.is_authenticated else None)

    def delete_model(self, request: HttpRequest, obj: Exclusion) -> None:
        assert request.user.is_authenticated
        readmit_person(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Exclusion]) -> None:
        for exclusion in queryset:
            self.delete_model(request, exclusion)

    @admin.display(description=gettext_lazy("số điện thoại"))
    def shown_phone(self, exclusion: Exclusion) -> str:
        return display_phone(exclusion.phone) if exclusion.phone else "–"

    @admin.display(description=gettext_lazy("có số định danh"), boolean=True)
    def has_national_id(self, exclusion: Exclusion) -> bool:
        return exclusion.national_id_hash is not None


@admin.register(Entry)
class EntryAdmin(PhoneSearch, ReadOnlyAdmin):
    list_display = (
        *("full_name", "birth_date", "unit", "category", "shown_phone", "contest", "created_at"),
        "is_trial",
    )
    list_filter = ("contest", "unofficial", "gender", ("category", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("unit", "category", "contest")
    search_fields = ("full_name", "unit__name")
    search_help_text = gettext_lazy("Họ và tên, đơn vị hoặc số điện thoại")
    fields = (
        *("contest", "user", "full_name", "birth_date", "gender", "shown_phone", "has_national_id"),
        *("unit", "category", "consent_version", "consented_at", "created_at", "is_trial"),
    )

    @admin.display(description=gettext_lazy("thi thử"), ordering="unofficial")
    def is_trial(self, entry: Entry) -> str:
        return _("Thi thử, không tính kết quả") if entry.unofficial else "–"

    @admin.display(description=gettext_lazy("số điện thoại"))
    def shown_phone(self, entry: Entry) -> str:
        return display_phone(entry.phone)

    @admin.display(description=gettext_lazy("có số định danh"), boolean=True)
    def has_national_id(self, entry: Entry) -> bool:
        return entry.national_id_hash is not None
