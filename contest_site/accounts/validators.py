"""Passwords: length and guessability only, no rules of composition (ASVS 5.0, 6.2)."""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.lib.text import fold

# What Vietnamese lists of leaked passwords begin with and Django's English list does not hold.
COMMON_HERE = frozenset(
    [
        "matkhau1",
        "matkhau12",
        "matkhau123",
        "matkhau1234",
        "matkhau@123",
        "matkhaucuatoi",
        "anhyeuem",
        "anhyeuem123",
        "emyeuanh",
        "yeuanhnhieu",
        "yeuemnhieu",
        "vietnam1",
        "vietnam123",
        "vietnam@123",
        "vietnam2024",
        "vietnam2025",
        "vietnam2026",
        "nguyenvan",
        "conyeume",
        "mattroi123",
        "hoahong123",
        "haiphong1",
        "saigon123",
        "hanoi123",
        "danang123",
        "quangngai",
        "quangngai123",
        "abcd1234",
        "abc12345",
        "a1234567",
        "aa123456",
        "aa123456@",
        "admin123",
        "admin@123",
        "khongbiet",
        "khongcogi",
        "0987654321",
        "0123456789",
        "12345678a",
        "a12345678",
        "1234567a",
        "123456aa",
        "19001560",
        "tuyenquang",
        "xinchao123",
    ]
)


class CommonPassword(CommonPasswordValidator):
    def validate(self, password: str, user: object = None) -> None:
        if fold(password) in COMMON_HERE:
            raise ValidationError(
                _("Mật khẩu này quá phổ biến, dễ bị đoán. Hãy chọn mật khẩu khác."), "common"
            )
        super().validate(password)


class OwnContact:
    """One's own phone number, address or user name is the first thing that a stranger tries."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        typed = "".join(char for char in fold(password) if char.isalnum())
        known = {user.username.lower(), *user.email.lower().split("@")[:1]}
        if user.phone:
            known |= {user.phone.lstrip("+"), "0" + user.phone.removeprefix("+84")}
        if typed in known:
            raise ValidationError(
                _("Mật khẩu trùng với số điện thoại hoặc tên tài khoản, dễ bị đoán. Hãy chọn mật khẩu khác."),
                "own_contact",
            )

    def get_help_text(self) -> str:
        return _("Mật khẩu không được trùng với số điện thoại hoặc tên của tài khoản.")
