"""The @tag studio's makings: a sentence about named pictures, read into a scene and painted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from django.db import transaction

from prompt_media.errors import Unprocessable
from prompt_media.imaging import encode
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from sessions_app import selectors
from sessions_app.composing import prompt, render, scene
from sessions_app.composing.render import Rendered
from sessions_app.models import Generation, GenerationInput, Image, Session
from sessions_app.pictures import TaggedPictures
from sessions_app.services import generations
from sessions_app.services.generations import Order
from sessions_app.services.recordings import Take

KIND: str = Generation.Kind.COMPOSE
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
    """Take in one picture or GIF: its rows, and the job that will paint it."""
    order = _order(wish, plan(session=session, wish=wish))
    with transaction.atomic():
        return generations.begin(place=generations.place(session=session, kind=KIND), order=order, slip=slip)


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: paint the scene, and hand over what came out."""
    made = generations.of(ticket.job)
    ingredients = list(made.ingredients.select_related("image"))
    rendered = render.in_format(scene.from_json(made.scene), made.format, _pictures(ingredients), ticket)
    return generations.end(made=made, take=_take(made, ingredients, rendered), ticket=ticket)


def preview(*, session: Session, wish: Wish, frame: int | None = None) -> Rendered:
    """A small picture at once, in this very process; nothing is stored."""
    planned = plan_while_typing(session=session, wish=wish)
    shown = planned.scene if planned.format == "gif" else scene.at_rest(planned.scene)
    return render.preview(shown, TaggedPictures(planned.images), frame=frame)


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


def _order(wish: Wish, planned: Plan) -> Order:
    return Order(
        kind=KIND,
        title=_title(planned),
        prompt=wish.prompt,
        format=planned.format,
        size=planned.scene.canvas,
        frames=planned.frames,
        queue=Job.Queue.BULK if _is_bulky(planned) else Job.Queue.QUICK,
        scene=scene.to_json(planned.scene),
        diagnostics=[asdict(diagnostic) for diagnostic in planned.reading.diagnostics],
        ingredients=planned.images,
    )


def _is_bulky(planned: Plan) -> bool:
    return planned.frames * planned.scene.canvas.pixels > QUICK_PIXELS


def _title(planned: Plan) -> str:
    size = planned.scene.canvas
    return f"GIF, {planned.frames} frames" if planned.format == "gif" else f"PNG, {size.width} × {size.height}"


def _pictures(ingredients: Sequence[GenerationInput]) -> TaggedPictures:
    images: dict[str, Image] = {}
    for one in ingredients:
        if one.image is None:
            raise selectors.UnknownImage(f"@{one.tag} was deleted before its turn came.")
        images[one.tag] = one.image
    if not images:  # whatever is composed is composed of something: they went with the session
        raise selectors.gone()
    return TaggedPictures(images)


def _take(made: Generation, ingredients: Sequence[GenerationInput], rendered: Rendered) -> Take:
    contents = {one.tag: one.sha256 for one in ingredients}
    return Take(
        system=KIND,
        prompt=made.prompt,
        recipe={"scene": made.scene, "format": made.format, "ingredients": contents},
        data=rendered.data,
        media_type=rendered.media_type,
        extension=rendered.extension,
        size=rendered.size,
        thumbnail=encode.thumbnail(rendered.poster),
    )
