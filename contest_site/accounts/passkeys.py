"""Passkeys: allauth's WebAuthn with this product's ways.

For a contestant a passkey stands in for the password and never comes on top of it: who has one on the phone
can still log in at an office PC with a password or a code. For an organiser it is a second factor as well.
"""

from __future__ import annotations

import struct
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal import auth, flows
from cryptography.exceptions import InvalidSignature
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from contest_site.accounts.factors import set_up_now
from contest_site.accounts.models import User
from contest_site.lib.text import clean

# What reading a made-up answer of a device may raise, in allauth, fido2 and cryptography.
UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, struct.error),
    *(forms.ValidationError, InvalidSignature),
)
MOST = 10
NAME_LENGTH = 60
NOT_RECOGNISED = __(
    "Khóa đăng nhập này không dùng được. Hãy đăng nhập bằng mật khẩu hoặc bằng mã, rồi thêm lại khóa ở trang"
    " tài khoản."
)
UNFINISHED = __("Thiết bị chưa xác nhận được. Hãy thử lại hoặc dùng cách khác.")


class SecondFactorStage(AuthenticateStage):
    """A passkey asks for itself at an organiser's log-in only; an authenticator app at everybody's."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if isinstance(user, User) and not (user.is_staff or user.is_superuser) and not _has_app(user):
            return False
        return bool(super()._should_handle(request))


def _has_app(user: User) -> bool:
    # A log-in by phone number has asked with the account.
    known: bool | None = getattr(user, "has_app", None)
    return get_adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP]) if known is None else known


def device_name(user_agent: str) -> str:
    """What people call the device that a browser runs on."""
    known = (
        ("iPhone", _("iPhone")),
        ("iPad", _("iPad")),
        ("Android", _("Điện thoại Android")),
        ("Windows", _("Máy tính Windows")),
        ("Macintosh", _("Máy tính Mac")),
        ("Linux", _("Máy tính Linux")),
    )
    return next((name for sign, name in known if sign in user_agent), _("Khóa đăng nhập"))


class NamedPasskey(forms.Form):
    name = forms.CharField(
        label=__("Tên để dễ nhận ra"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=__("Ví dụ: Điện thoại của tôi, Máy tính ở cơ quan."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AddPasskeyForm(NamedPasskey, webauthn_forms._BaseAddWebAuthnForm):
    """The device's answer to the challenge. A key that did not look at finger, face or PIN is refused."""

    credential = forms.JSONField(
        widget=forms.HiddenInput,
        error_messages={
            "required": __(
                "Thiết bị chưa tạo khóa. Hãy nhấn nút Tạo khóa và làm theo hướng dẫn của thiết bị."
            ),
            "invalid": __(
                "Thiết bị chưa tạo khóa. Hãy nhấn nút Tạo khóa và làm theo hướng dẫn của thiết bị."
            ),
        },
    )

    def clean_name(self) -> str:
        self.cleaned_data["name"] = clean(self.cleaned_data["name"])
        return str(super().clean_name())

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        if Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).count() >= MOST:
            raise forms.ValidationError(
                _("Tài khoản đã có %(most)d khóa. Hãy xóa một khóa không còn dùng trước.") % {"most": MOST}
            )
        try:
            data: dict[str, Any] = super().clean()
        except UNREADABLE:
            raise forms.ValidationError(UNFINISHED, "incorrect_code") from None
        return data


class RenamePasskeyForm(NamedPasskey, webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Hãy nhập tên cho khóa.")

    def clean_name(self) -> str:
        return clean(self.cleaned_data["name"])


class ChecksAnswer(forms.Form):
    """An answer that no device gave is refused with a sentence like every wrong one."""

    def clean_credential(self) -> Authenticator:
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]  # of allauth's form
        except UNREADABLE:
            raise forms.ValidationError(UNFINISHED, "incorrect_code") from None
        return found


class SecondPasskeyForm(ChecksAnswer, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(ChecksAnswer, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class PasskeyLoginForm(webauthn_forms.LoginWebAuthnForm):
    """The device's answer at the log-in page, which names its account itself."""

    def clean_credential(self) -> Authenticator:
        """One look into the database and one sentence, whether there is such an account or none."""
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise forms.ValidationError(NOT_RECOGNISED)
        try:
            auth.parse_authentication_response(credential)
            user = User(pk=_user_handle(credential))
            found: Authenticator = auth.complete_authentication(user, credential)
        except UNREADABLE:
            auth.clear_state()
            raise forms.ValidationError(NOT_RECOGNISED, "incorrect_code") from None
        return found


def _user_handle(credential: dict[str, Any]) -> int:
    """The account's primary key, as it was written into the key. Raises ValueError, TypeError, KeyError."""
    from allauth.account.utils import url_str_to_user_pk
    from fido2.utils import websafe_decode

    return int(url_str_to_user_pk(websafe_decode(credential["response"]["userHandle"]).decode()))


class AddPasskey(webauthn_views.AddWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth's own asks for a mere second factor; this one is to be found again without a name typed.
        context: dict[str, Any] = super(webauthn_views.AddWebAuthnView, self).get_context_data(**kwargs)
        assert isinstance(self.request.user, User)
        options = auth.begin_registration(self.request.user, True)
        return {**context, "options": dict(options["publicKey"])}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        name, credential = form.cleaned_data["name"], form.cleaned_data["credential"]
        user = self.request.user
        assert isinstance(user, User)
        if user.is_staff:
            _key, spare = flows.add_authenticator(self.request, name=name, credential=credential)
            set_up_now(self.request)
            return redirect("mfa_view_recovery_codes" if spare else "mfa_list_webauthn")
        # Contestants get no spare codes: a code to the phone always leads back in.
        flows.signup_authenticator(self.request, user=user, name=name, credential=credential)
        get_account_adapter().send_notification_mail("mfa/email/webauthn_added", user)
        return redirect("mfa_list_webauthn")


class ListPasskeys(webauthn_views.ListWebAuthnView):
    ordering = "created_at"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "keys": [(one, one.wrap().name) for one in context["authenticators"]]}


class RenamePasskey(webauthn_views.EditWebAuthnView):
    pass


class RemovePasskey(webauthn_views.RemoveWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[no-untyped-call]
        return {**context, "name": self.object.wrap().name}


class PasskeyLogin(webauthn_views.LoginWebAuthnView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The challenge for the page's script; to anybody else the log-in page."""
        if not get_account_adapter().is_ajax(request):
            return redirect("account_login")
        return JsonResponse(dict(auth.begin_authentication(user=None)["publicKey"]))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        key = form.cleaned_data["credential"]
        login = Login(user=key.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = flows.perform_passwordless_login(self.request, key, login)
        return response

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        messages.error(self.request, NOT_RECOGNISED)
        return redirect(passthrough_next_redirect_url(self.request, reverse("account_login"), "next"))


class PasskeyAgain(webauthn_views.ReauthenticateWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "options": dict(context["js_data"]["request_options"]["publicKey"])}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        messages.error(self.request, UNFINISHED)
        return HttpResponseRedirect(self.request.get_full_path())
