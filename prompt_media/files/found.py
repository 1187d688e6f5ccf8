"""What a storage tells of a file when all of them are gone through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the storage: its key, its bytes, when it was written."""

    key: str
    size: int
    changed: datetime


class Walkable(Protocol):
    """A storage whose files can be gone through one by one, however many there are."""

    def walk(self, prefix: str) -> Iterator[Found]:
        """Every file below a key; below none: all of them. Raises Unavailable when that cannot be told."""
