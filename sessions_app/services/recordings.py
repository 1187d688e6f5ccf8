"""Recordings: begun, heard, added to, copied, named and deleted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath
from random import SystemRandom
from typing import Any, Protocol
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from prompt_media.errors import Conflict
from prompt_media.files import disk, store
from prompt_media.imaging import formats
from prompt_media.imaging.geometry import Size
from prompt_media.jobs import receipts
from prompt_media.jobs.receipts import Slip
from sessions_app import names
from sessions_app.models import Deck, Generation, Image, Recording, Session, Step
from sessions_app.selectors import recordings as selectors
from sessions_app.selectors.recordings import Reach
from sessions_app.services import decks, mirrors, room, workspace

# Numbers that JavaScript reads without loss.
SEEDS = range(2**53)
_chance = SystemRandom()


class RecordingExists(Conflict):
    """An id names one recording of the whole house, in whatever case it is written."""

    code = "recording_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One generation as a recording keeps it: what was asked, what came out, and the picture itself."""

    data: bytes
    media_type: str
    extension: str
    size: Size
    thumbnail: bytes
    has_alpha: bool = False
    system: str = Generation.Kind.SECTOR
    target_sector: str = ""
    focus_sector: str = ""
    prompt: str = ""
    status: str = Step.Status.MADE
    reason: str = ""
    outside_delta: int | None = None
    change: float | None = None
    request_sha256: str = ""
    recipe: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that a step was made from."""

    sha256: str
    data: bytes
    media_type: str
    size: Size


class Copy(Protocol):
    """Makes the copy that was prepared, whose receipt goes with it. Raises UnknownRecording when what it is of was
    deleted meanwhile, RecordingExists when its id was taken."""

    def __call__(self, *, owner: str, slip: Slip | None = None) -> Session: ...


def start(
    *,
    owner: str,
    public_id: str | None = None,
    scope: str = Deck.Scope.GENERATE,
    resume: bool = False,
    seed: int | None = None,
    reach: Reach = frozenset(),
    slip: Slip | None = None,
) -> Session:
    """Record from now on, and no longer what was recorded before. Without an id it gets one from the clock.

    `resume` goes on with a recording of the owner's, or one within reach. Raises BadRecordingId or RecordingExists.
    """
    with transaction.atomic():
        found = _to_resume(owner, public_id, reach) if resume and public_id else None
        recording = found or open_one(owner=owner, public_id=public_id, seed=seed)
        decks.record(owner=owner, recording=recording, scope=scope)
        receipts.made(slip, recording.subject)
    return recording


def stop(*, owner: str) -> Session | None:
    """Record nothing more. Returns what was recorded; None when nothing was."""
    deck = Deck.objects.select_related("recording").filter(owner=owner).exclude(recording=None).first()
    if deck is None:
        return None
    # Only what was looked at: a recording that was started in between goes on.
    Deck.objects.filter(pk=deck.pk, recording=deck.recording).update(recording=None)
    return deck.recording


def heard_by(owner: str, kind: str) -> Session | None:
    """The recording that hears what this identity makes now, if any does."""
    deck = decks.of(owner)
    hears = deck.scope == Deck.Scope.ALL or kind == Generation.Kind.SECTOR
    return deck.recording if hears else None


def append(*, recording: Session, generation: Generation | None, take: Take, inputs: Sequence[Kept] = ()) -> Step:
    """Keep a generation as the next step, in the transaction that ends its job. Raises UnknownSession when the
    recording was deleted meanwhile, and SessionFull when it holds all that one may."""
    locked = workspace.locked(recording)
    # Asked by itself, once the row is held: joined to it, PostgreSQL would tell what was there before it waited.
    index = Recording.objects.get(session=locked).steps_numbered
    image = _frame(locked, generation, take, index)
    with store.taking_back([image.key, image.thumbnail_key]) as unless_kept:
        _put(image, take)
        image.save(force_insert=True)
        step = _step(locked, generation, take, image, index)
        kept = _keep(locked, inputs)
        _grown(locked, images=1 + kept, steps_numbered=index + 1)
        room.require(locked)
        unless_kept.pop_all()
    return step


@contextmanager
def copying(*, source: Session, until: int, public_id: str | None = None) -> Iterator[Copy]:
    """What copies another's steps up to that number, rows and bytes, into a recording of one's own; to be called once,
    in a transaction that ends within this block. The bytes are copied before: nobody waits for them."""
    if public_id is not None and is_taken(names.recording(public_id)):
        raise _exists(public_id)
    taken = list(selectors.steps(source).filter(index__lt=until))
    images = [*_inputs_of(source, taken), *(step.image for step in taken)]
    with _copies_of(images) as copies, store.taking_back([]) as unless_copied:

        def copy(*, owner: str, slip: Slip | None = None) -> Session:
            copied = open_one(owner=owner, public_id=public_id, seed=source.recording.seed, steps_numbered=until)
            by_name = _put_in_place(copied, source, images, copies, unless_copied)
            Step.objects.bulk_create(_step_copy(step, copied, by_name[step.image.name]) for step in taken)
            _grown(copied, images=len(images), steps_numbered=until)
            # One that was deleted meanwhile has lent its steps by halves, or none. Before room is made: that may take
            # jobs of others, and this one's among them.
            held(source)
            room.require(copied)
            receipts.made(slip, copied.subject)
            return copied

        yield copy
        unless_copied.pop_all()


def is_taken(public_id: str) -> bool:
    """Whether a recording has this id. A look before any work is done; the row's own rule decides at the end."""
    return Session.objects.filter(kind=Session.Kind.RECORDING, public_id__iexact=public_id).exists()


