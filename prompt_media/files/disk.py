"""The disk: its last free room, which is not for pictures (a database that cannot write loses more than one), and
what has to be on it before anything is told."""

import os
import shutil
from pathlib import Path

from django.conf import settings

from prompt_media.errors import StorageFull

_MEGABYTE = 1024 * 1024
# Of a small disk FREE_DISK_MB could be half: never more of it than this part is kept.
_MOST_KEPT = 50


def require(arriving: int = 0) -> None:
    """Raises StorageFull when storing so many bytes would leave less free than is kept."""
    for place in _places():
        usage = shutil.disk_usage(place)
        kept = min(settings.FREE_DISK_MB * _MEGABYTE, usage.total // _MOST_KEPT)
        if usage.free - arriving < kept:
            raise StorageFull(
                f"The disk has {usage.free // _MEGABYTE} MB left, and {kept // _MEGABYTE} MB stay free: nothing was "
                "stored. Delete sessions, or free some room on the disk, and try again."
            )


def settle(path: Path) -> None:
    """Put a file, or the names in a folder, on the disk for good."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _places() -> list[Path]:
    """What we write to on this machine; folders that are still to be made count where they will be."""
    written = [settings.DATA_DIR] if settings.S3_BUCKET else [settings.DATA_DIR, Path(settings.MEDIA_ROOT)]
    return [next(path for path in (place, *place.parents) if path.exists()) for place in written]
