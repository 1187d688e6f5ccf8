"""What files come in: a ZIP, a tar, or a folder. One file after another; nothing is unpacked to a disk.

A package tells the names as they were written; whether they are fit is judged elsewhere (`paths`). What is no plain
file is refused here, before a byte of it is read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """One entry: what it is called, how many bytes it says it has, and those bytes, until the next one is asked for.
    More than it says never come."""

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]
    is_folder: bool = False


class Package(Protocol):
    """Files, to be gone through as often as needed."""

    @property
    def packed(self) -> int | None:
        """How many bytes it has itself; None where nothing is packed."""
        ...

    def members(self) -> Iterator[Member]:
        """Its files, and the folders it tells of, in its own order. Raises BadRecording."""
        ...


def size_of(file: BinaryIO) -> int:
    """How many bytes a file has; it stands at its beginning afterwards."""
    size = file.seek(0, 2)
    file.seek(0)
    return size
