"""HTML to PDF with WeasyPrint, that reads nothing but what is ours.

The text is set in Liberation Serif 2, which has the metrics of Times New Roman (Decree 30/2020/NĐ-CP,
appendix I) and every Vietnamese letter. Version 1, still common, has not: it is passed over.
"""

from __future__ import annotations

import logging
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from fontTools.ttLib import TTFont

# WeasyPrint loads system libraries; it is imported where it is needed, so that a machine without them
# can still run the site.

log = logging.getLogger(__name__)
# They report every page and every table of a font.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
logging.getLogger("fontTools").setLevel(logging.WARNING)

# A name of its own, so that the system's idea of a similar font never comes in between.
FAMILY = "Paper Serif"
FACES = {
    "LiberationSerif-Regular.ttf": ("normal", "normal"),
    "LiberationSerif-Bold.ttf": ("bold", "normal"),
    "LiberationSerif-Italic.ttf": ("normal", "italic"),
    "LiberationSerif-BoldItalic.ttf": ("bold", "italic"),
}
VIETNAMESE = frozenset(map(ord, "ẴẵỄễỢợỬửĐđỊị"))
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


class PageCountError(Exception):
    """The content needs another number of pages than it may have; nothing was written."""


@lru_cache
def font_files() -> dict[str, Path]:
    """Path of each face by its file name. Raises ImproperlyConfigured when the fonts are not installed."""
    found: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        for path in sorted(folder.rglob("LiberationSerif-*.ttf")):
            if path.name in FACES and path.name not in found and code_points(path) >= VIETNAMESE:
                found[path.name] = path
    if len(found) < len(FACES):
        raise ImproperlyConfigured(
            "Liberation Serif 2 with its Vietnamese letters was not found."
            " Install it: apt-get install fonts-liberation2 (fonts-liberation from Debian 13 on)."
        )
    return {name: found[name] for name in FACES}


@lru_cache
def code_points(path: Path) -> frozenset[int]:
    """The Unicode code points for which a font file has a glyph."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


@lru_cache
def _covered() -> frozenset[int]:
    """Code points for which all four faces have a glyph."""
    return frozenset.intersection(*(code_points(path) for path in font_files().values()))


def missing_glyphs(text: str) -> list[str]:
    """The characters of `text` (in NFC) that the paper could show only as an empty box, in their order."""
    covered = _covered()
    return list(
        dict.fromkeys(char for char in unicodedata.normalize("NFC", text) if ord(char) not in covered)
    )


def render_pages(html: str, *, pages: int) -> list[bytes]:
    """Set `html` as one document and give each page as a PDF file of its own.

    One document for many papers, because setting up WeasyPrint costs far more than a page. `html` may bring
    its own <style>, name the family FAMILY, and use `data:` URLs; every other URL is refused. The same
    html gives the same bytes. Raises PageCountError unless it fills exactly `pages` pages.
    """
    document = _laid_out(html)
    if len(document.pages) != pages:
        raise PageCountError(f"{len(document.pages)} pages were set where {pages} were expected")
    return [document.copy([page]).write_pdf() for page in document.pages]


def render_document(html: str) -> bytes:
    """Set `html` as one PDF file of as many pages as it needs; what it may hold is as for `render_pages`."""
    content: bytes = _laid_out(html).write_pdf()
    return content


def _laid_out(html: str) -> Any:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher()
    fonts = FontConfiguration()
    faces = CSS(string=_font_faces(), font_config=fonts, url_fetcher=fetcher)
    return HTML(string=html, url_fetcher=fetcher).render(stylesheets=[faces], font_config=fonts)


def _font_faces() -> str:
    return "\n".join(
        f'@font-face {{ font-family: "{FAMILY}"; src: url("{path.as_uri()}");'
        f" font-weight: {weight}; font-style: {style}; }}"
        for path, (weight, style) in zip(font_files().values(), FACES.values(), strict=True)
    )


def _fetcher() -> object:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    ours = {path.as_uri(): path for path in font_files().values()}

    class OwnFilesOnly(URLFetcher):
        """Fetches `data:` and the font files, and refuses the rest: no network, no other file."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url in ours:
                return URLFetcherResponse(url, ours[url].read_bytes(), {"Content-Type": "font/ttf"})
            if url.startswith("data:"):
                response: URLFetcherResponse = super().fetch(url, headers)  # type: ignore[no-untyped-call]
                return response
            log.warning("A PDF asked for %s; refused", url[:200])
            raise ValueError(f"Refused: {url[:200]}")

    return OwnFilesOnly(allow_redirects=False)  # type: ignore[no-untyped-call]
