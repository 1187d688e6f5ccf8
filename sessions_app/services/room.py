"""How much a session may hold, and the whole server.

Nothing is counted up or down, so nothing can drift: what is held is read off the rows, under the session's lock. A live
job holds the files it was sent with, or the one it will make; once it has ended, what it became holds its own. Files of
an upload that ended in vain wait for a retry, and make way for whatever is wanted more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Count, QuerySet, Subquery, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from prompt_media.errors import Conflict, StorageFull
from prompt_media.files import disk, store
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs.models import Job
from sessions_app import selectors
from sessions_app.models import Image, Session

_MEGABYTE = 1024 * 1024
_PAGE = 500
_WORDS_FOR_ALL = ("A session", "Delete some files, or open a new session.")
_WORDS: dict[str, tuple[str, str]] = {Session.Kind.RECORDING: ("A recording", "Start another one, or stop recording.")}


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
    numbered = Session.objects.filter(pk=session.pk).values("images_numbered")
    live = list(selectors.active_jobs(session).annotate(numbered=Subquery(numbered)))
    there = Image.objects.filter(session=session)
    # What a job has become since it was asked for has a number behind those that were given then.
    return _promised(live) + _stored(there.filter(number__lte=live[0].numbered or 0) if live else there)


def refuse_overflow(session: Session, arriving: Room) -> None:
    """A look before anything is stored, without the lock: what would be refused for certain need not be written."""
    _refuse_beyond_session(session, held(session) + arriving)


def require(session: Session) -> None:
    """All that the session holds by now fits. Its row must be locked; called last in the transaction that adds to it:
    a refusal takes the addition back, and who has made room with jobs of others waits for no other session."""
    live, ended = _at_work_or_in_vain(session)
    now = _stored(Image.objects.filter(session=session)) + _promised(live)
    _refuse_beyond_session(session, now)
    require_of_server()
    if ended:
        _make_way(session, now)


def require_of_server() -> None:
    """All that the whole server holds by now fits: also what waits for a session that is still to be."""
    _require_server()
    disk.require()


def empty(job: Job) -> None:
    """Let the files go that an upload came with, if it has ended in vain. A retry of it says so."""
    files = job.payload.get("files", [])
    ended = Job.objects.filter(pk=job.pk, status__in=(Job.Status.FAILED, Job.Status.CANCELLED))
    with transaction.atomic():
        if files and ended.update(payload={**job.payload, "files": [], "bytes": 0}):
            store.discard_on_commit(file["key"] for file in files)


def _stored(images: QuerySet[Image]) -> Room:
    there = images.aggregate(files=Count("pk"), bytes=Sum("bytes"))
    return Room(there["files"], there["bytes"] or 0)


def _promised(live: Iterable[Job]) -> Room:
    return sum((_of(job.payload) for job in live), Room(0, 0))


def _of(payload: dict[str, Any]) -> Room:
    """What a job was sent with. A making was sent with nothing: how large it gets is seen when it is written."""
    files = payload.get("files", [])
    return Room(len(files) or 1, sum(file.get("bytes", 0) for file in files) or 1)


def _refuse_beyond_session(session: Session, wanted: Room) -> None:
    most, (what, way_out) = of_a_session(), _WORDS.get(session.kind, _WORDS_FOR_ALL)
    if wanted.files > most.files:
        raise SessionFull(f"{what} holds {most.files} files; with this it would have {wanted.files}. {way_out}")
    if wanted.bytes > most.bytes:
        has = f"{wanted.bytes / _MEGABYTE:.1f}"
        raise SessionFull(f"{what} holds {settings.SESSION_MB} MB; with this it would have {has}. {way_out}")


def _require_server() -> None:
    if not settings.SERVER_MB:
        return
    kept, most = selectors.kept_for_retry().filter(payload__bytes__gt=0), settings.SERVER_MB * _MEGABYTE
    needed = _stored(Image.objects.all()).bytes + _weight(jobs.live(Job.objects.all()))
    over = needed + _weight(kept) - most
    if over > 0 and needed <= most:
        over -= _emptied(kept.order_by("finished_at")[:_PAGE], over)
    if over > 0:
        raise StorageFull(
            f"All sessions together hold {settings.SERVER_MB} MB here, and those are used: nothing was stored. Delete "
            "sessions that nobody needs, or ask the operator for more room."
        )


def _weight(uploads: QuerySet[Job]) -> int:
    """The bytes these were sent with. Added up by the database: over all sessions they may be many."""
    return uploads.aggregate(bytes=Sum(Cast(KT("payload__bytes"), BigIntegerField())))["bytes"] or 0


def _emptied(ended: QuerySet[Job], wanted: int) -> int:
    """The bytes that were freed: as many of these made way, from the first, as were needed."""
    freed = 0
    for job in _nobody_is_at(ended):
        if freed >= wanted:
            break
        freed += _of(job.payload).bytes
        empty(job)
    return freed


def _at_work_or_in_vain(session: Session) -> tuple[list[Job], list[Job]]:
    """The session's live jobs, and those whose files are kept for a retry; in one question, for it is asked often."""
    found = list(selectors.active_jobs(session) | selectors.kept_for_retry().filter(subject=session.subject))
    return [job for job in found if job.is_live], [job for job in found if not job.is_live]


def _make_way(session: Session, now: Room) -> None:
    """Files kept for the retry of an upload that has ended stay only while nobody needs their room."""
    in_vain = selectors.kept_for_retry().filter(subject=session.subject)
    ended = [job for job in _nobody_is_at(in_vain) if job.payload.get("files")]
    wanted, most = now + _promised(ended), of_a_session()
    if wanted.files <= most.files and wanted.bytes <= most.bytes:
        return
    for job in ended:
        empty(job)


def _nobody_is_at(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Without those that are being retried, or end with their session. To wait for them here, with one
    session held and some of them another's, would turn round the order in which locks are taken."""
    return jobs.select_for_update(skip_locked=True)
