"""Đổi nơi nhận mã, gỡ lớp bảo vệ thứ hai: pages under the accounts of the admin, each in two stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from contest_site.accounts.contact import Contact, display
from contest_site.accounts.domain.helping import may_help, move_to_contact, recover_second_factor
from contest_site.accounts.domain.staff import proved_contacts
from contest_site.accounts.enums import IdentityCheck, MoveReason
from contest_site.accounts.fields import ContactField
from contest_site.accounts.models import ContactMove, FactorRecovery, User
from contest_site.lib.errors import DomainError

HELP = "accounts.help_people"
RECOVER = "accounts.recover_second_factor"


class GroundsForm(forms.Form):
    """How the organiser knows the person, and why."""

    identity_check = forms.ChoiceField(
        label=__("Đã kiểm tra nhân thân bằng cách nào"),
        choices=[("", __("Chọn cách đã kiểm tra")), *IdentityCheck.choices],
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": __("Hãy chọn cách đã kiểm tra nhân thân.")},
    )
    grounds = forms.CharField(
        label=__("Căn cứ"),
        min_length=10,
        max_length=4000,
        help_text=__("Ai đề nghị, khi nào, đã đối chiếu gì. Không ghi số căn cước, số điện thoại."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={
            "required": __("Hãy ghi căn cứ."),
            "min_length": __("Hãy ghi căn cứ đủ rõ để người khác kiểm tra lại được (ít nhất 10 ký tự)."),
        },
    )

    def check(self) -> IdentityCheck:
        return IdentityCheck(self.cleaned_data["identity_check"])


class TypedContact(ContactField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "email"})


class MoveForm(GroundsForm):
    """The new contact, typed twice: one wrong figure would give the account to a stranger."""

    reason = forms.ChoiceField(label=__("Lý do"), choices=MoveReason.choices, widget=UnfoldAdminSelectWidget)
    contact = TypedContact(label=__("Số điện thoại hoặc thư điện tử mới"))
    again = TypedContact(label=__("Nhập lại lần nữa"))
    field_order = ("reason", "contact", "again", "identity_check", "grounds")

    def clean_again(self) -> Contact:
        again: Contact = self.cleaned_data["again"]
        if "contact" in self.cleaned_data and again != self.cleaned_data["contact"]:
            raise ValidationError(_("Hai lần nhập khác nhau. Hãy nhìn kỹ từng chữ số."))
        return again


def two_stages(
    request: HttpRequest,
    site: AdminSite,
    model: type[Model],
    *,
    title: str,
    back: str,
    form: forms.Form,
    will: Callable[[], list[str]],
    act: Callable[[], str],
    **context: Any,
) -> HttpResponse:
    """A form, then what will happen with a button that does it. `act` returns the sentence for afterwards."""
    error, status, sentences = None, 200, None
    if request.method == "POST":
        status = 400
        if form.is_valid() and "sure" in request.POST:
            try:
                done = act()
            except DomainError as refusal:
                error, status = refusal, refusal.status
            else:
                messages.success(request, done)
                return HttpResponseRedirect(back)
        elif form.is_valid():
            status, sentences = 200, will()
    return TemplateResponse(
        request,
        "admin/accounts/help.html",
        {
            **site.each_context(request),
            "title": title,
            "opts": model._meta,
            "back": back,
            "form": form,
            "sentences": sentences,
            "error": error,
            **context,
        },
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def helper(request: HttpRequest, permission: str) -> User:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    assert isinstance(request.user, User)
    return request.user


def person(user_id: int) -> User:
    return get_object_or_404(User, pk=user_id)


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def facts(user: User) -> list[tuple[str, str]]:
    """What tells an organiser which account it is."""
    contacts = [display(one) for one in proved_contacts(user)]
    # A contestant's user name is random and says nothing to anybody.
    named = [(_("Tên đăng nhập"), user.username)] if user.is_staff else []
    return [
        (_("Họ và tên"), user.full_name or "–"),
        (_("Nơi nhận mã"), ", ".join(contacts) or _("chưa có")),
        *named,
        (
            _("Lần đăng nhập gần nhất"),
            f"{localtime(user.last_login):%d/%m/%Y}" if user.last_login else _("chưa có"),
        ),
    ]


def move_page(request: HttpRequest, site: AdminSite, user_id: int) -> HttpResponse:
    """Lost phone, changed number, wrong number: the account gets another contact."""
    by, user = helper(request, HELP), person(user_id)
    if not may_help(by, user):
        raise PermissionDenied
    form = MoveForm(request.POST if request.method == "POST" else None)

    def will() -> list[str]:
        lost = form.cleaned_data["reason"] == MoveReason.LOST
        new = display(form.cleaned_data["contact"].value)
        sentences = [
            _("Từ nay mã chỉ gửi tới: %(contact)s. Đọc lại từng chữ số cho người đó nghe.")
            % {"contact": new},
            _("Mọi thiết bị đang đăng nhập bị đăng xuất; mật khẩu cũ không còn dùng được."),
        ]
        if lost:
            sentences.append(_("Khóa đăng nhập, ứng dụng xác thực và nơi nhận mã cũ đều bị gỡ."))
        told = ", ".join(display(one) for one in proved_contacts(user))
        if told:
            sentences.append(_("Nơi nhận mã cũ được báo: %(contacts)s.") % {"contacts": told})
        return [
            *sentences,
            _("Người đó vào lại bằng “Đăng nhập bằng mã” với nơi nhận mã mới. Đăng ký, bài thi giữ nguyên."),
            _("Người thực hiện, thời điểm và căn cứ được ghi lại, không sửa được."),
        ]

    def act() -> str:
        data = form.cleaned_data
        reason = MoveReason(data["reason"])
        move_to_contact(
            user, data["contact"], reason=reason, identity_check=form.check(), grounds=data["grounds"], by=by
        )
        return _("Đã đổi nơi nhận mã. Hãy để người đó đăng nhập bằng mã ngay bây giờ để chắc rằng số đúng.")

    return two_stages(
        request, site, ContactMove, title=_("Đổi nơi nhận mã của tài khoản"), back=page_of(user),
        form=form, will=will, act=act, facts=facts(user), button=_("Đổi nơi nhận mã"),
    )  # fmt: skip


def recover_page(request: HttpRequest, site: AdminSite, user_id: int) -> HttpResponse:
    """An organiser lost the second factor; another person takes it off."""
    by, user = helper(request, RECOVER), person(user_id)
    if by.pk == user.pk or (user.is_superuser and not by.is_superuser):
        raise PermissionDenied
    form = GroundsForm(request.POST if request.method == "POST" else None)

    def will() -> list[str]:
        return [
            _("Ứng dụng xác thực, khóa đăng nhập và mã dự phòng của tài khoản này bị gỡ hết."),
            _("Mọi thiết bị đang đăng nhập bị đăng xuất; mật khẩu cũ không còn dùng được."),
            _("Người đó đăng nhập bằng mã, đặt mật khẩu mới và phải bật lại trước khi vào trang quản trị."),
            _("Chủ tài khoản được báo. Người thực hiện, thời điểm và căn cứ được ghi lại, không sửa được."),
        ]

    def act() -> str:
        grounds = form.cleaned_data["grounds"]
        recover_second_factor(user, identity_check=form.check(), grounds=grounds, by=by)
        return _("Đã gỡ lớp bảo vệ thứ hai. Người đó đăng nhập bằng mã rồi bật lại.")

    return two_stages(
        request, site, FactorRecovery, title=_("Gỡ lớp bảo vệ thứ hai"), back=page_of(user),
        form=form, will=will, act=act, facts=facts(user), button=_("Gỡ lớp bảo vệ thứ hai"),
    )  # fmt: skip
