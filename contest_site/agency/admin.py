"""The queue of what agencies ask to be put right, and the page that decides one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from contest_site.agency.models import AgencyRequest, AgencyRequestKind
from contest_site.agency.requesting import decide_agency_request, now_standing
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.templatetags.vi import number
from contests.admin.pages import permitted
from contests.admin.requests import WaitingFilter
from contests.domain.headcounts import lock_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User

DECIDE = "agency.decide_agencyrequest"
LIST = "admin:agency_agencyrequest_changelist"


class GroundsForm(forms.Form):
    grounds = forms.CharField(
        label=gettext_lazy("Lý do, hoặc lời nhắn cho đơn vị"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Bắt buộc khi không chấp nhận. Cán bộ đầu mối của đơn vị đọc được."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


@admin.register(AgencyRequest)
class AgencyRequestAdmin(ReadOnlyAdmin):
    list_display = ("linked", "kind", "asked", "contest", "at", "state")
    list_display_links = None
    list_filter = (WaitingFilter, "kind", "contest")
    list_select_related = ("unit", "contest", "decision")
    search_fields = ("unit__name", "unit__folded", "unit__code")
    search_help_text = gettext_lazy("Tên hoặc mã đơn vị")
    ordering = ("-id",)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_page)
        return [path("<int:pk>/quyet-dinh/", view, name="agency_agencyrequest_decide"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgencyRequest]:
        return super().get_queryset(request).filter(contest__is_rehearsal=False)

    @admin.display(description=gettext_lazy("đơn vị"), ordering="unit__name")
    def linked(self, row: AgencyRequest) -> str:
        where = reverse("admin:agency_agencyrequest_decide", args=[row.pk])
        return format_html('<a href="{}">{}</a>', where, row.unit.name)

    @admin.display(description=gettext_lazy("đề nghị"))
    def asked(self, row: AgencyRequest) -> str:
        return words_of(row, row.wanted)

    @admin.display(description=gettext_lazy("tình trạng"))
    def state(self, row: AgencyRequest) -> str:
        decision = getattr(row, "decision", None)
        return decision.get_verdict_display() if decision else _("Chờ quyết định")

    def decide_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is asked, beside what stands; POST decides."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = AgencyRequest.objects.select_related("contest", "unit__parent", "by", "decision__by")
        row = get_object_or_404(rows, pk=pk)
        form = GroundsForm(request.POST or None)
        if request.method == "POST":
            user = permitted(request, DECIDE)
            if form.is_valid() and _decided(request, form, row, user):
                return HttpResponseRedirect(reverse(LIST))
        decision = getattr(row, "decision", None)
        context = {
            **self.admin_site.each_context(request),
            "opts": AgencyRequest._meta,
            "title": row.get_kind_display(),
            "row": row,
            "standing": decision.before if decision else words_of(row, now_standing(row)),
            "wanted": words_of(row, row.wanted),
            "is_name": row.kind == AgencyRequestKind.UNIT_NAME,
            "locked": row.kind == AgencyRequestKind.HEADCOUNT and lock_of(row.contest),
            "form": form,
            "decision": decision,
            "may_decide": request.user.has_perm(DECIDE),
            "back": f"{reverse(LIST)}?tinh-trang=cho",
        }
        return TemplateResponse(
            request, "admin/agency/request.html", context, status=400 if form.errors else 200
        )


def _decided(request: HttpRequest, form: GroundsForm, row: AgencyRequest, user: User) -> bool:
    """Whether it could be decided as asked; else the form says why not."""
    act = request.POST.get("act")
    try:
        if act not in ("accept", "refuse"):
            raise Invalid(_("Chưa rõ quyết định gì. Hãy bấm một trong các nút bên dưới."))
        decide_agency_request(row, by=user, accept=act == "accept", grounds=form.cleaned_data["grounds"])
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Đã ghi quyết định; đơn vị thấy ở trang của mình."))
    return True


def words_of(row: AgencyRequest, value: int | str | None) -> str:
    """A number of people or a name, as people read it."""
    if value is None or value == "":
        return "–"
    if row.kind == AgencyRequestKind.UNIT_NAME:
        return str(value)
    return _("%(number)s người") % {"number": number(int(value))}
