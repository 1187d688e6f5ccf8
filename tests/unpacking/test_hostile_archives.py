"""Archives that lie, lead astray, or never end: each is refused whole, in words, and costs next to nothing."""

import gzip
import io
import json
import os
import struct
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_BZIP2, ZipFile, ZipInfo

import pytest

from prompt_media.errors import HouseError
from sessions_app.unpacking import archive, kinds, manifest
from sessions_app.unpacking.folders import Folder
from sessions_app.unpacking.manifest import Content
from sessions_app.unpacking.refusals import ArchiveTooLarge, BadRecording, Limits
from tests.unpacking.packing import FRAMES, entry, metadata, recording, tarred, zipped

HERE = "session_1736155234"
SMALL = Limits(entries=20, bytes=200_000, file_bytes=50_000, json_bytes=20_000, ratio=50, ratio_from=10_000)


def read(file: BinaryIO) -> archive.Archive:
    return archive.read(kinds.package(file, SMALL), SMALL)


def with_file(name: str, data: bytes = b"x") -> dict[str, bytes]:
    return recording() | {name: data}


def link(kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"{HERE}/0000_BR.png")
    info.type, info.linkname = kind, target
    return info


def zip_link() -> BinaryIO:
    packed = zipped(recording())
    with ZipFile(packed, "a") as opened:
        info = ZipInfo(f"{HERE}/shadow")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        opened.writestr(info, "/etc/passwd")
    return packed


def zip_edited(place: int, size: str, value: int, *, at: bytes = b"PK\x01\x02") -> BinaryIO:
    """A ZIP whose directory tells something else of its first file."""
    data = bytearray(zipped(recording()).getvalue())
    struct.pack_into(size, data, data.index(at) + place, value)
    return io.BytesIO(bytes(data))


def zip_without_a_name() -> BinaryIO:
    """The letters of its first name are a comment now."""
    data = bytearray(zipped(recording()).getvalue())
    at = data.index(b"PK\x01\x02")
    (length,) = struct.unpack_from("<H", data, at + 28)
    struct.pack_into("<HHH", data, at + 28, 0, 0, length)
    return io.BytesIO(bytes(data))


def zip_with_twins() -> BinaryIO:
    packed = zipped(recording())
    with ZipFile(packed, "a") as opened, pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr(f"{HERE}/0000_BR.png", b"another")
    return packed


def zip_of_a_name(name: str) -> BinaryIO:
    """zipfile tidies names as it writes; so one of the same length is put in its place."""
    stand_in = "q" * len(name.encode())
    data = zipped(with_file(stand_in)).getvalue()
    return io.BytesIO(data.replace(stand_in.encode(), name.encode()))


