"""Texts as a cell, a sheet's name or a file's XML can hold them."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

CELL_LIMIT = 32_767  # characters of a cell, counted as Excel counts them (UTF-16 units)
TITLE_LIMIT = 31
# What XML 1.0 cannot hold, with the C1 controls and DEL, which it can but nobody means.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def safe_text(text: str) -> str:
    """The text as a cell can hold it: nothing XML refuses, at most 32,767 UTF-16 units (cut with …)."""
    text = UNWRITABLE.sub("", text)
    if len(text) <= CELL_LIMIT // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    # "ignore" drops half of a pair that the cut went through
    return units[: 2 * (CELL_LIMIT - 1)].decode("utf-16-le", "ignore") + "…"


def safe_title(text: str, taken: Iterable[str] = ()) -> str:
    """A sheet's name out of any text: without []:*?/\\, ≤ 31 characters, unlike every name in `taken`."""
    base = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", " ", UNWRITABLE.sub("", text))).strip(" '")
    base = base[:TITLE_LIMIT].rstrip(" '") or _("Bảng")
    used = {name.casefold() for name in taken}
    title, number = base, 2
    while title.casefold() in used or title.casefold() == "history":  # Excel keeps that name for itself
        suffix = f" ({number})"
        title, number = base[: TITLE_LIMIT - len(suffix)] + suffix, number + 1
    return title


def cell_text(text: str) -> str:
    """The XML of a text in a cell: `<t>…</t>`, white space at its ends kept."""
    text = safe_text(text)
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<t{kept}>{escape(text)}</t>"
