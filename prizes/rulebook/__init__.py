"""The plan printed as contest rules (thể lệ): one document from the configuration that the program runs.

The document is Vietnamese whatever language the reader chose for the screens, because it is the office's
paper: its words stand here and in no catalogue. `build` makes it; a page and a PDF show it.
"""

from prizes.rulebook.builder import build
from prizes.rulebook.parts import Article, Chapter, Clause, Grid, Rulebook

__all__ = ["Article", "Chapter", "Clause", "Grid", "Rulebook", "build"]