def tar_header_bomb() -> BinaryIO:
    """A header that says a name of 1 GB follows, and zeros as long as anybody reads on."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 10**9
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(4_000_000))
    return packed


def tar_of_headers_only() -> BinaryIO:
    """Names about names about names: each is read within the reading of the one before."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1
    return gzipped((info.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 500)


def gzipped(data: bytes) -> BinaryIO:
    return io.BytesIO(gzip.compress(data))


def cut(file: BinaryIO, share: float) -> BinaryIO:
    data = file.getvalue()
    return io.BytesIO(data[: int(len(data) * share)])


def manifested(change: Callable[[dict], None]) -> BinaryIO:
    files = recording(folder="")
    told = {name: Content(len(data), sha256(data).hexdigest()) for name, data in files.items()}
    change(told)
    return zipped(files | {"manifest.json": manifest.write(told)})


def told(text: str) -> BinaryIO:
    """A recording whose metadata is this text."""
    return zipped(with_file(f"{HERE}/metadata.json", text.encode(errors="surrogatepass")))


def steps(*entries: dict) -> BinaryIO:
    return zipped(recording(sequence=list(entries)))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(lambda: io.BytesIO(b""), "neither a ZIP nor a tar.gz", id="nothing"),
        pytest.param(lambda: io.BytesIO(b"\x89PNG\r\n\x1a\n" * 100), "neither a ZIP nor a tar.gz", id="a picture"),
        pytest.param(lambda: io.BytesIO(b"Rar!\x1a\x07" * 100), "neither a ZIP nor a tar.gz", id="another packer's"),
        pytest.param(lambda: gzipped(b"no tar at all" * 100), "damaged or cut short", id="gzip of no tar"),
        pytest.param(lambda: zipped({}), "no metadata.json", id="an empty ZIP"),
        pytest.param(lambda: zipped(FRAMES), "no metadata.json", id="pictures alone"),
        pytest.param(lambda: zipped(recording("a/") | recording("b/")), "two recordings", id="two recordings"),
        pytest.param(lambda: zipped(with_file("other/x.png")), "outside of the recording's folder", id="a stray file"),
        # Names
        pytest.param(lambda: zipped(with_file("../evil")), "leads out of it", id="two dots in a ZIP"),
        pytest.param(lambda: tarred(with_file(f"{HERE}/../../evil")), "leads out of it", id="two dots in a tar"),
        pytest.param(lambda: zip_of_a_name("/etc/cron.d/evil"), "not its own to choose", id="absolute in a ZIP"),
        pytest.param(lambda: tarred(with_file("/etc/evil")), "not its own to choose", id="absolute in a tar"),
        pytest.param(lambda: zip_of_a_name("C:/evil"), "not its own to choose", id="a drive"),
        pytest.param(lambda: zip_of_a_name("a\\..\\evil"), "not its own to choose", id="backslashes"),
        pytest.param(lambda: zip_of_a_name(f"{HERE}/a\x00.png"), "name that is not allowed", id="a NUL"),
        pytest.param(lambda: tarred(with_file(f"{HERE}/a\nb")), "name that is not allowed", id="a line feed"),
        pytest.param(lambda: tarred(with_file("a/" * 40 + "x")), "too deep", id="forty folders deep"),
        pytest.param(lambda: zipped(with_file("x" * 300)), "too deep", id="a long name"),
        pytest.param(lambda: zipped(with_file("x/" * 600)), "name that is not allowed", id="a long path"),
        pytest.param(zip_without_a_name, "name that is not allowed", id="no name"),
        pytest.param(zip_with_twins, "twice", id="one name twice"),
        pytest.param(lambda: tarred(with_file(f"{HERE}/0000_br.PNG")), "another case", id="one name in two cases"),
        pytest.param(lambda: zipped(with_file("e\u0301") | with_file("\u00e9")), "twice", id="in two spellings"),
        # What is no plain file
        pytest.param(zip_link, "plain files only", id="a link in a ZIP"),
        pytest.param(lambda: tarred({}, "w:gz", link(tarfile.SYMTYPE)), "plain files", id="a link in a tar"),
        pytest.param(lambda: tarred({}, "w:gz", link(tarfile.LNKTYPE)), "plain files", id="a hard link"),
        pytest.param(lambda: tarred({}, "w", link(tarfile.CHRTYPE)), "plain files", id="a device"),
        pytest.param(lambda: tarred({}, "w", link(tarfile.FIFOTYPE)), "plain files", id="a pipe"),
        pytest.param(lambda: tarred({}, "w", link(tarfile.GNUTYPE_SPARSE)), "plain files", id="a file with holes"),
        pytest.param(lambda: zip_edited(8, "<H", 0x1), "encrypted", id="encrypted"),
        pytest.param(lambda: zipped(recording(), ZIP_BZIP2), "packed in a way", id="another compression"),
        # Damage and lies
        pytest.param(lambda: cut(zipped(recording()), 0.6), "no end", id="a ZIP cut short"),
        pytest.param(lambda: cut(tarred(recording()), 0.6), "cut short", id="a tar.gz cut short"),
        pytest.param(lambda: cut(tarred(recording(), "w"), 0.15), "cut short", id="a tar cut short"),
        pytest.param(lambda: zip_edited(16, "<I", 0), "damaged", id="a wrong checksum"),
        pytest.param(lambda: zip_edited(24, "<I", 5), "damaged", id="a size that is too small"),
        pytest.param(lambda: zip_edited(24, "<I", 9_000), "says it has", id="a size that is too large"),
        pytest.param(lambda: zip_edited(42, "<I", 2**31), "damaged", id="a file beyond the end"),
        pytest.param(lambda: zip_edited(16, "<I", 2**31, at=b"PK\x05\x06"), "damaged", id="a directory elsewhere"),
        pytest.param(lambda: manifested(lambda told: told.pop("0000_BR.png")), "not what", id="untold in the manifest"),
        pytest.param(
            lambda: manifested(lambda told: told.update(gone=Content(1, "0" * 64))), "not what", id="told and not there"
        ),
        pytest.param(
            lambda: manifested(lambda told: told.update({"0000_BR.png": Content(9, "0" * 64)})), "not what", id="other"
        ),
        pytest.param(
            lambda: zipped(with_file(f"{HERE}/inputs/{'0' * 64}.png")), "its name says", id="an input of another hash"
        ),
        pytest.param(
            lambda: zipped(recording("") | {"manifest.json": b'{"format": 1, "files": {"a\\n\\u202eb": 1}}'}),
            "is not an object",
            id="a name nobody should see",
        ),
        # Metadata
        pytest.param(lambda: told("[]"), "no object", id="a list"),
        pytest.param(lambda: told("{"), "no JSON", id="half an object"),
        pytest.param(lambda: told("[" * 9_000 + "]" * 9_000), "too deep", id="nested beyond Python"),
        pytest.param(lambda: told('{"x": ' + "[" * 40 + "]" * 40 + "}"), "nested deeper", id="nested"),
        pytest.param(lambda: told(json.dumps(metadata(created_at=float("nan")))), "NaN is no number", id="NaN"),
        pytest.param(lambda: told(json.dumps(metadata(created_at=float("inf")))), "Infinity is no", id="infinity"),
        pytest.param(lambda: told('{"created_at": 1e999}'), "too large to be one", id="infinity, written out"),
        pytest.param(lambda: told(f'{{"created_at": {"9" * 5_000}}}'), "no JSON", id="a number of 5,000 digits"),
        pytest.param(lambda: told('{"session_id": "a", "session_id": "b"}'), "twice", id="a name told twice"),
        pytest.param(lambda: told('{"session_id": "\\ud800"}'), "half a character", id="half a character"),
        pytest.param(lambda: told('{"session_id": "\\u0000"}'), "NUL", id="a NUL in a text"),
        pytest.param(lambda: told("\ud800"), "no UTF-8", id="no text"),
        pytest.param(lambda: zipped(recording(session_id=7)), "session_id", id="an id that is no text"),
        pytest.param(lambda: zipped(recording(created_at="noon")), "created_at", id="a time that is no number"),
        pytest.param(lambda: zipped(recording(created_at=True)), "created_at", id="a time that is a truth"),
        pytest.param(lambda: zipped(recording(created_at=1e18)), "created_at", id="a time no calendar has"),
        pytest.param(lambda: zipped(recording(sequence={})), "sequence", id="a sequence that is none"),
        pytest.param(lambda: zipped(recording(sequence=[1])), "sequence", id="a step that is none"),
        pytest.param(lambda: steps(entry(index=-1)), "index", id="an index below 0"),
        pytest.param(lambda: steps(entry(index="0")), "index", id="an index that is a text"),
        pytest.param(lambda: steps(entry(), entry(filename="0001_TL.png")), "must rise", id="one index twice"),
        pytest.param(lambda: steps(entry(), entry(index=1)), "one file for two", id="one file for two steps"),
        pytest.param(lambda: steps(entry(filename="../metadata.json")), "beside", id="a file elsewhere"),
        pytest.param(lambda: steps(entry(filename="metadata.json")), "no such picture", id="metadata as a frame"),
        pytest.param(lambda: steps(entry(filename="0009_XX.png")), "no such picture", id="a frame that is not there"),
        pytest.param(lambda: steps(entry(target_sector="somewhere")), "target_sector", id="a sector that is too long"),
        pytest.param(lambda: steps(entry(target_sector="B\nR")), "nobody can see", id="a sector of two lines"),
        pytest.param(lambda: steps(entry(timestamp=[])), "timestamp", id="a time that is a list"),
        pytest.param(lambda: steps(entry(sha256="0" * 64)), "whose hash", id="a frame of another hash"),
        pytest.param(lambda: zipped(with_file(f"{HERE}/recipes.json", b"{}")), "recipes.json", id="empty recipes"),
    ],
)
def test_what_is_not_fit_is_refused_in_words(file, words):
    with pytest.raises(BadRecording) as refusal:
        read(file())

    assert words in refusal.value.detail
    assert refusal.value.status == 422
    assert refusal.value.detail.isprintable()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(lambda: zipped(with_file(f"{HERE}/x.png", os.urandom(60_000))), "a picture may have", id="a file"),
        pytest.param(
            lambda: zipped(recording() | {f"{HERE}/{n}.png": os.urandom(45_000) for n in range(5)}),
            "more than 0 MB",
            id="all files",
        ),
        pytest.param(lambda: zipped(recording() | {f"{HERE}/{n}": b"" for n in range(30)}), "20", id="files in a ZIP"),
        pytest.param(lambda: tarred(recording() | {f"{n}/": b"" for n in range(30)}), "20", id="folders in a tar"),
        pytest.param(lambda: zipped({f"{n:_>400}": b"" for n in range(500)}), "20", id="a long directory"),
        pytest.param(lambda: zipped(with_file("__MACOSX/x", bytes(48_000))), "50 times", id="a bomb passed over"),
        pytest.param(lambda: tarred(with_file(f"{HERE}/x", bytes(48_000))), "50 times", id="a bomb in a tar"),
        pytest.param(lambda: zipped(with_file(f"{HERE}/metadata.json", os.urandom(30_000))), "of JSON", id="JSON"),
    ],
)
def test_more_than_is_taken_is_refused_as_such(file, words):
    with pytest.raises(ArchiveTooLarge) as refusal:
        read(file())

    assert words in refusal.value.detail
    assert refusal.value.status == 413


