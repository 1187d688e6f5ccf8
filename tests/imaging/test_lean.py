"""What is left of a file before a decoder sees it: what it needs, and no more pieces than pictures have."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from prompt_media.errors import TooLarge
from prompt_media.imaging import decode, formats
from prompt_media.imaging.lean import lean


def saved(format_, size=(32, 24), **options):
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, format_, **options)
    return file.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PNG, JPEG, GIF = saved("PNG"), saved("JPEG"), saved("GIF")
SECRET = b"Somebody's address"
BODY = 13 + (3 << ((GIF[10] & 7) + 1))  # behind the table of colours


@pytest.mark.parametrize(
    ("format_", "plain", "laden"),
    [
        pytest.param(
            formats.PNG, PNG, PNG[:33] + chunk(b"tEXt", SECRET) + chunk(b"prVt", SECRET) + PNG[33:], id="PNG chunks"
        ),
        pytest.param(formats.PNG, PNG, PNG + SECRET, id="behind a PNG"),
        pytest.param(
            formats.PNG, PNG, PNG[:33] + chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(30_000_000))) + PNG[33:],
            id="a PNG text that unpacks to 30 MB",
        ),
        pytest.param(
            formats.PNG, PNG, PNG[:33] + chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(30_000_000))) + PNG[33:],
            id="a PNG profile that unpacks to 30 MB",
        ),
        pytest.param(formats.PNG, PNG, PNG[:33] + chunk(b"tEXt", SECRET)[:-1] + b"!" + PNG[33:], id="a wrong checksum"),
        pytest.param(formats.JPEG, JPEG, JPEG[:2] + b"\xff\xfe\0\x14" + SECRET + JPEG[2:], id="JPEG comment"),
        pytest.param(formats.JPEG, JPEG, JPEG[:2] + b"\xff\xed\0\x14" + SECRET + JPEG[2:], id="JPEG segment"),
        pytest.param(formats.JPEG, JPEG, JPEG[:2] + b"\xff" * 900 + JPEG[3:], id="JPEG filled up"),
        pytest.param(formats.JPEG, JPEG, JPEG + SECRET + b"\xff\xda\0\x02" * 900, id="behind a JPEG"),
        pytest.param(
            formats.GIF, GIF, GIF[:BODY] + b"!\xfe\x12" + SECRET + b"\0" + GIF[BODY:], id="GIF comment"
        ),
    ],
)  # fmt: skip
def test_what_is_not_read_is_left_out_and_no_pixel_changes(format_, plain, laden):
    assert len(laden) > len(plain)
    assert lean(laden, format_).data == lean(plain, format_).data
    assert np.array_equal(decode.picture(laden).pixels, decode.picture(plain).pixels)


@pytest.mark.parametrize(
    ("format_", "data", "told"),
    [
        pytest.param(formats.PNG, PNG[:33] + chunk(b"IDAT", b"") * 60_000 + PNG[33:], "50,000 chunks", id="PNG"),
        pytest.param(formats.JPEG, JPEG[:2] + b"\xff\xe5\0\2" * 6_000 + JPEG[2:], "5,000 segments", id="JPEG"),
        pytest.param(formats.GIF, GIF[:-1] + b"!\xfe" + b"\1a" * 1_100_000 + b"\0;", "1,000,000 blocks", id="GIF"),
    ],
)
def test_a_file_in_countless_pieces_is_refused(format_, data, told):
    with pytest.raises(TooLarge, match=told) as refusal:
        lean(data, format_)

    assert refusal.value.code == "too_costly"


def test_frames_and_scans_are_counted_on_the_way():
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 90, 180)]
    moving = {}
    for format_ in ("GIF", "PNG"):
        file = BytesIO()
        frames[0].save(file, format_, save_all=True, append_images=frames[1:], duration=40)
        moving[format_] = file.getvalue()

    assert lean(moving["GIF"], formats.GIF).frames == 3
    assert lean(moving["PNG"], formats.PNG).frames == 3
    assert lean(saved("JPEG", progressive=True), formats.JPEG).scans == 10
    assert lean(saved("JPEG"), formats.JPEG).scans == 1


@pytest.mark.parametrize("cut", [13, 40, 200])
@pytest.mark.parametrize(("format_", "data"), [(formats.PNG, PNG), (formats.JPEG, JPEG), (formats.GIF, GIF)])
def test_what_is_cut_off_stays_for_the_decoder_to_judge(format_, data, cut):
    assert len(lean(data[:cut], format_).data) <= cut + 1
