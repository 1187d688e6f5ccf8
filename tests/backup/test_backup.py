"""The studio in one file, and back: every row, every hash, whatever is killed on the way."""

import io
import json
import random
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from prompt_media import settings as defaults
from prompt_media.backup import manifest as manifests
from prompt_media.backup import rows, unpack
from prompt_media.backup.manifest import BadArchive
from tests.engine import servers
from tests.engine.running import free_port

pytestmark = pytest.mark.xdist_group("backup")


def members(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


def told(archive: Path) -> dict:
    with tarfile.open(archive) as tar:
        return json.load(tar.extractfile(manifests.NAME))


def test_what_is_restored_is_what_was_backed_up(studio, archive, place):
    empty = place()

    done = empty.manage("restore", str(archive))

    assert done.returncode == 0, done.stderr
    assert empty.hashes() == studio.hashes()
    assert len(empty.hashes()) >= 14
    assert "generation/sessions/gaze-study-1/metadata.json" in empty.hashes()
    assert empty.rows() == studio.rows()
    assert len(empty.rows()["sessions_app_image"]) == 12
    kept = ("recording", "step", "deck", "verdict", "study", "sitting", "trial")
    assert all(empty.rows()[f"sessions_app_{name}"] for name in kept)
    assert empty.is_clean()
    key = empty.home / "var" / "secret_key"
    assert key.read_text() == (studio.home / "var" / "secret_key").read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_archive_is_for_its_owners_eyes(archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert members(archive)[0] == "database/db.sqlite3"
    assert members(archive)[-1] == manifests.NAME
    assert "files/generated_images/README.md" in members(archive)
    assert not [name for name in members(archive) if name.endswith("metadata.json")], "written anew from the rows"


def test_the_secret_key_can_stay_at_home(studio, place, tmp_path):
    target = tmp_path / "shared.tar"
    assert studio.manage("backup", str(target), "--without-secret").returncode == 0
    assert manifests.SECRET_KEY not in members(target)

    empty = place()
    assert empty.manage("restore", str(target)).returncode == 0
    assert (empty.home / "var" / "secret_key").read_text() != (studio.home / "var" / "secret_key").read_text()


def test_a_studio_that_is_there_is_not_replaced_unasked(archive, inhabited):
    before = inhabited.hashes()

    refused = inhabited.manage("restore", str(archive))

    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert inhabited.hashes() == before


def test_a_studio_that_is_replaced_leaves_nothing_of_itself(studio, archive, inhabited):
    theirs = {"uploads/notes.txt": b"loose"}
    (inhabited.home / "media" / "uploads" / "notes.txt").write_bytes(theirs["uploads/notes.txt"])

    assert inhabited.manage("restore", "--force", str(archive)).returncode == 0

    assert inhabited.hashes().keys() - studio.hashes().keys() == theirs.keys()
    assert inhabited.rows() == studio.rows()


def test_a_wal_that_a_killed_studio_left_is_not_read_into_the_restored_rows(studio, archive, inhabited):
    database = inhabited.home / "var" / "db.sqlite3"
    copies = {suffix: inhabited.home / f"copy{suffix}" for suffix in ("", "-wal")}
    with closing(sqlite3.connect(database, isolation_level=None)) as writing:
        writing.execute("UPDATE sessions_app_session SET name = 'from the log'")
        for suffix, copy in copies.items():
            shutil.copy(f"{database}{suffix}", copy)
    for suffix, copy in copies.items():
        shutil.move(copy, f"{database}{suffix}")
    assert Path(f"{database}-wal").stat().st_size > 0

    assert inhabited.manage("restore", "--force", str(archive)).returncode == 0

    assert inhabited.rows() == studio.rows()


STARTED = (
    "import os, pathlib, time, django\n"
    "os.environ['DJANGO_SETTINGS_MODULE'] = 'prompt_media.settings'; django.setup()\n"
    "from prompt_media.management.commands import up\n"
    "from prompt_media.supervisor import engine; from prompt_media.supervisor.plan import Parts\n"
    "engine._broker_program = lambda layout: (print('held', flush=True), time.sleep(90))\n"
    "engine.run(up._layout('127.0.0.1', {port}, Parts.{parts}), app=None, migrate=None, say=print)"
)


@pytest.mark.parametrize(
    "layout",
    [
        pytest.param({}, id="its own broker"),
        pytest.param({"REDIS_URL": "redis://127.0.0.1:1/0"}, id="another broker"),
        pytest.param({"DATABASE_URL": "sqlite:///{elsewhere}/db.sqlite3"}, id="a file elsewhere"),
    ],
)
def test_a_running_studio_is_not_restored_over(archive, place, tmp_path, layout):
    given = {name: value.format(elsewhere=tmp_path) for name, value in layout.items()}
    # With its file elsewhere, what is held is the file, whichever data directory it is restored from.
    live, empty = place(**given), place(**given)
    empty = empty if "DATABASE_URL" in given else live
    running = live.start("-c", STARTED.format(port=free_port(), parts="ALL"))
    try:
        assert running.stdout.readline() == "held\n"
        refused = empty.manage("restore", str(archive))
    finally:
        running.kill()
        running.communicate()

    assert refused.returncode == 1
    assert "already runs" in refused.stderr
    assert empty.hashes() == {}


@pytest.mark.parametrize("seed", range(2))
def test_a_backup_that_is_killed_leaves_nothing_under_its_name(studio, tmp_path, seed):
    target = tmp_path / "studio.tar"
    target.write_bytes(b"yesterday's")
    started = studio.start(
        "-c",
        "import os, pathlib, time, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'prompt_media.settings'; django.setup()\n"
        "from prompt_media.backup import pack; from prompt_media.files import store\n"
        "real = store.opened; store.opened = lambda *a: (print('file', flush=True), time.sleep(0.05), real(*a))[2]\n"
        f"pack.pack(pathlib.Path({str(target)!r}), with_secret=True, tell=lambda manifest: None)",
    )
    for _ in range(random.Random(seed).randrange(1, 9)):
        assert started.stdout.readline() == "file\n"
    started.kill()
    started.communicate()

    assert target.read_bytes() == b"yesterday's"
    assert studio.manage("backup", "--force", str(target)).returncode == 0
    assert studio.manage("restore", "--check", str(target)).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["studio.tar"]


def test_a_backup_that_is_there_is_not_replaced_unasked(studio, tmp_path):
    target = tmp_path / "studio.tar"
    target.write_bytes(b"the last good one")

    refused = studio.manage("backup", str(target))

    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert target.read_bytes() == b"the last good one"


def test_a_folder_in_the_place_of_a_backup_is_told_in_words(studio, tmp_path):
    for words in (("backup",), ("backup", "--force"), ("restore", "--check")):
        refused = studio.manage(*words, str(tmp_path))
        assert refused.returncode == 1
        assert f"{tmp_path} is a folder" in refused.stderr
        assert "Errno" not in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_of_two_backups_to_one_name_the_second_is_refused_and_the_first_is_whole(studio, tmp_path):
    target = tmp_path / "studio.tar"
    first = studio.start(
        "-c",
        "import os, sys, pathlib, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'prompt_media.settings'; django.setup()\n"
        "from prompt_media.backup import pack, rows\n"
        "real = pack._secret; pack._secret = lambda: (print('half', flush=True), sys.stdin.readline(), real())[2]\n"
        f"pack.pack(pathlib.Path({str(target)!r}), with_secret=True, tell=lambda manifest: None)",
    )
    assert first.stdout.readline() == "half\n"

    refused = studio.manage("backup", str(target))
    first.communicate("go on\n", timeout=60)

    assert (first.returncode, refused.returncode) == (0, 1)
    assert "Another backup" in refused.stderr
    assert studio.manage("restore", "--check", str(target)).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["studio.tar"]


RESTORING = (
    "import os, signal, sys, pathlib, django\n"
    "os.environ['DJANGO_SETTINGS_MODULE'] = 'prompt_media.settings'; django.setup()\n"
    "from django.core.files.storage import default_storage\n"
    "from django.core.management import execute_from_command_line\n"
    "from prompt_media.backup import rows, unpack\n"
    "die = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
    "def fail(*a, **k): raise OSError('Stumbled.')\n"
    "{moment}\n"
    "execute_from_command_line(['manage.py', 'restore', *sys.argv[1:]])"
)


@pytest.mark.parametrize(
    ("moment", "rows_are_there"),
    [
        pytest.param("unpack._put_files = lambda *a: die()", False, id="the first file"),
        pytest.param(
            "real = default_storage.save; default_storage.save = lambda *a: (real(*a), die())", False, id="a file"
        ),
        pytest.param("unpack._put_key = lambda *a: die()", False, id="the key"),
        pytest.param("rows.call_command = lambda *a, **k: die()", False, id="the shape"),
        pytest.param("rows._replace_sqlite = lambda *a: die()", False, id="the rows"),
        pytest.param("unpack._cleared_up = lambda *a, **k: die()", True, id="the clearing up"),
    ],
)
def test_a_restore_that_is_killed_is_run_again(studio, archive, place, moment, rows_are_there):
    empty = place()
    killed = empty.run("-c", RESTORING.format(moment=moment), str(archive))
    assert killed.returncode == -9, killed.stderr
    assert bool(empty.rows()) == rows_are_there

    again = empty.manage("restore", str(archive), *(["--force"] if rows_are_there else []))

    assert again.returncode == 0, again.stderr
    assert empty.hashes() == studio.hashes()
    assert empty.rows() == studio.rows()
    assert (empty.home / "var" / "secret_key").read_text() == (studio.home / "var" / "secret_key").read_text()
    assert not [path.name for path in (empty.home / "var").iterdir() if path.name.startswith((".res", "secret_key."))]


def test_rows_that_cannot_be_brought_to_todays_shape_leave_the_old_studio_whole(archive, inhabited):
    key, before = (inhabited.home / "var" / "secret_key").read_text(), inhabited.rows()

    failed = inhabited.run("-c", RESTORING.format(moment="rows.call_command = fail"), "--force", str(archive))

    assert (failed.returncode, "Not restored: Stumbled." in failed.stderr) == (1, True)
    assert inhabited.rows() == before
    assert (inhabited.home / "var" / "secret_key").read_text() == key


def test_a_key_that_a_killed_restore_replaced_stands_beside_the_new_one(archive, inhabited):
    key = (inhabited.home / "var" / "secret_key").read_text()

    inhabited.run("-c", RESTORING.format(moment="rows.put_back = lambda *a: die()"), "--force", str(archive))

    old = inhabited.home / "var" / "secret_key.old"
    assert old.read_text() == key
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_what_fails_after_the_rows_were_replaced_is_told_as_restored(studio, archive, place):
    empty = place()

    half = empty.run("-c", RESTORING.format(moment="unpack._forget = fail"), str(archive))

    assert (half.returncode, "Restored, but not cleared up: Stumbled." in half.stderr) == (2, True)
    assert "Not restored" not in half.stderr
    assert empty.rows() == studio.rows()


# Archives that somebody else made


def packed(path: Path, files: dict[str, bytes], manifest: dict | None = None, **heads: object) -> Path:
    """An archive with these members and a manifest that is right about them, unless another is given."""
    contents = {name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in files.items()}
    told = {
        "format": 1, "version": "0.0.1", "made_at": "", "engine": "sqlite", "migrations": [], "columns": {},
        "contents": contents, "vanished": [], "missing": [], "damaged": [],
    } | (manifest or {})  # fmt: skip
    with tarfile.open(path, "w") as tar:
        for name, data in (files | {manifests.NAME: json.dumps(told).encode()}).items():
            head = tarfile.TarInfo(name)
            head.size = len(data)
            for field, value in heads.items():
                setattr(head, field, value)
            tar.addfile(head, io.BytesIO(data))
    return path


def verify(path: Path) -> manifests.Manifest:
    return unpack.verify(path, tell=lambda count: None)


def test_a_good_archive_is_read(tmp_path):
    assert verify(packed(tmp_path / "a.tar", {"files/uploads/a/b.png": b"1"})).files == 1


@pytest.mark.parametrize(
    "name",
    [
        "files/../../etc/passwd",
        "files//etc/passwd",
        "/etc/passwd",
        "../outside",
        "files/uploads/./a",
        "files/uploads/..",
        "files/a\\..\\b",
        "files/new\nline",
        f"files/{'a' * 256}",
        f"files/{'a/' * 600}a",
        "database/../db.sqlite3",
        "database/a/b",
        "something",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(BadArchive):
        verify(packed(tmp_path / "a.tar", {name: b"1"}))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_only_plain_files_are_taken(tmp_path, kind):
    with pytest.raises(BadArchive):
        verify(packed(tmp_path / "a.tar", {"files/uploads/a/b": b""}, type=kind, linkname="/etc/passwd"))


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data) - 2 * 10_240)]


def flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(600, 5000)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("harm", [cut, flipped])
@pytest.mark.parametrize("seed", range(4))
def test_an_archive_that_was_harmed_on_its_way_changes_nothing(archive, tmp_path, harm, seed):
    harmed = tmp_path / "harmed.tar"
    harmed.write_bytes(harm(archive.read_bytes(), random.Random(seed)))
    with pytest.raises(BadArchive):
        verify(harmed)


def test_a_harmed_archive_is_refused_before_anything_is_touched(archive, place, tmp_path):
    harmed, empty = tmp_path / "harmed.tar", place()
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    harmed.write_bytes(data)

    refused = empty.manage("restore", str(harmed))

    assert (refused.returncode, empty.hashes()) == (1, {})
    assert empty.rows() == {}


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({"version": "99.0.0"}, id="version"),
        pytest.param({"migrations": [["jobs", "9999_from_tomorrow"]]}, id="migration"),
        pytest.param({"engine": "postgresql"}, id="database"),
    ],
)
def test_what_this_version_cannot_know_is_refused(tmp_path, manifest):
    read = verify(packed(tmp_path / "a.tar", {}, manifest))
    with pytest.raises(BadArchive):
        rows.refuse_newer(read)


