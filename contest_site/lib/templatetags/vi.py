"""Ways of writing durations, money, numbers, dates and ends of windows. Built in to every template.

The examples are Vietnamese; in English the words come from the catalogue, figures and dates from
contest_site.formats: "4 minutes 02.315 seconds", "3,000,000 đồng", "07:00, 10 November 2024".
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def vi() -> str:
    """The attribute for what is Vietnamese whatever the page's language: a contest's own texts (WCAG 3.1.2).

    `<p{% vi %}>`. Proper names need none.
    """
    return "" if get_language() == settings.LANGUAGE_CODE else mark_safe(' lang="vi"')


@register.filter
def duration(milliseconds: int | None) -> str:
    """242315 → "4 phút 02,315 giây"; to the millisecond, because ties are decided by it."""
    if milliseconds is None:
        return "–"
    minutes, rest = divmod(int(milliseconds), 60_000)
    seconds = number_format(Decimal(rest) / 1000, 3)
    if not minutes:
        return _("%(seconds)s giây") % {"seconds": seconds}
    words = ngettext("%(minutes)d phút %(seconds)s giây", "%(minutes)d phút %(seconds)s giây", minutes)
    return words % {
        "minutes": minutes,
        "seconds": seconds.rjust(6, "0"),
    }


@register.filter
def dong(amount: int | None) -> str:
    """3000000 → "3.000.000 đồng"."""
    return (
        "–"
        if amount is None
        else _("%(amount)s đồng") % {"amount": number_format(amount, force_grouping=True)}
    )


@register.filter
def number(value: int | Decimal | None) -> str:
    """Grouped number without needless decimals: 1234 → 1.234; 87.65000 → 87,65."""
    return "–" if value is None else _grouped(value, isinstance(value, Decimal), get_language())


# A table repeats its numbers, and Django looks up the separators again for each.
@lru_cache(maxsize=4096)
def _grouped(value: int | Decimal, exact: bool, language: str | None) -> str:
    if exact:
        value = Decimal(value).normalize()
        return number_format(value, max(0, -int(value.as_tuple().exponent)), force_grouping=True)
    return number_format(value, force_grouping=True)


@register.filter
def day(value: date | None) -> str:
    """A day, of an instant the one in Viet Nam: "10/11/2024".

    English names the month, since 10/11 is read in two ways there.
    """
    if value is None:
        return "–"
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "DATE_FORMAT")


@register.filter
def moment(instant: datetime | None) -> str:
    """An instant: "07 giờ 00 ngày 10/11/2024"."""
    if instant is None:
        return "–"
    local = timezone.localtime(instant)
    return _("%(hour)s giờ %(minute)s ngày %(date)s") % {
        "hour": f"{local:%H}",
        "minute": f"{local:%M}",
        "date": day(local),
    }


@register.filter
def end_moment(instant: datetime | None) -> str:
    """An exclusive end: midnight is written as 24 giờ 00 of the day before, as plans do."""
    if instant is None:
        return "–"
    local = timezone.localtime(instant)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return moment(instant)
    return _("24 giờ 00 ngày %(date)s") % {"date": day(local - timedelta(days=1))}


@register.filter
def clock(instant: datetime | None) -> str:
    """A time of the day to the second, for the end of a sitting: "15 giờ 30 phút 05 giây"."""
    if instant is None:
        return "–"
    local = timezone.localtime(instant)
    return _("%(hour)s giờ %(minute)s phút %(second)s giây") % {
        "hour": f"{local:%H}",
        "minute": f"{local:%M}",
        "second": f"{local:%S}",
    }


@register.filter
def span(seconds: int | None) -> str:
    """How long, in the two largest units, rounded down: 183600 → "2 ngày 3 giờ"; 59 → "dưới 1 phút"."""
    if seconds is None:
        return "–"
    minutes = int(seconds) // 60
    hours, days = minutes // 60 % 24, minutes // 1440
    parts = [
        (days, ngettext("%d ngày", "%d ngày", days)),
        (hours, ngettext("%d giờ", "%d giờ", hours)),
    ]
    if not days:
        parts.append((minutes % 60, ngettext("%d phút", "%d phút", minutes % 60)))
    return " ".join(text % value for value, text in parts if value) or _("dưới 1 phút")


@register.filter
def in_fours(code: str) -> str:
    """A long code as it is printed and read out: "7K2MQ9XD" → "7K2M-Q9XD"."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
