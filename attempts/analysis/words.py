"""The analysis in words and figures for people, the same on the page and in Excel."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from attempts.analysis.report import Item
from attempts.analysis.rules import Suspicion

Ratio = Fraction | Decimal | None


def rounded(value: Ratio, places: int) -> Decimal | None:
    """To so many places, half away from zero."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0  # nothing is shown as -0


def percent(value: Ratio) -> str:
    """0.8765 → "87,7 %"."""
    shown = rounded(None if value is None else value * 100, 1)
    return "–" if shown is None else _("%(number)s %%") % {"number": number_format(shown, 1)}


def index(value: Ratio) -> str:
    """A correlation: 0.3471 → "0,35"."""
    shown = rounded(value, 2)
    return "–" if shown is None else number_format(shown, 2)


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def reasons(item: Item) -> list[str]:
    """Why the question looks as if its key were wrong, a sentence each."""
    return [_reason(item, suspicion) for suspicion in item.suspicions]


def _reason(item: Item, suspicion: Suspicion) -> str:
    match suspicion:
        case Suspicion.WRONG_PREFERRED:
            return _("Trong nhóm điểm cao, một phương án đang tính là sai được chọn nhiều hơn đáp án.")
        case Suspicion.NEGATIVE:
            return _("Độ phân biệt âm (%(index)s): người làm tốt các câu khác lại hay sai câu này hơn.") % {
                "index": index(item.found.discrimination)
            }
        case Suspicion.BELOW_GUESS:
            return _("Tỷ lệ đúng (%(facility)s) thấp hơn mức chọn ngẫu nhiên (%(guess)s).") % {
                "facility": percent(item.found.facility),
                "guess": percent(item.guess),
            }
