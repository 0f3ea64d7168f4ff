"""A .docx, made safe to parse and then parsed."""

import io
import logging

import docx
from django.utils.translation import gettext as _

from contest_site.lib.work import TOO_MUCH
from questions.formats import limits
from questions.formats.container import OLE_HEADER, pack, unpack
from questions.formats.exchange import UnreadableError
from questions.formats.word.model import Entry, TableEntry
from questions.formats.word.paragraphs import entries

# Office files never declare a document type; entity bombs and outside entities need one.
FORBIDDEN = [
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
]
XML_ENDINGS = (".xml", ".rels")

log = logging.getLogger(__name__)


def read_entries(data: bytes) -> list[Entry | TableEntry]:
    """Everything of a document's body. Raises UnreadableError."""
    safe = io.BytesIO(_repacked(data))
    try:
        return list(entries(docx.Document(safe)))
    except (UnreadableError, *TOO_MUCH):
        raise
    except Exception as error:
        # A package can be broken in more ways than python-docx has exceptions for: none of them is a crash.
        log.warning("An uploaded document could not be parsed: %s", type(error).__name__)
        raise UnreadableError(
            _("Không đọc được văn bản Word. Hãy lưu lại tệp dạng .docx rồi tải lên lại.")
        ) from error


def _repacked(data: bytes) -> bytes:
    """The same package, its parts unpacked and counted first."""
    if data.startswith(OLE_HEADER):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableError(_("Tệp đang đặt mật khẩu mở. Hãy gỡ mật khẩu rồi tải lên lại."))
        raise UnreadableError(
            _("Tệp thuộc dạng Word 97–2003 (.doc). Hãy mở bằng Word và lưu lại dạng .docx.")
        )
    if not data.startswith(b"PK\x03\x04"):
        raise UnreadableError(_("Tệp không phải là văn bản Word .docx. Hãy lưu lại dạng .docx."))
    parts = unpack(data)
    if "[Content_Types].xml" not in parts or "word/document.xml" not in parts:
        raise UnreadableError(_("Tệp không phải là văn bản Word .docx. Hãy lưu lại dạng .docx."))
    for name, content in parts.items():
        if name.endswith(XML_ENDINGS):
            _check_xml(content)
    safe = io.BytesIO()
    pack(parts, safe, compressed=False)
    return safe.getvalue()


def _check_xml(content: bytes) -> None:
    if len(content) > limits.XML_PART:
        raise UnreadableError(_("Nội dung tệp sau khi giải nén quá lớn."))
    if any(word in content for word in FORBIDDEN):
        raise UnreadableError(_("Tệp có khai báo XML không được phép, có thể là tệp độc hại."))
