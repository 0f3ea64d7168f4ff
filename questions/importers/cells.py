"""What a person sees in a cell, as text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from questions.rules import clean_lines

# Excel's own way of writing a control character inside a text.
ESCAPED_CONTROL = re.compile("_x00([01][0-9A-Fa-f])_")
TOO_LARGE = 10**25  # no number that a question tells; from about 10**28 on Decimal's usual digits are too few


class CellText(NamedTuple):
    """`fault`: why the cell cannot be taken; `note`: what to look at again; both may be empty."""

    text: str = ""
    fault: str = ""
    note: str = ""


def read_cell(cell: Any) -> CellText:
    """`cell`: one of openpyxl's, read without evaluating formulas."""
    value = cell.value
    if value is None:
        return CellText()
    if cell.data_type == "f":
        return CellText(fault=_("ô chứa công thức; hãy dán lại ô dưới dạng giá trị"))
    if cell.data_type == "e":
        return CellText(fault=_("ô báo lỗi %(code)s") % {"code": value})
    if isinstance(value, str):
        if "_x00" in value:
            value = ESCAPED_CONTROL.sub(lambda found: chr(int(found[1], 16)), value)
        return CellText(clean_lines(value))
    if isinstance(value, bool):
        return CellText("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        if -TOO_LARGE < value < TOO_LARGE:  # false of infinity and of what is no number, too
            return CellText(number_text(value, _format_of(cell)))
        return CellText(fault=_("ô chứa số quá lớn; hãy gõ lại nội dung dưới dạng văn bản"))
    text = moment_text(value, _format_of(cell))
    return CellText(
        text,
        note=_("ô có kiểu ngày, giờ, được đọc là “%(text)s”; nếu chưa đúng, gõ lại dưới dạng văn bản")
        % {"text": text},
    )


def _format_of(cell: Any) -> str:
    """The cell's number format; "" also for a style that the workbook does not have."""
    try:
        return cell.number_format or ""
    except IndexError:
        return ""


def number_text(value: int | float, number_format: str) -> str:
    """As the sheet shows it, with the decimal comma: 0.25 as "0%" → "25%", 912 as "0000" → "0912"."""
    if number_format in ("", "General") and isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    shown = number_format.split(";")[0].replace('"', "")
    if (isinstance(value, float) and not value.is_integer()) or abs(value) >= 10**15:
        number = Decimal(format(value, ".15g"))  # Excel itself keeps 15 digits
    else:
        number = Decimal(int(value))
    if re.fullmatch("0{2,}", shown):
        return f"{number:.0f}".zfill(len(shown))
    sign = ""
    if shown.endswith("%"):
        number, sign = number * 100, "%"
    places = re.search(r"\.(0+)", shown)
    text = f"{number:,.{len(places[1])}f}" if places else f"{_plain(number):,f}"
    if "#,##0" not in shown:
        text = text.replace(",", "")
    return text.translate(str.maketrans(",.", ".,")) + sign


def _plain(number: Decimal) -> Decimal:
    """Without needless zeros, and 1E+2 as 100."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def moment_text(value: Any, number_format: str) -> str:
    """A date as 15/07/2021, with the parts that the cell shows (a "d-mmm" has no year)."""
    shown = number_format.lower()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    if not isinstance(value, date):
        return clean_lines(str(value))
    parts = [form for letter, form in (("d", "%d"), ("m", "%m"), ("y", "%Y")) if letter in shown or not shown]
    text = value.strftime("/".join(parts or ["%d", "%m", "%Y"]))
    if isinstance(value, datetime) and (value.hour or value.minute):
        text += f" {value:%H:%M}"
    return text
