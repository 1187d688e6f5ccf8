"""What callers were promised of recordings and studies, and whether what is there at the end keeps it. No call is made
here: what was fetched is handed in."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

Entry = Mapping[str, Any]
# Files that tell how an archive came to be, and are another's in its copy.
_OF_ITS_OWN = frozenset({"manifest.json", "metadata.original.json"})


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


@dataclass(slots=True)
class Reel:
    """What a recording must hold: steps that were answered, what it heard of its owner's studio work, the steps it
    began with as a fork or an import, its name, and the archive it came from. `door` is what its owner shows."""

    door: Mapping[str, str]
    steps: dict[int, str] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    begins: Sequence[Entry] = ()
    name: str | None = None
    packed: Mapping[str, str] | None = None

    def broken(self, sequence: Sequence[Entry]) -> Iterator[str]:
        """What its details tell otherwise."""
        indexes = [entry["index"] for entry in sequence]
        if indexes != list(range(len(indexes))):
            yield f"its steps are {indexes}"
        there = {entry["index"]: entry["sha256"] for entry in sequence}
        yield from (
            f"step {index} was answered as {promised[:8]} and is {str(there.get(index))[:8]}"
            for index, promised in self.steps.items()
            if there.get(index) != promised
        )
        yield from (f"{one[:8]} was made while it heard all, and is no step" for one in self.heard - {*there.values()})
        if list(sequence[: len(self.begins)]) != list(self.begins):
            yield f"its first {len(self.begins)} steps are not those it was made from"


def misfiled(sequence: Sequence[Entry], files: Mapping[int, str]) -> Iterator[str]:
    """Steps whose file, by its hash, is not the one that is told."""
    for entry in sequence:
        found = files.get(entry["index"])
        if found != entry["sha256"]:
            yield f"the file of step {entry['index']} is {str(found)[:8]}, told as {entry['sha256'][:8]}"


def contents(archive: bytes) -> dict[str, str]:
    """An archive's files by their hashes; of its metadata what does not bear the recording's id."""
    with ZipFile(io.BytesIO(archive)) as packed:
        files = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
    files["metadata.json"] = json.dumps(_without_id(files["metadata.json"]), sort_keys=True).encode()
    return {name: digest(data) for name, data in files.items() if name not in _OF_ITS_OWN}


def _without_id(metadata: bytes) -> Entry:
    return {name: value for name, value in json.loads(metadata).items() if name != "session_id"}


def repacked(packed: Mapping[str, str], again: Mapping[str, str]) -> Iterator[str]:
    """Files that are not as they were when the recording was packed."""
    names = sorted(name for name in {*packed, *again} if packed.get(name) != again.get(name))
    if names:
        yield f"its archive differs from the one it came from in {names}"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as a sheet tells it."""

    answer: str
    reaction_ms: str


@dataclass(slots=True)
class Sheet:
    """A study's answers, by sitting and trial: what was sent, of which nothing else may be told, and what was answered
    with 200, which must be."""

    recording: str
    door: Mapping[str, str]
    sent: dict[tuple[int, int], set[Said]] = field(default_factory=dict)
    counted: set[tuple[int, int]] = field(default_factory=set)

    def send(self, sitting: int, trial: int, *said: Said) -> None:
        self.sent.setdefault((sitting, trial), set()).update(said)

    def broken(self, rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
        """What its sheet of trials tells otherwise."""
        told = [(int(row["sitting"]), int(row["trial"])) for row in rows]
        yield from (f"{place} is told {times} times" for place, times in Counter(told).items() if times > 1)
        yield from (f"{place} was answered and is not told" for place in sorted(self.counted - {*told}))
        for place, row in zip(told, rows, strict=True):
            said = Said(row["answer"], row["reaction_ms"])
            if said not in self.sent.get(place, ()):
                yield f"{place} is told as {said}, and was sent as {self.sent.get(place)}"
