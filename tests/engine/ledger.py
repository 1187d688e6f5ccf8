"""What the database and the folder of a studio say once everything has settled: the promises, looked up.

Read past the studio on purpose: its own answers are what is in question.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

_JOBS = "SELECT id, kind, status, attempts, subject, payload, problem FROM jobs_job"
_IMAGES = """
SELECT image.key, image.thumbnail_key, image.sha256, image.name, generation.job_id FROM sessions_app_image image
LEFT JOIN sessions_app_generation generation ON generation.id = image.made_by_id
"""
_STEPS = """
SELECT session.public_id, recording.steps_numbered, step."index", image.name FROM sessions_app_recording recording
JOIN sessions_app_session session ON session.id = recording.session_id
LEFT JOIN sessions_app_step step ON step.recording_id = session.id
LEFT JOIN sessions_app_image image ON image.id = step.image_id
ORDER BY session.id, step."index"
"""
_HEARD = """
SELECT generation.job_id, session.public_id, COUNT(step.id) FROM sessions_app_generation generation
JOIN sessions_app_session session ON session.id = generation.recorded_in_id
LEFT JOIN sessions_app_step step ON step.generation_id = generation.id AND step.recording_id = session.id
WHERE generation.job_id IS NOT NULL
GROUP BY generation.job_id, session.public_id
"""
_QUESTIONS = (_JOBS, _IMAGES, _STEPS, _HEARD)


Read = Callable[[str], bytes | None]
"""A stored file by its key; None where there is none."""


@dataclass(frozen=True, slots=True)
class Job:
    id: UUID
    kind: str
    status: str
    attempts: int
    subject: str
    payload: dict[str, Any]
    problem: dict[str, Any] | None

    @property
    def is_live(self) -> bool:
        return self.status in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Image:
    key: str
    thumbnail_key: str
    sha256: str
    name: str
    job: UUID | None


@dataclass(frozen=True, slots=True)
class Recording:
    """How many steps were numbered, and those there are: index and frame, in order."""

    id: str
    numbered: int
    steps: tuple[tuple[int, str], ...]

    @property
    def mirror(self) -> str:
        return f"generation/sessions/{self.id}/metadata.json"


@dataclass(frozen=True, slots=True)
class Heard:
    """Which recording hears what a job makes, and how many steps came of it."""

    recording: str
    steps: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All jobs, images and recordings of a studio at one moment, and by its job what a living recording hears."""

    jobs: dict[UUID, Job]
    images: tuple[Image, ...]
    recordings: tuple[Recording, ...] = ()
    heard: dict[UUID, Heard] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """Every file that a row points to."""
        pictures = {key for image in self.images for key in (image.key, image.thumbnail_key) if key}
        return pictures | {recording.mirror for recording in self.recordings}

    def count(self) -> Counter[str]:
        """How many jobs ended how."""
        return Counter(job.status for job in self.jobs.values())

    def live(self) -> list[Job]:
        return [job for job in self.jobs.values() if job.is_live]

    def broken(self, accepted: Iterable[UUID] = ()) -> list[str]:
        """Every promise about jobs that does not hold, in words; none when all do."""
        results = Counter(image.job for image in self.images)
        names = {image.name for image in self.images}
        told = [f"job {one} was accepted and has no row" for one in accepted if one not in self.jobs]
        for job in self.jobs.values():
            told += [f"{job.kind} {job.id}: {fault}" for fault in _faults(job, results[job.id], names)]
        told += [fault for pk, heard in self.heard.items() for fault in _misheard(self.jobs[pk], heard)]
        return told + [fault for recording in self.recordings for fault in _out_of_order(recording)]

    def unheard(self, promised: Mapping[UUID, str]) -> list[str]:
        """Jobs that are done and were taken in while one recording heard them, of which another does, or none."""
        done = {pk for pk, job in self.jobs.items() if job.status == "done" and job.subject}
        found = {pk: self.heard[pk].recording if pk in self.heard else None for pk in promised if pk in done}
        return [f"job {pk} is heard by {one}, not {promised[pk]}" for pk, one in found.items() if one != promised[pk]]

    def missing(self, read: Read) -> list[str]:
        """Rows whose file is gone or holds other bytes."""
        told = {image.key: image.sha256 for image in self.images}
        return sorted(key for key in self.keys | told.keys() if not _holds(read(key), told.get(key)))

    def untold(self, media: Path) -> list[str]:
        """Mirrors that do not tell what the rows tell."""
        return [one.mirror for one in self.recordings if _told(media / one.mirror) != list(one.steps)]

    def orphans(self, media: Path) -> list[str]:
        """Files to which no row points: what a kill between the two leaves for the sweeps."""
        roots = (media / root for root in ("uploads", "output", "incoming", "generation"))
        files = (one.relative_to(media).as_posix() for root in roots for one in root.rglob("*") if one.is_file())
        return sorted(set(files) - self.keys)


