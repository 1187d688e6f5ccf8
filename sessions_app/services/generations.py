"""Making pictures: every generation is born in `request`, and ends in `carry_out`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from django.db import transaction

from prompt_media.errors import Unprocessable
from prompt_media.files import store
from prompt_media.imaging import encode
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from sessions_app import names, selectors
from sessions_app.composing import prompt, render, scene
from sessions_app.composing.render import Rendered
from sessions_app.models import Generation, GenerationInput, Image, Session
from sessions_app.pictures import TaggedPictures
from sessions_app.services import room, workspace

KIND = "compose"
FORMATS = ("png", "gif")
# Some 850 frames of the default canvas, a few seconds of work: what takes longer must not keep others waiting.
QUICK_PIXELS = 1_000_000_000


class FormatNotYet(Unprocessable):
    """A format that is promised, or one that is not known at all."""

    code = "format_not_yet"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for. None: the prompt's own words, or the default, decide."""

    prompt: str
    generate_gif: bool | None = None
    format: str | None = None
    frames: int | None = None
    fps: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish that was understood: what will be painted, from which images, as what."""

    reading: prompt.Reading
    scene: scene.Scene
    format: str
    images: Mapping[str, Image]

    @property
    def frames(self) -> int:
        return self.scene.frames if self.format == "gif" and self.scene.moves else 1


def plan(*, session: Session, wish: Wish) -> Plan:
    """Read the wish against the session's tags. Raises what is wrong with it, before any work is taken in."""
    tagged = selectors.tagged_images(session)
    reading = prompt.read(wish.prompt, tagged)
    prompt.require(reading, tagged)
    return _planned(reading, wish, tagged)


def plan_while_typing(*, session: Session, wish: Wish) -> Plan:
    """As `plan`, but a sentence still being typed is read as far as it goes: words not understood are left out."""
    tagged = selectors.tagged_images(session)
    reading = prompt.read(wish.prompt, tagged)
    known = tuple(layer for layer in reading.scene.layers if layer.tag in tagged)
    if not known:
        prompt.require(reading, tagged)
    return _planned(replace(reading, scene=replace(reading.scene, layers=known)), wish, tagged)


