"""Uploads: set aside as they came, decoded by a worker, kept as pictures. All of one upload, or none."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import zip_longest
from typing import Any
from uuid import uuid4

from django.db import transaction

from prompt_media.errors import NotFound, TooLarge, UnsupportedPicture
from prompt_media.files import intake, layers, sandbox, store
from prompt_media.files.intake import Arrival
from prompt_media.imaging import decode, encode, formats
from prompt_media.imaging.encode import Encoded
from prompt_media.imaging.picture import Picture
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.jobs.receipts import Slip
from prompt_media.jobs.runner import Outcome, Ticket
from sessions_app import names, selectors
from sessions_app.models import Image, Session, Tag
from sessions_app.services import room, workspace
from sessions_app.services.room import Room

KIND = "upload"


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture in the storage that no row points to yet."""

    name: str
    label: str
    tag: str | None
    key: str
    thumbnail_key: str
    media_type: str
    width: int
    height: int
    bytes: int
    sha256: str
    has_alpha: bool


def take_in(
    *,
    session: Session,
    arrivals: Sequence[Arrival],
    auto_tag: bool = False,
    tags: Sequence[str | None] = (),
    slip: Slip | None = None,
) -> Job:
    """Set the files aside and ask a worker to make pictures of them. `tags`, if given, name them in order."""
    room.refuse_overflow(session, Room(len(arrivals), sum(len(arrival.data) for arrival in arrivals)))
    waiting = [names.incoming_key(session.public_id, uuid4().hex) for _ in arrivals]
    files = [
        {"key": key, "label": names.label(arrival.label), "tag": tag, "bytes": len(arrival.data)}
        for key, arrival, tag in zip_longest(waiting, arrivals, tags)
    ]
    with workspace.writing_into(session.public_id), store.taking_back(waiting) as unless_taken:
        store.put_together({key: arrival.data for key, arrival in zip(waiting, arrivals, strict=True)})
        with transaction.atomic(durable=True):
            locked = workspace.locked(session)
            # Before the job is published: once it is committed, nothing that goes wrong may take its files away.
            transaction.on_commit(unless_taken.pop_all)
            job = _submit(locked, files, auto_tag, slip)
            room.require(locked)
    return job


def carry_out(ticket: Ticket) -> Outcome:
    """In the worker: decode each file once, and from that one decode store picture, thumbnail and layer."""
    session = _session(ticket)
    files = ticket.payload["files"]
    if not files:
        raise NotFound("What was uploaded is not kept any more. Send it again.", code="file_gone")
    stored: list[Stored] = []
    with workspace.writing_into(session.public_id), ExitStack() as unless_whole:
        unless_whole.callback(_discard, stored)
        for place, file in enumerate(files):
            ticket.advance(place, len(files), f"Reading {file['label']}")
            stored.append(_readable(session.public_id, file, ticket))
        unless_whole.pop_all()
    return Outcome(
        hold=partial(workspace.hold, session.pk),
        write=partial(_write, session, ticket, stored),
        discard=partial(_take_back, session, stored),
    )


def made_by(job: Job) -> list[Image]:
    """The images an upload became, in the order of its files."""
    return list(
        Image.objects.filter(session=job.payload.get("session"), name__in=job.payload.get("names", []))
        .select_related("tag", "session")
        .order_by("number")
    )


def _submit(session: Session, files: Sequence[Mapping[str, Any]], auto_tag: bool, slip: Slip | None) -> Job:
    return jobs.submit(
        kind=KIND,
        owner=session.owner,
        subject=session.subject,
        title="Upload" if len(files) == 1 else f"Upload of {len(files)} pictures",
        about=", ".join(file["label"] for file in files),
        payload={
            "session": session.pk,
            "auto_tag": auto_tag,
            "files": files,
            # Also their sum, which the database can add up over all jobs.
            "bytes": sum(file["bytes"] for file in files),
        },
        slip=slip,
    )


def _session(ticket: Ticket) -> Session:
    # A job outlives its session without its payload, and may be retried all the same.
    session = Session.objects.filter(pk=ticket.payload.get("session", 0)).first()
    if session is None:
        ticket.once_failed(lambda: room.empty(ticket.job))
        raise selectors.gone()
    return session


def _readable(session: str, file: dict[str, str], ticket: Ticket) -> Stored:
    try:
        return _store(session, file)
    except (UnsupportedPicture, TooLarge) as error:
        # It will never become readable: what was set aside is of no further use, once the row tells so.
        ticket.once_failed(lambda: room.empty(ticket.job))
        raise intake.refusal([(file["label"], error)], len(ticket.payload["files"])) from error


def _store(session: str, file: dict[str, str]) -> Stored:
    data = store.read(file["key"])
    facts = decode.inspect(data, intake.limits())
    picture = sandbox.picture(data, facts, intake.limits())
    kept = encode.stored(picture, lossless=facts.is_lossless)
    digest = sha256(kept.data).hexdigest()
    name = f"{uuid4().hex}.{kept.extension}"
    key = names.upload_key(session, name)
    stored = Stored(
        name=name,
        label=file["label"],
        tag=file["tag"],
        key=key,
        thumbnail_key=names.thumbnail_key(key),
        media_type=kept.media_type,
        width=picture.size.width,
        height=picture.size.height,
        bytes=len(kept.data),
        sha256=digest,
        has_alpha=picture.has_alpha,
    )
    store.put_together({stored.key: kept.data, stored.thumbnail_key: encode.thumbnail(picture)})
    layers.keep(digest, _as_stored(kept, picture))
    return stored


def _as_stored(kept: Encoded, picture: Picture) -> Picture:
    """The pixels of the stored file, which any machine without this layer will paint from. A JPEG's are others than
    those it was made of."""
    return picture if kept.extension == formats.PNG.extension else decode.picture(kept.data, intake.limits())


def _write(session: Session, ticket: Ticket, stored: Sequence[Stored]) -> None:
    locked = workspace.locked(session)
    auto_tags = workspace.free_auto_tags(locked, len(stored)) if ticket.payload["auto_tag"] else [None] * len(stored)
    Session.objects.filter(pk=locked.pk).update(images_numbered=locked.images_numbered + len(stored))
    for number, (one, auto_tag) in enumerate(zip(stored, auto_tags, strict=True), locked.images_numbered + 1):
        _write_one(locked, number, one, one.tag or auto_tag)
    Job.objects.filter(pk=ticket.job.pk).update(payload={**ticket.payload, "names": [one.name for one in stored]})
    room.require(locked)
    workspace.touch(locked)
    store.discard_on_commit(file["key"] for file in ticket.payload["files"])


def _write_one(session: Session, number: int, stored: Stored, tag: str | None) -> None:
    image = Image.objects.create(
        session=session,
        number=number,
        **{field: getattr(stored, field) for field in Stored.__dataclass_fields__ if field != "tag"},
    )
    if tag and not Tag.objects.filter(session=session, folded=names.tag_key(tag)).exists():
        Tag.objects.create(session=session, image=image, name=tag, folded=names.tag_key(tag))


def _take_back(session: Session, stored: Sequence[Stored]) -> None:
    _discard(stored)
    workspace.clear_if_gone(session.public_id)


def _discard(stored: Sequence[Stored]) -> None:
    store.discard(key for one in stored for key in (one.key, one.thumbnail_key))
