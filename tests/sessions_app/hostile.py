"""Files nobody sends in good faith, made on the spot: each by its name, with the statuses it may be answered with."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache, partial

import numpy as np
from PIL import Image, ImageCms

TAKEN, TOO_LARGE, NO_PICTURE = 201, 413, 415
EITHER = (TAKEN, NO_PICTURE)

Maker = Callable[[], bytes]
FILES: dict[str, tuple[Maker, tuple[int, ...]]] = {}
# Names that programs were led astray by, each sent with a good picture.
NAMES = [
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\con\\con.png",
    "a\tb\x0b\x1b[31m.png",
    "a\x00.php",
    "\u202egnp.exe",
    "\u200b\u2060",
    "x" * 5000,
    "é" * 400 + ".png",
    "<script>alert(1)</script>.png",
    "%2e%2e%2f",
    "'; DROP TABLE x; --.png",
    "",
    ".",
    "..",
    "nul",
    "\ud83d\ude00.png",
]


def hostile(name: str, *statuses: int) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        FILES[name] = (cache(maker), statuses)
        return maker

    return register


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def noise(size: tuple[int, int] = (48, 32), mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], len(mode)), dtype=np.uint8)
    return Image.fromarray(pixels)


def good(format_: str, **options: object) -> bytes:
    return saved(noise(), format_, **options)


def animated(format_: str, size: tuple[int, int] = (24, 16), frames: int = 3) -> bytes:
    shades = [Image.new("L", size, 40 + shade * 67 % 200) for shade in range(frames)]
    return saved(shades[0], format_, save_all=True, append_images=shades[1:], duration=40)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes, *extra: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def laden_png(*extra: bytes) -> bytes:
    plain = good("PNG")
    return plain[:33] + b"".join(extra) + plain[33:]


def laden_jpeg(*extra: bytes) -> bytes:
    plain = good("JPEG")
    return plain[:2] + b"".join(extra) + plain[2:]


def laden_gif(*extra: bytes) -> bytes:
    plain = good("GIF")
    at = 13 + (3 << ((plain[10] & 7) + 1))
    return plain[:at] + b"".join(extra) + plain[at:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def part(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def repeated_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    whole = saved(Image.new("RGB", size, (90, 120, 30)), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + b"\xff\xd9"


def looping_exif() -> bytes:
    """An EXIF block whose directories point to themselves and to each other."""
    entries = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    return b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 8)


# Bombs: small files that unpack to much

hostile("PNG declares 30,000 × 30,000", TOO_LARGE)(lambda: png(30_000, 30_000, zlib.compress(b"")))
hostile("PNG declares 2³¹ × 1", TOO_LARGE)(lambda: png(2**31 - 1, 1, zlib.compress(b"")))
hostile("PNG of 81 million pixels in 10 kB", TOO_LARGE)(
    lambda: png(9_000, 9_000, zlib.compress(bytes(9_000 * 1126), 9), depth=1, colour=0)
)
hostile("PNG of 40 million pixels in 5 kB", TAKEN)(
    lambda: png(8_000, 5_000, zlib.compress(bytes(5_000 * 1001), 9), depth=1, colour=0)
)
hostile("PNG of 40 million clear pixels", TAKEN)(
    lambda: png(8_000, 5_000, zlib.compress(bytes(5_000 * 32_001), 1), colour=6)
)
hostile("PNG whose pixels unpack to 300 MB more", TAKEN, NO_PICTURE)(
    lambda: png(8, 8, zlib.compress(bytes(300_000_000), 9))
)
hostile("PNG of 1.5 million empty chunks", TOO_LARGE)(lambda: laden_png(chunk(b"prVt", b"") * 1_500_000))
hostile("PNG of 1.5 million empty pixels", TOO_LARGE)(lambda: laden_png(chunk(b"IDAT", b"") * 1_500_000))
hostile("PNG with a text of 100 MB, packed", TAKEN)(
    lambda: laden_png(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000), 9)))
)
hostile("PNG with 99 texts of 1 MB, packed", TAKEN)(
    lambda: laden_png(chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(1_000_000), 9)) * 99)
)
hostile("PNG with a profile of 100 MB, packed", TAKEN)(
    lambda: laden_png(chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(100_000_000), 9)))
)
hostile("APNG that declares 2³² frames", TOO_LARGE)(lambda: laden_png(chunk(b"acTL", b"\xff" * 8)))
hostile("JPEG declares 65,500 × 65,500", TOO_LARGE)(
    lambda: laden_jpeg().replace(
        segment(0xC0, struct.pack(">BHH", 8, 32, 48))[4:9], struct.pack(">BHH", 8, 65_500, 65_500)
    )
)
hostile("JPEG of 4 million pixels in 1,000 scans", TOO_LARGE)(lambda: repeated_scans((2_000, 2_000), 1_000))
hostile("JPEG of 4 million pixels in 99 scans", TAKEN, NO_PICTURE)(lambda: repeated_scans((2_000, 2_000), 89))
hostile("JPEG of 40 million pixels in 99 scans", TOO_LARGE)(lambda: repeated_scans((8_000, 5_000), 89))
hostile("JPEG of 40 million pixels, progressive, full colour", TAKEN)(
    lambda: saved(Image.new("RGB", (8_000, 5_000), "red"), "JPEG", progressive=True, subsampling=0)
)
hostile("JPEG of 40 million pixels in CMYK", TOO_LARGE)(lambda: saved(Image.new("CMYK", (8_000, 5_000)), "JPEG"))
hostile("JPEG of 5 million empty segments", TOO_LARGE)(lambda: laden_jpeg(segment(0xE5, b"") * 4_900_000))
hostile("JPEG of 5 million empty tables", TOO_LARGE)(lambda: laden_jpeg(segment(0xC4, b"") * 4_900_000))
hostile("JPEG filled up with 19 MB of FF", TAKEN)(lambda: good("JPEG")[:2] + b"\xff" * 19_000_000 + good("JPEG")[2:])
hostile("JPEG with 19 MB of EXIF", TAKEN)(lambda: laden_jpeg(segment(0xE1, b"Exif\0\0" + bytes(65_527)) * 290))
hostile("GIF declares 65,535 × 65,535", TOO_LARGE)(lambda: b"GIF89a" + b"\xff" * 4 + bytes(3) + good("GIF")[781:])
hostile("GIF of 40 million pixels in 31 kB", TAKEN)(lambda: saved(Image.new("P", (8_000, 5_000)), "GIF"))
hostile("GIF of 10,000 frames", TOO_LARGE)(lambda: good("GIF")[:-1] + good("GIF")[781:-1] * 10_000 + b";")
hostile("GIF with a comment of 19 MB", TAKEN)(lambda: laden_gif(b"!\xfe" + (b"\xff" + bytes(255)) * 75_000 + b"\0"))
hostile("GIF in blocks of one byte", TOO_LARGE)(lambda: laden_gif(b"!\xfe" + b"\1a" * 9_000_000 + b"\0"))
hostile("GIF with 9 MB of nothing", TAKEN, NO_PICTURE)(lambda: laden_gif(b"\x01" * 9_000_000))
hostile("GIF whose pixels are one long code", *EITHER)(
    lambda: (
        b"GIF89a\x40\x1f\x88\x13\x80\0\0" + bytes(6) + b",\0\0\0\0\x40\x1f\x88\x13\0\x08" + b"\xff" * 17_920 + b"\0;"
    )
)
hostile("GIF frame far outside its canvas", TOO_LARGE)(
    lambda: b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + b",\xff\xff\xff\xff\xff\xff\xff\xff\0\2\2\x4c\1\0;"
)
hostile("WebP declares 16,383 × 16,383", TOO_LARGE, NO_PICTURE)(
    lambda: riff(part(b"VP8X", b"\2\0\0\0" + b"\xfe\x3f\0" * 2), part(b"ANIM", bytes(6)))
)
hostile("WebP of 40 million pixels in 90 bytes", TOO_LARGE)(
    lambda: saved(Image.new("RGBA", (8_000, 5_000), (9, 8, 7, 90)), "WEBP", lossless=True, method=0)
)
hostile("WebP of 30 million pixels in 90 bytes", TAKEN)(
    lambda: saved(Image.new("RGBA", (6_000, 5_000), (9, 8, 7, 90)), "WEBP", lossless=True, method=0)
)
hostile("WebP of 700 frames", TOO_LARGE)(lambda: animated("WEBP", (2, 2), 700))

# Things that decoders stumbled over

hostile("nothing at all", NO_PICTURE)(lambda: b"")
hostile("PNG of 0 × 0", NO_PICTURE)(lambda: png(0, 0, zlib.compress(b"")))
hostile("PNG without pixels", NO_PICTURE)(lambda: laden_png()[:33] + chunk(b"IEND", b""))
hostile("PNG with a palette that is too short", *EITHER)(
    lambda: png(4, 4, zlib.compress(bytes([0, 9, 9, 9, 9] * 4)), chunk(b"PLTE", b"\1\2\3"), colour=3)
)
hostile("PNG, interlaced", *EITHER)(lambda: png(8, 8, zlib.compress(bytes(400)))[:28] + b"\1" + bytes(4))
hostile("PNG of 16 bits", TAKEN)(lambda: png(4, 4, zlib.compress(bytes(4 * 33)), depth=16, colour=6))
hostile("PNG with a checksum that is wrong", NO_PICTURE)(lambda: good("PNG")[:29] + b"\0\0\0\0" + good("PNG")[33:])
hostile("JPEG of height 0", NO_PICTURE)(
    lambda: laden_jpeg().replace(struct.pack(">BHH", 8, 32, 48), struct.pack(">BHH", 8, 0, 48))
)
hostile("JPEG with EXIF that loops", TAKEN)(lambda: laden_jpeg(segment(0xE1, looping_exif())))
hostile("JPEG with EXIF that points nowhere", TAKEN)(
    lambda: laden_jpeg(segment(0xE1, b"Exif\0\0MM\0*" + b"\xff" * 300))
)
hostile("JPEG with a profile of another kind", TAKEN)(
    lambda: good("JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
)
hostile("JPEG with a profile of garbage", TAKEN)(lambda: good("JPEG", icc_profile=b"\0\0\0\x80garbage" * 20))
hostile("JPEG in CMYK", TAKEN)(lambda: saved(noise(mode="RGBA").convert("CMYK"), "JPEG"))
hostile("JPEG of several pictures", TAKEN)(lambda: saved(noise(), "MPO", save_all=True, append_images=[noise()]))
hostile("JPEG that ends in a segment", NO_PICTURE)(lambda: b"\xff\xd8\xff\xe0\xff\xff")
hostile("GIF without pictures", NO_PICTURE)(lambda: good("GIF")[:781] + b";")
hostile("GIF with an impossible code size", NO_PICTURE)(
    lambda: b"GIF89a\4\0\4\0\0\0\0,\0\0\0\0\4\0\4\0\0\xff\2\x4c\1\0;"
)
hostile("WebP that is cut off", NO_PICTURE)(lambda: good("WEBP")[:60])
hostile("WebP of an unknown kind", NO_PICTURE)(lambda: riff(part(b"ABCD", bytes(64))))

# Two things at once: what is stored must be the picture alone

hostile("GIF that is a web page too", *EITHER)(
    lambda: b"GIF89a/*" + good("GIF")[8:] + b"*/=1;<script>alert(1)</script>"
)
hostile("PNG with a web page inside", TAKEN)(lambda: laden_png(chunk(b"tEXt", b"k\0<script>alert(1)</script>")))
hostile("JPEG with a program inside", TAKEN)(lambda: laden_jpeg(segment(0xFE, b"<?php system('id') ?><script>")))
hostile("JPEG with a ZIP behind it", TAKEN)(lambda: good("JPEG") + b"PK\x03\x04<script>" + bytes(400))

# Other formats, whose readers are never asked

for other in ("TIFF", "PDF", "AVIF", "ICO", "BMP", "EPS"):
    hostile(f"{other} by another name", NO_PICTURE)(partial(good, other))
hostile("SVG with a script", NO_PICTURE)(
    lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
hostile("SVG that reads a file", NO_PICTURE)(
    lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
)
hostile("PSD", NO_PICTURE)(lambda: b"8BPS\0\1" + bytes(60))
hostile("HEIC", NO_PICTURE)(lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
hostile("BLP that would take 658 MB", NO_PICTURE)(
    lambda: b"BLP2" + struct.pack("<IBBBBII", 1, 2, 0, 0, 0, 16_000, 16_000) + bytes(256)
)
hostile("web page", NO_PICTURE)(lambda: b"<!doctype html><script>alert(1)</script>")
hostile("text", NO_PICTURE)(lambda: b"only text")
hostile("noise", NO_PICTURE)(lambda: bytes(range(128, 256)) * 99)


# Good files, and what becomes of them


def seeds() -> list[bytes]:
    """One small good file of every kind we read."""
    return [
        good("PNG"),
        saved(noise(mode="RGBA"), "PNG"),
        saved(noise().convert("P"), "PNG", transparency=3),
        good("JPEG"),
        good("JPEG", progressive=True, exif=looping_exif()),
        saved(noise(mode="RGBA").convert("CMYK"), "JPEG"),
        good("WEBP"),
        saved(noise(mode="RGBA"), "WEBP", lossless=True),
        good("GIF"),
        *(animated(format_) for format_ in ("GIF", "PNG", "WEBP")),
    ]


EXTREMES = (bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\xff\xff")


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """The same file after one to three accidents: bytes flipped, cut off, put in, written over, moved about."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        at, to = sorted(int(place) for place in rng.integers(0, len(changed), 2))
        match int(rng.integers(0, 6)):
            case 0:
                for place in rng.integers(0, len(changed), rng.integers(1, 9)):
                    changed[place] ^= int(rng.integers(1, 256))
            case 1:
                del changed[max(to, 16) :]
            case 2:
                del changed[at : min(to, at + 40)]
            case 3:
                changed[at:at] = rng.bytes(int(rng.integers(1, 40)))
            case 4:
                # Where sizes and counts stand, the extremes hurt most.
                changed[at : at + 4] = EXTREMES[rng.integers(0, len(EXTREMES))]
            case 5:
                piece = changed[at:to]
                del changed[at:to]
                place = int(rng.integers(0, len(changed) + 1))
                changed[place:place] = piece
        changed = changed or bytearray(b"\0")
    return bytes(changed)
