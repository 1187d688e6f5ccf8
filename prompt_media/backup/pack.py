"""A studio into one tar file: rows of one moment first, then the files they point to, then the manifest.

The studio works on meanwhile. But for mirrors, which are not taken along, files are never changed once written. So only
one can be missed: of a session that was deleted after its row had been copied. The archive gets its name when all of it
is on the disk.
"""

import fcntl
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from django.conf import settings
from django.utils import timezone

from prompt_media.backup import manifest as manifests
from prompt_media.backup import rows
from prompt_media.backup.manifest import Content, Manifest
from prompt_media.errors import Conflict, NotFound
from prompt_media.files import audit, disk, keepers, store
from prompt_media.files.keepers import Claim, Part

Count = Callable[[Manifest], None]


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def pack(target: Path, *, with_secret: bool, tell: Count) -> Manifest:
    """Write the archive; what stood under its name is replaced when the new one is whole. Raises Conflict while
    another one is being written to the same name."""
    aside, copies = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.rows")
    with _ours_alone(aside) as file:
        try:
            shutil.rmtree(copies, ignore_errors=True)  # a backup was cut off here
            copies.mkdir(mode=0o700)
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                manifest = _written(tar, copies, with_secret=with_secret, tell=tell)
            file.flush()
            os.fsync(file.fileno())
            os.replace(aside, target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(copies, ignore_errors=True)
    disk.settle(target.parent)
    return manifest


def _written(tar: tarfile.TarFile, copies: Path, *, with_secret: bool, tell: Count) -> Manifest:
    with rows.snapshot(copies) as snapshot:
        claims = {claim.key: claim for claim in _in_order()}
    manifest = Manifest(
        version=settings.VERSION,
        made_at=timezone.now().isoformat(),
        engine=rows.engine(),
        migrations=snapshot.migrations,
        columns=snapshot.columns,
    )
    for copy in snapshot.files:
        with copy.open("rb") as file:
            _add(tar, manifest, f"{manifests.ROWS}{copy.name}", file, copy.stat().st_size)
        copy.unlink()
    if with_secret and (secret := _secret()):
        _add(tar, manifest, manifests.SECRET_KEY, io.BytesIO(secret), len(secret))
    for key in (*claims, *_of_others(claims)):
        _add_stored(tar, manifest, key, claims.get(key))
        tell(manifest)
    _member(tar, manifests.NAME, io.BytesIO(told := manifest.to_json()), len(told))
    return manifest


def _in_order() -> list[Claim]:
    """All claims; what waits for a worker first, for it goes as soon as one has been at it. Mirrors stay at home: they
    may tell more by now than the rows that were copied, and are written anew from those."""
    claims = (claim for keeper in keepers.all_of_them() for claim in keeper.claims() if claim.part is not Part.MIRROR)
    return sorted(claims, key=lambda claim: claim.part is not Part.WAITING)


def _secret() -> bytes:
    """The key in the data directory; none when another one is given by the environment."""
    file = settings.DATA_DIR / "secret_key"
    secret = file.read_bytes() if file.exists() else b""
    return secret if secret.decode() == settings.SECRET_KEY else b""


def _of_others(claims: Iterable[str]) -> Iterator[str]:
    """What no row points to and no keeper answers for: put there by people, or by apps without a keeper."""
    for found in store.walk():
        if found.key not in claims and not audit.is_broken_write(found.key) and not _has_a_keeper(found.key):
            yield found.key


def _has_a_keeper(key: str) -> bool:
    roots = ((keeper, root) for keeper in keepers.all_of_them() for root in keeper.roots)
    return any(key.startswith(f"{root}/") and bool(keeper.holder_of(key)) for keeper, root in roots)


def _add_stored(tar: tarfile.TarFile, manifest: Manifest, key: str, claim: Claim | None) -> None:
    try:
        reader = store.opened(key)
    except NotFound:
        _tell_loss(manifest, key)
        return
    with closing(reader):
        content = _add(tar, manifest, f"{manifests.FILES}{key}", reader, reader.size)
    if claim and claim.sha256 and content.sha256 != claim.sha256:
        manifest.damaged.append(key)


def _tell_loss(manifest: Manifest, key: str) -> None:
    is_claimed = any(keeper.claimed([key]) for keeper in keepers.all_of_them())
    (manifest.missing if is_claimed else manifest.vanished).append(key)


def _add(tar: tarfile.TarFile, manifest: Manifest, name: str, file: Readable, size: int) -> Content:
    content = manifest.contents[name] = Content(size, _member(tar, name, file, size))
    return content


def _member(tar: tarfile.TarFile, name: str, file: Readable, size: int) -> str:
    """Write one member, and return the hash of what was written."""
    head = tarfile.TarInfo(name)
    head.size, head.mode, head.mtime = size, 0o600, int(timezone.now().timestamp())
    hashing = _Hashing(file)
    tar.addfile(head, hashing)
    cast(Any, tar).members.clear()  # kept by tarfile for a look-up that nobody makes
    return hashing.hash.hexdigest()


class _Hashing:
    """Hashes what passes through."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.hash = sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        return data


@contextmanager
def _ours_alone(path: Path) -> Iterator[BinaryIO]:
    """An empty file that only its owner may read, and that nobody else writes within the block."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        if not _locked(descriptor) or not _is_still_at(path, descriptor):
            raise Conflict("Another backup is being written to this name. Wait for its end, or give another name.")
        os.fchmod(descriptor, 0o600)
        file.truncate(0)  # a backup was cut off here
        yield file


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    """Whether the file was not renamed by another backup between our opening and locking it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
