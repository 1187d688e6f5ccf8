"""What the database and the folder of a studio say once everything has settled: the promises, looked up.

Read past the studio on purpose: its own answers are what is in question.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

_JOBS = "SELECT id, kind, status, attempts, subject, payload, problem FROM jobs_job"
_IMAGES = """
SELECT image.key, image.thumbnail_key, image.sha256, image.name, generation.job_id FROM sessions_app_image image
LEFT JOIN sessions_app_generation generation ON generation.id = image.made_by_id
"""


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
class Ledger:
    """All jobs and images of a studio at one moment."""

    jobs: dict[UUID, Job]
    images: tuple[Image, ...]

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
        return told

    def missing(self, media: Path) -> list[str]:
        """Rows whose file is gone or holds other bytes."""
        gone = [image.key for image in self.images if not _holds(media / image.key, image.sha256)]
        return gone + [image.key for image in self.images if not (media / image.thumbnail_key).is_file()]

    def orphans(self, media: Path) -> list[str]:
        """Files to which no row points: what a kill between the two leaves for the sweeps."""
        known = {key for image in self.images for key in (image.key, image.thumbnail_key)}
        roots = (media / root for root in ("uploads", "output", "incoming"))
        files = (one.relative_to(media).as_posix() for root in roots for one in root.rglob("*") if one.is_file())
        return sorted(set(files) - known)


def of_folder(data_dir: Path) -> Ledger:
    """The ledger of a studio on SQLite."""
    with closing(sqlite3.connect(f"file:{data_dir / 'db.sqlite3'}?mode=ro", uri=True, timeout=60)) as database:
        return _ledger(database.execute(_JOBS).fetchall(), database.execute(_IMAGES).fetchall())


def of_postgres(url: str) -> Ledger:
    """The ledger of a studio on PostgreSQL."""
    with psycopg.connect(url) as database:
        return _ledger(database.execute(_JOBS).fetchall(), database.execute(_IMAGES).fetchall())


def _ledger(jobs: Iterable[tuple], images: Iterable[tuple]) -> Ledger:
    read = (
        Job(_uuid(pk), kind, status, attempts, subject, _json(payload) or {}, _json(problem))
        for pk, kind, status, attempts, subject, payload, problem in jobs
    )
    return Ledger(
        jobs={job.id: job for job in read},
        images=tuple(Image(*facts, job=_uuid(job) if job else None) for *facts, job in images),
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
    if job.kind == "upload" and job.status == "done" and not set(job.payload["names"]) <= names:
        yield "done, and a picture of it has no row"


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == digest


def _uuid(found: str | UUID) -> UUID:
    return found if isinstance(found, UUID) else UUID(found)


def _json(found: Any) -> Any:
    return json.loads(found) if isinstance(found, str) else found
