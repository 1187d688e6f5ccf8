"""How jobs look to people. Each app shows the kinds of work it owns; this room only asks.

A kind nobody shows gets a plain face: its title and no picture.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from prompt_media.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Face:
    """Where a job comes from, a small picture for it, and where its result can be seen; empty: there is none."""

    place: str = ""
    picture: str = ""
    url: str = ""


Show = Callable[[Sequence[Job]], Mapping[UUID, Face]]
_shows: dict[str, Show] = {}


def shows(kind: str, show: Show) -> None:
    """Register who knows the faces of a kind of job. `show` gets all of a page's jobs of that kind at once."""
    _shows[kind] = show


def of(jobs: Iterable[Job]) -> dict[UUID, Face]:
    """The face of every job, each kind asked once."""
    faces: dict[UUID, Face] = {}
    for kind, group in groupby(sorted(jobs, key=lambda job: job.kind), key=lambda job: job.kind):
        alike = list(group)
        known = _shows[kind](alike) if kind in _shows else {}
        faces |= {job.pk: known.get(job.pk, Face()) for job in alike}
    return faces
