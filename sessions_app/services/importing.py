"""Recordings taken in from archives: set aside as they came, judged and decoded by a worker, kept as they are.

All of one, or none of it. Its files wait under names of our own until the row is there that holds its id; only then do
they go where they belong, so that two of one id never write into the same folder.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from prompt_media.errors import Conflict, HouseError, NotFound, TooLarge, Unprocessable, UnsupportedPicture
from prompt_media.files import intake, layers, sandbox, store
from prompt_media.imaging import decode, encode
from prompt_media.imaging.decode import Facts
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from prompt_media.progress import SILENT, Progress
from sessions_app import names, selectors
from sessions_app.editing.recipe import Recipe, judge_shared
from sessions_app.models import Generation, Image, Recording, Session, Step
from sessions_app.services import mirrors, recordings, room, workspace
from sessions_app.services.recordings import RecordingExists
from sessions_app.unpacking import archive, kinds, recipes
from sessions_app.unpacking.archive import Archive, Picture
from sessions_app.unpacking.metadata import Entry
from sessions_app.unpacking.packages import Package
from sessions_app.unpacking.refusals import DEFAULT, Limits

KIND = "import"
_MEGABYTE = 1024 * 1024
# Folders count, and what systems lay beside each file.
_ENTRIES_A_FILE = 4
# As many as our own animations may have: such a frame is decoded once, and only its first picture.
_FRAME_PIXELS = 10**10
_BULKY_BYTES = 20 * _MEGABYTE
# What is written of a step, with prompts and a recipe as long as they hardly get.
_JSON_A_FILE = 16 * 1024
_MOST_TOLD = 50
_FITTING = re.compile(r"(\d{4,})_[A-Za-z0-9]{1,8}\.(png|jpe?g|webp|gif)")


@dataclass(frozen=True, slots=True)
class Staged:
    """A picture that was decoded and set aside; no row points to it yet."""

    picture: Picture
    name: str
    key: str
    thumbnail_key: str
    facts: Facts
    has_alpha: bool

    @property
    def keys(self) -> list[str]:
        return [key for key in (self.key, self.thumbnail_key) if key]


@dataclass(frozen=True, slots=True)
class Ready:
    """A recording that only lacks its rows."""

    public_id: str
    place: str
    """In which folder its files wait."""
    found: Archive
    pictures: list[Staged] = field(default_factory=list)

    @property
    def frames(self) -> dict[int, Staged]:
        """The frames by their index, in order."""
        framed = {one.picture.entry.index: one for one in self.pictures if one.picture.entry}
        return dict(sorted(framed.items()))

    @property
    def inputs(self) -> list[Staged]:
        return sorted((one for one in self.pictures if one.picture.entry is None), key=lambda one: one.name)

    @property
    def renamed(self) -> dict[str, str]:
        """Frames that are called otherwise here than they were."""
        return {one.picture.name: one.name for one in self.frames.values() if one.name != one.picture.name}


def limits() -> Limits:
    """The most an archive may hold: what a recording may."""
    return Limits(
        entries=_ENTRIES_A_FILE * settings.SESSION_FILES,
        bytes=settings.SESSION_MB * _MEGABYTE,
        # An animation of ours may be larger than any upload.
        file_bytes=settings.BODY_MB * _MEGABYTE,
        json_bytes=max(DEFAULT.json_bytes, _JSON_A_FILE * settings.SESSION_FILES),
    )


def take_in(*, owner: str, file: File, label: str, public_id: str | None = None, slip: Slip | None = None) -> Job:
    """Set an archive aside and ask a worker to read it. Under `public_id`, if one is given, instead of its own id.

    Raises BadRecordingId or RecordingExists for that one at once.
    """
    if public_id is not None:
        refuse_taken(names.recording(public_id))
    place, about = uuid4().hex, names.label(label)
    key = names.incoming_key(place, uuid4().hex)
    with store.taking_back([key]) as unless_taken:
        store.put_file(key, file)
        with transaction.atomic(durable=True):
            # Before the job is published: once it is committed, nothing that goes wrong may take its file away.
            transaction.on_commit(unless_taken.pop_all)
            job = jobs.submit(
                kind=KIND,
                owner=owner,
                subject=f"import:{place}",
                title="Import of a recording",
                queue=Job.Queue.BULK if file.size > _BULKY_BYTES else Job.Queue.QUICK,
                about=about,
                payload={
                    "files": [{"key": key, "label": about, "bytes": file.size}],
                    "bytes": file.size,
                    "as": public_id,
                },
                slip=slip,
            )
            room.require_of_server()
    return job


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: judge the archive, decode each picture once, set them all aside, and hand over what to write."""
    files = ticket.payload.get("files", [])
    if not files:
        raise NotFound("The archive is not kept any more. Send it again.", code="file_gone")
    key, place = files[0]["key"], ticket.job.subject.partition(":")[2]
    with _final_refusals(ticket), store.on_disk(key) as file:
        package = kinds.package(file, limits())
        ready = prepare(package, public_id=ticket.payload["as"], place=place, progress=ticket)
    return Outcome(write=partial(_finish, ticket, ready), discard=partial(discard, ready))


