"""Whether a recorded step can be made again: painted anew from its recipe, and compared with its frame.

What comes out is a verdict: identical, drifted with a picture of where, or unverifiable; and the reason. A verdict is
written as soon as it is known, so that work that was broken off goes on where it stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from prompt_media import backends
from prompt_media.errors import TooLarge, Unavailable, Unprocessable, UnsupportedPicture
from prompt_media.files import intake, store
from prompt_media.files.store import FileGone
from prompt_media.generating.protocol import Backend, BackendError, Verb
from prompt_media.imaging import decode, encode
from prompt_media.imaging.picture import Picture
from prompt_media.jobs import services as jobs
from prompt_media.jobs import waiting
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from sessions_app import names
from sessions_app.editing import recipe
from sessions_app.editing.recipe import Recipe, SeedFrom
from sessions_app.models import Generation, Image, Session, Step, Verdict
from sessions_app.selectors import recordings
from sessions_app.services import judgement, recomposing, sectors, workspace
from sessions_app.services.judgement import Judgement
from sessions_app.services.recomposing import IngredientGone
from sessions_app.services.recordings import held

KIND = "verify"
_SECTOR_UNEXPLAINED = "Recipe, picture and backend are those it was made with: what they stand on (a library) is not."
_COMPOSED_UNEXPLAINED = "Its pictures are those it was made of: its recipe, or what painting stands on, is another."


class _Cannot(Exception):
    """A step cannot be made again; the message tells why."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The progress of a step, told as that of the whole: what the backend counts, nobody asked for."""

    ticket: Ticket
    place: int
    total: int
    note: str

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.ticket.advance(self.place, self.total, self.note)


def request(*, recording: Session, index: int | None = None, slip: Slip | None = None) -> Job:
    """Have one step, or all of them, made again and judged. Raises UnknownRecording when it was deleted meanwhile."""
    with transaction.atomic():
        row = held(recording)
        return jobs.submit(
            kind=KIND,
            owner=row.owner,
            subject=row.subject,
            title="Recording verified" if index is None else f"Step {index + 1} verified",
            about=row.name or row.public_id,
            queue=Job.Queue.BULK if index is None else Job.Queue.QUICK,
            payload={"recording": row.pk, "index": index},
            slip=slip,
        )


def of(step: Step) -> Verdict:
    """The verdict on a step that is made again now. Raises Unavailable when that takes too long to wait for, and
    UnknownRecording when the recording was deleted meanwhile."""
    job = waiting.for_end(request(recording=step.recording, index=step.index), settings.WAIT_SECONDS)
    waiting.raise_if_failed(job)
    if job.is_live:
        raise Unavailable(
            "Making this step again takes longer than anybody waits. Its verdict will come.", retry_after=5
        )
    found = Verdict.objects.select_related("picture__session").filter(step=step).first()
    if found is None:
        raise recordings.gone()
    return found


def recording_of(job: Job) -> Session:
    """The recording a job makes again. Raises UnknownRecording when it was deleted."""
    found = Session.objects.filter(pk=job.payload.get("recording", 0)).first()
    if found is None:
        raise recordings.gone()
    return found


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: make each step again, and note what came out."""
    steps = _asked_for(recording_of(ticket.job), ticket.payload["index"])
    total = steps.count()
    unjudged = list(steps.exclude(verdict__at__gte=ticket.job.created_at))
    for place, step in enumerate(unjudged, total - len(unjudged)):
        part = _Part(ticket, place, total, f"Making step {step.index + 1} again")
        part.advance(0, 1)
        _note(step, _judged(step, part), ticket)
    return Outcome()


def _asked_for(recording: Session, index: int | None) -> QuerySet[Step]:
    steps = recordings.steps(recording)
    return steps if index is None else steps.filter(index=index)


def _judged(step: Step, part: _Part) -> Judgement:
    try:
        if step.system == Generation.Kind.COMPOSE:
            return _recomposed(step, part)
        return _repainted(step, part)
    except _Cannot as why:
        return Judgement(Verdict.Word.UNVERIFIABLE, str(why))


def _repainted(step: Step, part: _Part) -> Judgement:
    wanted = _recipe(step)
    backend = _backend(wanted)
    frame = _frame(step)
    picture = _again(wanted, _original(step, wanted), backend, part)
    changed = [*_replaced(step, frame), *_changed(step, wanted, backend)]
    return judgement.of(frame, encode.png(picture.pixels), changed, _SECTOR_UNEXPLAINED)


def _recomposed(step: Step, part: _Part) -> Judgement:
    _refuse_without_recipe(step)
    frame = _frame(step)
    try:
        rendered = recomposing.paint(step, part)
    except (IngredientGone, TooLarge, UnsupportedPicture) as error:
        raise _Cannot(error.detail) from error
    except Unprocessable as error:
        raise _Cannot(f"Its recipe is damaged. {error.detail}") from error
    return judgement.of(frame, rendered.data, [*_replaced(step, frame)], _COMPOSED_UNEXPLAINED)


def _recipe(step: Step) -> Recipe:
    if step.system != Generation.Kind.SECTOR:
        raise _Cannot(f"It was made by another system ({step.system}); only sectors and scenes are made again.")
    if step.status == Step.Status.FALLBACK:
        raise _Cannot("Its backend failed when it was recorded: nothing was painted that could be painted again.")
    _refuse_without_recipe(step)
    try:
        return Recipe.from_json(step.recipe)
    except Unprocessable as error:
        raise _Cannot(f"Its recipe is damaged. {error.detail}") from error


def _refuse_without_recipe(step: Step) -> None:
    if not step.recipe:
        raise _Cannot("It has no recipe: whatever it was imported from kept none.")


def _backend(wanted: Recipe) -> Backend:
    """The studio's backend, if it is the one that made the step and answers alike each time."""
    try:
        backend = backends.current()
    except BackendError as error:
        raise _Cannot(f"There is no backend to ask. {error}") from error
    if backend.name != wanted.backend:
        raise _Cannot(f"It was made by “{wanted.backend}”, and this studio asks “{backend.name}”.")
    if Verb.INPAINT not in backend.capabilities.verbs or not backend.capabilities.is_deterministic:
        raise _Cannot(f"“{backend.name}” does not give the same picture twice: making it again would prove nothing.")
    return backend


