"""Packed files (.docx, our own ZIP), unpacked and counted before anything reads them.

The directory of a ZIP may lie about sizes: they are checked there first, and again while each part is
unpacked in small pieces.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO

from django.utils.translation import gettext as _

from questions.formats import limits
from questions.formats.exchange import UnreadableError

PIECE = 64 * 1024
OLE_HEADER = bytes.fromhex("d0cf11e0a1b11ae1")  # .doc, and also the wrapper of an encrypted .docx
STAMP = (1980, 1, 1, 0, 0, 0)  # so that the same content gives the same bytes
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts of a packed file by name. Raises UnreadableError."""
    if len(data) > limits.PACKED_FILE:
        raise UnreadableError(_("Tệp lớn hơn 20 MB. Hãy giảm cỡ hình ảnh hoặc chia thành nhiều tệp."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            _check_directory(source)
            return _parts(source)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise UnreadableError(_("Tệp bị hỏng, không mở được.")) from error


def _check_directory(source: zipfile.ZipFile) -> None:
    parts = source.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise UnreadableError(_("Tệp đang đặt mật khẩu mở. Hãy gỡ mật khẩu rồi tải lên lại."))
    if len(parts) > limits.PARTS or sum(part.file_size for part in parts) > limits.UNPACKED:
        raise _too_large()
    names = [part.filename for part in parts]
    if len(set(names)) != len(names) or any(part.compress_type not in METHODS for part in parts):
        raise zipfile.BadZipFile
    if any(_leads_out(name) for name in names):
        raise UnreadableError(_("Tệp có tên bên trong không hợp lệ, có thể là tệp độc hại."))


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _parts(source: zipfile.ZipFile) -> dict[str, bytes]:
    total = 0
    parts = {}
    for part in source.infolist():
        if part.is_dir():
            continue
        pieces = []
        with source.open(part) as stream:
            while piece := stream.read(PIECE):
                total += len(piece)
                if total > limits.UNPACKED:
                    raise _too_large()
                pieces.append(piece)
        parts[part.filename] = b"".join(pieces)
    return parts


def pack(parts: Mapping[str, bytes], file: IO[bytes], *, compressed: bool = True) -> None:
    """Write the parts as a packed file; the same parts give the same bytes."""
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as target:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = method
            info.external_attr = 0o600 << 16
            target.writestr(info, data)


def _too_large() -> UnreadableError:
    return UnreadableError(_("Nội dung tệp sau khi giải nén quá lớn (trên 60 MB)."))