def request(*, session: Session, wish: Wish, slip: Slip | None = None) -> tuple[Generation, Job]:
    """Take in one making: a row, its ingredients, and the job that will paint it."""
    planned = plan(session=session, wish=wish)
    with transaction.atomic():
        # Whoever signed in meanwhile has taken the session along.
        session = workspace.locked(session)
        number = _next_number(session)
        made = Generation.objects.create(
            session=session,
            number=number,
            prompt=wish.prompt,
            scene=scene.to_json(planned.scene),
            diagnostics=[asdict(diagnostic) for diagnostic in planned.reading.diagnostics],
            format=planned.format,
            width=planned.scene.canvas.width,
            height=planned.scene.canvas.height,
            frames=planned.frames,
        )
        _note_ingredients(made, planned)
        job = made.job = jobs.submit(
            kind=KIND,
            owner=session.owner,
            subject=session.subject,
            title=_title(planned),
            queue=Job.Queue.BULK if _is_bulky(planned) else Job.Queue.QUICK,
            about=wish.prompt,
            payload={},
            slip=slip,
        )
        made.save(update_fields=["job"])
        room.require(session)
    return made, job


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: paint the scene, store the file, and hand over the row that will point to it."""
    made = Generation.objects.select_related("session").filter(job=ticket.job).first()
    if made is None:
        raise selectors.gone()
    rendered = render.in_format(scene.from_json(made.scene), made.format, _ingredients(made), ticket)
    with workspace.writing_into(made.session.public_id):
        image = _stored(made, rendered, ticket.claim)
    return Outcome(write=lambda: _write(made.session, image), discard=lambda: _take_back(image))


def preview(*, session: Session, wish: Wish, frame: int | None = None) -> Rendered:
    """A small picture at once, in this very process; nothing is stored."""
    planned = plan_while_typing(session=session, wish=wish)
    shown = planned.scene if planned.format == "gif" else scene.at_rest(planned.scene)
    return render.preview(shown, TaggedPictures(planned.images), frame=frame)


def made_by(job: Job) -> Generation:
    """The generation as its job left it."""
    made = Generation.objects.select_related("session", "job").filter(job=job).first()
    if made is None:
        raise selectors.gone()
    return made


def _planned(reading: prompt.Reading, wish: Wish, tagged: Mapping[str, Image]) -> Plan:
    wanted = scene.with_values(reading.scene, width=wish.width, height=wish.height, frames=wish.frames, fps=wish.fps)
    return Plan(reading, wanted, _format(wish, wanted), {layer.tag: tagged[layer.tag] for layer in wanted.layers})


def _format(wish: Wish, wanted: scene.Scene) -> str:
    asked = wish.format.lower() if wish.format else None
    if asked is not None and asked not in FORMATS:
        raise FormatNotYet(f"“{asked[:20]}” cannot be made yet. Ask for png or gif.", field="format")
    if (wish.generate_gif is False and asked == "gif") or (wish.generate_gif is True and asked == "png"):
        raise Unprocessable(
            f"generate_gif is {str(wish.generate_gif).lower()} and format is {asked}: the two contradict each other.",
            code="contradiction",
            field="generate_gif",
        )
    moves = wanted.moves if wish.generate_gif is None else wish.generate_gif
    return asked or ("gif" if moves else "png")


def _is_bulky(planned: Plan) -> bool:
    return planned.frames * planned.scene.canvas.pixels > QUICK_PIXELS


def _title(planned: Plan) -> str:
    size = planned.scene.canvas
    return f"GIF, {planned.frames} frames" if planned.format == "gif" else f"PNG, {size.width} × {size.height}"


def _next_number(session: Session) -> int:
    number = session.generations_numbered + 1
    Session.objects.filter(pk=session.pk).update(generations_numbered=number)
    workspace.touch(session)
    return number


def _note_ingredients(made: Generation, planned: Plan) -> None:
    there = set(
        Image.objects.filter(pk__in=[image.pk for image in planned.images.values()]).values_list("pk", flat=True)
    )
    for tag, image in planned.images.items():
        if image.pk not in there:
            raise selectors.UnknownImage(f"@{tag} was deleted a moment ago.")
    GenerationInput.objects.bulk_create(
        GenerationInput(generation=made, image=image, tag=tag, sha256=image.sha256)
        for tag, image in planned.images.items()
    )


def _ingredients(made: Generation) -> TaggedPictures:
    images: dict[str, Image] = {}
    for one in made.ingredients.select_related("image"):
        if one.image is None:
            raise selectors.UnknownImage(f"@{one.tag} was deleted before its turn came.")
        images[one.tag] = one.image
    return TaggedPictures(images)


def _stored(made: Generation, rendered: Rendered, claim: str) -> Image:
    """The files in the storage, and the row that will point to them. The name bears the claim: a worker that was
    taken for dead can neither overwrite nor discard what its successor made."""
    stem = "animated" if made.format == "gif" else "generated"
    name = f"{stem}_{made.pk.hex}_{claim}.{rendered.extension}"
    key = names.output_key(made.session.public_id, name)
    image = Image(
        session=made.session,
        made_by=made,
        name=name,
        label=f"{stem} {made.number}",
        key=key,
        thumbnail_key=names.thumbnail_key(key),
        media_type=rendered.media_type,
        width=rendered.size.width,
        height=rendered.size.height,
        bytes=len(rendered.data),
        sha256=sha256(rendered.data).hexdigest(),
    )
    store.put_together({image.key: rendered.data, image.thumbnail_key: encode.thumbnail(rendered.poster)})
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
