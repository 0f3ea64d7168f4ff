"""A person's name on the honour board and on a paper."""

from datetime import date

from django.utils.translation import gettext as _

from contests.enums import Gender, NamesShown

GROWN_UP = 18


def shown_name(full_name: str, how: NamesShown | str) -> str:
    """The name as the plan publishes it; masked: "Nguyễn Văn An" → "Nguyễn V. A.", a lone "An" → "A."."""
    if how == NamesShown.FULL:
        return full_name
    words = full_name.split()
    kept, initials = (words[:1], words[1:]) if len(words) > 1 else ([], words)
    return " ".join(kept + [f"{word[0]}." for word in initials])


def honorific(gender: str, birth_date: date | None, on: date) -> str:
    """How an official paper addresses the person on the day `on`: Ông, Bà, Ông/Bà, or Em below 18.

    A plan need not ask for the birth date or the gender: then for a grown-up, and for either.
    """
    if birth_date is not None:
        birthday_to_come = (on.month, on.day) < (birth_date.month, birth_date.day)
        if on.year - birth_date.year - birthday_to_come < GROWN_UP:
            return _("Em")
    return {Gender.MALE.value: _("Ông"), Gender.FEMALE.value: _("Bà")}.get(gender, _("Ông/Bà"))


def official_date(day: date) -> str:
    """ "ngày 05 tháng 02 năm 2024": days below 10 and months 1 and 2 with a zero (Decree 30/2020/NĐ-CP)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return _("ngày %(day)02d tháng %(month)s năm %(year)d") % {
        "day": day.day,
        "month": month,
        "year": day.year,
    }
