"""The organisers' queue of erasures, the next deadline first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError
from contest_site.privacy.accounts import accounts_of
from contest_site.privacy.erasing import answer_erasure, erasure_requests
from contests.admin.pages import permitted
from contests.models import DataRequest, Entry, RosterPerson
from contests.rosters import people_like_accounts
from prizes.queries import published_awards


class AnswerForm(forms.Form):
    grounds = forms.CharField(
        label=gettext_lazy("Lý do, hoặc lời nhắn cho người đề nghị"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Bắt buộc khi không chấp nhận."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class AnsweredFilter(admin.SimpleListFilter):
    title = gettext_lazy("tình trạng")
    parameter_name = "tinh-trang"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("cho", gettext_lazy("Chờ trả lời")), ("xong", gettext_lazy("Đã trả lời"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataRequest]) -> QuerySet[DataRequest]:
        if self.value() == "cho":
            return queryset.filter(answer=None)
        return queryset.filter(answer__isnull=False) if self.value() == "xong" else queryset


@admin.register(DataRequest)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("linked", "at", "due_at", "state")
    list_display_links = None
    list_filter = (AnsweredFilter,)
    list_select_related = ("user", "answer")
    ordering = ("due_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataRequest]:
        return erasure_requests().annotate(now=Now())

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.answer_page)
        return [path("<int:pk>/tra-loi/", view, name="contests_datarequest_answer"), *super().get_urls()]

    @admin.display(description=gettext_lazy("người đề nghị"))
    def linked(self, row: DataRequest) -> str:
        address = reverse("admin:contests_datarequest_answer", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row.user)

    @admin.display(description=gettext_lazy("tình trạng"))
    def state(self, row: Any) -> str:
        if answer := getattr(row, "answer", None):
            return str(answer.get_verdict_display())
        return _("QUÁ HẠN") if row.due_at <= row.now else _("Chờ trả lời")

    def answer_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What would go and what stays; POST answers."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(erasure_requests().select_related("user", "answer__by"), pk=pk)
        form = AnswerForm(request.POST or None)
        if request.method == "POST":
            user = permitted(request, "contests.answer_data_request")
            if form.is_valid() and self._answered(request, form, row, user):
                return HttpResponseRedirect(reverse("admin:contests_datarequest_changelist"))
        accounts = accounts_of(row.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": DataRequest._meta,
            "title": _("Xóa dữ liệu cá nhân"),
            "row": row,
            "answer": getattr(row, "answer", None),
            "form": form,
            "entries": Entry.objects.filter(user__in=accounts).select_related("contest", "unit"),
            "awards": published_awards().filter(entry__user__in=accounts).count(),
            "near": RosterPerson.objects.filter(pk__in=people_like_accounts(list(accounts))).select_related(
                "roster__contest", "unit"
            ),
            "may_answer": request.user.has_perm("contests.answer_data_request"),
            "back": reverse("admin:contests_datarequest_changelist"),
        }
        return TemplateResponse(request, "admin/contests/erasure.html", context)

    def _answered(self, request: HttpRequest, form: AnswerForm, row: DataRequest, user: Any) -> bool:
        accept = request.POST.get("act") == "erase"
        try:
            answer_erasure(row, by=user, accept=accept, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, _("Đã xóa dữ liệu cá nhân.") if accept else _("Đã ghi câu trả lời."))
        return True
