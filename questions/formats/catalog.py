"""The formats of question files, for menus, and which of them a file is."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from questions.formats import aiken, archive, docx_file, excel_file, gift, limits, moodle_xml
from questions.formats.exchange import Item, Lost, Read
from questions.formats.holding import Holds
from questions.importers.sheet import TEXT

AIKEN_KEY = re.compile(rb"^\s*(?:ANSWER|\xc4\x90\xc3\x81P \xc3\x81N):", re.MULTILINE | re.IGNORECASE)


class Writer(Protocol):
    """Gives the file's bytes, and what it cannot hold of each item."""

    def __call__(
        self, items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
    ) -> tuple[bytes, list[Lost]]: ...


@dataclass(frozen=True)
class Format:
    """`key`: for addresses and forms. `extension`: of the files that are written, with its dot.

    `text_column`: where a row has the question's text, for places; "" when there are no columns.
    """

    key: str
    extension: str
    media_type: str
    holds: Holds
    read: Callable[[bytes], Read]
    write: Writer
    text_column: str = ""

    @property
    def name(self) -> str:
        return self.holds.name


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = {
    found.key: found
    for found in (
        Format("excel", ".xlsx", EXCEL, excel_file.HOLDS, excel_file.read, excel_file.write, TEXT),
        Format("word", ".docx", WORD, docx_file.HOLDS, docx_file.read, docx_file.write),
        Format("zip", ".zip", "application/zip", archive.HOLDS, archive.read, archive.write),
        Format("moodle", ".xml", "application/xml", moodle_xml.HOLDS, moodle_xml.read, moodle_xml.write),
        Format("gift", ".txt", "text/plain; charset=utf-8", gift.HOLDS, gift.read, gift.write),
        Format("aiken", ".txt", "text/plain; charset=utf-8", aiken.HOLDS, aiken.read, aiken.write),
    )
}
BY_EXTENSION = {
    "xlsx": "excel",
    "xls": "excel",
    "docx": "word",
    "doc": "word",
    "zip": "zip",
    "xml": "moodle",
    "gift": "gift",
    "aiken": "aiken",
}

BY_PART = {"xl/workbook.xml": "excel", "word/document.xml": "word", archive.QUESTIONS: "zip"}


def format_of(name: str, data: bytes) -> Format | None:
    """The format of a file: what is packed, by its parts; else by its name, and for .txt by its content.

    None when it is none of these.
    """
    if data.startswith(b"PK\x03\x04") and (packed := _packed(data)):
        return packed
    extension = name.rpartition(".")[2].lower()
    if extension == "txt":
        return FORMATS["aiken" if AIKEN_KEY.search(data) else "gift"]
    key = BY_EXTENSION.get(extension)
    return FORMATS[key] if key else None


def _packed(data: bytes) -> Format | None:
    """By the part that gives it away; of the directory alone nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            names = {part.filename for part in source.infolist()[: limits.PARTS]}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    return next((FORMATS[key] for part, key in BY_PART.items() if part in names), None)
