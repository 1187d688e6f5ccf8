"""A session's life and its tags: open, use, keep, name, close."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, When
from django.utils import timezone

from prompt_media.errors import Conflict, FieldError, HouseError, Unavailable, Unprocessable
from prompt_media.files import layers, store
from prompt_media.jobs import services as jobs
from prompt_media.jobs.services import Stopped
from sessions_app import names, selectors
from sessions_app.models import Generation, Image, Session, Sitting, Study, Tag
from sessions_app.services import decks

# A session's clock is wound at most so often; a write for every thumbnail would cost more than it tells.
_WIND_EVERY = timedelta(seconds=15)
_LONGEST_NAME = 200


class TagTaken(Conflict):
    """A tag names one image of a session."""

    code = "tag_taken"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One image's tag to be; None takes it off. `path` is where it stands in the request, for errors."""

    filename: str
    tag: str | None
    path: str = ""


def open_session(*, owner: str, kind: str = Session.Kind.STUDIO) -> Session:
    """A new session, with its idle time running."""
    now = timezone.now()
    return Session.objects.create(
        kind=kind, public_id=str(uuid4()), owner=owner, last_active_at=now, expires_at=now + _idle_time()
    )


def enter(public_id: object, kinds: Collection[str] = (Session.Kind.STUDIO,)) -> Session:
    """The living session of that id, and the note that it was used. Raises UnknownSession."""
    session = selectors.live_session(public_id, kinds)
    touch(session)
    return session


def touch(session: Session) -> None:
    """The session is in use: its idle time begins anew."""
    now = timezone.now()
    if now - session.last_active_at < _WIND_EVERY and not _is_over(session):
        return
    session.last_active_at = now
    session.expires_at = None if session.is_kept else now + _idle_time()
    # Conditional, so that a "keep" that came in between is not undone.
    Session.objects.filter(pk=session.pk, expires_at__isnull=session.is_kept).update(
        last_active_at=session.last_active_at, expires_at=session.expires_at
    )


def keep(*, session: Session, kept: bool) -> Session:
    """Lift the session's expiry, or let it run again. A recording is kept, whatever is wished."""
    kept = kept or session.kind == Session.Kind.RECORDING
    now = timezone.now()
    return _change(session, last_active_at=now, expires_at=None if kept else now + _idle_time())


def rename(*, session: Session, name: str) -> Session:
    """Give the session a name of its owner's choice. Raises Unprocessable for one that is too long."""
    if len(name) > _LONGEST_NAME:
        raise Unprocessable(f"A name has at most {_LONGEST_NAME} characters; this one has {len(name):,}.", field="name")
    return _change(session, name=name)


def hand_over(*, giver: str, taker: str) -> None:
    """Make all sessions of one owner, their jobs and studies, and what is recorded and replayed, another's."""
    with transaction.atomic():
        # Imports first: until they end they stand for sessions that nobody can hold yet.
        jobs.hold(selectors.imports(giver))
        deck = decks.kept(giver)
        own = Session.objects.filter(owner=giver).values_list("pk", flat=True)
        studied = Study.objects.filter(owner=giver).values_list("recording", flat=True)
        hold(*own, *studied, deck.recording_id, deck.replaying_id, deck.live_id)
        Session.objects.filter(owner=giver).update(owner=taker)
        Study.objects.filter(owner=giver).update(owner=taker)
        jobs.hand_over(giver=giver, taker=taker)
        decks.hand_over(giver=giver, taker=taker)


def hold(*keys: int | None) -> None:
    """Lock the sessions of these keys, each before its jobs, until the transaction ends. All at once and in the order
    of everybody who takes two: where something is made comes before the recording that hears it."""
    rank = Case(When(kind=Session.Kind.RECORDING, then=1), default=0)
    found = Session.objects.filter(pk__in={key for key in keys if key is not None}).order_by(rank, "pk")
    list(found.select_for_update().values_list("pk", flat=True))


def locked(session: Session) -> Session:
    """The session's row, held until the transaction ends. Raises UnknownSession when it was deleted meanwhile."""
    row = Session.objects.select_for_update().filter(pk=session.pk).first()
    if row is None:
        raise selectors.gone()
    return row


def close(*, session: Session, among: QuerySet[Session] | None = None) -> bool:
    """Delete the session: its jobs end, its rows go, and on commit its files. With `among`, only if it is still one of
    those when its row is held. Returns whether it was deleted now."""
    with transaction.atomic():
        # With those whose rows tell of it, or it of theirs: they are changed too.
        heard_by = Generation.objects.filter(session=session).values_list("recorded_in", flat=True)
        heard = Generation.objects.filter(recorded_in=session).values_list("session", flat=True)
        hold(session.pk, *heard_by.distinct(), *heard.distinct())
        # And its jobs, before anything is judged: one that is retried now would bring an expired session back to life.
        jobs.hold(selectors.jobs(session))
        if not (Session.objects.all() if among is None else among).filter(pk=session.pk).exists():
            return False
        jobs.leave(session.subject)
        _hold_sittings(session)
        decks.hold(session)
        images = list(Image.objects.filter(session=session).values_list("key", "thumbnail_key", "sha256"))
        contents = {sha256 for _, _, sha256 in images}
        session.delete()
        if session.kind == Session.Kind.RECORDING:
            transaction.on_commit(lambda: _discard_recording(session.public_id), robust=True)
        else:
            store.discard_on_commit(key for image in images for key in image[:2])
            transaction.on_commit(lambda: _discard_folders(session.public_id), robust=True)
        transaction.on_commit(lambda: _drop_layers(contents), robust=True)
    return True