def _frame(step: Step) -> bytes:
    try:
        return store.read(step.image.key)
    except FileGone as error:
        raise _Cannot("The file of its frame is gone from the storage.") from error


def _original(step: Step, wanted: Recipe) -> bytes:
    """The picture it was made from: an earlier frame, or what was kept beside the frames."""
    kept = recordings.made_from(step)
    if kept is None:
        raise _Cannot("The picture it was made from is not kept in this recording.")
    try:
        data = store.read(kept.key)
    except FileGone as error:
        raise _Cannot("The file of the picture it was made from is gone from the storage.") from error
    if sha256(data).hexdigest() != wanted.image.sha256:
        raise _Cannot("The file of the picture it was made from was changed: its SHA-256 is another.")
    return data


def _again(wanted: Recipe, data: bytes, backend: Backend, part: _Part) -> Picture:
    try:
        if decode.inspect(data, intake.limits()).size != wanted.image.size:
            raise _Cannot("Its recipe is damaged. The picture it was made from has another size than it says.")
        return sectors.paint(recipe=wanted, data=data, backend=backend, progress=part).picture
    except BackendError as error:
        raise _Cannot(f"The backend made no picture this time. {error}") from error
    except (TooLarge, UnsupportedPicture) as error:
        raise _Cannot(f"The picture it was made from cannot be read. {error.detail}") from error


def _replaced(step: Step, frame: bytes) -> Iterator[str]:
    if sha256(frame).hexdigest() != step.image.sha256:
        yield "The file of its frame was changed after it was recorded: its SHA-256 is another."


def _changed(step: Step, wanted: Recipe, backend: Backend) -> Iterator[str]:
    """What else is not as it was when the sector was recorded, sentence by sentence."""
    if fields := list(_tampered(step, wanted)):
        yield f"Its recipe was changed after it was recorded: {'; '.join(fields)}."
    if wanted.backend_version != backend.version:
        yield f"It was made by version {wanted.backend_version} of “{backend.name}”; this is version {backend.version}."


def _tampered(step: Step, wanted: Recipe) -> Iterator[str]:
    """What in the recipe contradicts the step's own columns, or does not follow from the rest."""
    asked = wanted.asked
    if step.request_sha256 not in ("", asked.sha256()):
        yield "the request in it is not the one that was sent"
    for field in ("prompt", "target_sector", "focus_sector"):
        if getattr(step, field) != getattr(wanted, field):
            yield f"{field} in it is not the step's"
    derived = recipe.derived_seed(asked.image_sha256, wanted.target, asked.grid_size, asked.strength, wanted.prompt)
    if wanted.seed_from is SeedFrom.DERIVED and wanted.seed != derived:
        yield "seed in it does not follow from its request"


def _note(step: Step, judged: Judgement, ticket: Ticket) -> None:
    """Write the verdict, and the picture it has, in place of an earlier one. Raises Stopped if the job is not ours."""
    with _kept(step, judged, ticket) as picture, transaction.atomic():
        workspace.locked(step.recording)
        jobs.keep_alive(ticket.job)
        _clear(step)
        if picture is not None:
            picture.number = _number(step.recording)
            picture.save(force_insert=True)
        told = {"word": judged.word, "reason": judged.reason, "share": judged.share}
        Verdict.objects.update_or_create(step=step, defaults={**told, "picture": picture, "at": timezone.now()})


@contextmanager
def _kept(step: Step, judged: Judgement, ticket: Ticket) -> Iterator[Image | None]:
    """The picture of a drift in the storage, and the row that will point to it; it goes again when none does."""
    if judged.shown is None:
        yield None
        return
    recording, data = step.recording.public_id, encode.png(judged.shown.pixels)
    name = f"{step.index:04d}_drift_{ticket.claim}.png"
    image = Image(
        session=step.recording,
        name=name,
        label=f"Drift of step {step.index + 1}",
        key=names.verdict_key(recording, name),
        media_type="image/png",
        width=judged.shown.size.width,
        height=judged.shown.size.height,
        bytes=len(data),
        sha256=sha256(data).hexdigest(),
    )
    with workspace.writing_into(recording), store.taking_back([image.key]) as unless_noted:
        store.put_together({image.key: data})
        yield image
        unless_noted.pop_all()


def _clear(step: Step) -> None:
    """Take the picture of an earlier verdict away."""
    for old in Image.objects.filter(verdict__step=step):
        store.discard_on_commit([old.key])
        old.delete()


def _number(recording: Session) -> int:
    Session.objects.filter(pk=recording.pk).update(images_numbered=F("images_numbered") + 1)
    return Session.objects.values_list("images_numbered", flat=True).get(pk=recording.pk)
