"""What can honestly be put right when rows and files disagree.

A thumbnail is made anew, and so is a mirror. A lost original is copied from another stored file of the same content,
if there is one. A recording's lost frame is painted again by its recipe, and is the frame if every byte is the same.
What cannot be had again is left as it is: its row still tells the name, tag and size, and a backup may bring it back.
"""

from contextlib import suppress
from hashlib import sha256
from pathlib import PurePosixPath

from django.db import transaction

from prompt_media import backends
from prompt_media.errors import HouseError, NotFound
from prompt_media.files import intake, store
from prompt_media.files.keepers import Claim, Fault, Part
from prompt_media.generating.protocol import BackendError
from prompt_media.imaging import decode, encode
from sessions_app import selectors
from sessions_app.editing.recipe import Recipe
from sessions_app.models import Generation, Image, Step
from sessions_app.selectors import recordings
from sessions_app.services import mirrors, sectors, workspace


def mend(fault: Fault, claim: Claim) -> str:
    """Put it right and tell how; empty when nothing that is left could do it."""
    if claim.part is Part.MIRROR:
        mirrors.render_anew(claim.row)
        return "written anew"
    image = Image.objects.select_related("session").filter(pk=claim.row).first()
    if image is None:
        return "its row has gone"
    if claim.part is Part.THUMBNAIL:
        return _thumbnail_anew(image, claim)
    if fault is Fault.MISPLACED:
        return _moved_home(image, claim)
    return _copied_from_a_twin(image) or _painted_again(image)


def forget(claim: Claim) -> str:
    """Delete the row of a lost picture, and what is left of its files. A step's row stays: it tells how to make the
    picture again, and a recording has no gaps."""
    if claim.part is Part.MIRROR or Step.objects.filter(image=claim.row).exists():
        return ""
    for image in Image.objects.select_related("session").filter(pk=claim.row):
        with suppress(selectors.UnknownSession):
            workspace.remove_image(image=image)
    return "its row is deleted"


def _thumbnail_anew(image: Image, claim: Claim) -> str:
    original = _whole(image)
    if original is None:
        return ""
    home = f"{claim.folder}/{PurePosixPath(image.thumbnail_key).name}"
    try:
        store.put(home, encode.thumbnail(decode.picture(original, intake.own_limits())))
    except HouseError:
        return ""
    Image.objects.filter(pk=image.pk).update(thumbnail_key=home)
    return "made anew"


def _copied_from_a_twin(image: Image) -> str:
    for twin in Image.objects.filter(sha256=image.sha256, bytes=image.bytes).exclude(pk=image.pk):
        data = _whole(twin)
        if data is not None:
            store.put(image.key, data)
            return "copied from a file of the same content"
    return ""


def _painted_again(image: Image) -> str:
    """Claims come in the order in which pictures were made: what this frame was made from was mended before it."""
    step = Step.objects.filter(image=image, system=Generation.Kind.SECTOR).first()
    original = recordings.made_from(step) if step else None
    data = _whole(original) if original else None
    if step is None or data is None:
        return ""
    with suppress(HouseError, BackendError):
        again = _frame(Recipe.from_json(step.recipe), data)
        if sha256(again).hexdigest() == image.sha256:
            store.put(image.key, again)
            return "painted again by its recipe, the same to the byte"
    return ""


def _frame(recipe: Recipe, data: bytes) -> bytes:
    """What the recipe makes of its picture today; nothing where that would be a guess."""
    backend = backends.current()
    if backend.name != recipe.backend or not backend.capabilities.is_deterministic:
        return b""
    return encode.png(sectors.paint(recipe=recipe, data=data, backend=backend).picture.pixels)


def _moved_home(image: Image, claim: Claim) -> str:
    """Row and file to the folder of their owner; the old file goes when the row has left it."""
    data, home = _whole(image), f"{claim.folder}/{PurePosixPath(image.key).name}"
    if data is None or store.size(home) is not None:
        return ""
    store.put(home, data)
    with transaction.atomic():
        moved = Image.objects.filter(pk=image.pk, key=image.key).update(key=home)
        store.discard_on_commit([image.key if moved else home])
    return f"moved to {home}"


def _whole(image: Image) -> bytes | None:
    """The stored file if it is what its row says; None when it is not."""
    try:
        data = store.read(image.key)
    except NotFound:
        return None
    return data if sha256(data).hexdigest() == image.sha256 else None
