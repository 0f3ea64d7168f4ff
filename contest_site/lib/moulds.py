"""Pages of which most is the same for many: rendered once, with marks where somebody's own things stand.

A mark holds a NUL, which the database takes in no text, so nothing that anybody has written can be one.
What is put in its place later is escaped as a template would escape it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from contest_site.lib.hot import Kept

Marks = dict[str, str]


class Moulds:
    """Kept for a moment, by what makes pages differ beside the values of `own` in `cast`."""

    def __init__(self) -> None:
        self.kept: Kept[list[str]] = Kept()

    def cast(self, key: Hashable, own: Mapping[str, Any], make: Callable[[Marks], str]) -> SafeString:
        """The page of a key with its own values. `make` renders the mould: a mark stands for each value.

        A None has no mark, so a template may ask whether a value is there. Whatever else a page's shape hangs
        on belongs to the key.
        """
        values = {name: value for name, value in own.items() if value is not None}
        pieces = list(self.kept.get((key, *values), lambda: make(marks(values)).split("\0")))
        pieces[1::2] = [_escaped(values[name]) for name in pieces[1::2]]
        return mark_safe("".join(pieces))  # noqa: S308  rendered by templates, the rest escaped here


def marks(names: Iterable[str]) -> Marks:
    return {name: f"\0{name}\0" for name in names}


def _escaped(value: Any) -> str:
    """As Django's conditional_escape, without its way round for what is translated later."""
    safe = getattr(value, "__html__", None)
    return safe() if safe else escape(str(value))
