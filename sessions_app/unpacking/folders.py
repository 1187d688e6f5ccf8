"""A folder on this machine as a package, as somebody copied it here."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sessions_app.unpacking.packages import CHUNK, Member
from sessions_app.unpacking.paths import shown
from sessions_app.unpacking.refusals import BadRecording


class Folder:
    """Implements packages.Package over a folder. Links are refused: what they lead to was not meant to be told."""

    packed = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> Iterator[Member]:
        return _members(self._path, "")


def _members(folder: Path, before: str) -> Iterator[Member]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        name = f"{before}{entry.name}"
        facts = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(facts.st_mode):
            yield Member(name, 0, partial(iter, ()), is_folder=True)
            yield from _members(Path(entry), f"{name}/")
        elif stat.S_ISREG(facts.st_mode):
            yield Member(name, facts.st_size, partial(_chunks, Path(entry), facts.st_size))
        else:
            raise BadRecording(f"{shown(name)} is a link or a device. A recording's folder has plain files only.")


def _chunks(path: Path, size: int) -> Iterator[bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb") as file:
        while size > 0 and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk
