"""A recording as one file: its frames as they are stored, what they were made from, and what its rows know of them.

The same recording makes the same bytes whenever it is packed. `services.importing` reads them.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from prompt_media.errors import NotFound
from prompt_media.files import store
from prompt_media.files.archive import Entry, Packed, Written
from sessions_app import names
from sessions_app.models import Image, Session, Step
from sessions_app.selectors import recordings
from sessions_app.services import mirrors, workspace
from sessions_app.unpacking import manifest, paths
from sessions_app.unpacking import recipes as recipe_files
from sessions_app.unpacking.manifest import Content
from sessions_app.unpacking.recipes import Facts, Recipes


def packed(recording: Session) -> Packed:
    """The recording as a ZIP. Raises NotFound (`file_gone`) when one of its files is not there any more."""
    with transaction.atomic():
        # Held while its rows are read, so that no step comes between what the files of the archive tell.
        recording = workspace.locked(recording)
        steps = list(recordings.steps(recording))
        inputs = sorted(recordings.inputs(recording), key=lambda image: image.name)
        told = {
            paths.METADATA: mirrors.as_bytes(mirrors.metadata(recording)),
            paths.ORIGINAL: recording.recording.original_metadata.encode(),
            paths.RECIPES: recipe_files.write(_recipes(recording, steps)),
        }
    _require_files(recording, [*(step.image for step in steps), *inputs])
    return Packed(_entries(recording.public_id, told, steps, inputs), dated=recording.created_at)


def _entries(
    folder: str, told: dict[str, bytes], steps: Sequence[Step], inputs: Sequence[Image]
) -> Iterator[Entry | Written]:
    """What tells of the others first, so that whoever reads on a stream knows what comes."""
    documents = [Written(folder, name, data) for name, data in told.items() if data]
    frames = [Entry(folder, step.image.name, step.image.key, step.image.bytes) for step in steps]
    kept = [Entry(f"{folder}/{paths.INPUTS}", image.name, image.key, image.bytes) for image in inputs]
    contents = {one.name: manifest.content(one.data) for one in documents}
    contents |= {step.image.name: _content(step.image) for step in steps}
    contents |= {f"{paths.INPUTS}/{image.name}": _content(image) for image in inputs}
    yield from documents
    yield Written(folder, paths.MANIFEST, manifest.write(contents))
    yield from frames
    yield from kept


def _content(image: Image) -> Content:
    return Content(image.bytes, image.sha256)


def _recipes(recording: Session, steps: Iterable[Step]) -> Recipes:
    return Recipes(recording.name, recording.recording.seed, tuple(_facts(step) for step in steps))


def _facts(step: Step) -> Facts:
    return Facts(
        index=step.index,
        system=step.system,
        status=step.status,
        reason=step.reason,
        outside_delta=step.outside_delta,
        change=step.change,
        request_sha256=step.request_sha256,
        recipe=step.recipe,
    )


def _require_files(recording: Session, images: Iterable[Image]) -> None:
    """While the answer's head can still say so: once a stream has begun, it can only be cut short."""
    folders = (names.frame_key(recording.public_id, ""), names.frame_input_key(recording.public_id, ""))
    there = {found.key: found.size for folder in folders for found in store.walk(folder.rstrip("/"))}
    lost = [image.name for image in images if there.get(image.key) != image.bytes]
    if lost:
        raise NotFound(
            f"{lost[0]} is gone from the storage, or not whole: one of {len(lost)} such files. Somebody has changed "
            "the recording's folder.",
            code="file_gone",
        )