def prepare(
    package: Package, *, public_id: str | None = None, place: str | None = None, progress: Progress = SILENT
) -> Ready:
    """Read a recording out of a package and set its pictures aside. Raises what is wrong with any part of it."""
    found = archive.read(package, limits())
    ready = Ready(_id(found, public_id), place or uuid4().hex, found)
    refuse_taken(ready.public_id)
    _refuse_overflow(found)
    _judge_recipes(found)
    with _taken_back_unless_whole(ready), store.settled_together():
        for done, (picture, data) in enumerate(found.pictures()):
            progress.advance(done, found.count, f"Reading {picture.name}")
            ready.pictures.append(_staged(picture, data, ready.place))
    return ready


def write(ready: Ready, *, owner: str) -> Session:
    """The recording's rows, and its files where they belong; within a transaction. Raises RecordingExists when somebody
    was quicker, SessionFull when it is more than a recording holds."""
    told, frames = ready.found.metadata, ready.frames
    recording = recordings.open_one(
        owner=owner,
        public_id=ready.public_id,
        seed=ready.found.recipes.seed if ready.found.recipes else None,
        steps_numbered=max(frames, default=-1) + 1,
        images_numbered=len(ready.pictures),
        name=ready.found.recipes.name if ready.found.recipes else "",
    )
    recording.created_at = _time(told.created_at)
    Session.objects.filter(pk=recording.pk).update(created_at=recording.created_at)
    Recording.objects.filter(session=recording).update(original_metadata=ready.found.original)
    images = _images(recording, ready)
    Step.objects.bulk_create(
        _step(recording, images[one.name], entry, facts)
        for one, entry, facts in zip(frames.values(), told.sequence, _facts(ready.found), strict=True)
    )
    room.require(recording)
    _put_in_place(ready, images)
    transaction.on_commit(lambda: store.discard_folder(names.incoming_folder(ready.place)), robust=True)
    mirrors.tell(recording)
    return recording


def discard(ready: Ready) -> None:
    """Clear away what no row points to, wherever it lies by now."""
    _take_back(ready)
    workspace.clear_if_gone(ready.public_id)


def told(job: Job) -> dict[str, Any]:
    """What an import has made, and what of the archive is not as it was. Raises UnknownSession when it was deleted."""
    recording = selectors.session_of(job)
    return {
        "session_id": recording.public_id,
        "created_at": recording.created_at.timestamp(),
        "total_generations": recording.steps.count(),
        "left_out": job.payload.get("left_out", []),
        "renamed": job.payload.get("renamed", {}),
    }


def refuse_taken(public_id: str) -> None:
    """Raises RecordingExists before any work is done."""
    if recordings.is_taken(public_id):
        raise RecordingExists(
            f"There is a recording called “{public_id}” already. Delete that one, or import this one under another id.",
            field="session_id",
        )


def _id(found: Archive, public_id: str | None) -> str:
    try:
        return names.recording(public_id or found.metadata.session_id)
    except HouseError as error:
        raise type(error)(f"{error.detail} Import it under another one.", field="session_id") from error


def _refuse_overflow(found: Archive) -> None:
    """A look before any picture is decoded; what all hold together decides at the end."""
    most = room.of_a_session().files
    if found.count > most:
        raise room.SessionFull(
            f"The archive has {found.count:,} pictures; a recording here holds {most:,}. SESSION_FILES sets how many.",
            field="archive",
        )


def _judge_recipes(found: Archive) -> None:
    """What can be made again is told in one form only; what other systems tell is theirs, but what is read of all."""
    for facts in _facts(found):
        if facts.recipe:
            judge = Recipe.from_json if facts.system == Generation.Kind.SECTOR else judge_shared
            try:
                judge(facts.recipe)
            except Unprocessable as error:
                raise Unprocessable(f"The recipe of step {facts.index}: {error.detail}", field="archive") from error


def _facts(found: Archive) -> Sequence[recipes.Facts]:
    """What is known of each step beside the promised names. A plain folder of ours tells some of it."""
    if found.recipes:
        return found.recipes.steps
    return [
        recipes.Facts(entry.index, status=entry.status, outside_delta=entry.outside_delta, change=entry.change)
        for entry in found.metadata.sequence
    ]


