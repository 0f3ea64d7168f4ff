"""Numbers, moments and lists as administrative papers write them. Only Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from contest_site.lib.templatetags.vi import dong, duration, end_moment, moment, number

__all__ = ["dong", "duration", "end_moment", "moment", "number"]

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
GROUPS = ("", "nghìn", "triệu", "tỷ")


def two(n: int) -> str:
    """Small numbers with a leading zero, as papers write them: 3 → "03", 30 → "30", 1250 → "1.250"."""
    return f"{n:02d}" if n < 100 else number(n)


def listed(items: Sequence[str], *, last: str = "và") -> str:
    """ "A, B và C"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def lower_first(text: str) -> str:
    """For a label in the middle of a sentence; "Giấy khen" → "giấy khen"."""
    return text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """One full stop at the end, whatever the text ended with."""
    return f"{text.strip().rstrip('.;,')}."


def day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def window(opens: datetime, closes: datetime) -> str:
    """ "từ 07 giờ 00 ngày 10/11/2024 đến 24 giờ 00 ngày 30/11/2024"."""
    return f"từ {moment(opens)} đến {end_moment(closes)}"


def last_instant(closes: datetime) -> str:
    """The last second that still belongs to a window: "23 giờ 59 phút 59 giây ngày 30/11/2024"."""
    local = timezone.localtime(closes) - timedelta(seconds=1)
    return f"{local:%H} giờ {local:%M} phút {local:%S} giây ngày {local:%d/%m/%Y}"


def span_minutes(minutes: int) -> str:
    """90 → "01 giờ 30 phút"; 2880 → "02 ngày"."""
    days, rest = divmod(minutes, 1440)
    hours, rest = divmod(rest, 60)
    parts = ((days, "ngày"), (hours, "giờ"), (rest, "phút"))
    return " ".join(f"{two(value)} {unit}" for value, unit in parts if value)


def percent(value: int | Decimal) -> str:
    return f"{number(value)}%"


def in_words(amount: int) -> str:
    """A sum in words, as papers repeat it: 14500000 → "Mười bốn triệu năm trăm nghìn"."""
    if amount == 0:
        return "Không"
    groups: list[int] = []
    while amount:
        amount, group = divmod(amount, 1000)
        groups.append(group)
    said = [
        " ".join(filter(None, (_hundreds(group, whole=at < len(groups) - 1), _scale(at))))
        for at, group in reversed(list(enumerate(groups)))
        if group
    ]
    text = " ".join(said)
    return text[0].upper() + text[1:]


def _scale(at: int) -> str:
    """nghìn, triệu, tỷ, nghìn tỷ, triệu tỷ …"""
    billions, rest = divmod(at, 3)
    return " ".join(filter(None, (GROUPS[rest], *(["tỷ"] * billions))))


def _hundreds(group: int, *, whole: bool) -> str:
    """Three digits; `whole`: higher groups were said before, so "không trăm" is said too."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    parts = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens > 1:
        parts.append(f"{DIGITS[tens]} mươi")
    elif tens == 1:
        parts.append("mười")
    elif ones and parts:
        parts.append("linh")
    if ones == 1 and tens > 1:
        parts.append("mốt")
    elif ones == 5 and tens:
        parts.append("lăm")
    elif ones:
        parts.append(DIGITS[ones])
    return " ".join(parts)
