"""Reading a prediction as people type it."""

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contests.enums import PredictionTarget

GROUPED = re.compile(r"\d{1,3}([. ]\d{3})+")
WHOLE = re.compile(r"\d{1,9}")
PERCENT = re.compile(r"\d{1,3}([.,]\d{1,5})?")


def read_prediction(text: str, target: PredictionTarget) -> Decimal | None:
    """The value typed, or None for a blank.

    Counts are whole numbers up to 999,999,999, with or without groups ("1.250", "1 250"); a percentage
    is 0 to 100 with at most five decimals after a comma or a point ("87,65432"). Only the digits 0–9
    (full-width ones included) are digits. Raises Invalid with a sentence and an example otherwise.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        return None
    if target == PredictionTarget.ALL_RIGHT_PERCENT:
        typed = typed.removesuffix("%").strip()
        if not (typed.isascii() and PERCENT.fullmatch(typed)) or Decimal(typed.replace(",", ".")) > 100:
            raise Invalid(_("Câu dự đoán: nhập một tỷ lệ từ 0 đến 100, ví dụ 87,65432."))
        return Decimal(typed.replace(",", "."))
    if typed.isascii() and GROUPED.fullmatch(typed):
        typed = re.sub(r"[. ]", "", typed)
    if not (typed.isascii() and WHOLE.fullmatch(typed)):
        raise Invalid(_("Câu dự đoán: nhập một số nguyên không âm, ví dụ 1250."))
    return Decimal(typed)
