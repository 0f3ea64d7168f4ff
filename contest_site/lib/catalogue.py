"""The English catalogue: what is to be translated, found in templates and code, and kept in locale/en.

`bin/messages` brings the catalogue up to date. Babel does all of it, so no machine needs gettext's own tools.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENGLISH = BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"
FOLDERS = ("attempts", "contest_site", "contests", "prizes", "questions", "templates")
# By what names the code calls Django's functions; the numbers are those of the arguments.
KEYWORDS = {
    "_": None,
    "__": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# The source is Vietnamese, where one form serves every number; `n` forms are those of English.
HEADER = """\
# English for every message of the product, whose own language is Vietnamese (docs/decisions/0015).
# `bin/messages` adds what is new and takes out what is gone; the words are written here by hand.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def sources(base: Path = BASE_DIR) -> Iterator[Path]:
    """Every file that may hold a message, in the order of their paths."""
    for folder in FOLDERS:
        for path in sorted((base / folder).rglob("*")):
            code = path.suffix == ".py" and "migrations" not in path.parts
            if code or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
                yield path


def messages_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Each message of a file, (singular, plural) for those with a number, and its context."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What templatize makes of a template is calls among blots; in brackets its indents mean nothing.
        text = f"(\n{templatize(text, origin=str(path))}\n)"
    for _line, message, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield message if isinstance(message, str) else tuple(message), context


def extracted(base: Path = BASE_DIR) -> Catalog:
    """All messages with the files that hold them, untranslated."""
    catalog = Catalog(locale="en")
    for path in sources(base):
        for message, context in messages_of(path):
            catalog.add(message, locations=[(path.relative_to(base).as_posix(), 0)], context=context)
    return catalog


def stored() -> Catalog:
    """The catalogue as it is kept."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def written(found: Catalog, known: Catalog) -> bytes:
    """The file's bytes: the messages found, with their known words, by file and without line numbers."""
    merged = Catalog(locale="en")
    for message in found:
        if not message.id:
            continue
        files = sorted({name for name, _line in message.locations})
        old = known.get(_key(message), message.context)
        same = old is not None and old.id == message.id
        merged.add(
            message.id,
            old.string if old is not None and same else None,
            locations=[(name, 0) for name in files],
            context=message.context,
        )
    file = BytesIO()
    write_po(file, merged, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER.encode() + file.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """Messages without words, or without those of one of their forms."""
    return [message for message in catalog if message.id and not all(_forms(message.string))]


def _forms(string: str | Sequence[str] | None) -> Sequence[str]:
    return [string] if isinstance(string, str) else string or [""]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def main() -> None:
    known = stored() if ENGLISH.exists() else Catalog(locale="en")
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    ENGLISH.write_bytes(written(extracted(), known))
    empty = untranslated(stored())
    for message in empty:
        print(f"{', '.join(name for name, _ in message.locations)}: {_key(message)}")  # noqa: T201
    print(f"{len(stored())} messages, {len(empty)} without English")  # noqa: T201


if __name__ == "__main__":
    main()
