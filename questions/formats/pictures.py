"""Pictures inside question files: PNG, JPEG, GIF and WebP by their content, never by their name.

A picture is walked through to its own end, by its format's parts; what somebody hung behind that is cut off,
so that no second file (a script, an archive) comes along. Nothing is decoded.
"""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from questions.formats import limits

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers of JPEG, which carry the size; C4, C8 and CC are others.
JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


class PictureFault(Exception):
    """The message says what is wrong, as a sentence that goes on after the picture's name."""


@dataclass(frozen=True)
class Bundled:
    """`name`: 32 digits of the SHA-256 of `data`, and the kind: the same picture has the same name."""

    name: str
    data: bytes
    width: int
    height: int


def read_picture(data: bytes) -> Bundled:
    """A picture that is safe to keep and to show. Raises PictureFault."""
    if len(data) > limits.PICTURE:
        raise PictureFault(_("hình lớn hơn 2 MB"))
    try:
        kind, end, width, height = _walk(data)
    except IndexError as error:
        raise PictureFault(_("tệp hình bị hỏng")) from error
    if not (0 < width <= limits.PICTURE_SIDE and 0 < height <= limits.PICTURE_SIDE):
        raise PictureFault(
            _("hình có kích thước %(width)d × %(height)d điểm ảnh, mỗi chiều tối đa là %(limit)d")
            % {"width": width, "height": height, "limit": limits.PICTURE_SIDE}
        )
    if width * height > limits.PICTURE_PIXELS:
        raise PictureFault(_("hình có quá 16 triệu điểm ảnh"))
    kept = data[:end]
    return Bundled(f"{hashlib.sha256(kept).hexdigest()[:32]}.{kind}", kept, width, height)


def _walk(data: bytes) -> tuple[str, int, int, int]:
    """(kind, length, width, height)."""
    if data.startswith(PNG_HEAD):
        return "png", *_png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg", *_jpeg(data)
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return "gif", *_gif(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp", *_webp(data)
    if b"<svg" in data[:1024].lower():
        raise PictureFault(_("hình SVG không được dùng; hãy lưu thành PNG"))
    raise PictureFault(_("không phải là hình PNG, JPEG, GIF hoặc WebP"))


def _number(data: bytes, start: int, length: int, *, big: bool) -> int:
    piece = data[start : start + length]
    if len(piece) < length:
        raise IndexError
    return int.from_bytes(piece, "big" if big else "little")


def _png(data: bytes) -> tuple[int, int, int]:
    if data[12:16] != b"IHDR":
        raise IndexError
    width, height = _number(data, 16, 4, big=True), _number(data, 20, 4, big=True)
    at = len(PNG_HEAD)
    while True:
        length = _number(data, at, 4, big=True)
        kind = data[at + 4 : at + 8]
        at += 12 + length
        if at > len(data):
            raise IndexError
        if kind == b"IEND":
            return at, width, height


def _gif(data: bytes) -> tuple[int, int, int]:
    width, height = _number(data, 6, 2, big=False), _number(data, 8, 2, big=False)
    at = 13 + _colours(data[10])
    while True:
        kind = data[at]
        at += 1
        if kind == 0x3B:
            return at, width, height
        if kind == 0x21:
            at = _sub_blocks(data, at + 1)
        elif kind == 0x2C:
            # A frame may not be larger than the picture says: that is where decoders get their memory.
            right = _number(data, at, 2, big=False) + _number(data, at + 4, 2, big=False)
            below = _number(data, at + 2, 2, big=False) + _number(data, at + 6, 2, big=False)
            width, height = max(width, right), max(height, below)
            at = _sub_blocks(data, at + 9 + _colours(data[at + 8]) + 1)
        else:
            raise IndexError


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    while length := data[at]:
        at += length + 1
    return at + 1


def _jpeg(data: bytes) -> tuple[int, int, int]:
    at, size = 2, (0, 0)
    while True:
        if data[at] != 0xFF:
            raise IndexError
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        at += 2
        if marker == 0xD9:
            return at, *size
        if marker in JPEG_ALONE:
            continue
        length = _number(data, at, 2, big=True)
        if marker in JPEG_FRAMES:
            height, width = _number(data, at + 3, 2, big=True), _number(data, at + 5, 2, big=True)
            size = max(size[0], width), max(size[1], height)
        at += length
        if marker == 0xDA:
            at = _after_scan(data, at)


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands; in a scan 0xFF 0x00 is a byte and 0xFF 0xD0–0xD7 are restarts."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        following = data[at + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2


def _webp(data: bytes) -> tuple[int, int, int]:
    end = 8 + _number(data, 4, 4, big=False)
    if end > len(data):
        raise IndexError
    kind, start = data[12:16], 20
    if kind == b"VP8X":
        return end, 1 + _number(data, start + 4, 3, big=False), 1 + _number(data, start + 7, 3, big=False)
    if kind == b"VP8L" and data[start] == 0x2F:
        bits = _number(data, start + 1, 4, big=False)
        return end, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[start + 3 : start + 6] == b"\x9d\x01\x2a":
        width, height = _number(data, start + 6, 2, big=False), _number(data, start + 8, 2, big=False)
        return end, width & 0x3FFF, height & 0x3FFF
    raise IndexError
