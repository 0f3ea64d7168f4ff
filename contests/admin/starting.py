"""Lập cuộc thi mới: the choice of how to begin, and the few words that every beginning needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from contest_site.lib.errors import DomainError
from contest_site.lib.unfold import ModelAdmin
from contests.admin.fields import MomentField
from contests.admin.pages import address, permitted
from contests.admin.wizard import wizard_of
from contests.domain.starting import Beginning, plan_names, plan_to_read, start_empty, start_from_plan
from contests.models import Contest

ADD = "contests.add_contest"
CLONED = 20  # contests offered to be made again for a new year
NAMED = 10  # units named in a message
Made = TypeVar("Made")


class BeginningForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên cuộc thi"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Tên trong địa chỉ"),
        max_length=80,
        help_text=gettext_lazy("Chữ không dấu, chữ số, gạch nối; ví dụ cai-cach-hanh-chinh-2026."),
        widget=UnfoldAdminTextInputWidget,
    )
    organiser = forms.CharField(
        label=gettext_lazy("Cơ quan tổ chức"), max_length=200, widget=UnfoldAdminTextInputWidget
    )
    place = forms.CharField(
        label=gettext_lazy("Địa danh ghi trên văn bản"), max_length=100, widget=UnfoldAdminTextInputWidget
    )
    hotline = forms.CharField(
        label=gettext_lazy("Đường dây nóng"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Có thể bổ sung sau."),
        widget=UnfoldAdminTextInputWidget,
    )

    def beginning(self) -> Beginning:
        names = ("name", "slug", "organiser", "place", "hotline")
        return Beginning(**{name: self.cleaned_data[name] for name in names})


class EmptyForm(BeginningForm):
    opens_at = MomentField(label=gettext_lazy("Mở cuộc thi"))
    closes_at = MomentField(label=gettext_lazy("Kết thúc cuộc thi"), end=True)
    bank = forms.CharField(
        label=gettext_lazy("Lập ngân hàng câu hỏi mới, tên là"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Để trống nếu dùng ngân hàng đã có."),
        widget=UnfoldAdminTextInputWidget,
    )

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        opens, closes = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Thời điểm kết thúc cuộc thi phải sau thời điểm mở."))
        return self.cleaned_data


class PlanForm(BeginningForm):
    opening = MomentField(label=gettext_lazy("Vòng thi đầu tiên mở lúc"))
    with_units = forms.BooleanField(
        label=gettext_lazy("Lấy cả danh mục đơn vị của kế hoạch mẫu"),
        required=False,
        help_text=gettext_lazy("Chỉ chọn khi chính cơ quan trong kế hoạch mẫu tổ chức, hoặc khi dùng thử."),
        widget=UnfoldBooleanSwitchWidget,
    )


class StartPages(ModelAdmin):
    """In place of the long empty form: three ways to begin."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("lap-moi/", view(self.start_page), name="contests_contest_start"),
            path("lap-moi/trong/", view(self.empty_page), name="contests_contest_start_empty"),
            path("lap-moi/mau/<slug:plan>/", view(self.plan_page), name="contests_contest_start_plan"),
            *super().get_urls(),
        ]

    def start_page(self, request: HttpRequest) -> HttpResponse:
        permitted(request, ADD)
        plans = [(name, plan_to_read(name)) for name in plan_names()]
        contests = Contest.objects.filter(is_rehearsal=False).order_by("-opens_at")[:CLONED]
        context = {"title": _("Lập cuộc thi mới"), "plans": plans, "contests": contests}
        return self._page(request, "start", context)

    def empty_page(self, request: HttpRequest) -> HttpResponse:
        user = permitted(request, ADD)
        form = EmptyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            times = {key: form.cleaned_data[key] for key in ("opens_at", "closes_at", "bank")}
            if made := _made(form, lambda: start_empty(form.beginning(), **times, by=user)):
                return _to_wizard(request, made)
        context = {"title": _("Lập từ kế hoạch trống"), "form": form}
        return self._page(request, "start_form", context, status=400 if form.errors else 200)

    def plan_page(self, request: HttpRequest, plan: str) -> HttpResponse:
        user = permitted(request, ADD)
        try:
            known = plan_to_read(plan)
        except KeyError:
            raise Http404 from None
        form = PlanForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            how = {key: form.cleaned_data[key] for key in ("opening", "with_units")}
            if made := _made(form, lambda: start_from_plan(plan, form.beginning(), **how, by=user)):
                contest, left_out = made
                _tell_left_out(request, left_out)
                return _to_wizard(request, contest)
        context = {"title": _("Lập từ kế hoạch mẫu"), "form": form, "plan": known}
        return self._page(request, "start_form", context, status=400 if form.errors else 200)

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": Contest._meta,
            "back": address("contest_changelist" if template == "start" else "contest_start"),
        }
        return TemplateResponse(
            request, f"admin/contests/{template}.html", {**shared, **context}, status=status
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list's button leads to the choice; the whole form remains for who asks for it."""
        if request.method == "GET" and "day-du" not in request.GET:
            permitted(request, ADD)
            return HttpResponseRedirect(reverse("admin:contests_contest_start"))
        return super().add_view(request, form_url, extra_context)


def _made(form: forms.Form, make: Callable[[], Made]) -> Made | None:
    """What was made, or None with the refusal on the form."""
    try:
        return make()
    except DomainError as error:
        form.add_error(None, str(error))
        return None


def _tell_left_out(request: HttpRequest, names: list[str]) -> None:
    if not names:
        return
    sentence = ngettext(
        "%(count)d đơn vị của kế hoạch mẫu không còn hoạt động khi cuộc thi mở nên không đưa vào: %(names)s.",
        "%(count)d đơn vị của kế hoạch mẫu không còn hoạt động khi cuộc thi mở nên không đưa vào: %(names)s.",
        len(names),
    )
    shown = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
    messages.warning(request, sentence % {"count": len(names), "names": shown})


def _to_wizard(request: HttpRequest, contest: Contest) -> HttpResponseRedirect:
    messages.success(request, _("Đã lập bản nháp. Hãy làm lần lượt từng bước; mỗi bước lưu riêng."))
    return HttpResponseRedirect(wizard_of(contest.pk))
