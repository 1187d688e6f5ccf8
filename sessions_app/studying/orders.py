"""In which order each participant sees the changes, and where trials without a change stand among them.

The orders are a Williams design (E. J. Williams, Australian Journal of Scientific Research A 2, 1949): over as many
sittings as there are changes each stands at each place once, and over a whole round each follows each other equally
often. Trials without a change stand between them by chance. All chance is drawn from the seed, with SHA-256: no version
of Python draws otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Showing:
    """One trial to be: whose picture, and whether anything changes in it."""

    step: int
    is_catch: bool = False


def order(steps: Sequence[int], *, catches: int, seed: int, number: int) -> tuple[Showing, ...]:
    """What the sitting of that number, from 1, shows: each step once, and `catches` trials in which nothing changes."""
    changes = [Showing(step) for step in changes_of(steps, seed=seed, number=number)]
    return _among(changes, _catches(steps, count=catches, seed=seed, number=number), f"{seed}:gaps:{number}")


def changes_of(steps: Sequence[int], *, seed: int, number: int) -> tuple[int, ...]:
    """The steps in the order of the sitting of that number, from 1, without trials in which nothing changes."""
    labels = shuffled(steps, f"{seed}:steps")
    count = len(labels)
    return tuple(labels[place] for place in _row(_row_of(number - 1, count, seed), count))


def sittings_of_a_round(count: int) -> int:
    """After how many sittings each of so many changes has followed each other equally often."""
    return count if count % 2 == 0 else 2 * count


def shuffled(items: Sequence[Item], key: str) -> list[Item]:
    """The items in an order that only `key` decides."""
    drawn = sorted(range(len(items)), key=lambda place: sha256(f"{key}:{place}".encode()).digest())
    return [items[place] for place in drawn]


def _row_of(turn: int, count: int, seed: int) -> int:
    """Which row of the design this turn is. A round has one Latin square or two; rows are shuffled within each."""
    half, within = divmod(turn % sittings_of_a_round(count), count)
    return half * count + shuffled(range(count), f"{seed}:rows:{half}")[within]


def _row(row: int, count: int) -> list[int]:
    """A row of the Williams design: 0, 1, n-1, 2, n-2, …; each next one is one higher, and then come all mirrored."""
    zigzag = [(place + 1) // 2 if place % 2 else -(place // 2) for place in range(count)]
    there = [(place + row) % count for place in zigzag]
    return there if row < count else there[::-1]


def _catches(steps: Sequence[int], *, count: int, seed: int, number: int) -> list[Showing]:
    """Whose pictures are shown unchanged. They go on from sitting to sitting, so that each has its turn."""
    turns = shuffled(steps, f"{seed}:catches")
    first = (number - 1) * count
    return [Showing(turns[(first + place) % len(turns)], is_catch=True) for place in range(count)]


def _among(changes: Sequence[Showing], catches: Sequence[Showing], key: str) -> tuple[Showing, ...]:
    """The catches at places of chance, all else in its order."""
    count = len(changes) + len(catches)
    theirs = set(shuffled(range(count), key)[: len(catches)])
    rest, caught = iter(changes), iter(catches)
    return tuple(next(caught) if place in theirs else next(rest) for place in range(count))
