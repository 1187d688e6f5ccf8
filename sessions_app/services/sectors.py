"""One sector of a picture made anew: what /generate does, from the request to the frame.

Whatever the request leaves open is decided when it is taken in and written into its recipe; from then on the recipe and
the picture that was sent are all that making it takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Any
from uuid import uuid4

from django.db import transaction

from prompt_media import backends
from prompt_media.errors import HouseError, InvalidInput, NotFound, TooLarge, Unprocessable, UnsupportedPicture
from prompt_media.files import intake, sandbox, store
from prompt_media.generating import asking
from prompt_media.generating.protocol import Backend, BackendError, Inpaint
from prompt_media.imaging import decode, encode, formats
from prompt_media.imaging.picture import Picture
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from prompt_media.progress import SILENT, Progress
from sessions_app import names, selectors
from sessions_app.editing import blend, difference, notation, prompts, sectors
from sessions_app.editing.recipe import SEEDS, Asked, Original, Recipe, SeedFrom, TargetFrom, derived_seed
from sessions_app.editing.sectors import Cell
from sessions_app.models import Generation, Image, Session, Step
from sessions_app.services import generations, live, prompting, recordings, room, workspace
from sessions_app.services.generations import Order
from sessions_app.services.recordings import Kept, Take

KIND: str = Generation.Kind.SECTOR
FALLBACK, FAIL = "fallback", "fail"
NOBODY_YET = "nobody yet"
FROM_REQUEST = "request"


class BackendFailed(HouseError):
    """Whoever makes the pictures made none, and the caller wants to know rather than to get its own back."""

    status, code, title = 503, "backend_failed", "No picture was made"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks of a picture. None: left open."""

    focus_x: float
    focus_y: float
    target_row: int | None = None
    target_col: int | None = None
    grid_size: int = 3
    strength: float = 0.75
    prompt: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """A wish that was understood, and the file it came with."""

    asked: Asked
    original: Original
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A frame's pixels, with how many of them changed outside the target, and how much the target did."""

    picture: Picture
    outside_delta: int
    change: float


@dataclass(frozen=True, slots=True)
class Made:
    """A frame and what its making came to, for whoever asked. Recorded, it is a step."""

    image: Image
    recipe: Recipe
    status: str
    reason: str
    outside_delta: int
    change: float
    step: Step | None


def understood(data: bytes, wish: Wish) -> Demand:
    """The wish for this file, judged by its header. Raises what is wrong with either, before any work is taken in."""
    facts = decode.inspect(data, intake.limits())
    asked = _asked(sha256(data).hexdigest(), wish)
    sectors.require(asked.grid_size, facts.size)
    original = Original(asked.image_sha256, len(data), facts.media_type, facts.size.width, facts.size.height)
    return Demand(asked, original, data)


