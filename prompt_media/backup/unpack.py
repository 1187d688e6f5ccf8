"""A studio out of a tar file.

Everything is read and every hash compared before anything is touched. Then files are added, which harms nobody, the
secret key is put in its place with the old one beside it, and the rows, in today's shape by then, are replaced in one
step: killed before it, the old rows and their key are still there, killed after it, the new studio is whole. What is
then left over is swept, here or by the next hourly sweep. So a restore that was cut off is simply run again.
"""

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone

from prompt_media.backup import manifest as manifests
from prompt_media.backup import rows
from prompt_media.backup.manifest import BadArchive, Content, Manifest
from prompt_media.errors import Conflict, HouseError
from prompt_media.files import audit, disk, keepers, store
from prompt_media.files.keepers import Fault, Part

Count = Callable[[int], None]
_CHUNK = 1024 * 1024
_LARGEST_MANIFEST = 1024 * _CHUNK
# Made anew by every migration, so they tell nothing of a studio being there.
_MADE_BY_DJANGO = {"contenttypes.ContentType", "auth.Permission"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what of it could not."""

    manifest: Manifest
    forgotten: int = 0
    key_kept: bool = False
    """The secret key of the archive was not used, because the environment gives another one."""
    not_cleared: str = ""
    """Why things of the old studio are left over, if any may be."""


def verify(archive: Path, *, tell: Count) -> Manifest:
    """Read all of an archive and compare every hash. Raises BadArchive; nothing is written."""
    with _opened(archive) as tar:
        return _Reading(None, tell).all_of(tar)


def restore(archive: Path, *, force: bool, tell: Count) -> Restored:
    """Put the studio of the archive in the place of this one. Nobody else may be at it meanwhile."""
    rows.refuse_company()
    if not force:
        _refuse_inhabited()
    aside = rows.place_for_copies() / ".restoring"
    shutil.rmtree(aside, ignore_errors=True)  # a restore was cut off here
    try:
        aside.mkdir(mode=0o700, parents=True)
        with _opened(archive) as tar:
            manifest = _Reading(aside, tell).all_of(tar)
        return _put_back(archive, manifest, aside, tell)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_back(archive: Path, manifest: Manifest, aside: Path, tell: Count) -> Restored:
    rows.refuse_newer(manifest)
    copies = {path.name: path for path in aside.iterdir() if path.name != manifests.SECRET_KEY}
    rows.refuse_broken(copies.values())
    disk.require(0 if settings.S3_BUCKET else manifest.size)
    with _opened(archive) as tar, store.settled_together():
        _put_files(tar, manifest, tell)
    with _key_in_place(aside / manifests.SECRET_KEY) as key_kept:
        rows.put_back(manifest, copies)
    return _cleared_up(manifest, key_kept=key_kept)


def _cleared_up(manifest: Manifest, *, key_kept: bool) -> Restored:
    """What failed from here on fails a studio that is there."""
    try:
        rows.settle()
        _old_key().unlink(missing_ok=True)
        _write_mirrors()
        return Restored(manifest, _forget(set(manifest.vanished)), key_kept)
    except (HouseError, DatabaseError, OSError) as error:
        return Restored(manifest, key_kept=key_kept, not_cleared=str(error))


@dataclass(slots=True)
class _Reading:
    """One passage through an archive: what each member holds, and the manifest that says what it should."""

    aside: Path | None
    """Where rows and key are laid; None when they are only read."""
    tell: Count
    read: int = 0
    found: dict[str, Content] = field(default_factory=dict)

    def all_of(self, tar: tarfile.TarFile) -> Manifest:
        told = b""
        for member, file in _members(tar):
            if member.name in self.found or told:
                raise BadArchive(f"The archive goes on where it should end, or has {member.name[:80]!r} twice.")
            if member.name == manifests.NAME:
                told = _read_manifest(member, file)
            else:
                self.found[member.name] = self._content(member.name, file)
        if not told:
            raise BadArchive("The archive has no manifest at its end: it is cut short, or no backup of this studio.")
        return self._compared(manifests.read(told))

    def _content(self, name: str, file: BinaryIO) -> Content:
        target = self._target(name)
        hashed, size = sha256(), 0
        with open(target, "wb") if target else _nowhere() as copy:
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
                size += len(chunk)
                if copy:
                    copy.write(chunk)
                self.read += len(chunk)
                self.tell(self.read)
        return Content(size, hashed.hexdigest())

    def _target(self, name: str) -> Path | None:
        if name.startswith(manifests.FILES):
            manifests.key_of(name)
            return None
        plain = name.removeprefix(manifests.ROWS)
        if name != manifests.SECRET_KEY and (plain == name or "/" in manifests.key_of(plain)):
            raise BadArchive(f"The archive has a member that no backup has: {name[:80]!r}.")
        return self.aside / plain if self.aside else None

    def _compared(self, manifest: Manifest) -> Manifest:
        wrong = sorted(
            name
            for name in manifest.contents.keys() | self.found.keys()
            if manifest.contents.get(name) != self.found.get(name)
        )
        if wrong:
            raise BadArchive(
                f"{len(wrong)} of {len(manifest.contents)} files in the archive are not what its manifest says, the "
                f"first is {wrong[0][:80]!r}. Nothing was changed."
            )
        return manifest


def _members(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, BinaryIO]]:
    """The members in order; refuses whatever is no plain file, before a byte of it is read."""
    while member := tar.next():
        cast(Any, tar).members.clear()
        file = tar.extractfile(member) if member.isreg() and not member.issparse() else None
        if file is None:
            raise BadArchive(f"The archive has a member that is no plain file: {member.name[:80]!r}.")
        yield member, cast(BinaryIO, file)


def _read_manifest(member: tarfile.TarInfo, file: BinaryIO) -> bytes:
    if member.size > _LARGEST_MANIFEST:
        raise BadArchive("The manifest of the archive is larger than any can be.")
    return file.read()


def _put_files(tar: tarfile.TarFile, manifest: Manifest, tell: Count) -> None:
    put = 0
    for member, file in _members(tar):
        if member.name.startswith(manifests.FILES):
            default_storage.save(manifests.key_of(member.name), File(file))
            put += member.size
            tell(put)


@contextmanager
def _key_in_place(new: Path) -> Iterator[bool]:
    """The archive's secret key in the place of ours, which stands beside it until the rows have been replaced. Yields
    whether ours stays, because the environment gives it."""
    place = settings.DATA_DIR / "secret_key"
    is_ours_to_change = place.exists() and place.read_text() == settings.SECRET_KEY
    is_another = new.exists() and new.read_text() != settings.SECRET_KEY
    if not (is_ours_to_change and is_another):
        yield is_another
        return
    _put_key(place, _old_key())
    _put_key(new, place)
    try:
        yield False
    except BaseException:
        os.replace(_old_key(), place)
        raise


def _old_key() -> Path:
    return Path(settings.DATA_DIR / "secret_key.old")


def _put_key(key: Path, place: Path) -> None:
    aside = place.with_name(f"{place.name}.part")
    aside.unlink(missing_ok=True)
    aside.touch(0o600)
    shutil.copyfile(key, aside)
    disk.settle(aside)
    os.replace(aside, place)
    disk.settle(place.parent)


def _forget(vanished: set[str]) -> int:
    """Delete the rows whose files were deleted while the backup ran, and every file that no row points to."""
    forgotten = 0
    for keeper in keepers.all_of_them():
        lost = [claim for claim in keeper.claims() if claim.key in vanished and claim.part is Part.ORIGINAL]
        forgotten += sum(bool(keeper.forget(claim)) for claim in lost)
        extras = audit.extras(keeper, before=timezone.now() + timedelta(days=1))
        store.discard([extra.key for extra in extras if keeper.holder_of(extra.key)])
    return forgotten


def _write_mirrors() -> None:
    """What tells of rows is not in the archive: it is written from the rows that came out of it."""
    for keeper in keepers.all_of_them():
        for claim in keeper.claims():
            if claim.part is Part.MIRROR:
                keeper.mend(Fault.MISSING, claim)


def _refuse_inhabited() -> None:
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.label in _MADE_BY_DJANGO or model._meta.db_table not in tables:
            continue
        if model._base_manager.exists():
            raise Conflict(
                f"There is a studio here already: it has {model._meta.verbose_name_plural}. --force puts the backup in "
                "its place; what is here now is then gone."
            )


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """The archive, read from first to last. Whatever is wrong with it, here or within the block, is a BadArchive."""
    try:
        with tarfile.open(archive, "r:") as tar:
            yield tar
    except FileNotFoundError as error:
        raise BadArchive(f"There is no file {archive}.") from error
    except IsADirectoryError as error:
        raise BadArchive(f"{archive} is a folder: name the backup's file.") from error
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise BadArchive(f"{archive.name} is no backup, or is cut short: {error}.") from error


@contextmanager
def _nowhere() -> Iterator[None]:
    yield None
