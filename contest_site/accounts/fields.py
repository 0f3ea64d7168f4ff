"""Form fields for what people type at the entrance: forgiving, with a sentence when it cannot be right."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contest_site.accounts.contact import Contact, normal_email, read_contact
from contest_site.lib.errors import Invalid
from contest_site.lib.identity import normal_phone

PASSWORD_LENGTH = 128
# Keeps phones from "correcting" what is typed.
AS_TYPED = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class ContactField(forms.CharField):
    """A phone number or an e-mail address; its cleaned value is a Contact."""

    def __init__(self, **kwargs: Any) -> None:
        # The e-mail keyboard of a phone has letters, "@" and figures alike.
        attrs = {"autocomplete": "username", "inputmode": "email", **AS_TYPED}
        kwargs.setdefault("label", _("Số điện thoại hoặc thư điện tử"))
        kwargs.setdefault(
            "error_messages",
            {"required": _("Hãy nhập số điện thoại hoặc thư điện tử.")},
        )
        super().__init__(max_length=254, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Contact:
        text: str = super().clean(value)
        try:
            return read_contact(text)
        except Invalid as error:
            raise ValidationError(str(error), "invalid_contact") from None


def _phone(text: str) -> str:
    # A user name with figures in it (`canbo0912345678`) is no phone number.
    if any(char.isalpha() or char == "@" for char in text):
        raise Invalid(gettext("Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678."))
    return normal_phone(text)


class PhoneField(forms.CharField):
    """A phone number in any usual form; its cleaned value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số điện thoại"))
        kwargs.setdefault("error_messages", {"required": _("Hãy nhập số điện thoại.")})
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return _phone(text) if text else ""
        except Invalid as error:
            raise ValidationError(str(error), "invalid_phone") from None


class EmailField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Thư điện tử"))
        kwargs.setdefault("error_messages", {"required": _("Hãy nhập địa chỉ thư điện tử.")})
        attrs = {"autocomplete": "email", "inputmode": "email", **AS_TYPED}
        super().__init__(max_length=254, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return normal_email(text)
        except Invalid as error:
            raise ValidationError(str(error), "invalid_email") from None


class PasswordField(forms.CharField):
    """A password as it is typed, spaces at its ends included."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mật khẩu"))
        kwargs.setdefault("error_messages", {"required": _("Hãy nhập mật khẩu.")})
        if new:
            kwargs.setdefault(
                "help_text",
                _("Ít nhất 8 ký tự. Một câu ngắn dễ nhớ là tốt nhất; không bắt buộc chữ hoa hay ký hiệu."),
            )
        attrs = {"autocomplete": "new-password" if new else "current-password", **AS_TYPED}
        super().__init__(
            strip=False, max_length=PASSWORD_LENGTH, widget=forms.PasswordInput(attrs=attrs), **kwargs
        )


class CodeField(forms.CharField):
    """The six figures of a one-time code; spaces and full-width figures are forgiven."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mã xác thực (6 chữ số)"))
        kwargs.setdefault("error_messages", {"required": _("Hãy nhập mã gồm 6 chữ số vừa nhận được.")})
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return unicodedata.normalize("NFKC", text)
