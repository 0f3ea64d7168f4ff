"""What a person may type about themselves, and who is old enough. Pure; a refusal is a sentence."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid, NotAllowed
from contest_site.lib.templatetags.vi import day
from contest_site.lib.text import clean

NAME_LENGTH = 200
ADDRESS_LENGTH = 300
UNIT_NAME_LENGTH = 200
# Below this a parent or guardian consents (Law 91/2025/QH15).
GROWN_TO_CONSENT = 16
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


def plain_line(text: str, *, limit: int, least: str) -> str:
    """One clean line for an address or a unit's name: at least two letters, or Invalid with `least`."""
    if any(unicodedata.category(char).startswith("C") and not char.isspace() for char in clean(text)):
        raise Invalid(_("Nội dung có ký tự không hợp lệ."))
    line = clean(text)
    if sum(char.isalpha() for char in line) < 2:
        raise Invalid(least)
    if len(line) > limit:
        raise Invalid(_("Dài tối đa %(limit)d ký tự.") % {"limit": limit})
    return line


def postal_address(text: str) -> str:
    """Where a person lives, as typed; in one clean line."""
    least = _("Ghi địa chỉ nơi ở: số nhà, thôn hoặc tổ dân phố, xã hoặc phường, tỉnh.")
    return plain_line(text, limit=ADDRESS_LENGTH, least=least)


def unit_name(text: str) -> str:
    """The name of a unit that is not in the directory."""
    least = _("Ghi tên đầy đủ của đơn vị.")
    return plain_line(text, limit=UNIT_NAME_LENGTH, least=least)


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


def birthday(born: date, years: int) -> date:
    """The day on which a person born on `born` completes `years` years.

    Born on 29 February: in a common year the last day of that month, 28 February (docs/decisions/0010).
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 2, 28)


def old_enough(born: date, *, min_age: int | None, on: date | None) -> bool:
    """Whether the person has completed `min_age` years on the day `on`, that day included; no limit = yes."""
    return min_age is None or on is None or birthday(born, min_age) <= on


def check_old_enough(born: date, *, min_age: int | None, on: date | None) -> None:
    """Raises NotAllowed, with the limit and its day, for somebody who is too young."""
    if min_age is None or on is None or old_enough(born, min_age=min_age, on=on):
        return
    raise NotAllowed(
        _("Chưa đủ tuổi dự thi: người dự thi phải đủ %(age)d tuổi tính đến ngày %(day)s.")
        % {"age": min_age, "day": day(on)}
    )


def is_child(born: date, *, on: date) -> bool:
    """Whether the person is under 16 on the day `on`: on the 16th birthday no longer."""
    return birthday(born, GROWN_TO_CONSENT) > on
