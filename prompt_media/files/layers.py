"""Decoded pictures, kept so that no upload is decoded twice.

A layer is an upload's pixels, no larger than a canvas needs, as raw bytes under `DATA_DIR/cache`, named by the
content of its stored file. It is only a cache: any machine that lacks one decodes the stored file again, and the
least recently used go when the folder outgrows CACHE_MB.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np
import structlog
from django.conf import settings
from PIL import Image

from prompt_media.files import intake, store
from prompt_media.imaging import decode
from prompt_media.imaging.geometry import Size, fit
from prompt_media.imaging.picture import Picture

log = structlog.get_logger(__name__)

# Twice the default canvas: enough to cover one with the long side of a 2:1 picture, without a second scaling up.
LONGEST_SIDE = 2160
# A session's end clears the cache of the machine that saw it; what others still have of its pictures goes by age.
UNUSED_SECONDS = 24 * 3600
CUT_OFF_SECONDS = 3600


def keep(sha256: str, picture: Picture) -> None:
    """Keep the layer of a stored file whose picture is in hand. A cache that cannot be written is done without."""
    path = _path(sha256)
    aside = path.with_name(f".{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            np.save(file, bounded(picture).pixels)
            file.flush()
            # Without it a power cut can leave the right length and wrong pixels, which nobody would notice.
            os.fsync(file.fileno())
        os.replace(aside, path)
        _make_room(path.parent)
    except OSError as error:
        aside.unlink(missing_ok=True)
        log.warning("layer not kept", reason=str(error))


def layer(sha256: str, key: str) -> Picture:
    """The layer of a stored file, mapped from the cache, or decoded and kept when the cache lacks it."""
    path = _path(sha256)
    try:
        pixels = np.load(path, mmap_mode="r")
        os.utime(path)
    except (OSError, ValueError, EOFError):
        picture = bounded(decode.picture(store.read(key), intake.limits()))
        keep(sha256, picture)
        return picture
    return Picture(pixels)


def drop(sha256: str) -> None:
    """Forget a layer whose picture has gone."""
    _path(sha256).unlink(missing_ok=True)


def bounds(size: Size) -> Size:
    """How large the layer of a picture of this size is."""
    longest = Size(LONGEST_SIDE, LONGEST_SIDE)
    return size if max(size.width, size.height) <= LONGEST_SIDE else fit(size, longest)


def bounded(picture: Picture) -> Picture:
    """The layer of a decoded picture: itself, or smaller."""
    size = bounds(picture.size)
    if size == picture.size:
        return picture
    # Premultiplied while it shrinks, so that the colour of what cannot be seen does not bleed into the edge.
    image = Image.fromarray(picture.pixels)
    if not picture.has_alpha:
        return Picture(np.array(image.resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)))
    small = image.convert("RGBa").resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Picture(np.array(small.convert("RGBA")))


def _path(sha256: str) -> Path:
    return settings.CACHE_DIR / "layers" / f"{sha256}.npy"


def _make_room(folder: Path) -> None:
    _clear_cut_off(folder)
    kept = sorted(_used(folder), reverse=True)
    room = settings.CACHE_MB * 1024 * 1024
    for used_at, size, path in kept:
        room -= size
        if room < 0 or used_at < time.time() - UNUSED_SECONDS:
            path.unlink(missing_ok=True)


def _clear_cut_off(folder: Path) -> None:
    """What a process left that was killed while it wrote. A younger one may still be written."""
    for path in folder.glob(".*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - CUT_OFF_SECONDS:
                path.unlink()


def _used(folder: Path) -> list[tuple[float, int, Path]]:
    """When each layer was last used, its bytes, its path. Another process may remove one meanwhile."""
    found = []
    for path in folder.glob("*.npy"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        found.append((facts.st_mtime, facts.st_size, path))
    return found
