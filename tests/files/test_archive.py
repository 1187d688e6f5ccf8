"""ZIP files as they stream: their length told first, their entries as they are stored."""

import re
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest

from prompt_media.errors import NotFound
from prompt_media.files import archive, store
from prompt_media.files.archive import Entry, Written
from tests.sessions_app.calling import content

# At its end an answer lets go of its database connection.
pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Callable[[str, bytes], Entry]:
    """Stores a file and names it for an archive."""

    def entry(name: str, data: bytes) -> Entry:
        key = f"output/somebody/{sha256(data).hexdigest()}"
        store.put(key, data)
        folder, _, last = name.rpartition("/")
        return Entry(folder, last, key, len(data))

    return entry


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="none"),
        pytest.param({"outputs/a.png": b"a", "uploads/a.png": b"bb", "outputs/Ä ∞.gif": b"ccc"}, id="some"),
        pytest.param({"outputs/large.gif": bytes(range(256)) * 12_000}, id="larger than a block"),
    ],
)
def test_an_archive_is_as_long_as_it_says_and_holds_what_was_put_in(entry, files):
    response = archive.stream([entry(name, data) for name, data in files.items()], save_as="all.zip")
    data = content(response)

    assert int(response["Content-Length"]) == len(data)
    with ZipFile(BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == files
        assert {one.compress_type for one in packed.infolist()} <= {ZIP_STORED}


def test_names_are_made_harmless_and_none_comes_twice(entry, tmp_path):
    """Read as three programs read it: by Python, by unzip, and by its own records."""
    wanted = ["A.png", "a.PNG", "a.png", "CON.png", "Grüße 🎉.png", "a\x00\r\nb.png", "x" * 900]

    packed = content(archive.stream([entry(f"outputs/{name}", name.encode()) for name in wanted], save_as="a.zip"))

    with ZipFile(BytesIO(packed)) as read:
        names = read.namelist()
        assert [read.read(name) for name in names] == [name.encode() for name in wanted]
    assert all(re.fullmatch(r"outputs/[^/\\:\x00-\x1f]{1,210}", name) for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert list(records(packed)) == [name.encode() for name in names]
    if unzip := shutil.which("unzip"):
        (tmp_path / "a.zip").write_bytes(packed)
        subprocess.run((unzip, "-q", "a.zip", "-d", "out"), cwd=tmp_path, check=True)
        unpacked = {path.read_bytes() for path in (tmp_path / "out" / "outputs").iterdir()}
        assert unpacked == {name.encode() for name in wanted}


@pytest.mark.parametrize(
    ("dated", "told"),
    [
        pytest.param(
            datetime(2026, 3, 14, 14, 40, 7, tzinfo=timezone(timedelta(hours=1))), (2026, 3, 14, 13, 40, 6), id="UTC"
        ),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0), id="before any ZIP"),
        pytest.param(datetime(9998, 12, 31, tzinfo=UTC), (2107, 12, 31, 0, 0, 0), id="after every ZIP"),
    ],
)
def test_entries_of_one_date_make_the_same_bytes_at_any_time(entry, monkeypatch, dated, told):
    entries = [entry("a/a.png", b"a"), Written("a", "told.json", b"{}"), entry("a/inputs/b.png", b"PK\x01\x02" * 9)]
    first = b"".join(archive.Packed(entries, dated=dated))
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(1_000_000_000))

    packed = archive.Packed(entries, dated=dated)

    assert b"".join(packed) == first
    assert len(packed) == len(first)
    with ZipFile(BytesIO(first)) as read:
        assert read.testzip() is None
        assert {info.date_time for info in read.infolist()} == {told}
        assert read.read("a/inputs/b.png") == b"PK\x01\x02" * 9
    local = [first[at + 10 : at + 14] for at in range(len(first)) if first[at : at + 4] == b"PK\x03\x04"]
    assert len(set(local)) == 1


def records(packed: bytes) -> Iterator[bytes]:
    """The names in the central directory, found from the archive's end."""
    end = packed.rindex(b"PK\x05\x06")
    entries, size, at = struct.unpack_from("<HII", packed, end + 10)
    assert at + size == end
    for _ in range(entries):
        name, extra, comment = struct.unpack_from("<HHH", packed, at + 28)
        yield packed[at + 46 : at + 46 + name]
        at += 46 + name + extra + comment


def test_an_archive_is_kept_under_its_name(entry):
    response = archive.stream([entry("a.png", b"a")], save_as="session_1.zip")
    response.close()

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="session_1.zip"'


def test_an_archive_breaks_off_at_a_file_that_is_gone(entry):
    whole, gone = entry("a.png", b"a"), entry("b.png", b"bb")
    store.discard([gone.key])

    response = archive.stream([whole, gone], save_as="all.zip")

    with pytest.raises(NotFound):
        content(response)
