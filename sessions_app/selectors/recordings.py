"""Questions about recordings: which of them a caller may open, and what their steps are."""

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Sum
from django.db.models.functions import Coalesce

from prompt_media.errors import NotFound
from sessions_app.models import Deck, Image, Session, Step
from sessions_app.selectors import UnknownImage

Reach = frozenset[str] | None
"""Whose recordings a caller may open (web.identity.reach); None: everybody's."""

# An index beyond it is none that a row could have, and no database would take it for a number.
_LARGEST = 2**31 - 1


class UnknownRecording(NotFound):
    """Never there, deleted or somebody else's: the three look the same."""

    code = "unknown_recording"


class UnknownFrame(NotFound):
    """A recording has no step of that number."""

    code = "unknown_frame"


def gone() -> UnknownRecording:
    """What is raised for a recording that is not there, not any more, or not for this caller."""
    return UnknownRecording("No recording of yours has this id. `GET /session/list` names those that are there.")


def within(reach: Reach) -> QuerySet[Session]:
    """The recordings that may be opened from there."""
    found = Session.objects.filter(kind=Session.Kind.RECORDING).select_related("recording")
    return found if reach is None else found.filter(owner__in=reach)


def recording(public_id: str, reach: Reach) -> Session:
    """The recording of that id. Raises UnknownRecording."""
    found = within(reach).filter(public_id=public_id).first()
    if found is None:
        raise gone()
    return found


def ids_of(owner: str) -> list[str]:
    """The ids of the owner's recordings, in the order in which they were started."""
    own = within(frozenset([owner])).order_by("created_at", "pk")
    return list(own.values_list("public_id", flat=True))


def shelf(owner: str) -> QuerySet[Session]:
    """The owner's recordings, newest first, each as `described`."""
    return described(within(frozenset([owner]))).order_by("-created_at", "-pk")


def described(recordings: QuerySet[Session]) -> QuerySet[Session]:
    """With what a row of a list tells: the count of steps, their bytes, whether it is being recorded, and as `shown`
    the first pictures."""
    first = Step.objects.filter(index__lt=4).select_related("image__session").order_by("index")
    return recordings.annotate(
        step_count=Count("steps"),
        step_bytes=Coalesce(Sum("steps__image__bytes"), 0),
        is_recording=Exists(Deck.objects.filter(recording=OuterRef("pk"))),
    ).prefetch_related(Prefetch("steps", first, to_attr="shown"))


def steps(recording: Session) -> QuerySet[Step]:
    """Its steps in their order, each with its picture."""
    return Step.objects.filter(recording=recording).select_related("image__session", "recording").order_by("index")


def known_steps(recording: Session) -> QuerySet[Step]:
    """Its steps as far as its row told of them when it was read. Whoever asks several questions about a recording that
    goes on gets the answers of one moment."""
    return steps(recording).filter(index__lt=recording.recording.steps_numbered)


def known_step(recording: Session, index: int) -> Step:
    """One of them by its number, with its verdict. Raises UnknownFrame."""
    found = judged(known_steps(recording)).filter(index=index).first() if index <= _LARGEST else None
    if found is None:
        raise _no_frame(known_steps(recording))
    return found


def frame(public_id: str, index: int, reach: Reach) -> Step:
    """One step by its number, with its picture. Raises UnknownRecording or UnknownFrame."""
    among = Step.objects.filter(recording__kind=Session.Kind.RECORDING, recording__public_id=public_id, index=index)
    seen = among if reach is None else among.filter(recording__owner__in=reach)
    found = seen.select_related("image__session", "recording").first() if index <= _LARGEST else None
    if found is None:
        # Without the one that was not there: it may have come by now.
        raise _no_frame(steps(recording(public_id, reach)).exclude(index=min(index, _LARGEST)))
    return found


def _no_frame(there: QuerySet[Step]) -> UnknownFrame:
    return UnknownFrame(f"This recording has {there.count()} steps, counted from 0; there is none of this number.")


def step(pk: int, reach: Reach) -> Step:
    """One step by its key, with its picture and recording. Raises UnknownRecording when it went with that."""
    among = Step.objects.filter(recording__in=within(reach), pk=pk)
    found = among.select_related("image__session", "recording").first()
    if found is None:
        raise gone()
    return found


def judged(steps: QuerySet[Step]) -> QuerySet[Step]:
    """These steps, each with its verdict too, once it was made again."""
    return steps.select_related("verdict__picture__session")


def made_from(step: Step) -> Image | None:
    """The picture a step was made from, an earlier frame or what is kept beside the frames; None: neither is there."""
    told = step.recipe.get("image")
    digest = told.get("sha256") if isinstance(told, dict) else None
    if not isinstance(digest, str):
        return None
    return (
        Image.objects.filter(session=step.recording_id, sha256=digest, verdict=None).select_related("session").first()
    )


def before(step: Step) -> Image | None:
    """The frame before a step; before the first, the picture it was made from."""
    earlier = steps(step.recording).filter(index__lt=step.index).last()
    return earlier.image if earlier else made_from(step)


def inputs(recording: Session) -> QuerySet[Image]:
    """The pictures kept beside the frames because some of them were made from these."""
    return Image.objects.filter(session=recording, step=None, verdict=None).order_by("number")


def picture(public_id: str, name: str, reach: Reach) -> Image:
    """One picture by its file's name: a frame, what one was made from, or what shows where one differs. Raises
    UnknownRecording or UnknownImage."""
    among = Image.objects.filter(session__in=within(reach).filter(public_id=public_id), name=name)
    found = among.select_related("session").first()
    if found is None:
        recording(public_id, reach)
        raise UnknownImage(f"This recording has no file called {name}.", field="filename")
    return found
