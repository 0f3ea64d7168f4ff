"""The forms of the account pages. allauth's views drive them; settings.ACCOUNT_FORMS names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.utils import passthrough_next_redirect_url
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from contest_site.accounts.contact import Channel, Contact, read_contact
from contest_site.accounts.domain.budget import is_used_up
from contest_site.accounts.domain.registering import account_to_prove
from contest_site.accounts.fields import (
    AS_TYPED,
    PASSWORD_LENGTH,
    CodeField,
    ContactField,
    EmailField,
    PasswordField,
)
from contest_site.accounts.models import User
from contest_site.accounts.queries import verified_account
from contest_site.accounts.senders import is_served_country, serving
from contest_site.lib.errors import Invalid
from contest_site.lib.text import clean

if TYPE_CHECKING:
    _Form = forms.Form
else:
    _Form = object


class LoginForm(allauth_forms.LoginForm):
    """By phone number, e-mail address or, for organisers and officers, user name."""

    password = PasswordField()  # type: ignore[assignment]
    _method = "username"
    shared = forms.BooleanField(label=__("Máy dùng chung: đăng xuất khi đóng trình duyệt"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Số điện thoại hoặc thư điện tử"),
            help_text=_("Cán bộ được cấp tên đăng nhập thì nhập tên đăng nhập."),
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "email", **AS_TYPED}),
            error_messages={"required": _("Hãy nhập số điện thoại hoặc thư điện tử.")},
        )
        del self.fields["remember"]
        self.order_fields(["login", "password", "shared"])

    def clean_login(self) -> str:
        """One spelling for one account, so that the limit of attempts counts them together."""
        text = clean(self.cleaned_data["login"])
        try:
            contact = read_contact(text)
        except Invalid:
            return text
        self._method = contact.channel.value
        return contact.value

    def user_credentials(self) -> dict[str, str]:
        # One credential, hence one hash, whether the account exists or not: the time taken tells nothing.
        return {self._method: self.cleaned_data["login"], "password": self.cleaned_data["password"]}

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        self.cleaned_data["remember"] = not self.cleaned_data["shared"]
        response: HttpResponse = super().login(request, redirect_url)
        return response


class AsksForCode(_Form):
    """A form with a contact to which a code will be sent. Every code costs, so each contact has a budget."""

    budget = "request_login_code"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        contact: Contact | None = data.get("contact")
        if contact is None or self.errors:
            return data
        if not serving(contact.value):
            self.add_error("contact", _unserved(contact))
        elif refusal := no_code_for(contact, self.budget):
            self.add_error("contact", refusal)
        # The names that allauth's views read.
        data |= {"phone": contact.phone, "email": contact.email}
        return data


def no_code_for(contact: Contact, action: str) -> str:
    """Why no code can be sent to the contact now, with what to do instead; "" when one can.

    Counts the asking. It is the same for every contact, whether it has an account or not.
    """
    request = context.request
    if is_used_up(contact.value):
        return _(
            "Hôm nay trang này đã gửi hết số tin nhắn. Hãy đăng nhập bằng mật khẩu, hoặc nhập địa chỉ thư"
            " điện tử, hoặc thử lại sau 0 giờ. Cần gấp, gọi đường dây nóng ghi trong thể lệ cuộc thi."
        )
    if not ratelimit.consume(request, action=action, key=contact.value):
        return _("Đã gửi nhiều mã tới nơi này. Hãy dùng mã mới nhất hoặc thử lại sau 15 phút.")
    if not ratelimit.consume(request, action="codes_a_day", key=contact.value):
        return _(
            "Hôm nay đã gửi đủ số mã cho nơi này. Hãy đăng nhập bằng mật khẩu, dùng nơi nhận mã khác, hoặc"
            " thử lại vào ngày mai. Cần gấp, gọi đường dây nóng ghi trong thể lệ cuộc thi."
        )
    return ""


def _unserved(contact: Contact) -> str:
    if contact.phone and not is_served_country(contact.phone):
        return _(
            "Trang này không gửi mã tới số điện thoại nước ngoài. Hãy nhập số Việt Nam hoặc thư điện tử."
        )
    if contact.phone:
        return _("Trang này hiện chỉ gửi được mã qua thư điện tử. Hãy nhập địa chỉ thư điện tử.")
    return _("Trang này hiện chỉ gửi được mã qua điện thoại. Hãy nhập số điện thoại.")


class SignupForm(AsksForCode, forms.Form):
    full_name = forms.CharField(
        label=__("Họ và tên"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autocapitalize": "words"}),
        error_messages={"required": __("Hãy nhập đầy đủ họ và tên.")},
    )
    contact = ContactField(help_text=__("Mã xác thực sẽ được gửi tới đây."))
    password1 = PasswordField(new=True)
    by_passkey = False

    def clean_full_name(self) -> str:
        name = clean(self.cleaned_data["full_name"])
        if not any(char.isalpha() for char in name):
            raise ValidationError(_("Hãy nhập đầy đủ họ và tên."), "no_name")
        return name

    def clean(self) -> dict[str, Any]:
        # First, so that a refused password spends none of the contact's codes.
        contact: Contact | None = self.cleaned_data.get("contact")
        password = self.cleaned_data.get("password1")
        if password is not None:
            owner = User(phone=contact.phone, email=contact.email or "") if contact else User()
            try:
                validate_password(password, owner)
            except ValidationError as error:
                self.add_error("password1", error)
        return super().clean()

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse]:
        """Send a code to the contact, whoever has it: the same page and the same work in every case.

        What was typed waits in the session; ConfirmCode gives it to the account once the code is right.
        """
        contact: Contact = self.cleaned_data["contact"]
        typed = {
            "full_name": self.cleaned_data["full_name"],
            "password_hash": make_password(self.cleaned_data["password1"]),
        }
        user = account_to_prove(contact)
        process = LoginCodeVerificationProcess.initiate(
            request=request, user=user, email=contact.email, phone=contact.phone
        )
        process.state["signup"] = typed
        process.persist()
        url = passthrough_next_redirect_url(request, reverse("account_confirm_login_code"), "next")
        return user, HttpResponseRedirect(url)


class RequestCodeForm(AsksForCode, forms.Form):
    contact = ContactField()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        contact: Contact | None = data.get("contact")
        self._user = verified_account(contact) if contact else None  # read by allauth's view
        return data


class ResetPasswordForm(AsksForCode, forms.Form):
    budget = "reset_password"
    contact = ContactField()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if contact := data.get("contact"):
            data["email"] = contact.value  # what allauth's view calls it
        return data

    def save(self, request: HttpRequest) -> None:
        from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess

        contact: Contact = self.cleaned_data["contact"]
        # allauth resets by e-mail only; a phone number takes the address's place all the way through, and
        # AccountAdapter.send_mail sends the code where it belongs.
        PasswordResetVerificationProcess.initiate(
            request=request, user=verified_account(contact), email=contact.value
        )


class EntersCode(_Form):
    """A form with a code. Guesses are counted in Redis too: parallel ones all read the same session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField()

    def clean_code(self) -> str:
        key = context.request.session.session_key or ""
        if not ratelimit.consume(context.request, action="confirm_code", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form
        return code


class ConfirmCodeForm(EntersCode, allauth_forms.BaseConfirmCodeForm):
    pass


class ConfirmEmailForm(EntersCode, allauth_forms.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPhoneForm(EntersCode, allauth_forms.VerifyPhoneForm):
    pass


class ChangePhoneForm(allauth_forms.ChangePhoneForm):
    def clean_phone(self) -> str:
        phone: str = super().clean_phone()
        contact = Contact(Channel.PHONE, phone)
        if not serving(phone):
            raise ValidationError(_unserved(contact), "unserved")
        if refusal := no_code_for(contact, "verify_phone_asked"):
            raise ValidationError(refusal, "no_code")
        return phone


class ChangeEmailForm(allauth_forms.AddEmailForm):
    email = EmailField(label=__("Thư điện tử mới"))  # type: ignore[assignment]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if not serving(email):
            raise ValidationError(_("Trang này hiện chưa gửi được mã qua thư điện tử."), "unserved")
        if refusal := no_code_for(Contact(Channel.EMAIL, email), "confirm_email_asked"):
            raise ValidationError(refusal, "no_code")
        return email


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    password = PasswordField()  # type: ignore[assignment]


class NewPassword(_Form):
    """A new password, typed once: it can be shown, and a code always leads back in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"] = PasswordField(new=True, label=_("Mật khẩu mới"))
        del self.fields["password2"]

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)  # type: ignore[attr-defined]  # of allauth's form
        return password


class NewPasswordForm(NewPassword, allauth_forms.ResetPasswordKeyForm):
    pass


class SetPasswordForm(NewPassword, allauth_forms.SetPasswordForm):
    pass


class ChangePasswordForm(NewPassword, allauth_forms.ChangePasswordForm):
    oldpassword = PasswordField(label=__("Mật khẩu hiện tại"))  # type: ignore[assignment]


class EntersFactor(_Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(label=_("Mã trong ứng dụng xác thực"))


class SecondFactorForm(EntersFactor, factor_forms.AuthenticateForm):
    pass


class SecondFactorAgainForm(EntersFactor, factor_forms.ReauthenticateForm):
    pass


class ActivateSecondFactorForm(EntersFactor, totp_forms.ActivateTOTPForm):
    pass


def reveal_passwords(form: forms.BaseForm) -> None:
    """Show what is typed in the password fields of this form."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.PasswordInput):
            attrs = {**field.widget.attrs, "maxlength": str(PASSWORD_LENGTH)}
            field.widget = forms.TextInput(attrs=attrs)
