"""Who owns what in the storage. Each app registers one keeper for its part; check, clean-up, usage and backup ask all.

A file below a keeper's roots that no row claims is left over from a crash. What lies elsewhere in the storage is
nobody's business here and is never touched.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """What a file is to the row that points to it."""

    ORIGINAL = "original"
    THUMBNAIL = "thumbnail"
    WAITING = "waiting"
    """Set aside for a job that has not ended for good; it may go at any moment."""
    MIRROR = "mirror"
    """Tells what rows tell, for who reads the folder: it is written from them and never read."""


class Fault(StrEnum):
    """What can be wrong between rows and files."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    NO_THUMBNAIL = "no thumbnail"
    MISPLACED = "misplaced"
    STALE = "stale"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that a row points to, and all the row knows of it."""

    key: str
    part: Part
    row: int
    holder: str
    folder: str
    """Below which key the holder's files lie."""
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose files lie in a folder, for people."""

    name: str
    label: str
    owner: str
    last_used: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Keeper:
    """What an app answers for: the folders below `roots`, and nothing else."""

    name: str
    roots: tuple[str, ...]
    holder_of: Callable[[str], str | None]
    """Whose folder a key is in; empty for a loose file beside the folders; None for what belongs there unclaimed."""
    claims: Callable[[], Iterator[Claim]]
    """Every file its rows point to, an original before its thumbnail, read in pages: rows may change meanwhile."""
    claimed: Callable[[Collection[str]], set[str]]
    """Which of these keys a row points to now."""
    is_true: Callable[[Claim], bool]
    """Whether a mirror tells what its rows tell. Raises NotFound when it has gone."""
    mend: Callable[[Fault, Claim], str]
    """Put right what a claim lacks, and tell how; empty when nothing that is left could do it."""
    forget: Callable[[Claim], str]
    """Delete the row of a file that is lost, and tell so; empty when the row is worth more than that."""
    holders: Callable[[Collection[str]], Mapping[str, Holder]]
    """What is known of these holders; those that have ended are left out."""


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> None:
    """Answer for a part of the storage from now on."""
    _keepers[keeper.name] = keeper


def all_of_them() -> tuple[Keeper, ...]:
    """Every keeper there is."""
    return tuple(_keepers.values())
