"""Files held against rows, and rows against files, while the studio works.

Files are written before their rows and deleted after them. So a file is missed only if its row is still there after
the look, and is left over only if it is old and still there a while after no row was found.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.utils import timezone

from prompt_media.errors import NotFound, Unavailable
from prompt_media.files import keepers, store
from prompt_media.files.found import Found
from prompt_media.files.keepers import Claim, Fault, Keeper, Part

# Files come before their rows: what is younger may belong to a row that is being written now.
SETTLED_AFTER = timedelta(hours=1)
# A deleted session's files follow its rows within a moment; nobody is told of them before that has passed.
_DELETED_WITHIN_SECONDS = 5.0
_PAGE = 500
_BROKEN_WRITE = re.compile(r"\.[0-9a-f]{32}\.part")
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words, and the claim of the row it belongs to, if any."""

    fault: Fault
    key: str
    detail: str
    keeper: Keeper
    claim: Claim | None = None
    size: int = 0


Count = Callable[[], None]


def findings(*, fast: bool, count_row: Count, count_file: Count) -> Iterator[Finding]:
    """All that is wrong, as it is found. `fast` trusts a file whose size is right and reads none."""
    for keeper in keepers.all_of_them():
        for claim in keeper.claims():
            count_row()
            finding = _of_claim(keeper, claim, fast=fast)
            if finding and claim.key in keeper.claimed([claim.key]):
                _refuse_empty_storage()
                yield finding
        yield from _confirmed(list(extras(keeper, before=timezone.now() - SETTLED_AFTER, count_file=count_file)))


def extras(keeper: Keeper, *, before: datetime, count_file: Count = lambda: None) -> Iterator[Finding]:
    """Files below the keeper's roots that were written before then and that no row points to."""
    for page in _pages(found for root in keeper.roots for found in store.walk(root)):
        old = {found.key: found for found in page if found.changed < before}
        unclaimed = old.keys() - keeper.claimed(old.keys())
        for found in page:
            count_file()
            if found.key in unclaimed and keeper.holder_of(found.key) is not None:
                yield _left_over(keeper, found)


def _refuse_empty_storage() -> None:
    """A storage that is away must not be taken for one that has lost everything."""
    if next(store.walk(), None) is None:
        raise Unavailable("Rows point to files, and the storage holds none at all. Is its disk mounted?")


def _confirmed(suspects: list[Finding]) -> Iterator[Finding]:
    if suspects:
        time.sleep(_DELETED_WITHIN_SECONDS)
    for suspect in suspects:
        if store.size(suspect.key) is not None and not suspect.keeper.claimed([suspect.key]):
            yield suspect


def is_broken_write(key: str) -> bool:
    """Whether this is what a write leaves that was cut off before its file had a name."""
    return _BROKEN_WRITE.fullmatch(key.rpartition("/")[2]) is not None


def _left_over(keeper: Keeper, found: Found) -> Finding:
    told = "the remains of a write that was cut off" if is_broken_write(found.key) else "no row points to it"
    return Finding(Fault.EXTRA, found.key, f"{told}; {found.size} bytes", keeper, size=found.size)


def _of_claim(keeper: Keeper, claim: Claim, *, fast: bool) -> Finding | None:
    if claim.part is Part.WAITING:
        return None
    try:
        told = _wrong_with(keeper, claim, fast=fast)
    except NotFound:
        told = (_gone(claim), "it went away while it was read")
    return Finding(told[0], claim.key, told[1], keeper, claim) if told else None


def _wrong_with(keeper: Keeper, claim: Claim, *, fast: bool) -> tuple[Fault, str] | None:
    size = store.size(claim.key)
    if size is None:
        return _gone(claim), "the file is not there"
    if claim.part is Part.MIRROR and not fast and not keeper.is_true(claim):
        return Fault.STALE, "it does not tell what the rows tell"
    if claim.part is Part.THUMBNAIL and not _is_whole_webp(claim.key, size, fast=fast):
        return Fault.NO_THUMBNAIL, "the thumbnail is cut short"
    if claim.size is not None and size != claim.size:
        return Fault.TRUNCATED, f"{size} bytes instead of {claim.size}"
    if claim.sha256 and not fast and store.digest(claim.key) != claim.sha256:
        return Fault.DAMAGED, "other bytes than those that were stored"
    if not claim.key.startswith(f"{claim.folder}/"):
        return Fault.MISPLACED, f"not below {claim.folder}/, where its owner's files are"
    return None


def _gone(claim: Claim) -> Fault:
    return Fault.NO_THUMBNAIL if claim.part is Part.THUMBNAIL else Fault.MISSING


def _is_whole_webp(key: str, size: int, *, fast: bool) -> bool:
    """Whether a thumbnail is as long as its own head says; its row keeps neither size nor hash of it."""
    if fast or size <= 12:
        return size > 12
    with closing(store.opened(key, store.Span(0, 12))) as file:
        head = file.read()
    return head[:4] == b"RIFF" and head[8:] == b"WEBP" and int.from_bytes(head[4:8], "little") + 8 == size


def _pages(items: Iterable[One]) -> Iterator[list[One]]:
    rest = iter(items)
    while page := list(islice(rest, _PAGE)):
        yield page
