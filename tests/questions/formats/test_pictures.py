"""A picture is what its bytes say; what hangs behind it is cut off."""

import hashlib

import pytest

from questions.formats import limits
from questions.formats.pictures import PictureFault, read_picture
from tests.questions.formats.samples import GIF, JPEG, WEBP, WEBP_LOSSY, png


@pytest.mark.parametrize(
    ("data", "kind"),
    [(png(), "png"), (JPEG, "jpg"), (GIF, "gif"), (WEBP, "webp"), (WEBP_LOSSY, "webp")],
)
def test_every_kind_is_known_by_its_content(data: bytes, kind: str) -> None:
    picture = read_picture(data)
    assert (picture.width, picture.height) == (3, 2)
    assert picture.name == f"{hashlib.sha256(data).hexdigest()[:32]}.{kind}"
    assert read_picture(data + b"<script>alert(1)</script>PK\x03\x04").data == data


@pytest.mark.parametrize("data", [png(), JPEG, GIF, WEBP, WEBP_LOSSY])
def test_a_broken_picture_is_refused_wherever_it_breaks(data: bytes) -> None:
    for length in range(1, len(data)):
        with pytest.raises(PictureFault):
            read_picture(data[:length])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "không phải là hình PNG, JPEG, GIF hoặc WebP"),
        (b"BM" + bytes(60), "không phải là hình"),
        (b'<?xml version="1.0"?><svg onload="alert(1)">', "SVG không được dùng"),
        (b"<html><script>", "không phải là hình"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "bị hỏng"),
        (png(30_000, 30_000), "30000 × 30000"),
        (png(5_000, 5_000), "quá 16 triệu"),
        (png(0, 2), "0 × 2"),
        (png() + bytes(limits.PICTURE), "lớn hơn 2 MB"),
        (GIF.replace(b"\x2c\0\0\0\0\x03\0", b"\x2c\0\0\0\0\xff\xff"), "65535 × 2"),
    ],
)
def test_other_files_and_huge_pictures_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureFault, match=sentence):
        read_picture(data)