def _staged(picture: Picture, data: bytes, place: str) -> Staged:
    try:
        return _decoded(picture, data, place)
    except (UnsupportedPicture, TooLarge) as error:
        raise type(error)(f"{picture.name}: {error.detail}", code=error.code, field="archive") from error


def _decoded(picture: Picture, data: bytes, place: str) -> Staged:
    bounds = replace(intake.limits(), frame_pixels=_FRAME_PIXELS)
    facts = decode.inspect(data, bounds)
    pixels = sandbox.picture(data, facts, bounds)
    is_frame = picture.entry is not None
    key = names.incoming_key(place, uuid4().hex)
    staged = Staged(
        picture=picture,
        name=_frame_name(picture.entry, facts) if picture.entry else picture.name,
        key=key,
        thumbnail_key=f"{key}-thumbnail" if is_frame else "",
        facts=facts,
        has_alpha=pixels.has_alpha,
    )
    files = {key: data} | ({staged.thumbnail_key: encode.thumbnail(pixels)} if is_frame else {})
    store.put_together(files)
    layers.keep(picture.sha256, pixels)
    return staged


def _frame_name(entry: Entry, facts: Facts) -> str:
    """Its own, if it is one that we could have given; else ours."""
    fits = _FITTING.fullmatch(entry.filename)
    if fits and fits[1] == f"{entry.index:04d}":
        return entry.filename
    sector = re.sub(r"[^A-Za-z0-9]", "", entry.target_sector) or "FRAME"
    return names.frame_name(entry.index, sector, facts.extension)


def _images(recording: Session, ready: Ready) -> dict[str, Image]:
    """The rows of all pictures by their names, each as old as its step."""
    in_order = [*ready.inputs, *ready.frames.values()]
    images = [_image(recording, one, number) for number, one in enumerate(in_order, 1)]
    Image.objects.bulk_create(images)
    for one, image in zip(in_order, images, strict=True):
        image.created_at = _time(one.picture.entry.timestamp) if one.picture.entry else recording.created_at
    Image.objects.bulk_update(images, ["created_at"])
    return {image.name: image for image in images}


def _image(recording: Session, one: Staged, number: int) -> Image:
    key_of = names.frame_key if one.picture.entry else names.frame_input_key
    thumbnail = names.frame_thumbnail_key(recording.public_id, f"{one.name}.webp") if one.thumbnail_key else ""
    return Image(
        session=recording,
        number=number,
        name=one.name,
        key=key_of(recording.public_id, one.name),
        thumbnail_key=thumbnail,
        media_type=one.facts.media_type,
        width=one.facts.size.width,
        height=one.facts.size.height,
        bytes=one.picture.bytes,
        sha256=one.picture.sha256,
        has_alpha=one.has_alpha,
    )


def _step(recording: Session, image: Image, entry: Entry, facts: recipes.Facts) -> Step:
    return Step(
        recording=recording,
        index=entry.index,
        image=image,
        system=facts.system,
        target_sector=entry.target_sector,
        focus_sector=entry.focus_sector,
        prompt=entry.prompt,
        made_at=_time(entry.timestamp),
        status=facts.status,
        reason=facts.reason,
        outside_delta=facts.outside_delta,
        change=facts.change,
        request_sha256=facts.request_sha256,
        recipe=facts.recipe,
    )


def _put_in_place(ready: Ready, images: Mapping[str, Image]) -> None:
    """The row is there, and nobody else writes into its folders."""
    with store.settled_together():
        for one in ready.pictures:
            image = images[one.name]
            for old, new in zip(one.keys, (image.key, image.thumbnail_key), strict=False):
                store.move(old, new)


def _finish(ticket: Ticket, ready: Ready) -> None:
    # Whoever signed in meanwhile has taken the job along; whoever signs in now waits, and takes the recording.
    job = Job.objects.get(pk=ticket.job.pk)
    with _final_refusals(ticket):
        recording = write(ready, owner=job.owner)
    noted = {"files": [], "bytes": 0, "left_out": list(ready.found.left_out[:_MOST_TOLD]), "renamed": ready.renamed}
    Job.objects.filter(pk=job.pk).update(subject=recording.subject, payload=ticket.payload | noted)


@contextmanager
def _final_refusals(ticket: Ticket) -> Iterator[None]:
    """What is refused is sent anew, or under another id: then what was set aside is of no further use."""
    try:
        yield
    except (Unprocessable, TooLarge, UnsupportedPicture, Conflict):
        ticket.once_failed(lambda: room.empty(ticket.job))
        raise


@contextmanager
def _taken_back_unless_whole(ready: Ready) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _take_back(ready)
        raise


def _take_back(ready: Ready) -> None:
    store.discard(key for one in ready.pictures for key in one.keys)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
