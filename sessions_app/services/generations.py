"""Where every making is born and where it ends, whichever system asked for it; how it is made, the systems know.

Recordings listen here and nowhere else: whatever is made through these doors can be recorded.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

from prompt_media.files import store
from prompt_media.imaging.geometry import Size
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from sessions_app import names, selectors
from sessions_app.models import Generation, GenerationInput, Image, Session
from sessions_app.services import recordings, room, workspace
from sessions_app.services.recordings import Kept, Take


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made, as its rows tell it: read and judged, so that nothing but work is left."""

    kind: str
    title: str
    prompt: str
    format: str
    size: Size
    frames: int = 1
    queue: str = Job.Queue.QUICK
    scene: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: Sequence[Mapping[str, Any]] = ()
    ingredients: Mapping[str, Image] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something will be made, and the recording that hears it, if any does. Both rows are held."""

    session: Session
    heard: Session | None


def place(*, session: Session, kind: str) -> Place:
    """Hold a session to make something in, and what hears it: that is decided now, however long the making takes. In a
    transaction, and before anything else is held. Raises UnknownSession when the session was deleted meanwhile."""
    # Whoever signed in meanwhile has taken the session along.
    locked = workspace.locked(session)
    if locked.kind == Session.Kind.RECORDING:
        return Place(locked, locked)
    heard = recordings.heard_by(locked.owner, kind)
    # A recording that was deleted meanwhile hears nothing any more.
    return Place(locked, heard and Session.objects.select_for_update().filter(pk=heard.pk).first())


def begin(*, place: Place, order: Order, slip: Slip | None = None) -> tuple[Generation, Job]:
    """Take in one making: a row, its ingredients, and the job that will do it."""
    session = place.session
    job = _submitted(session, order, slip)
    made = Generation.objects.create(
        session=session,
        recorded_in=place.heard,
        number=_next_number(session),
        job=job,
        kind=order.kind,
        prompt=order.prompt,
        scene=order.scene,
        recipe=order.recipe,
        diagnostics=order.diagnostics,
        format=order.format,
        width=order.size.width,
        height=order.size.height,
        frames=order.frames,
    )
    _note_ingredients(made, order.ingredients)
    if place.heard not in (None, session):
        room.refuse_overflow(place.heard, room.Room(files=1, bytes=0))
    room.require(session)
    return made, job


def of(job: Job) -> Generation:
    """The making a job is for. Raises UnknownSession when it has gone with its session."""
    made = Generation.objects.select_related("session", "job", "recorded_in").filter(job=job).first()
    if made is None:
        raise selectors.gone()
    return made


def end(*, made: Generation, take: Take, ticket: Ticket, inputs: Sequence[Kept] = ()) -> Outcome:
    """Store what was made, and hand over the row that will point to it. A recording keeps `inputs` beside it."""
    hold = partial(workspace.hold, made.session_id, made.recorded_in_id)
    if made.session.kind == Session.Kind.RECORDING:
        # Its file is called by its number, which it gets when it is certain that it counts.
        return Outcome(hold, write=lambda: _record(made.session, made, take, inputs))
    with workspace.writing_into(made.session.public_id):
        image = _stored(made, take, ticket.claim)

    def write() -> None:
        _write(made.session, image)
        if made.recorded_in is not None:
            # One that was deleted meanwhile hears nothing any more.
            with suppress(selectors.UnknownSession):
                _record(made.recorded_in, made, take, inputs)

    return Outcome(hold, write, discard=lambda: _take_back(image))


def _submitted(session: Session, order: Order, slip: Slip | None) -> Job:
    return jobs.submit(
        kind=order.kind,
        owner=session.owner,
        subject=session.subject,
        title=order.title,
        queue=order.queue,
        about=order.prompt,
        payload=dict(order.payload),
        slip=slip,
    )


def _record(recording: Session, made: Generation, take: Take, inputs: Sequence[Kept]) -> None:
    recordings.append(recording=recording, generation=made, take=take, inputs=inputs)


def _next_number(session: Session) -> int:
    number = session.generations_numbered + 1
    Session.objects.filter(pk=session.pk).update(generations_numbered=number)
    workspace.touch(session)
    return number


def _note_ingredients(made: Generation, images: Mapping[str, Image]) -> None:
    there = set(Image.objects.filter(pk__in=[image.pk for image in images.values()]).values_list("pk", flat=True))
    for tag, image in images.items():
        if image.pk not in there:
            raise selectors.UnknownImage(f"@{tag} was deleted a moment ago.")
    GenerationInput.objects.bulk_create(
        GenerationInput(generation=made, image=image, tag=tag, sha256=image.sha256) for tag, image in images.items()
    )


def _stored(made: Generation, take: Take, claim: str) -> Image:
    """The files in the storage, and the row that will point to them. The name bears the claim: a worker that was
    taken for dead can neither overwrite nor discard what its successor made."""
    stem = "animated" if made.format == "gif" else "generated"
    name = f"{stem}_{made.pk.hex}_{claim}.{take.extension}"
    key = names.output_key(made.session.public_id, name)
    image = Image(
        session=made.session,
        made_by=made,
        name=name,
        label=f"{stem} {made.number}",
        key=key,
        thumbnail_key=names.thumbnail_key(key),
        media_type=take.media_type,
        width=take.size.width,
        height=take.size.height,
        bytes=len(take.data),
        sha256=sha256(take.data).hexdigest(),
        has_alpha=take.has_alpha,
    )
    store.put_together({image.key: take.data, image.thumbnail_key: take.thumbnail})
    return image


def _take_back(image: Image) -> None:
    store.discard([image.key, image.thumbnail_key])
    workspace.clear_if_gone(image.session.public_id)


def _write(session: Session, image: Image) -> None:
    locked = workspace.locked(session)
    image.number = locked.images_numbered + 1
    Session.objects.filter(pk=session.pk).update(images_numbered=image.number)
    image.save(force_insert=True)
    room.require(locked)
    workspace.touch(locked)