def test_another_format_is_refused(tmp_path):
    with pytest.raises(BadArchive, match="newer"):
        verify(packed(tmp_path / "a.tar", {}, {"format": 2}))


def test_what_is_no_archive_is_told(tmp_path):
    (tmp_path / "a.tar").write_bytes(b"not a tar file")
    for path in (tmp_path / "a.tar", tmp_path / "missing.tar"):
        with pytest.raises(BadArchive):
            verify(path)


def test_our_own_version_is_not_newer(archive):
    rows.refuse_newer(manifests.read(json.dumps(told(archive)).encode()))
    assert told(archive)["version"] == defaults.VERSION


# On PostgreSQL and S3


@pytest.fixture(scope="module")
def grown_places(place, tmp_path_factory) -> Iterator[Callable]:
    """Studios on servers: `grown_places()` furnished, and an empty one."""
    home = tmp_path_factory.mktemp("servers")
    with (
        servers.postgres(home / "one") as database,
        servers.postgres(home / "other") as other,
        servers.s3(home / "s3") as bucket,
    ):
        yield place(**database, **bucket), place(**other)


def test_a_grown_studio_comes_back_too(grown_places):
    """Rows from one PostgreSQL into another, files from a bucket into a folder and back over what is there."""
    grown, empty = grown_places
    grown.furnish()
    archive = grown.home / "grown.tar"
    before = grown.rows()
    assert grown.manage("backup", str(archive)).returncode == 0

    done = empty.manage("restore", str(archive))

    assert done.returncode == 0, done.stderr
    assert empty.rows() == before
    assert empty.is_clean()
    assert len(empty.hashes()) >= 14
    empty.furnish()  # new rows get numbers that none has
    assert grown.manage("restore", str(archive)).returncode == 1
    again = grown.manage("restore", "--force", str(archive))
    assert again.returncode == 0, again.stderr
    assert grown.rows() == before
    assert grown.is_clean()