def request(*, owner: str, demand: Demand, on_error: str = FALLBACK, slip: Slip | None = None) -> Job:
    """Take in one frame: into what the owner records, else into where that lies which nobody records."""
    session = recordings.heard_by(owner, KIND) or live.session_of(owner)
    key = names.incoming_key(session.public_id, uuid4().hex)
    with workspace.writing_into(session.public_id), store.taking_back([key]) as unless_taken:
        store.put_together({key: demand.data})
        with transaction.atomic(durable=True):
            place = generations.place(session=session, kind=KIND)
            # Before the job is published: once it is committed, nothing that goes wrong may take its file away.
            transaction.on_commit(unless_taken.pop_all)
            decided = _decided(place.session, owner, demand)
            _, job = generations.begin(place=place, order=_order(decided, key, on_error), slip=slip)
    return job


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: make the frame, or give the picture back as it came when the backend fails."""
    made = generations.of(ticket.job)
    data = _sent(ticket)
    picture = _readable(data, ticket)
    decided = Recipe.from_json(made.recipe)
    try:
        backend = backends.current()
        decided = replace(decided, backend=backend.name, backend_version=backend.version)
        take = _take(decided, _painted(decided, picture, backend, ticket))
    except BackendError as error:
        if ticket.payload["on_error"] == FAIL:
            raise BackendFailed(f"The backend made no picture: {error}", retry_after=error.retry_after or 5) from error
        take = _as_it_came(decided, data, picture, str(error))
    kept = Kept(decided.image.sha256, data, decided.image.media_type, decided.image.size)
    outcome = generations.end(made=made, take=take, ticket=ticket, inputs=[kept])
    return replace(outcome, write=lambda: _write(outcome, made, take, ticket))


def paint(*, recipe: Recipe, data: bytes, backend: Backend, progress: Progress = SILENT) -> Painted:
    """The frame that this recipe makes of the file it names. Raises BackendError, and as the decoder does."""
    return _painted(recipe, _decoded(data), backend, progress)


def made_by(job: Job) -> Made:
    """The frame as its job left it. Raises UnknownImage when it has gone since."""
    images = Image.objects.select_related("session", "made_by", "step__recording")
    image = images.filter(made_by__job=job).first()
    if image is None or image.made_by is None:
        raise selectors.UnknownImage("What was made is not kept any more. Unrecorded, only the newest frames are.")
    made = image.made_by
    return Made(image=image, recipe=Recipe.from_json(made.recipe), step=_step_of(made, image), **job.payload["made"])


def _step_of(made: Generation, image: Image) -> Step | None:
    """The step it is; or, where a recording that began meanwhile heard it, the step that was made of its copy."""
    if hasattr(image, "step") or made.recorded_in_id is None:
        return getattr(image, "step", None)
    return made.steps.select_related("recording").first()


def _asked(image_sha256: str, wish: Wish) -> Asked:
    grid = notation.whole(wish.grid_size, "grid_size", sectors.GRID_SIZES)
    if (wish.target_row is None) != (wish.target_col is None):
        missing = "target_row" if wish.target_row is None else "target_col"
        raise Unprocessable("A target has both, a row and a column.", code="half_a_target", field=missing)
    return Asked(
        image_sha256=image_sha256,
        focus_x=notation.share(wish.focus_x, "focus_x"),
        focus_y=notation.share(wish.focus_y, "focus_y"),
        target_row=_index(wish.target_row, "target_row", grid),
        target_col=_index(wish.target_col, "target_col", grid),
        grid_size=grid,
        strength=notation.share(wish.strength, "strength"),
        prompt=_prompt(wish.prompt),
        seed=None if wish.seed is None else notation.whole(wish.seed, "seed", SEEDS),
    )


def _index(value: int | None, field: str, grid: int) -> int | None:
    if value is not None and value not in range(grid):
        raise Unprocessable(
            f"{field} is {value}; in a grid of {grid} × {grid} it is 0 to {grid - 1}.", code="out_of_range", field=field
        )
    return value


def _prompt(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip():
        raise InvalidInput(
            "The prompt is empty. Leave it out, and the sector's own is taken.", code="empty_prompt", field="prompt"
        )
    if len(text) > prompts.LONGEST:
        raise Unprocessable(
            f"A prompt has at most {prompts.LONGEST:,} characters; this one has {len(text):,}.",
            code="prompt_too_long",
            field="prompt",
        )
    return notation.text(text, "prompt", longest=prompts.LONGEST)


def _decided(session: Session, owner: str, demand: Demand) -> Recipe:
    """The recipe of a demand: what it leaves open, decided. Who will make it, its worker knows."""
    asked, grid = demand.asked, demand.asked.grid_size
    target, target_from = _target(session, asked)
    sector = sectors.name(target, grid)
    prompt, place = _words(owner, asked, sector)
    derived = derived_seed(asked.image_sha256, target, grid, asked.strength, prompt)
    return Recipe(
        asked=asked,
        image=demand.original,
        focus_sector=sectors.name(asked.focus, grid),
        target=target,
        target_sector=sector,
        target_from=target_from,
        prompt=prompt,
        **place,
        seed=derived if asked.seed is None else asked.seed,
        seed_from=SeedFrom.DERIVED if asked.seed is None else SeedFrom.REQUEST,
        backend=NOBODY_YET,
        backend_version=NOBODY_YET,
    )


def _target(session: Session, asked: Asked) -> tuple[Cell, TargetFrom]:
    if asked.target is not None:
        return asked.target, TargetFrom.REQUEST
    mirrored = sectors.mirrored(asked.focus, asked.grid_size)
    if mirrored != asked.focus:
        return mirrored, TargetFrom.MIRRORED
    # The centre faces itself. Chance that a replay has too: by the recording's seed, else by the request.
    is_recording = session.kind == Session.Kind.RECORDING
    focus = sectors.name(asked.focus, asked.grid_size)
    seed = f"{session.recording.seed}:{asked.image_sha256}:{focus}" if is_recording else asked.sha256()
    return Random(seed).choice(sectors.corners(asked.grid_size)), TargetFrom.CORNER  # noqa: S311  # no secret


def _words(owner: str, asked: Asked, sector: str) -> tuple[str, dict[str, Any]]:
    if asked.prompt is not None:
        return asked.prompt, {"prompt_from": FROM_REQUEST, "prompt_index": None, "prompt_count": None}
    choice = prompting.take_turn(owner=owner, sector=sector)
    place = {"prompt_from": choice.source, "prompt_index": choice.index, "prompt_count": choice.count}
    return choice.prompt, place


def _order(decided: Recipe, key: str, on_error: str) -> Order:
    size = decided.image.size
    file = {"key": key, "label": decided.target_sector, "bytes": decided.image.bytes}
    return Order(
        kind=KIND,
        title=f"Sector {decided.target_sector} of {size.width} × {size.height}",
        prompt=decided.prompt,
        format=formats.PNG.extension,
        size=size,
        recipe=decided.to_json(),
        payload={"files": [file], "bytes": decided.image.bytes, "on_error": on_error},
    )


def _sent(ticket: Ticket) -> bytes:
    files = ticket.payload["files"]
    if not files:
        raise NotFound("The picture that was sent is not kept any more. Send it again.", code="file_gone")
    return store.read(files[0]["key"])


def _readable(data: bytes, ticket: Ticket) -> Picture:
    try:
        return _decoded(data)
    except (UnsupportedPicture, TooLarge):
        # It will never become readable: what was set aside is of no further use, once the row tells so.
        ticket.once_failed(lambda: room.empty(ticket.job))
        raise


def _decoded(data: bytes) -> Picture:
    limits = intake.limits()
    return sandbox.picture(data, decode.inspect(data, limits), limits)


def _painted(recipe: Recipe, before: Picture, backend: Backend, progress: Progress) -> Painted:
    wish = Inpaint(before, recipe.box, recipe.prompt, recipe.seed, recipe.asked.strength)
    after = blend.into(before, asking.inpaint(backend, wish, progress), recipe.box)
    return Painted(after, difference.outside(before, after, recipe.box), difference.change(before, after, recipe.box))


def _take(decided: Recipe, painted: Painted) -> Take:
    data = encode.png(painted.picture.pixels)
    return _frame(decided, data, painted.picture, outside_delta=painted.outside_delta, change=painted.change)


def _as_it_came(decided: Recipe, data: bytes, picture: Picture, reason: str) -> Take:
    """The picture that was sent; written anew where it is no PNG."""
    same = data if decided.image.media_type == formats.PNG.media_type else encode.png(picture.pixels)
    return _frame(decided, same, picture, outside_delta=0, change=0.0, status=Step.Status.FALLBACK, reason=reason)


def _frame(decided: Recipe, data: bytes, picture: Picture, **outcome: Any) -> Take:
    return Take(
        data=data,
        media_type=formats.PNG.media_type,
        extension=formats.PNG.extension,
        size=picture.size,
        thumbnail=encode.thumbnail(picture),
        has_alpha=picture.has_alpha,
        target_sector=decided.target_sector,
        focus_sector=decided.focus_sector,
        prompt=decided.prompt,
        request_sha256=decided.asked.sha256(),
        recipe=decided.to_json(),
        **outcome,
    )


def _write(outcome: Outcome, made: Generation, take: Take, ticket: Ticket) -> None:
    outcome.write()
    Generation.objects.filter(pk=made.pk).update(recipe=take.recipe)
    Job.objects.filter(pk=ticket.job.pk).update(payload={**ticket.payload, "made": _told(take)})
    store.discard_on_commit(file["key"] for file in ticket.payload["files"])
    if made.session.kind == Session.Kind.LIVE:
        live.trim(made.session)


def _told(take: Take) -> Mapping[str, Any]:
    """What becomes of the job's row; the rest tells the recipe."""
    return {"status": take.status, "reason": take.reason, "outside_delta": take.outside_delta, "change": take.change}
