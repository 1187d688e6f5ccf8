"""What becomes of a stranger's bytes."""

import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from prompt_media.errors import TooLarge, UnsupportedPicture
from prompt_media.imaging import decode
from prompt_media.imaging.decode import Limits
from prompt_media.imaging.geometry import Size


def saved(image, format_, **options):
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def painted(mode="RGB", size=(32, 24)):
    """Red on the left half, blue on the right."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def noise(size=(64, 48)):
    pixels = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def held(orientation, format_="JPEG", **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(painted(), format_, exif=exif, **options)


@pytest.mark.parametrize(
    ("format_", "media_type", "extension", "is_lossless"),
    [
        pytest.param("PNG", "image/png", "png", True, id="PNG"),
        pytest.param("JPEG", "image/jpeg", "jpg", False, id="JPEG"),
        pytest.param("WEBP", "image/webp", "webp", False, id="WebP"),
        pytest.param("GIF", "image/gif", "gif", True, id="GIF"),
    ],
)
def test_the_format_is_told_by_content(format_, media_type, extension, is_lossless):
    facts = decode.inspect(saved(painted(), format_))

    assert (facts.format, facts.media_type, facts.extension) == (format_, media_type, extension)
    assert (facts.size, facts.frames, facts.is_lossless) == (Size(32, 24), 1, is_lossless)
    assert not facts.has_alpha


def test_a_multi_picture_jpeg_counts_as_its_first_picture():
    data = saved(painted(), "MPO", save_all=True, append_images=[noise((32, 24))])

    assert decode.inspect(data).format == "JPEG"
    assert decode.picture(data).pixels[12, 3, 0] > 150


@pytest.mark.parametrize(
    ("data", "called"),
    [
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing", id="SVG"),
        pytest.param(
            b"<?xml version='1.0'?>\n<!-- x -->\n<svg/>".replace(b"/>", b" />"), "an SVG drawing", id="SVG, XML"
        ),
        pytest.param(b"<!doctype html><svg >", "a web page", id="HTML"),
        pytest.param(saved(painted(), "TIFF"), "a TIFF picture", id="TIFF"),
        pytest.param(saved(painted(), "BMP"), "a BMP picture", id="BMP"),
        pytest.param(saved(painted(), "PDF"), "a PDF document", id="PDF"),
        pytest.param(saved(painted(), "AVIF"), "an AVIF picture", id="AVIF"),
        pytest.param(saved(painted(), "ICO"), "an icon file", id="ICO"),
        pytest.param(saved(painted(), "JPEG2000"), "a JPEG 2000 picture", id="JPEG 2000"),
        pytest.param(b"8BPS\0\1" + bytes(40), "a Photoshop document", id="PSD"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture", id="HEIC"),
        pytest.param(b"\0\0\0\x18ftypisom\0\0\0\0", "a video", id="MP4"),
        pytest.param(b"PK\x03\x04" + bytes(40), "a ZIP archive", id="ZIP"),
        pytest.param(b"BLP2" + bytes(280), "a BLP texture", id="BLP"),
        pytest.param(saved(painted(), "DDS"), "a DDS texture", id="DDS"),
        pytest.param(saved(painted(), "ICNS"), "an icon file", id="ICNS"),
        pytest.param(saved(painted(), "PPM"), "a PNM picture", id="PPM"),
        pytest.param(saved(painted(), "EPS"), "a PostScript document", id="EPS"),
        pytest.param("Grüße, kein Bild".encode(), "text, not a picture", id="text"),
        pytest.param(("ü" * 600).encode()[:-1], "text, not a picture", id="text cut inside a letter"),
        pytest.param(bytes(range(128, 256)), "no picture we know", id="noise"),
    ],
)
def test_other_files_are_refused_by_name(data, called):
    with pytest.raises(UnsupportedPicture, match=f"This is {called}: save it as PNG, JPEG, WebP or GIF"):
        decode.inspect(data)


def test_an_empty_file_is_refused():
    with pytest.raises(UnsupportedPicture, match="empty"):
        decode.picture(b"")


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_file_that_ends_too_early_is_refused(format_):
    data = saved(noise(), format_)

    with pytest.raises(UnsupportedPicture, match="damaged") as refusal:
        decode.picture(data[: len(data) * 2 // 3])

    assert refusal.value.code == "broken_picture"


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_bare_signature_is_refused(format_):
    with pytest.raises(UnsupportedPicture) as refusal:
        decode.inspect(saved(noise(), format_)[:12])

    assert refusal.value.code == "broken_picture"


def test_a_declared_giant_is_refused_before_decoding():
    with pytest.raises(TooLarge, match="30000 × 30000 pixels; a side may have at most 12000"):
        decode.inspect(png_header(30_000, 30_000))


def test_too_many_pixels_are_told_in_numbers():
    with pytest.raises(TooLarge, match="9000 × 9000, 81 million pixels; at most 40 million"):
        decode.picture(png_header(9_000, 9_000))


def test_too_many_frames_are_refused():
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 90, 180)]

    for format_ in ("GIF", "WEBP", "PNG"):
        data = saved(frames[0], format_, save_all=True, append_images=frames[1:], duration=40)
        assert decode.inspect(data).frames == 3
        with pytest.raises(TooLarge, match=r"3 frames; at most 2"):
            decode.inspect(data, Limits(frames=2))
        with pytest.raises(TooLarge, match=r"3 frames of 4 × 4"):
            decode.inspect(data, Limits(frame_pixels=47))


def test_a_jpeg_of_many_scans_is_refused():
    data = saved(noise(), "JPEG", progressive=True)

    assert decode.inspect(data).frames == 1
    with pytest.raises(TooLarge, match="scans"):
        decode.inspect(data, Limits(scans=3))


def test_scans_over_a_large_picture_count_for_more():
    data = saved(noise(), "JPEG", progressive=True)

    assert decode.inspect(data, Limits(scans=50, frame_pixels=30_720)).frames == 1
    with pytest.raises(TooLarge, match="drawn in 10 scans; at most 4 are taken of its size"):
        decode.inspect(data, Limits(scans=20, frame_pixels=30_719))


def test_kinds_that_take_more_memory_may_have_fewer_pixels():
    for data in (saved(painted("CMYK"), "JPEG"), saved(painted(), "WEBP")):
        assert decode.inspect(data, Limits(pixels=1024)).size == Size(32, 24)
        with pytest.raises(TooLarge, match="of its kind"):
            decode.inspect(data, Limits(pixels=1023))
    assert decode.inspect(saved(painted(), "PNG"), Limits(pixels=768)).size == Size(32, 24)


def test_scan_marks_behind_the_picture_do_not_count():
    """Phones append a video to their JPEGs; its bytes hold any marker by chance."""
    data = saved(noise(), "JPEG") + b"\xff\xda\x00\x02" * 500

    assert decode.inspect(data).format == "JPEG"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright(orientation):
    data = held(orientation, quality=95)
    expected = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    image = Image.new("RGB", (32, 24), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 16, 12))
    exif = Image.Exif()
    exif[0x0112] = orientation

    upright = decode.picture(saved(image, "JPEG", exif=exif, quality=95))

    lying = orientation >= 5
    assert decode.inspect(data).size == upright.size == (Size(24, 32) if lying else Size(32, 24))
    height, width = upright.pixels.shape[:2]
    down, right = expected[orientation]
    bright = upright.pixels[height // 4 + down * height // 2, width // 4 + right * width // 2]
    assert bright.min() > 240
    assert upright.pixels.mean() < 80


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_orientation_counts_in_other_formats_too(format_):
    data = held(6, format_)

    assert decode.inspect(data).size == decode.picture(data).size == Size(24, 32)


def test_a_damaged_exif_block_counts_as_upright():
    data = saved(painted(), "JPEG", exif=b"Exif\0\0nonsense")

    assert decode.picture(data).size == Size(32, 24)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_png_becomes_red_green_blue(mode):
    image = painted(mode)

    picture = decode.picture(saved(image, "PNG"))

    assert not picture.has_alpha
    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))


def test_sixteen_bits_of_grey_are_scaled():
    grey = Image.fromarray(np.array([[0, 257, 32_896, 65_535]], np.uint16))

    assert decode.picture(saved(grey, "PNG")).pixels[0, :, 0].tolist() == [0, 1, 128, 255]


def test_one_clear_shade_of_sixteen_bits_becomes_alpha():
    """The shade itself, and not the 256 that look like it."""
    grey = Image.fromarray(np.array([[1000, 1001, 60_000]], np.uint16))

    pixels = decode.picture(saved(grey, "PNG", transparency=1000)).pixels

    assert pixels[0, :, 3].tolist() == [0, 255, 255]
    assert pixels[0, :, 0].tolist() == [3, 3, 233]


def test_one_clear_colour_of_sixteen_bits_a_channel_becomes_alpha():
    row = b"\0" + struct.pack(">6H", 1000, 2000, 3000, 60_000, 60_000, 60_000)
    chunks = {b"IHDR": struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0), b"tRNS": struct.pack(">3H", 1000, 2000, 3000)}
    chunks |= {b"IDAT": zlib.compress(row), b"IEND": b""}

    pixels = decode.picture(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in chunks.items())).pixels

    assert pixels[0, :, 3].tolist() == [0, 255]


def test_a_cmyk_jpeg_becomes_red_green_blue():
    picture = decode.picture(saved(painted("CMYK"), "JPEG", quality=95))

    assert np.abs(picture.pixels[12, 4].astype(int) - (200, 30, 30)).max() < 12


def test_clear_pixels_stay_clear():
    image = painted("RGBA")
    image.putpixel((0, 0), (10, 20, 30, 40))

    data = saved(image, "PNG")

    assert decode.inspect(data).has_alpha
    assert decode.picture(data).has_alpha
    assert tuple(decode.picture(data).pixels[0, 0]) == (10, 20, 30, 40)


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_one_clear_colour_of_a_png_becomes_alpha(mode):
    image = painted("P", (8, 8)) if mode == "P" else Image.new(mode, (8, 8))
    key = image.getpixel((0, 0))

    picture = decode.picture(saved(image, "PNG", transparency=key))

    assert picture.pixels[0, 0, 3] == 0


def test_an_alpha_that_hides_nothing_is_dropped():
    data = saved(painted("RGBA"), "PNG")

    assert decode.inspect(data).has_alpha
    assert not decode.picture(data).has_alpha


def test_a_foreign_colour_profile_is_converted():
    """A profile that swaps red and blue: whoever ignores it shows the wrong one."""
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = swapped.find(b"rXYZ"), swapped.find(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    name = swapped.find("sRGB".encode("utf-16-be"))
    swapped[name : name + 8] = "BGR!".encode("utf-16-be")

    picture = decode.picture(saved(painted(), "PNG", icc_profile=bytes(swapped)))

    left, right = picture.pixels[12, 4].astype(int), picture.pixels[12, 28].astype(int)
    assert left[2] > left[0] + 100
    assert right[0] > right[2] + 100


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
def test_a_garbage_profile_is_ignored(mode):
    image = painted(mode)
    format_ = "JPEG" if mode == "CMYK" else "PNG"

    with_profile = decode.picture(saved(image, format_, icc_profile=b"\0\0\0\x80garbage" * 20))

    assert np.array_equal(with_profile.pixels, decode.picture(saved(image, format_)).pixels)


def test_a_profile_of_another_kind_of_picture_is_ignored():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    assert np.array_equal(decode.picture(saved(painted(), "PNG", icc_profile=srgb)).pixels, np.asarray(painted()))


def test_a_picture_is_one_piece_of_bytes():
    picture = decode.picture(held(6))

    assert picture.pixels.flags.c_contiguous
    assert picture.pixels.dtype == np.uint8


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_can_come_smaller_when_that_is_enough(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(painted(size=(640, 160)), "JPEG", exif=exif)
    wide = orientation == 1

    small = decode.picture(data, enough=Size(150, 30) if wide else Size(30, 150))

    assert small.size == (Size(160, 40) if wide else Size(40, 160))
    assert decode.picture(data, enough=Size(400, 100)).size == decode.inspect(data).size
    assert decode.picture(saved(painted(), "PNG"), enough=Size(1, 1)).size == Size(32, 24)


SEEDS = [saved(noise((24, 16)), "PNG"), saved(noise((24, 16)), "JPEG", progressive=True), saved(noise((24, 16)), "GIF")]
SEEDS += [saved(noise((24, 16)), "WEBP"), held(6)]


@settings(max_examples=150, deadline=None)
@given(
    data=st.sampled_from(SEEDS),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=6),
    kept=st.floats(0.02, 1),
)
def test_damage_never_raises_anything_but_our_errors(data, flips, kept):
    damaged = bytearray(data)
    for place, change in flips:
        damaged[int(place * len(data))] ^= change

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow grumbles about damaged EXIF, and reads on
        try:
            picture = decode.picture(bytes(damaged[: int(len(damaged) * kept)]))
        except (TooLarge, UnsupportedPicture):
            return
    assert picture.size.pixels <= Limits().pixels
