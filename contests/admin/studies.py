"""Tài liệu ôn tập, at /quan-tri/questions/study/: publish questions with their answers, take them back.

Here and not beside the banks, because it tells of the rounds that draw from the same bank.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contests.domain.studying import publish_study, rounds_to_come
from contests.models import Round
from questions.admin.pages import page
from questions.domain.studying import withdraw_study
from questions.enums import Difficulty
from questions.models import Bank, Study
from questions.queries import approved_revisions, banks_with_counts

if TYPE_CHECKING:
    from contest_site.accounts.models import User

PUBLISH = "questions.seal_bank"


class PublishForm(forms.Form):
    """What of a bank is published, under which name and from when."""

    title = forms.CharField(
        label=gettext_lazy("Tên tài liệu"), max_length=200, widget=UnfoldAdminTextInputWidget
    )
    note = forms.CharField(
        label=gettext_lazy("Giới thiệu (không bắt buộc)"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    opens_at = forms.SplitDateTimeField(
        label=gettext_lazy("Công bố từ"),
        widget=forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date"},
            time_attrs={"type": "time"},
        ),
        help_text=gettext_lazy("Trước thời điểm này không ai xem được."),
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Chủ đề (không chọn = tất cả)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    difficulties = forms.MultipleChoiceField(
        label=gettext_lazy("Mức độ (không chọn = tất cả)"),
        required=False,
        choices=Difficulty.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    knowingly = forms.BooleanField(
        label=gettext_lazy("Xác nhận công bố đáp án trước khi các vòng thi nêu trên kết thúc"),
    )

    def __init__(self, bank: Bank, rounds: list[Round], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = approved_revisions(bank).order_by("topic__position", "topic__name")
        topics: Any = self.fields["topics"]
        topics.choices = [(name, name) for name in dict.fromkeys(names.values_list("topic__name", flat=True))]
        if not rounds:
            del self.fields["knowingly"]


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    """A list, and pages for the two acts; nothing is edited."""

    list_display = ["title", "bank", "questions", "opens_at", "state", "by"]
    list_select_related = ["pool__bank", "by", "withdrawal"]
    ordering = ["-opens_at", "-pk"]
    list_before_template = "admin/questions/study_list.html"

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"questions_study_{name}")

        return [
            at("cong-bo/", self.banks_page, "banks"),
            at("cong-bo/<int:bank_id>/", self.publish_page, "publish"),
            at("<int:pk>/ngung/", self.withdraw_page, "withdraw"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        return (
            cast("QuerySet[Study]", super().get_queryset(request)).defer("pool__content").annotate(now=Now())
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(PUBLISH)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH)

    @admin.display(description="ngân hàng")
    def bank(self, study: Study) -> str:
        return study.pool.bank.name

    @admin.display(description="số câu")
    def questions(self, study: Study) -> int:
        return study.pool.size

    @admin.display(description="tình trạng")
    def state(self, study: Study) -> str:
        return _state(study)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What was published, from when, by whom; and taking it back."""
        _check(request)
        study = _study(int(object_id) if object_id.isdecimal() else 0)
        return page(
            request, self.admin_site, "study", study.title, Study,
            study=study, state=_state(study), withdrawal=getattr(study, "withdrawal", None),
        )  # fmt: skip

    def banks_page(self, request: HttpRequest) -> HttpResponse:
        """Which bank."""
        _check(request)
        banks = banks_with_counts().filter(approved__gt=0).order_by("name")
        return page(request, self.admin_site, "study_banks", _("Công bố tài liệu ôn tập"), Study, banks=banks)

    def publish_page(self, request: HttpRequest, bank_id: int) -> HttpResponse:
        """What will be published and what that means; then it is."""
        by = _check(request)
        bank = get_object_or_404(Bank, pk=bank_id)
        rounds = list(rounds_to_come(bank))
        form = PublishForm(
            bank, rounds, request.POST or None, initial={"title": bank.name, "opens_at": database_now()}
        )
        error: DomainError | None = None
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                made = publish_study(bank, **{"knowingly": False, **data}, by=by)
            except DomainError as refusal:
                error = refusal
            else:
                messages.success(request, _("Đã công bố %(count)d câu hỏi.") % {"count": made.pool.size})
                return HttpResponseRedirect(_address(made))
        return page(
            request, self.admin_site, "study_publish", _("Công bố tài liệu ôn tập"), Study,
            status=error.status if error else 400 if form.errors else 200,
            bank=bank, rounds=rounds, form=form, error=error, approved=approved_revisions(bank).count(),
        )  # fmt: skip

    def withdraw_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """First what will happen, then the act with its reason."""
        by = _check(request)
        study = _study(pk)
        form = WithdrawForm(request.POST or None)
        error: DomainError | None = None
        if request.method == "POST" and form.is_valid():
            try:
                withdraw_study(study, reason=form.cleaned_data["reason"], by=by)
            except DomainError as refusal:
                error = refusal
            else:
                messages.success(request, _("Đã ngừng công bố tài liệu."))
                return HttpResponseRedirect(_address(study))
        return page(
            request, self.admin_site, "study_withdraw", _("Ngừng công bố tài liệu"), Study,
            status=error.status if error else 400 if form.errors else 200,
            study=study, form=form, error=error,
        )  # fmt: skip


def _check(request: HttpRequest) -> User:
    if not request.user.has_perm(PUBLISH):
        raise PermissionDenied
    return cast("User", request.user)  # the admin lets nobody in without an account


def _study(pk: int) -> Study:
    studies = Study.objects.select_related("pool__bank", "by", "withdrawal__by").defer("pool__content")
    return get_object_or_404(studies.annotate(now=Now()), pk=pk)


def _state(study: Any) -> str:
    if getattr(study, "withdrawal", None):
        return _("đã ngừng công bố")
    return _("đang công bố") if study.opens_at <= study.now else _("chờ đến ngày công bố")


def _address(study: Study) -> str:
    return reverse("admin:questions_study_change", args=[study.pk])