@pytest.mark.parametrize("file", [tar_header_bomb, tar_of_headers_only])
def test_a_header_is_not_believed_however_long_it_says_it_is(file):
    with pytest.raises(BadRecording, match="longer than any can be|damaged"):
        read(file())


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path):
    (tmp_path / "metadata.json").symlink_to("/etc/passwd")

    with pytest.raises(BadRecording, match="plain files only"):
        archive.read(Folder(tmp_path))


def test_a_name_that_is_no_text_is_refused(tmp_path: Path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")).write_bytes(b"x")

    with pytest.raises(BadRecording, match="name that is not allowed"):
        archive.read(Folder(tmp_path))


def test_a_picture_that_changes_between_the_looks_is_refused(tmp_path: Path):
    for name, data in recording(folder="").items():
        (tmp_path / name).write_bytes(data)
    found = archive.read(Folder(tmp_path))
    (tmp_path / "0001_TL.png").write_bytes(b"not what")

    with pytest.raises(BadRecording, match="changed while it was read"):
        list(found.pictures())


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: tarred(files, "w")], ids=["ZIP", "tar.gz", "tar"])
def test_damage_anywhere_is_refused_or_harmless(pack):
    """Every seventh byte, turned round: never another error than ours, and never another picture than was put in."""
    whole = pack(recording()).getvalue()
    for place in range(0, len(whole.rstrip(b"\0")), 7):  # behind it a tar is padded
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        try:
            found = {picture.name: data for picture, data in read(io.BytesIO(bytes(broken))).pictures()}
        except HouseError:
            continue
        assert found.keys() == FRAMES.keys()
