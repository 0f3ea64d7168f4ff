"""What a name that nobody has was perhaps meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from questions.importers.report import SHOWN_PROBLEMS


class Nearest:
    """The nearest of many folded names, each asked for once and only as often as faults are shown.

    One comparison with a directory of thousands takes a good part of a second.
    """

    def __init__(self, names: Iterable[str], *, cutoff: float) -> None:
        self.names = list(names)
        self.cutoff = cutoff
        self.known: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The name most like it; "" for none, or after so many others that nobody will read it."""
        if text not in self.known:
            if len(self.known) >= SHOWN_PROBLEMS:
                return ""
            found = get_close_matches(text, self.names, n=1, cutoff=self.cutoff)
            self.known[text] = found[0] if found else ""
        return self.known[text]
