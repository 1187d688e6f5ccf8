"""metadata.json: what a recording says of itself, whoever made it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from sessions_app.unpacking import documents
from sessions_app.unpacking.documents import Document
from sessions_app.unpacking.paths import METADATA, shown
from sessions_app.unpacking.refusals import BadRecording

MOST_STEPS = 1_000_000
MOST_INDEX = 10**9
LONGEST_PROMPT = 100_000
LONGEST_SECTOR = 8
LONGEST_ID = 200
STATUSES = ("made", "fallback")
MOST_PIXELS = 2**31 - 1
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Entry:
    """One step as its metadata tells it. What is empty was not told; the last four are told by us alone."""

    index: int
    filename: str
    target_sector: str
    focus_sector: str
    prompt: str
    timestamp: float
    status: str = "made"
    outside_delta: int | None = None
    change: float | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """A recording as its metadata tells it, and the text it was read from, word for word."""

    session_id: str
    created_at: float
    sequence: tuple[Entry, ...]
    text: str


def read(data: bytes) -> Metadata:
    """What the file says; names it does not know are left to the text. Raises BadRecording."""
    told = documents.parse(data, METADATA)
    created_at = told.time("created_at")
    sequence = tuple(_entry(one, created_at) for one in told.objects("sequence", most=MOST_STEPS))
    _require_order(sequence)
    return Metadata(
        session_id=told.text("session_id", most=LONGEST_ID),
        created_at=created_at,
        sequence=sequence,
        text=documents.text(data, METADATA),
    )


def _entry(told: Document, created_at: float) -> Entry:
    return Entry(
        index=told.whole("index", low=0, high=MOST_INDEX),
        filename=_file(told),
        target_sector=_sector(told, "target_sector"),
        focus_sector=_sector(told, "focus_sector"),
        prompt=told.text("prompt", most=LONGEST_PROMPT, default=""),
        timestamp=told.time("timestamp") if "timestamp" in told else created_at,
        status=_if_ours(lambda: told.one_of("status", STATUSES), "made"),
        outside_delta=_if_ours(lambda: told.whole("outside_delta", low=0, high=MOST_PIXELS), None),
        change=_if_ours(lambda: told.share("change"), None),
        sha256=_if_ours(lambda: told.sha256("sha256"), ""),
    )


def _if_ours(read: Callable[[], Told], default: Told) -> Told:
    """A stranger may mean something else by the same word: then it is left to the text."""
    try:
        return read()
    except BadRecording:
        return default


def _file(told: Document) -> str:
    name = told.text("filename", most=255)
    if name in ("", ".", "..") or "/" in name or "\\" in name:
        raise BadRecording(f"{told.where}: 'filename' is not the name of a file beside {METADATA}.")
    return name


def _sector(told: Document, name: str) -> str:
    word = told.text(name, most=LONGEST_SECTOR, default="")
    if not word.isprintable():
        raise BadRecording(f"{told.where}: {shown(name)} has characters that nobody can see.")
    return word


def _require_order(sequence: tuple[Entry, ...]) -> None:
    for before, after in pairwise(sequence):
        if after.index <= before.index:
            raise BadRecording(f"{METADATA}: after index {before.index} comes {after.index}; they must rise.")
    if len({entry.filename for entry in sequence}) < len(sequence):
        raise BadRecording(f"{METADATA} names one file for two steps.")
