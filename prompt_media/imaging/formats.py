"""What a file is, told by its content: never by its name, and without decoding a pixel.

The formats we take, and names for the ones we do not. `lean` walks their blocks, `decode` does the rest.
"""

import re
from dataclasses import dataclass

from prompt_media.errors import UnsupportedPicture

ADVICE = "save it as PNG, JPEG, WebP or GIF"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format we read or write."""

    name: str
    media_type: str
    extension: str
    is_lossless: bool = False


PNG = Format("PNG", "image/png", "png", is_lossless=True)
JPEG = Format("JPEG", "image/jpeg", "jpg")
WEBP = Format("WEBP", "image/webp", "webp")
GIF = Format("GIF", "image/gif", "gif", is_lossless=True)

_ACCEPTED = {
    re.compile(rb"\x89PNG\r\n\x1a\n"): PNG,
    re.compile(rb"\xff\xd8\xff"): JPEG,
    re.compile(rb"RIFF....WEBP", re.DOTALL): WEBP,
    re.compile(rb"GIF8[79]a"): GIF,
}
_REFUSED = {
    re.compile(rb"....ftyp(avif|avis)", re.DOTALL): "an AVIF picture",
    re.compile(rb"....ftyp(hei|hev|mif1|msf1)", re.DOTALL): "a HEIC picture",
    re.compile(rb"....ftyp|\x1a\x45\xdf\xa3", re.DOTALL): "a video",
    re.compile(rb"II[*+]\0|MM\0[*+]"): "a TIFF picture",
    re.compile(rb"8BPS"): "a Photoshop document",
    re.compile(rb"%PDF-"): "a PDF document",
    re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"): "a PostScript document",
    re.compile(rb"BM.{8}", re.DOTALL): "a BMP picture",
    re.compile(rb"\0\0[\x01\x02]\0"): "an icon file",
    re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "): "a JPEG XL picture",
    re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"): "a JPEG 2000 picture",
    re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype )?html", re.IGNORECASE): "a web page",
    re.compile(rb"(\xef\xbb\xbf)?\s*<(svg|[?!][^\0]*<svg)[\s>]"): "an SVG drawing",
    re.compile(rb"BLP[012]"): "a BLP texture",
    re.compile(rb"DDS "): "a DDS texture",
    re.compile(rb"icns"): "an icon file",
    re.compile(rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", re.DOTALL): "a Windows metafile",
    re.compile(rb"P[1-7]\s"): "a PNM picture",
    re.compile(rb"qoif"): "a QOI picture",
    re.compile(rb"gimp xcf"): "a GIMP document",
    re.compile(rb"PK\x03\x04"): "a ZIP archive",
    re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!"): "a packed archive",
}


def recognise(data: bytes) -> Format:
    """The format of these bytes. Raises UnsupportedPicture, naming what they are when that can be told."""
    if not data:
        raise UnsupportedPicture("The file is empty.")
    head = data[:1024]
    for pattern, format_ in _ACCEPTED.items():
        if pattern.match(head):
            return format_
    raise UnsupportedPicture(f"This is {_called(head)}: {ADVICE}.")


def _called(head: bytes) -> str:
    for pattern, name in _REFUSED.items():
        if pattern.match(head):
            return name
    return "text, not a picture" if _is_text(head) else "no picture we know"


def _is_text(head: bytes) -> bool:
    # The head may end in the middle of a letter of several bytes: those few may be cut off.
    return b"\0" not in head and any(_reads(head[: len(head) - cut]) for cut in range(min(4, len(head))))


def _reads(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError:
        return False
    return True


def webp_is_lossless(data: bytes) -> bool:
    """Whether the first picture of a WebP file is stored without loss (its chunk is VP8L, not VP8)."""
    at = 12
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind in (b"VP8 ", b"VP8L"):
            return kind == b"VP8L"
        # A frame of an animation holds chunks of its own behind 16 bytes; other chunks are passed over, padded to even.
        at += 24 if kind == b"ANMF" else 8 + length + length % 2
    return False
