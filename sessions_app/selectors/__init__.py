"""Questions about sessions, images and generations. Nothing is changed here."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Concat, Now
from django.utils import timezone

from prompt_media.errors import NotFound
from prompt_media.jobs.models import Job
from prompt_media.jobs.selectors import ended_in_vain, live_jobs
from sessions_app.models import Generation, Image, Session, Tag

# An upload that failed or was cancelled may be retried for so long with the files it came with.
RETRY_WITHIN = timedelta(days=1)
# Whoever knows the UUID of such a session may read the files in it.
READ_BY_UUID = (Session.Kind.STUDIO, Session.Kind.LIVE)
_GONE = "No session has this id. It may have ended: a studio session lives until it was not used for its idle time."


class UnknownSession(NotFound):
    """Never there, expired or deleted: the three look the same."""

    code = "unknown_session"


def gone() -> UnknownSession:
    """What is raised for a session that is not there, or not any more."""
    return UnknownSession(_GONE)


class UnknownImage(NotFound):
    code = "unknown_image"


def jobs_of_outer_session() -> QuerySet[Job]:
    """For a subquery over sessions: the jobs of each one (Session.subject, as SQL)."""
    of_recording = Q(kind_of_outer=Session.Kind.RECORDING, subject=Concat(Value("recording:"), OuterRef("public_id")))
    of_other = ~Q(kind_of_outer=Session.Kind.RECORDING) & Q(subject=Concat(Value("session:"), OuterRef("public_id")))
    return Job.objects.alias(kind_of_outer=ExpressionWrapper(OuterRef("kind"), CharField())).filter(
        of_recording | of_other
    )


def _works() -> Exists:
    """A session with a queued or running job is in use, however long ago somebody looked."""
    return Exists(jobs_of_outer_session().filter(status__in=Job.LIVE))


def live_sessions() -> QuerySet[Session]:
    """Sessions that have not expired."""
    return Session.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()) | _works())


def expired_sessions() -> QuerySet[Session]:
    """Sessions nobody has used for their idle time and no job works for."""
    return Session.objects.filter(Q(expires_at__lte=Now()) & ~_works())


def unused_sessions(since: datetime) -> QuerySet[Session]:
    """Sessions nobody has used since then and no job works for, kept ones among them; but no recordings, which live
    until somebody deletes them by hand."""
    return Session.objects.filter(Q(last_active_at__lt=since) & ~Q(kind=Session.Kind.RECORDING) & ~_works())


def live_session(public_id: object, kinds: Collection[str] = (Session.Kind.STUDIO,)) -> Session:
    """The session of that id. Raises UnknownSession when it is not there (any more)."""
    found = live_sessions().filter(kind__in=kinds, public_id=str(public_id)).first()
    if found is None:
        raise gone()
    return found


def live_session_of(owner: str) -> Session | None:
    """Where that lies which the owner made without recording; None when it has expired, or nothing was made."""
    return live_sessions().filter(live_of__owner=owner).first()


def session_of(job: Job) -> Session:
    """The session a job was done for. Raises UnknownSession when it was deleted."""
    word, _, public_id = job.subject.partition(":")
    named = Session.objects.filter(public_id=public_id)
    is_recording = Q(kind=Session.Kind.RECORDING)
    found = named.filter(is_recording if word == "recording" else ~is_recording).first()
    if found is None:
        raise gone()
    return found


def studio_session(owner: str) -> Session | None:
    """The studio session this owner used last."""
    return live_sessions().filter(kind=Session.Kind.STUDIO, owner=owner).order_by("-last_active_at", "-id").first()


def sessions_of(owner: str) -> QuerySet[Session]:
    """The owner's living sessions with their count of images."""
    return live_sessions().filter(owner=owner).annotate(image_count=Count("images", filter=Q(images__made_by=None)))


def shelf(owner: str) -> QuerySet[Session]:
    """The owner's living studio sessions, the one used last first, with what a row tells: counts, prompt, pictures."""
    newest = Generation.objects.filter(session=OuterRef("pk")).order_by("-number")
    first = Prefetch("images", Image.objects.select_related("session").order_by("-number")[:4], to_attr="shown")
    of_owner = live_sessions().filter(kind=Session.Kind.STUDIO, owner=owner)
    return of_owner.annotate(
        pictures=Count("images", filter=Q(images__made_by=None)),
        results=Count("images", filter=~Q(images__made_by=None)),
        prompt=Subquery(newest.values("prompt")[:1]),
    ).prefetch_related(first)


def images(session: Session) -> QuerySet[Image]:
    """All the session's pictures with their tags, uploaded and made, in order of their numbers."""
    return Image.objects.filter(session=session).select_related("tag", "session").order_by("number")


def uploads(session: Session) -> QuerySet[Image]:
    """What came in from outside."""
    return images(session).filter(made_by=None)


def outputs(session: Session) -> QuerySet[Image]:
    """What was made, newest first, each with its generation."""
    return images(session).exclude(made_by=None).select_related("made_by__job").order_by("-number")


def upload(session: Session, name: str) -> Image:
    """One uploaded image by its file name. Raises UnknownImage."""
    return _one(uploads(session), name)


def output(session: Session, name: str) -> Image:
    """One made image by its file name. Raises UnknownImage."""
    return _one(outputs(session), name)


def _one(among: QuerySet[Image], name: str) -> Image:
    found = among.filter(name=name).first()
    if found is None:
        raise UnknownImage(f"This session has no file called {name}.", field="filename")
    return found


def tagged_images(session: Session) -> dict[str, Image]:
    """The pictures a prompt can name, by their tags."""
    tags = Tag.objects.filter(session=session).select_related("image__session").order_by("image__number")
    return {tag.name: tag.image for tag in tags}


def jobs(session: Session) -> QuerySet[Job]:
    """All work for the session, newest first."""
    return Job.objects.filter(subject=session.subject)


def active_jobs(session: Session) -> QuerySet[Job]:
    """What still waits or runs for the session, oldest first."""
    return live_jobs(session.subject)


def imports(owner: str) -> QuerySet[Job]:
    """Work that will become a recording of this owner's, and belongs to no session until then."""
    return Job.objects.filter(owner=owner, subject__startswith="import:")


def kept_for_retry() -> QuerySet[Job]:
    """What ended in vain so lately that the files it came with are still kept."""
    return ended_in_vain(timezone.now() - RETRY_WITHIN)


def generations_of(owner: str) -> QuerySet[Generation]:
    """The owner's generations in living sessions, with what went in and came out."""
    return (
        Generation.objects.filter(session__in=live_sessions().filter(owner=owner))
        .select_related("session", "job")
        .prefetch_related("ingredients__image", Prefetch("outputs", Image.objects.select_related("session", "tag")))
    )


def images_of(owner: str) -> QuerySet[Image]:
    """The owner's images in living sessions."""
    return Image.objects.filter(session__in=live_sessions().filter(owner=owner)).select_related("session", "tag")
