"""What studio sessions own in the storage, and what /generate made unrecorded: uploads, outputs; and what waits for a
worker, for whichever session it was sent."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from django.db.models import Q, QuerySet

from prompt_media.files.keepers import Claim, Holder, Keeper, Part
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs.models import Job
from sessions_app import names, selectors
from sessions_app.holdings import pages
from sessions_app.models import Generation, Image, Session
from sessions_app.services import importing, repairs, uploads

KINDS = (Session.Kind.STUDIO, Session.Kind.LIVE)
# Jobs that come with a file, and what those belong to: an import's session is still to be.
_SENT = (uploads.KIND, importing.KIND, Generation.Kind.SECTOR)
_FOR = ("session", "recording", "import")


def keeper() -> Keeper:
    """Who answers for them."""
    return Keeper(
        name="studio",
        roots=names.ROOTS,
        holder_of=partial(pages.holder_below, names.ROOTS),
        claims=claims,
        claimed=claimed,
        is_true=lambda claim: True,
        mend=repairs.mend,
        forget=repairs.forget,
        holders=holders,
    )


def claims() -> Iterator[Claim]:
    """The pictures with their thumbnails, then what waits for a worker."""
    for image in pages.through(Image.objects.filter(session__kind__in=KINDS).select_related("session")):
        yield from _of_image(image)
    for job in _waiting_jobs().order_by("pk").iterator(chunk_size=pages.PAGE):
        for key in _arrivals(job):
            holder = _holder(key)
            yield Claim(key, Part.WAITING, row=0, holder=holder, folder=names.incoming_folder(holder))


def claimed(keys: Collection[str]) -> set[str]:
    """Which of these keys a picture or a waiting upload points to."""
    sessions = {_holder(key) for key in keys if key.count("/") > 1}
    # By session as well, because no index leads from a thumbnail's key to its row.
    near = Q(session__kind__in=KINDS, session__public_id__in=sessions)
    rows = Image.objects.filter(Q(key__in=keys) | near).values_list("key", "thumbnail_key")
    waiting = _waiting_jobs().filter(subject__in=[f"{word}:{one}" for word in _FOR for one in sessions])
    kept = {key for row in rows for key in row} | {key for job in waiting for key in _arrivals(job)}
    return kept & set(keys)


def holders(wanted: Collection[str]) -> Mapping[str, Holder]:
    """The sessions of these ids, and the imports whose session is still to be."""
    jobs = _waiting_jobs().filter(subject__in=[f"import:{one}" for one in wanted])
    imports = {place: _importer(job, place) for job in jobs if (place := job.subject.removeprefix("import:"))}
    return {**pages.holders_among(KINDS, wanted), **imports}


def _importer(job: Job, place: str) -> Holder:
    return Holder(place, f"{job.title}: {job.about}", job.owner, job.created_at, None)


def _of_image(image: Image) -> Iterator[Claim]:
    holder = image.session.public_id
    folder = f"{'output' if image.made_by_id else 'uploads'}/{holder}"
    yield Claim(image.key, Part.ORIGINAL, image.pk, holder, folder, image.bytes, image.sha256)
    if image.thumbnail_key:
        yield Claim(image.thumbnail_key, Part.THUMBNAIL, image.pk, holder, f"{folder}/thumbnails")


def _waiting_jobs() -> QuerySet[Job]:
    """What was sent here and waits, is at work, or may be retried."""
    return jobs.live(Job.objects.filter(kind__in=_SENT)) | selectors.kept_for_retry().filter(kind__in=_SENT)


def _holder(key: str) -> str:
    """Whose folder a key is in: a session's, or that of an import whose session is still to be."""
    return key.split("/")[1]


def _arrivals(job: Job) -> list[str]:
    return [file["key"] for file in job.payload.get("files", [])]