@contextmanager
def writing_into(public_id: str) -> Iterator[None]:
    """For writing a session's files. A session that ends meanwhile takes its folders along, and the next file would
    make them anew: then they go again."""
    try:
        yield
    except (HouseError, Stopped) as error:
        if clear_if_gone(public_id) and isinstance(error, Unavailable):
            raise selectors.gone() from error
        raise


def clear_if_gone(public_id: str) -> bool:
    """Remove whatever lies in the folders of a session that has ended. False: it is there, and nothing was done."""
    if Session.objects.filter(public_id=public_id).exists():
        return False
    _discard_folders(public_id)
    _discard_recording(public_id)
    return True


def close_if_there(public_id: object) -> None:
    """Delete the studio session of that id; one that is gone already is what was wanted."""
    session = Session.objects.filter(kind=Session.Kind.STUDIO, public_id=str(public_id)).first()
    if session is not None:
        close(session=session)


def remove_image(*, image: Image) -> None:
    """Delete one picture: row first, files on commit. What was made of it stays."""
    with transaction.atomic():
        # Whoever begins something with the picture holds the session's row, and finds it there or not.
        locked(image.session)
        store.discard_on_commit([image.key, image.thumbnail_key])
        image.delete()


def assign_tag(*, session: Session, filename: str, tag: str | None) -> Image:
    """Call an upload by a name, or take its name off. Raises UnknownImage, BadTag, EmptyTag or TagTaken."""
    assign_tags(session=session, assignments=[Assignment(filename, tag)])
    return selectors.upload(session, filename)


def assign_tags(*, session: Session, assignments: Sequence[Assignment]) -> None:
    """Name several uploads at once, judged by how it would be afterwards: all or nothing, a swap is allowed."""
    wished = _valid(assignments)
    with transaction.atomic():
        locked(session)
        images = {name: selectors.upload(session, name) for name in wished}
        _refuse_clashes(session, images, wished)
        Tag.objects.filter(image__in=images.values()).delete()
        Tag.objects.bulk_create(
            Tag(session=session, image=images[name], name=one.tag, folded=names.tag_key(one.tag))
            for name, one in wished.items()
            if one.tag is not None
        )


def free_auto_tags(session: Session, count: int) -> list[str]:
    """Image1, Image2, …: numbers go on over uploads, names that are taken are passed over."""
    taken = set(Tag.objects.filter(session=session).values_list("folded", flat=True))
    number = session.images_numbered
    free: list[str] = []
    while len(free) < count:
        number += 1
        if names.tag_key(tag := f"Image{number}") not in taken:
            free.append(tag)
    return free


def _change(session: Session, **columns: Any) -> Session:
    if not Session.objects.filter(pk=session.pk).update(**columns):
        raise selectors.gone()
    for column, value in columns.items():
        setattr(session, column, value)
    return session


def _valid(assignments: Iterable[Assignment]) -> dict[str, Assignment]:
    """The assignments by file, each with its tag as it will be kept."""
    valid: dict[str, Assignment] = {}
    for one in assignments:
        if one.filename in valid:
            raise Unprocessable(
                f"{one.filename} is named twice in one request.", code="named_twice", field=f"{one.path}filename"
            )
        valid[one.filename] = one if one.tag is None else replace(one, tag=_tag(one.tag, one.path))
    return valid


def _tag(text: str, path: str) -> str:
    try:
        return names.tag(text)
    except HouseError as error:
        raise type(error)(error.detail, field=f"{path}tag") from error


def _refuse_clashes(session: Session, images: Mapping[str, Image], wished: Mapping[str, Assignment]) -> None:
    others = Tag.objects.filter(session=session).exclude(image__in=images.values()).select_related("image")
    holders = {tag.folded: tag.image for tag in others}
    for filename, one in wished.items():
        if one.tag is None:
            continue
        holder = holders.setdefault(names.tag_key(one.tag), images[filename])
        if holder != images[filename]:
            detail = f"@{one.tag} is the tag of {holder} already. Take another name, or swap the two in one request."
            raise TagTaken(detail, errors=[FieldError(f"{one.path}tag", TagTaken.code, detail)])


def _hold_sittings(recording: Session) -> None:
    """Behind their recording, and before their trials: somebody may be answering one."""
    sittings = Sitting.objects.filter(study__recording=recording).order_by("pk")
    list(sittings.select_for_update().values_list("pk", flat=True))


def _idle_time() -> timedelta:
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def _is_over(session: Session) -> bool:
    return session.expires_at is not None and session.expires_at <= timezone.now()


def _drop_layers(contents: set[str]) -> None:
    still_used = set(Image.objects.filter(sha256__in=list(contents)).values_list("sha256", flat=True))
    for sha256 in contents - still_used:
        layers.drop(sha256)


def _discard_folders(public_id: str) -> None:
    for root in names.ROOTS:
        store.discard_folder(f"{root}/{public_id}")


def _discard_recording(public_id: str) -> None:
    """Its folders, unless somebody uses the id anew. While the files go, a row that nobody sees holds it."""
    with suppress(IntegrityError), transaction.atomic():
        holder = Session.objects.create(
            kind=Session.Kind.RECORDING, public_id=public_id, owner="", last_active_at=timezone.now()
        )
        for folder in names.folders(public_id):
            store.discard_folder(folder)
        holder.delete()
