"""How a visitor wants pages shown: size of text, contrast, day or night, length of lines, space between them.

Kept in a cookie that holds nothing else, so that the first byte of the next page is already right; the server
writes each value as `data-…` of <html>, base.css does the rest. base.js writes the same cookie.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from contest_site.lib.showing import COOKIE as COOKIE

YEAR = 365 * 24 * 3600  # seconds
# What may be chosen, by attribute; the first is how a page comes without a choice.
CHOICES: dict[str, tuple[str, ...]] = {
    "size": ("0", "-1", "1", "2", "3"),
    "contrast": ("auto", "normal", "high"),
    "theme": ("auto", "light", "dark"),
    "width": ("normal", "narrow", "wide"),
    "spacing": ("normal", "loose", "looser"),
}


# The same in the words of the page, in its order.
WORDS = (
    (
        "size",
        _("Cỡ chữ"),
        (("-1", _("Nhỏ")), ("0", _("Thường")), ("1", _("Lớn")), ("2", _("Lớn hơn")), ("3", _("Lớn nhất"))),
    ),
    (
        "contrast",
        _("Độ tương phản"),
        (("auto", _("Theo thiết bị")), ("normal", _("Thường")), ("high", _("Cao"))),
    ),
    (
        "theme",
        _("Nền trang"),
        (("auto", _("Theo thiết bị")), ("light", _("Nền sáng")), ("dark", _("Nền tối"))),
    ),
    ("width", _("Độ dài dòng chữ"), (("narrow", _("Ngắn")), ("normal", _("Vừa")), ("wide", _("Dài")))),
    ("spacing", _("Giãn dòng"), (("normal", _("Thường")), ("loose", _("Rộng")), ("looser", _("Rộng nhất")))),
)


def read(cookie: str) -> dict[str, str]:
    """The choices in a cookie's text ("size:1.theme:dark"), by attribute; anything else in it is left out."""
    pairs = (part.partition(":") for part in cookie[:200].split("."))
    return {name: value for name, _colon, value in pairs if is_choice(name, value)}


def is_choice(name: str, value: str) -> bool:
    return value in CHOICES.get(name, ())


def written(choices: Mapping[str, str]) -> str:
    """The cookie's text, without what is as it comes anyway."""
    kept = {
        name: choices[name] for name in CHOICES if choices.get(name, CHOICES[name][0]) != CHOICES[name][0]
    }
    return ".".join(f"{name}:{value}" for name, value in kept.items())
