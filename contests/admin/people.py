"""Who may not take part, and who has entered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.identity import display_phone, normal_phone
from contest_site.lib.unfold import ModelAdmin
from contests.admin.forms import ExclusionForm
from contests.admin.locks import NothingSilent
from contests.admin.pages import permitted
from contests.domain.consenting import PAPERS_AT_ONCE, record_paper_consents, too_many_papers
from contests.domain.excluding import readmit_person, record_exclusion
from contests.domain.showing import show_national_id
from contests.entered import entry_state
from contests.finding import named_entries
from contests.models import Entry, Exclusion
from contests.queries import waiting_for_guardian


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


class GuardianFilter(admin.SimpleListFilter):
    title = gettext_lazy("người giám hộ")
    parameter_name = "giam-ho"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("cho", gettext_lazy("Chờ đồng ý"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(pk__in=waiting_for_guardian()) if self.value() == "cho" else queryset


class PaperForm(forms.Form):
    paper = forms.CharField(
        label=gettext_lazy("Giấy đồng ý"),
        max_length=300,
        help_text=gettext_lazy(
            "Số, ngày và nơi lưu, ví dụ: danh sách phụ huynh lớp 7A ký ngày 05/11, lưu tại trường."
        ),
        error_messages={"required": gettext_lazy("Ghi số, ngày của giấy đồng ý và nơi lưu giữ.")},
        widget=UnfoldAdminTextInputWidget,
    )


@admin.register(Entry)
class EntryAdmin(PhoneSearch, ReadOnlyAdmin):
    list_display = (
        *("full_name", "birth_date", "unit", "category", "shown_phone", "contest", "created_at"),
        "is_trial",
    )
    list_filter = (
        *("contest", "unofficial", GuardianFilter, "gender"),
        ("category", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("unit", "category", "contest")
    search_fields = ("full_name",)  # and units, see get_search_results
    search_help_text = gettext_lazy("Họ và tên, đơn vị hoặc số điện thoại")
    actions = ("record_papers",)
    fields = (
        *("contest", "user", "full_name", "birth_date", "gender", "shown_phone", "national_id", "address"),
        *("unit", "category", "guardian_state", "consent_version", "consented_at", "created_at", "is_trial"),
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.national_id_page)
        return [path("<int:pk>/so-dinh-danh/", view, name="contests_entry_national_id"), *super().get_urls()]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str) -> Any:
        """By phone, else by words of the name, or all of a unit; accents do not matter."""
        return named_entries(search_term, queryset, units=True), False

    def has_record_papers_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("contests.decide_request"))

    @admin.action(
        description=gettext_lazy("Ghi giấy đồng ý của người giám hộ"), permissions=["record_papers"]
    )
    def record_papers(self, request: HttpRequest, queryset: QuerySet[Entry]) -> HttpResponse | None:
        """One child or a whole class: first what will be recorded, then the act."""
        waiting = queryset.filter(pk__in=waiting_for_guardian()).select_related("contest", "unit")
        entries = list(waiting[: PAPERS_AT_ONCE + 1])
        if len(entries) > PAPERS_AT_ONCE:
            messages.error(request, too_many_papers())
            return None
        if not entries:
            messages.warning(
                request, gettext("Không có người nào trong số đã chọn đang chờ người giám hộ đồng ý.")
            )
            return None
        form = PaperForm(request.POST if "paper" in request.POST else None)
        if form.is_valid():
            try:
                made = record_paper_consents(
                    entries, by=permitted(request, "contests.decide_request"), **form.cleaned_data
                )
            except DomainError as error:
                form.add_error("paper", str(error))
            else:
                done = ngettext("Đã ghi cho %(count)d người.", "Đã ghi cho %(count)d người.", made)
                messages.success(request, done % {"count": made})
                return None
        context = {
            **self.admin_site.each_context(request),
            "opts": Entry._meta,
            "title": gettext("Ghi giấy đồng ý của người giám hộ"),
            "entries": entries,
            "form": form,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/contests/guardian_papers.html", context)

    def national_id_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The number itself, for those who may see it; each look is in the trail. Only by POST."""
        user = permitted(request, "contests.see_national_id")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        entry = get_object_or_404(Entry.objects.select_related("contest"), pk=pk)
        number = show_national_id(entry, by=user)
        context = {
            **self.admin_site.each_context(request),
            "opts": Entry._meta,
            "title": gettext("Số định danh cá nhân"),
            "entry": entry,
            "number": number,
            "back": reverse("admin:contests_entry_change", args=[pk]),
        }
        return TemplateResponse(request, "admin/contests/national_id.html", context)

    @admin.display(description=gettext_lazy("thi thử"), ordering="unofficial")
    def is_trial(self, entry: Entry) -> str:
        return gettext("Thi thử, không tính kết quả") if entry.unofficial else "–"

    @admin.display(description=gettext_lazy("số điện thoại"))
    def shown_phone(self, entry: Entry) -> str:
        return display_phone(entry.phone) if entry.phone else "–"

    @admin.display(description=gettext_lazy("số định danh cá nhân"))
    def national_id(self, entry: Entry) -> str:
        """That there is one; the number is opened on a page of its own, by those who may."""
        if entry.national_id_sealed is None:
            return gettext("chỉ có mã băm") if entry.national_id_hash else "–"
        address = reverse("admin:contests_entry_national_id", args=[entry.pk])
        return format_html(
            '<button class="button" formaction="{}" formmethod="post">{}</button>',
            address,
            gettext("Xem số, có ghi nhật ký"),
        )

    @admin.display(description=gettext_lazy("người giám hộ"))
    def guardian_state(self, entry: Entry) -> str:
        state = entry_state(entry)
        if state.withdrawal:
            return gettext("đã rút lại sự đồng ý")
        if not entry.needs_guardian:
            return "–"
        return gettext("đã đồng ý") if state.consent else gettext("chờ đồng ý")