def open_one(
    *, owner: str, public_id: str | None = None, seed: int | None = None, steps_numbered: int = 0, **columns: Any
) -> Session:
    """An empty recording under that id, or under the next one that the clock gives. Raises BadRecordingId or
    RecordingExists."""
    wanted = [names.recording(public_id)] if public_id is not None else _automatic()
    for name in wanted:
        if (opened := _opened(owner, name, columns)) is not None:
            chosen = _chance.choice(SEEDS) if seed is None else seed
            Recording.objects.create(session=opened, seed=chosen, steps_numbered=steps_numbered)
            mirrors.tell(opened)
            return opened
    raise _exists(public_id)


def rename(*, recording: Session, name: str) -> Session:
    """Give it a name of its owner's choice; its id stays."""
    return workspace.rename(session=recording, name=name)


def delete(*, recording: Session) -> None:
    """Delete it with its steps and files. Whoever records or replays it does so no more."""
    workspace.close(session=recording)


def held(recording: Session) -> Session:
    """Its row as it is now, held until the transaction ends. Raises UnknownRecording when it was deleted meanwhile."""
    row = Session.objects.select_for_update().filter(pk=recording.pk).first()
    if row is None:
        raise selectors.gone()
    return row


def _to_resume(owner: str, public_id: str, reach: Reach) -> Session | None:
    within = None if reach is None else reach | {owner}
    found = selectors.within(within).filter(public_id=names.recording(public_id)).first()
    return found and held(found)


def _automatic() -> Iterable[str]:
    """`session_1736155234`; in the same second `session_1736155234_2` and so on."""
    stem = f"session_{int(timezone.now().timestamp())}"
    return (stem if number == 1 else f"{stem}_{number}" for number in count(1))


def _exists(public_id: str | None) -> RecordingExists:
    return RecordingExists(
        f"There is a recording called “{public_id}” already, yours or another's. Take another id; `resume=true` goes "
        "on with one of yours.",
        field="session_id",
    )


def _opened(owner: str, public_id: str, columns: Mapping[str, Any]) -> Session | None:
    """A new row; None when there is one of that id."""
    try:
        with transaction.atomic():
            return Session.objects.create(
                kind=Session.Kind.RECORDING,
                public_id=public_id,
                owner=owner,
                last_active_at=timezone.now(),
                **columns,
            )
    except IntegrityError:
        return None


def _frame(recording: Session, generation: Generation | None, take: Take, index: int) -> Image:
    """The row that will point to the frame, under its final name."""
    name = names.frame_name(index, take.target_sector or _system(generation, take), take.extension)
    is_own = generation is not None and generation.session_id == recording.pk
    return Image(
        session=recording,
        number=recording.images_numbered + 1,
        name=name,
        # A copy must not go with the session in which its generation was made.
        made_by=generation if is_own else None,
        key=names.frame_key(recording.public_id, name),
        thumbnail_key=names.frame_thumbnail_key(recording.public_id, f"{PurePosixPath(name).stem}.webp"),
        media_type=take.media_type,
        width=take.size.width,
        height=take.size.height,
        bytes=len(take.data),
        sha256=sha256(take.data).hexdigest(),
        has_alpha=take.has_alpha,
    )


def _put(image: Image, take: Take) -> None:
    disk.require(len(take.data) + len(take.thumbnail))
    try:
        store.put_new(image.key, take.data)
    except FileExistsError:
        # A transaction that was taken back has left it: under the recording's lock nobody has this number but we.
        store.discard([image.key])
        store.put_new(image.key, take.data)
    store.put(image.thumbnail_key, take.thumbnail)


