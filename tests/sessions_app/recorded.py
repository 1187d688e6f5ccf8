"""Recordings made at once: rows, and real little pictures on the disk, each changed in one sector from the one before.

For tests of what is done with a recording. How one comes about through the doors is tests/journeys' to show.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import accumulate
from typing import Any

from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageDraw

from prompt_media.files import store
from sessions_app.models import Image, Recording, Session, Step

SECTORS = ("BR", "TL", "MR", "TC", "BC", "ML", "BL", "TR")
NAMES = ("TL", "TC", "TR", "ML", "MC", "MR", "BL", "BC", "BR")
BEGAN = datetime(2026, 3, 14, 13, 40, tzinfo=UTC)
BETWEEN = timedelta(seconds=6)


def recording(
    *,
    owner: str,
    public_id: str = "gaze-study-04",
    steps: int = 4,
    picture: Pillow.Image | None = None,
    began: datetime = BEGAN,
    between: timedelta = BETWEEN,
) -> Session:
    """A recording of so many steps, six seconds apart. The picture it began with lies beside it as an input."""
    session = Session.objects.create(
        kind=Session.Kind.RECORDING, public_id=public_id, owner=owner, last_active_at=timezone.now(),
        images_numbered=steps + 1, revision=1,
    )  # fmt: skip
    Session.objects.filter(pk=session.pk).update(created_at=began)
    Recording.objects.create(session=session, seed=7, steps_numbered=steps)
    first = picture or Pillow.new("RGB", (60, 60), "#4a6a8a")
    pictures = list(accumulate(range(steps), _changed, initial=first))
    with store.settled_together():
        before = _kept_input(session, pictures[0])
        frames = Image.objects.bulk_create(_frame(session, at, made) for at, made in enumerate(pictures[1:]))
    made_of = [before, *frames]
    Step.objects.bulk_create(
        _step(session, at, image, made_of[at], began + (at + 1) * between) for at, image in enumerate(frames)
    )
    session.refresh_from_db()
    return session


def sector_of(index: int) -> str:
    """Where the step of that index changed something."""
    return SECTORS[index % len(SECTORS)]


def _changed(picture: Pillow.Image, index: int) -> Pillow.Image:
    """The picture with a disc in the step's sector, of a colour of its own."""
    after = picture.copy()
    left, top, right, bottom = _box(index, picture.size)
    inset = min(right - left, bottom - top) // 4
    colour = f"hsl({index * 47 % 360}, 65%, {35 + index % 40}%)"
    ImageDraw.Draw(after).ellipse([left + inset, top + inset, right - inset, bottom - inset], fill=colour)
    return after


def _box(index: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    row, column = divmod(NAMES.index(sector_of(index)), 3)
    width, height = size[0] // 3, size[1] // 3
    return column * width, row * height, (column + 1) * width, (row + 1) * height


def _frame(session: Session, index: int, picture: Pillow.Image) -> Image:
    name = f"{index:04}_{sector_of(index)}.png"
    small = f"generation/thumbnails/{session.public_id}/{name.replace('.png', '.webp')}"
    store.put(small, _thumbnail(picture))
    return _image(session, index + 2, picture, f"generation/sessions/{session.public_id}/{name}", thumbnail_key=small)


def _kept_input(session: Session, picture: Pillow.Image) -> Image:
    sha256 = hashlib.sha256(_png(picture)).hexdigest()
    kept = _image(session, 1, picture, f"generation/inputs/{session.public_id}/{sha256}.png")
    kept.save()
    return kept


def _image(session: Session, number: int, picture: Pillow.Image, key: str, **columns: str) -> Image:
    data = _png(picture)
    store.put(key, data)
    return Image(
        session=session, number=number, name=key.rpartition("/")[2], key=key, media_type="image/png",
        width=picture.width, height=picture.height, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), **columns,
    )  # fmt: skip


def _png(picture: Pillow.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _thumbnail(picture: Pillow.Image) -> bytes:
    file, shown = BytesIO(), picture.copy()
    shown.thumbnail((160, 160))
    shown.save(file, "WEBP")
    return file.getvalue()


def _step(session: Session, index: int, image: Image, before: Image, at: datetime) -> Step:
    focus = NAMES[8 - NAMES.index(sector_of(index))]
    prompt = f"a small disc, number {index + 1}, that fits its surroundings"
    return Step(
        recording=session, index=index, image=image, target_sector=sector_of(index), focus_sector=focus, prompt=prompt,
        made_at=at, outside_delta=0, change=0.31, request_sha256=hashlib.sha256(f"{index}".encode()).hexdigest(),
        recipe=_recipe(index, prompt, focus, before),
    )  # fmt: skip


def _recipe(index: int, prompt: str, focus: str, before: Image) -> dict[str, Any]:
    focus_row, focus_column = divmod(NAMES.index(focus), 3)
    row, column = divmod(NAMES.index(sector_of(index)), 3)
    asked = {
        "image_sha256": before.sha256,
        "focus_x": (focus_column + 0.5) / 3,
        "focus_y": (focus_row + 0.5) / 3,
        "target_row": None,
        "target_col": None,
        "grid_size": 3,
        "strength": 0.75,
        "prompt": None,
        "seed": None,
    }
    return {
        "asked": asked,
        "image": {
            "sha256": before.sha256,
            "bytes": before.bytes,
            "media_type": before.media_type,
            "width": before.width,
            "height": before.height,
        },
        "focus_sector": focus,
        "target": {"row": row, "column": column},
        "target_sector": sector_of(index),
        "target_from": "mirrored",
        "prompt": prompt,
        "prompt_from": "sector_prompts.json",
        "prompt_index": index % 6,
        "prompt_count": 6,
        "seed": 90417 + index,
        "seed_from": "derived",
        "backend": "procedural",
        "backend_version": "1",
    }
