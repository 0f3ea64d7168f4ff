from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from unfold.decorators import display

from contest_site.lib.clock import database_now
from questions.admin.duplicates import DuplicatePages
from questions.admin.exports import ExportPages
from questions.admin.imports import ImportPages
from questions.admin.pages import button, page, workbook
from questions.admin.topics import TopicPages
from questions.domain.appraisal import approve_waiting
from questions.exporters.workbook import write_template
from questions.models import Bank
from questions.queries import banks_with_counts, waiting_revisions


@admin.register(Bank)
# The theme's own mixins do not agree on their types.
class BankAdmin(ImportPages, ExportPages, DuplicatePages, TopicPages):  # type: ignore[misc]
    list_display = (
        *("name", "total_link", "approved_link", "waiting_link"),
        *("drafts_link", "returned_link", "retired_link"),
    )
    search_fields = ("name",)
    fields = ("name", "note")
    show_full_result_count = False
    change_form_before_template = "admin/questions/bank_summary.html"  # type: ignore[assignment]  # no types
    actions_list = ("blank_template",)  # type: ignore[assignment]
    actions_row = ("import_file", "export_file", "approve_all")  # type: ignore[assignment]

    class Media:
        css = {"all": ["questions/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bank]:
        return banks_with_counts().order_by("name")

    def has_delete_permission(self, request: HttpRequest, obj: Bank | None = None) -> bool:
        """Only an empty bank: the words of a question and what was said about it are final."""
        if obj is None or obj.questions.exists() or obj.pools.exists():
            return False
        return bool(super().has_delete_permission(request, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        # An HTML form of the topics would otherwise be answered for a bank that is not there.
        context = {**(extra_context or {}), "mine_waiting": self._mine_waiting(request, object_id)}
        return super().changeform_view(request, object_id, form_url, context)

    def _mine_waiting(self, request: HttpRequest, object_id: str | None) -> int:
        if not (object_id and object_id.isdecimal() and request.user.is_authenticated):
            return 0
        return waiting_revisions(Bank(pk=int(object_id))).filter(writer=request.user).count()

    # --- Lists ----------------------------------------------------------------------------------------------

    @display(description="Số câu", ordering="total")
    def total_link(self, bank: Any) -> str:
        return _link(bank, bank.total, "")

    @display(description="Đã duyệt", ordering="approved")
    def approved_link(self, bank: Any) -> str:
        return _link(bank, bank.approved, "approved")

    @display(description="Chờ duyệt", ordering="waiting")
    def waiting_link(self, bank: Any) -> str:
        return _link(bank, bank.waiting, "waiting")

    @display(description="Bản nháp", ordering="drafts")
    def drafts_link(self, bank: Any) -> str:
        return _link(bank, bank.drafts, "draft")

    @display(description="Trả lại", ordering="returned")
    def returned_link(self, bank: Any) -> str:
        return _link(bank, bank.returned, "returned")

    @display(description="Ngừng dùng", ordering="retired")
    def retired_link(self, bank: Any) -> str:
        return _link(bank, bank.retired, "retired")

    # --- Files ----------------------------------------------------------------------------------------------

    @button("Nhập từ tệp", "nhap", "upload_file", "questions.add_question")
    def import_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.upload_page(request, _bank(object_id))

    @button("Xuất", "xuat", "download", "questions.view_question")
    def export_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.export_page(request, _bank(object_id))

    @button("Tải mẫu", "mau", "description", "view")
    def blank_template(self, request: HttpRequest) -> HttpResponse:
        return workbook("mau-nhap-cau-hoi", lambda file: write_template(file, made_at=database_now()))

    # --- Appraisal ------------------------------------------------------------------------------------------

    @button("Duyệt tất cả câu chờ duyệt", "duyet", "done_all", "questions.appraise_revision")
    def approve_all(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """First the number and what will happen, then the act."""
        bank = _bank(object_id)
        assert request.user.is_authenticated
        back = reverse("admin:questions_bank_change", args=[bank.pk])
        if request.method == "POST":
            expected = request.POST.get("expected", "")
            count = approve_waiting(
                bank, by=request.user, expected=int(expected) if expected.isdecimal() else 0
            )
            messages.success(request, _("Đã duyệt %(count)d câu hỏi.") % {"count": count})
            return HttpResponseRedirect(back)
        waiting = waiting_revisions(bank)
        mine = waiting.filter(writer=request.user).count()
        return page(
            request,
            self.admin_site,
            "approve_all",
            _("Duyệt tất cả câu chờ duyệt"),
            Bank,
            bank=bank,
            count=waiting.exclude(writer=request.user).count(),
            mine=mine,
            back=back,
        )


def _bank(object_id: str) -> Bank:
    if not object_id.isdecimal():
        raise Http404
    return get_object_or_404(Bank, pk=object_id)


def _link(bank: Bank, count: int, state: str) -> str:
    """Every number is a link to the questions behind it."""
    address = f"{reverse('admin:questions_question_changelist')}?bank__id__exact={bank.pk}"
    if state:
        address += f"&state={state}"
    return format_html('<a href="{}">{}</a>', address, count)
