"""How much a session may hold, and the whole server.

Nothing is counted up or down, so nothing can drift: what is held is read off the rows, under the session's lock. A live
job holds the files it was sent with, or the one it will make; once it has ended, what it became holds its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from prompt_media.errors import Conflict, StorageFull
from prompt_media.files import disk, store
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs.models import Job
from sessions_app import selectors
from sessions_app.models import Image, Session

_MEGABYTE = 1024 * 1024


class SessionFull(Conflict):
    """A session holds only so many files, and so many bytes."""

    code = "quota"


@dataclass(frozen=True, slots=True)
class Room:
    """So many files, with so many bytes together."""

    files: int
    bytes: int

    def __add__(self, other: "Room") -> "Room":
        return Room(self.files + other.files, self.bytes + other.bytes)


def of_a_session() -> Room:
    """What one session may hold."""
    return Room(settings.SESSION_FILES, settings.SESSION_MB * _MEGABYTE)


def held(session: Session) -> Room:
    """What the session holds: its pictures, and what its live jobs will add to them."""
    return _stored(Image.objects.filter(session=session)) + _promised(selectors.active_jobs(session))


def refuse_overflow(session: Session, arriving: Room) -> None:
    """A look before anything is stored, without the lock: what would be refused for certain need not be written."""
    _refuse_beyond_session(held(session) + arriving)


def require(session: Session) -> None:
    """All that the session holds by now fits. Its row must be locked; called last in the transaction that adds to it:
    a refusal takes the addition back."""
    now = held(session)
    _refuse_beyond_session(now)
    _refuse_beyond_server()
    disk.require()
    _make_way(session, now)


def _stored(images: QuerySet[Image]) -> Room:
    there = images.aggregate(files=Count("pk"), bytes=Sum("bytes"))
    return Room(there["files"], there["bytes"] or 0)


def _promised(live: Iterable[Job]) -> Room:
    return sum((_of(job.payload) for job in live), Room(0, 0))


def _of(payload: dict[str, Any]) -> Room:
    """What a job was sent with. A making was sent with nothing: how large it gets is seen when it is written."""
    files = payload.get("files", [])
    return Room(len(files) or 1, sum(file.get("bytes", 0) for file in files) or 1)


def _refuse_beyond_session(wanted: Room) -> None:
    most = of_a_session()
    if wanted.files > most.files:
        raise SessionFull(
            f"A session holds {most.files} files; with this it would have {wanted.files}. Delete some, or open a new "
            "session."
        )
    if wanted.bytes > most.bytes:
        raise SessionFull(
            f"A session holds {settings.SESSION_MB} MB; with this it would have {wanted.bytes / _MEGABYTE:.1f}. Delete "
            "some files, or open a new session."
        )


def _refuse_beyond_server() -> None:
    if not settings.SERVER_MB:
        return
    everything = _stored(Image.objects.all()) + _promised(jobs.live(Job.objects.all()))
    if everything.bytes > settings.SERVER_MB * _MEGABYTE:
        raise StorageFull(
            f"All sessions together hold {settings.SERVER_MB} MB here, and those are used: nothing was stored. Delete "
            "sessions that nobody needs, or ask the operator for more room."
        )


def _make_way(session: Session, now: Room) -> None:
    """Files kept for the retry of an upload that has ended stay only while nobody needs their room."""
    # Without those that somebody else is at: a retry, or the session's end. To wait for them here would turn the order
    # round in which locks are taken, jobs before their session.
    in_vain = jobs.ended_in_vain(session.subject).select_for_update(skip_locked=True)
    ended = [job for job in in_vain if job.payload.get("files")]
    wanted, most = now + _promised(ended), of_a_session()
    if wanted.files <= most.files and wanted.bytes <= most.bytes:
        return
    for job in ended:
        still_ended = Job.objects.filter(pk=job.pk, status=job.status)
        if still_ended.update(payload={**job.payload, "files": []}):
            store.discard_on_commit(file["key"] for file in job.payload["files"])
