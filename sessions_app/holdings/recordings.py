"""What recordings own in the storage: frames and their thumbnails, inputs, pictures of verdicts, and the mirrors."""

from collections.abc import Collection, Iterator
from functools import partial

from django.db.models import Q

from prompt_media.files.keepers import Claim, Keeper, Part
from sessions_app import names
from sessions_app.holdings import pages
from sessions_app.models import Image, Session
from sessions_app.services import mirrors, repairs

KINDS = (Session.Kind.RECORDING,)


def keeper() -> Keeper:
    """Who answers for them."""
    return Keeper(
        name="recordings",
        roots=names.RECORDING_ROOTS,
        holder_of=partial(pages.holder_below, names.RECORDING_ROOTS),
        claims=claims,
        claimed=claimed,
        is_true=lambda claim: mirrors.is_true(claim.row),
        mend=repairs.mend,
        forget=repairs.forget,
        holders=partial(pages.holders_among, KINDS),
    )


def claims() -> Iterator[Claim]:
    """The pictures with their thumbnails, then the mirrors."""
    pictures = Image.objects.filter(session__kind__in=KINDS)
    for image in pages.through(pictures.select_related("session", "step", "verdict")):
        yield from _of_image(image)
    # One that was never written is about to be.
    written = Session.objects.filter(kind__in=KINDS, mirrored_revision__gt=0).order_by("pk")
    for session in written.iterator(chunk_size=pages.PAGE):
        folder = f"generation/sessions/{session.public_id}"
        yield Claim(mirrors.key(session), Part.MIRROR, session.pk, session.public_id, folder)


def claimed(keys: Collection[str]) -> set[str]:
    """Which of these keys a picture or a recording points to."""
    sessions = {holder for key in keys if (holder := pages.holder_below(names.RECORDING_ROOTS, key))}
    # By session as well, because no index leads from a thumbnail's key to its row.
    near = Q(session__kind__in=KINDS, session__public_id__in=sessions)
    rows = Image.objects.filter(Q(key__in=keys) | near).values_list("key", "thumbnail_key")
    recordings = Session.objects.filter(kind__in=KINDS, public_id__in=sessions)
    return ({key for row in rows for key in row} | {mirrors.key(recording) for recording in recordings}) & set(keys)


def _of_image(image: Image) -> Iterator[Claim]:
    holder = image.session.public_id
    yield Claim(image.key, Part.ORIGINAL, image.pk, holder, _folder(image), image.bytes, image.sha256)
    if image.thumbnail_key:
        yield Claim(image.thumbnail_key, Part.THUMBNAIL, image.pk, holder, f"generation/thumbnails/{holder}")


def _folder(image: Image) -> str:
    """Where its file belongs: what is no step's frame and no verdict's picture is what a frame was made from."""
    root = "sessions" if hasattr(image, "step") else "verdicts" if hasattr(image, "verdict") else "inputs"
    return f"generation/{root}/{image.session.public_id}"
