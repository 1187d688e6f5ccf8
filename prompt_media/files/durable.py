"""Django's folder storage, made to survive a power cut and a full disk.

Django's own writes under the final name: a full disk leaves half a file there. Here a file appears under its name
only when all of it is on the disk.
"""

import errno
import os
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from prompt_media.errors import StorageFull, Unavailable


class DurableStorage(FileSystemStorage):
    """Write aside, fsync, rename, fsync the folder."""

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        aside = path.with_name(f".{uuid4().hex}.part")
        try:
            _write(aside, content)
            os.replace(aside, path)
            _settle(path.parent)
        except FileNotFoundError as error:
            raise Unavailable("The folder went away while a file was written into it.", retry_after=1) from error
        except OSError as error:
            aside.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("The disk is full: nothing was stored. Free some room and try again.") from error
            raise Unavailable(f"The storage cannot be written: {error.strerror}.", retry_after=5) from error
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Keys are ours and unguessable: a file written again under its key is the same file."""
        return name


def _write(path: Path, content: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for chunk in content.chunks():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
