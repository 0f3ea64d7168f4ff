"""A field for rich text: a text area that a script (static/js/editor.js) makes an editor of.

What is typed without the script is plain text, in which simple tags may stand; what comes from the editor is
HTML. Either way it is cleaned into the stored form (questions.formats.rich).
"""

import re
from html import escape
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

from questions.formats.rich import PICTURE_NAME, Picture, inlines
from questions.formats.rich_reading import TooComplexError, clean_rich, from_plain, is_plain, parse, to_plain
from questions.rules import text_fault
from questions.templatetags.rich import rich

# Whoever writes one of these means markup; "1 < 2", "R&D" and <script> are text.
MARKED = re.compile(
    r"</?(?:p|div|br|span|h[1-6]|b|strong|i|em|u|ins|sub|sup|ul|ol|li|table|thead|tbody|tfoot|tr|t[dh]|img)\b[^<>]*>"
    r"|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
BLOCK = re.compile(r"<(?:p|div|br|h[1-6]|ul|ol|table)\b", re.IGNORECASE)


def read_rich(typed: str) -> str:
    """The stored form of what a person typed or the editor sent; of a stored form, itself.

    Raises TooComplexError.
    """
    if not MARKED.search(typed):
        return clean_rich(from_plain(typed))
    if not BLOCK.search(typed):
        typed = "<br>".join(typed.strip().splitlines())
    return clean_rich(typed, _named)


def with_picture(typed: str, name: str, alt: str) -> str:
    """The stored form of what a person typed, a kept picture behind it. Raises TooComplexError."""
    return clean_rich(f'{read_rich(typed)}<p><img src="{name}" alt="{escape(alt)}"></p>')


def _named(src: str) -> str | None:
    """A picture of ours, by its address or its name; no other is taken over."""
    name = src.strip().rpartition("/")[2]
    return name if PICTURE_NAME.fullmatch(name) else None


def typed_of(stored: str) -> str:
    """What somebody would have typed: without markup where nothing is lost by it."""
    text = to_plain(stored)
    return text if is_plain(stored) and read_rich(text) == stored else stored


class RichTextarea(UnfoldAdminTextareaWidget):
    """`data-rich` is the markup that the editor begins with; the server has cleaned it."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed, shown = str(value or ""), None
        try:
            stored = read_rich(typed)
            # No longer marked as safe: as the value of an attribute it is escaped like any other.
            typed, shown = typed_of(stored), rich(stored) + ""
        except TooComplexError:
            pass  # shown as it came, with the field's sentence
        attrs = {**(attrs or {}), **({} if shown is None else {"data-rich": shown})}
        context: dict[str, Any] = super().get_context(name, typed, attrs)
        return context


class RichField(forms.CharField):
    """Cleans into the stored form; `limit`: characters of what is read, `rows`: lines of the text area."""

    def __init__(self, *, limit: int, rows: int = 1, **options: Any) -> None:
        super().__init__(widget=RichTextarea(attrs={"rows": rows}), strip=True, **options)
        self.limit = limit

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value) or "")
        try:
            stored = read_rich(typed)
            flow = parse(stored)
        except TooComplexError as error:
            raise forms.ValidationError(_sentence(str(error))) from error
        if self.required and not stored:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if fault := text_fault(to_plain(stored), self.limit):
            raise forms.ValidationError(_sentence(fault))
        if any(isinstance(atom, Picture) and not atom.alt for inline in inlines(flow) for atom in inline):
            raise forms.ValidationError(
                _("Mỗi hình phải có lời mô tả thay thế cho người không nhìn thấy hình.")
            )
        return stored


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
