"""What a person may type about themselves. Pure; each function raises Invalid with a sentence."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contest_site.lib.text import clean

NAME_LENGTH = 200
EARLIEST_BIRTH = date(1900, 1, 1)
BIRTH_DATE = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*")


def person_name(text: str) -> str:
    """NFC, without invisible characters, one space between words; must have a letter.

    A control character is refused rather than dropped: it means that something else than a name came in.
    """
    if any(unicodedata.category(char) == "Cc" and not char.isspace() for char in text):
        raise Invalid(_("Họ và tên có ký tự không hợp lệ."))
    name = clean(text)
    if any(unicodedata.category(char).startswith("C") for char in name):
        raise Invalid(_("Họ và tên có ký tự không hợp lệ."))
    if sum(char.isalpha() for char in name) < 2:
        raise Invalid(_("Nhập đầy đủ họ và tên."))
    if len(name) > NAME_LENGTH:
        raise Invalid(_("Họ và tên dài tối đa %(limit)d ký tự.") % {"limit": NAME_LENGTH})
    return name


def birth_date(text: str, *, today: date) -> date:
    """A day typed as ngày/tháng/năm, full-width digits allowed; not after `today`, not before 1900."""
    found = BIRTH_DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        raise Invalid(_("Ngày sinh viết theo thứ tự ngày/tháng/năm, ví dụ 17/05/1990."))
    day, month, year = (int(part) for part in found.groups())
    try:
        born = date(year, month, day)
    except ValueError:
        raise Invalid(_("Không có ngày %(day)s.") % {"day": text.strip()}) from None
    check_birth_date(born, today=today)
    return born


def check_birth_date(born: date, *, today: date) -> None:
    if born > today:
        raise Invalid(_("Ngày sinh không thể sau ngày hôm nay."))
    if born < EARLIEST_BIRTH:
        raise Invalid(_("Ngày sinh không thể trước năm 1900."))
