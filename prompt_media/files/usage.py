"""What the storage holds, by those who hold it: one walk over all files, added up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from prompt_media.files import keepers, store
from prompt_media.files.keepers import Holder


@dataclass(frozen=True, slots=True)
class Usage:
    """The files of one holder, thumbnails and waiting uploads among them."""

    name: str
    files: int
    bytes: int
    youngest: datetime
    holder: Holder | None
    """None: whoever held them has gone, and the sweep will come for them."""

    @property
    def last_used(self) -> datetime:
        return self.holder.last_used if self.holder else self.youngest


def by_holder() -> list[Usage]:
    """Every holder with files, in no order."""
    return [usage for keeper in keepers.all_of_them() for usage in _of(keeper)]


def of_folders(folders: Iterable[str]) -> tuple[int, int]:
    """How many files lie below these keys, and their bytes."""
    sizes = [found.size for folder in folders for found in store.walk(folder)]
    return len(sizes), sum(sizes)


def _of(keeper: keepers.Keeper) -> list[Usage]:
    sums: dict[str, tuple[int, int, datetime]] = {}
    for root in keeper.roots:
        for found in store.walk(root):
            if name := keeper.holder_of(found.key):
                files, size, youngest = sums.get(name, (0, 0, found.changed))
                sums[name] = (files + 1, size + found.size, max(youngest, found.changed))
    known = keeper.holders(sums.keys())
    return [Usage(name, *counted, known.get(name)) for name, counted in sums.items()]
