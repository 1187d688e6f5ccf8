"""ZIP files as they stream: their length told first, their entries as they are stored."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest

from prompt_media.errors import NotFound
from prompt_media.files import archive, store
from prompt_media.files.archive import Entry
from tests.sessions_app.calling import content

# At its end an answer lets go of its database connection.
pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Callable[[str, bytes], Entry]:
    """Stores a file and names it for an archive."""

    def entry(name: str, data: bytes) -> Entry:
        key = f"output/somebody/{len(data)}"
        store.put(key, data)
        return Entry(name, key, len(data))

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