def _step(recording: Session, generation: Generation | None, take: Take, image: Image, index: int) -> Step:
    return Step.objects.create(
        recording=recording,
        index=index,
        image=image,
        generation=generation,
        system=take.system,
        target_sector=take.target_sector,
        focus_sector=take.focus_sector,
        prompt=take.prompt,
        made_at=timezone.now(),
        status=take.status,
        reason=take.reason,
        outside_delta=take.outside_delta,
        change=take.change,
        request_sha256=take.request_sha256,
        recipe=take.recipe or {},
    )


def _system(generation: Generation | None, take: Take) -> str:
    return (generation.session.kind if generation else take.system).upper()


def _keep(recording: Session, inputs: Sequence[Kept]) -> int:
    """Keep what the recording does not hold already: a chain is fed its own frames. Returns how many were new."""
    new = {one.sha256: one for one in inputs}
    # The picture of a verdict goes with it, so what is only there is not held.
    held = Image.objects.filter(session=recording, sha256__in=new, verdict=None)
    for known in set(held.values_list("sha256", flat=True)):
        del new[known]
    images = [_input(recording, one, place) for place, one in enumerate(new.values(), recording.images_numbered + 2)]
    store.put_together({image.key: new[image.sha256].data for image in images})
    Image.objects.bulk_create(images)
    return len(images)


def _input(recording: Session, kept: Kept, number: int) -> Image:
    name = f"{kept.sha256}.{formats.recognise(kept.data).extension}"
    return Image(
        session=recording,
        number=number,
        name=name,
        key=names.frame_input_key(recording.public_id, name),
        media_type=kept.media_type,
        width=kept.size.width,
        height=kept.size.height,
        bytes=len(kept.data),
        sha256=kept.sha256,
    )


def _grown(recording: Session, *, images: int, steps_numbered: int) -> None:
    """By so many pictures, up to that step; its mirror is told."""
    Recording.objects.filter(session=recording).update(steps_numbered=steps_numbered)
    mirrors.tell(recording, images_numbered=F("images_numbered") + images, last_active_at=timezone.now())


def _inputs_of(source: Session, taken: Sequence[Step]) -> list[Image]:
    """The pictures these steps were made from, as far as they lie beside the frames."""
    needed = {step.recipe.get("image", {}).get("sha256") for step in taken}
    return [image for image in selectors.inputs(source) if image.sha256 in needed]


@contextmanager
def _copies_of(images: Sequence[Image]) -> Iterator[dict[str, str]]:
    """Where copies of these pictures' files wait to be moved, by the keys of the files. Nobody waits for the copying:
    no row is locked yet."""
    place = uuid4().hex
    copies = {key: names.incoming_key(place, uuid4().hex) for key in _files(images)}
    disk.require(sum(image.bytes for image in images))
    with store.taking_back(copies.values()) as unless_moved:
        with store.settled_together():
            for key, waiting in copies.items():
                store.put(waiting, store.read(key))
        yield copies
        unless_moved.pop_all()
    transaction.on_commit(lambda: store.discard_folder(names.incoming_folder(place)), robust=True)


def _put_in_place(
    recording: Session, source: Session, images: Sequence[Image], copies: Mapping[str, str], unless_copied: ExitStack
) -> dict[str, Image]:
    """The pictures' rows by their names, and their files, as the recording's own; the files go again with the stack."""
    own = [_copy_of(image, source, recording, number) for number, image in enumerate(images, 1)]
    moves = {new: copies[old] for old, new in zip(_files(images), _files(own), strict=True)}
    unless_copied.callback(store.discard, list(moves))
    with store.settled_together():
        for new, waiting in moves.items():
            store.move(waiting, new)
    return {image.name: image for image in Image.objects.bulk_create(own)}


def _copy_of(image: Image, source: Session, recording: Session, number: int) -> Image:
    here, there = f"/{source.public_id}/", f"/{recording.public_id}/"
    same = ("name", "label", "media_type", "width", "height", "bytes", "sha256", "has_alpha")
    return Image(
        session=recording,
        number=number,
        key=image.key.replace(here, there, 1),
        thumbnail_key=image.thumbnail_key.replace(here, there, 1),
        **{column: getattr(image, column) for column in same},
    )


def _files(images: Iterable[Image]) -> list[str]:
    """The keys of their files: of each its own and, where it has one, its thumbnail's."""
    return [key for image in images for key in (image.key, image.thumbnail_key) if key]


def _step_copy(step: Step, recording: Session, image: Image) -> Step:
    same = (
        "index", "system", "target_sector", "focus_sector", "prompt", "made_at", "status", "reason", "outside_delta",
        "change", "request_sha256", "recipe",
    )  # fmt: skip
    return Step(recording=recording, image=image, **{column: getattr(step, column) for column in same})
