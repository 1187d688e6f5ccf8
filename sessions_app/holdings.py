"""What the studio's sessions own in the storage: which files their rows claim, and what can be put right of them."""

from collections.abc import Collection, Iterator, Mapping

from django.db.models import Q, QuerySet

from prompt_media.files import keepers
from prompt_media.files.keepers import Claim, Holder, Keeper, Part
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs.models import Job
from sessions_app import names, selectors
from sessions_app.models import Image, Session
from sessions_app.services import repairs, uploads

# Loose in a root, beside the sessions' folders: put there by people and version control.
_RESERVED = (".", "README")
_PAGE = 500


def register() -> None:
    """Answer for the studio's part of the storage."""
    keepers.register(
        Keeper(
            name="studio",
            roots=names.ROOTS,
            holder_of=holder_of,
            claims=claims,
            claimed=claimed,
            mend=repairs.mend,
            forget=repairs.forget,
            holders=holders,
        )
    )


def holder_of(key: str) -> str | None:
    """The session whose folder the key is in; empty for a loose file in a root, None for one that belongs there."""
    _, session, *rest = key.split("/")
    if rest:
        return session
    return None if session.startswith(_RESERVED) else ""


def claims() -> Iterator[Claim]:
    """The pictures with their thumbnails, then what waits for a worker."""
    for image in _images():
        yield from _of_image(image)
    for job in _waiting_jobs().order_by("pk").iterator(chunk_size=_PAGE):
        for key in _arrivals(job):
            session = job.subject.removeprefix("session:")
            yield Claim(key, Part.WAITING, row=0, holder=session, folder=f"incoming/{session}")


def claimed(keys: Collection[str]) -> set[str]:
    """Which of these keys a picture or a waiting upload points to."""
    sessions = {key.split("/")[1] for key in keys if key.count("/") > 1}
    # By session as well, because no index leads from a thumbnail's key to its row.
    near = Q(session__kind=Session.Kind.STUDIO, session__public_id__in=sessions)
    rows = Image.objects.filter(Q(key__in=keys) | near).values_list("key", "thumbnail_key")
    waiting = _waiting_jobs().filter(subject__in=[f"session:{session}" for session in sessions])
    kept = {key for row in rows for key in row} | {key for job in waiting for key in _arrivals(job)}
    return kept & set(keys)


def holders(wanted: Collection[str]) -> Mapping[str, Holder]:
    """The sessions of these ids that are still there."""
    sessions = Session.objects.filter(kind=Session.Kind.STUDIO, public_id__in=wanted)
    return {
        one.public_id: Holder(one.public_id, one.name, one.owner, one.last_active_at, one.expires_at)
        for one in sessions
    }


def _images() -> Iterator[Image]:
    """All of them in pages, each asked for anew: one long question would see the rows as they were at its start."""
    last = 0
    studio = Image.objects.filter(session__kind=Session.Kind.STUDIO).select_related("session").order_by("pk")
    while page := list(studio.filter(pk__gt=last)[:_PAGE]):
        yield from page
        last = page[-1].pk


def _of_image(image: Image) -> Iterator[Claim]:
    holder = image.session.public_id
    folder = f"{'output' if image.made_by_id else 'uploads'}/{holder}"
    yield Claim(image.key, Part.ORIGINAL, image.pk, holder, folder, image.bytes, image.sha256)
    if image.thumbnail_key:
        yield Claim(image.thumbnail_key, Part.THUMBNAIL, image.pk, holder, folder)


def _waiting_jobs() -> QuerySet[Job]:
    """Uploads that wait, run, or may be retried."""
    return (jobs.live(Job.objects.all()) | selectors.kept_for_retry()).filter(kind=uploads.KIND)


def _arrivals(job: Job) -> list[str]:
    return [file["key"] for file in job.payload.get("files", [])]
