"""Text files as lines, whatever their encoding and line ends."""

import codecs

from django.utils.translation import gettext as _

from questions.formats import limits
from questions.formats.exchange import UnreadableError

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(data: bytes) -> list[str]:
    """The lines of a text file in UTF-8 (or UTF-16 with a mark). Raises UnreadableError."""
    if len(data) > limits.TEXT_FILE:
        raise UnreadableError(_("Tệp lớn hơn 5 MB. Hãy chia thành nhiều tệp."))
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _("Tệp không phải là văn bản Unicode. Hãy lưu lại tệp với bảng mã UTF-8.")
        ) from error
    if "\0" in text:
        raise UnreadableError(_("Tệp không phải là tệp văn bản."))
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def line_place(number: int) -> str:
    """Where a line stands, for people; numbers from 1."""
    return _("Dòng %(number)d") % {"number": number}