def below(media: Path) -> Read:
    """Reads what is stored in this folder."""
    return lambda key: path.read_bytes() if (path := media / key).is_file() else None


def of_folder(data_dir: Path) -> Ledger:
    """The ledger of a studio on SQLite."""
    with closing(sqlite3.connect(f"file:{data_dir / 'db.sqlite3'}?mode=ro", uri=True, timeout=60)) as database:
        return _ledger(*(database.execute(question).fetchall() for question in _QUESTIONS))


def of_postgres(url: str) -> Ledger:
    """The ledger of a studio on PostgreSQL."""
    with psycopg.connect(url) as database:
        return _ledger(*(database.execute(question).fetchall() for question in _QUESTIONS))


def _ledger(jobs: Iterable[tuple], images: Iterable[tuple], steps: Iterable[tuple], heard: Iterable[tuple]) -> Ledger:
    read = (
        Job(_uuid(pk), kind, status, attempts, subject, _json(payload) or {}, _json(problem))
        for pk, kind, status, attempts, subject, payload, problem in jobs
    )
    return Ledger(
        jobs={job.id: job for job in read},
        images=tuple(Image(*facts, job=_uuid(job) if job else None) for *facts, job in images),
        recordings=tuple(
            Recording(name, numbered, tuple((index, frame) for *_, index, frame in rows if frame))
            for (name, numbered), rows in groupby(steps, key=lambda row: row[:2])
        ),
        heard={_uuid(job): Heard(recording, count) for job, recording, count in heard},
    )


def _faults(job: Job, results: int, names: set[str]) -> Iterable[str]:
    if job.is_live:
        yield f"still {job.status}, attempt {job.attempts}"
    if job.status == "failed" and not (job.problem and job.problem["detail"]):
        yield "failed without a reason"
    if not job.subject:
        return  # its session is gone, and its results with it
    if job.kind == "compose" and results != (job.status == "done"):
        yield f"{job.status} with {results} results"
    if job.kind == "sector" and results > (job.status == "done"):
        yield f"{job.status} with {results} results"
    if job.kind == "upload" and job.status == "done" and not set(job.payload["names"]) <= names:
        yield "done, and a picture of it has no row"


def _misheard(job: Job, heard: Heard) -> Iterable[str]:
    if heard.steps != (job.status == "done"):
        yield f"{job.kind} {job.id}: {job.status}, and {heard.recording} has {heard.steps} steps of it"


def _out_of_order(recording: Recording) -> Iterable[str]:
    if [index for index, _ in recording.steps] != list(range(recording.numbered)):
        yield f"recording {recording.id}: numbered {recording.numbered}, and has {recording.steps}"
    if len({frame for _, frame in recording.steps}) != len(recording.steps):
        yield f"recording {recording.id}: a frame is there twice"


def _told(mirror: Path) -> list[tuple[int, str]]:
    """The sequence as a metadata.json tells it; empty when there is none."""
    told = json.loads(mirror.read_text()) if mirror.is_file() else {"sequence": []}
    return [(entry["index"], entry["filename"]) for entry in told["sequence"]]


def _holds(data: bytes | None, digest: str | None) -> bool:
    return data is not None and (digest is None or sha256(data).hexdigest() == digest)


def _uuid(found: str | UUID) -> UUID:
    return found if isinstance(found, UUID) else UUID(found)


def _json(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found
