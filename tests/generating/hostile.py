"""A backend that does everything it may, and some it may not: repaints all, answers in another size, breaks."""

from collections.abc import Callable

import numpy as np

from prompt_media.generating.protocol import BackendError, Capabilities, Inpaint, Result, Verb
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture
from prompt_media.progress import Progress


class Hostile:
    """`hostile:repaint`, and the other manners below; seeds give different paint."""

    name = "hostile"
    version = "1"
    capabilities = Capabilities(verbs=frozenset({Verb.INPAINT}), is_deterministic=True)

    def __init__(self, address: str = "hostile:repaint") -> None:
        self.manner = address.partition(":")[2] or "repaint"

    def inpaint(self, wish: Inpaint, progress: Progress) -> Result:
        progress.advance(1, 2, "Up to no good")
        return Result(MANNERS[self.manner](wish), {"manner": self.manner})


def repaint(wish: Inpaint) -> Picture:
    """Every pixel another one."""
    return Picture(_rough(wish.picture.size, wish.seed, 3))


def alpha(wish: Inpaint) -> Picture:
    """Half of it can be seen through."""
    return Picture(_rough(wish.picture.size, wish.seed, 4))


def larger(wish: Inpaint) -> Picture:
    return Picture(_rough(Size(wish.picture.size.width * 2 + 1, wish.picture.size.height * 2), wish.seed, 3))


def smaller(wish: Inpaint) -> Picture:
    """A size rounded to eight, as models do."""
    size = wish.picture.size
    return Picture(_rough(Size(max(8, size.width // 8 * 8), max(8, size.height // 8 * 8)), wish.seed, 3))


def dot(wish: Inpaint) -> Picture:
    return Picture(_rough(Size(1, 1), wish.seed, 3))


def nothing(wish: Inpaint) -> Picture:
    return wish.picture


def over_it(wish: Inpaint) -> Picture:
    """Painted into the very pixels that were sent, so that no comparison would tell."""
    wish.picture.pixels[:] = 255
    return wish.picture


def refuse(wish: Inpaint) -> Picture:
    raise BackendError("The prompt was refused.", permanent=True)


def busy(wish: Inpaint) -> Picture:
    raise BackendError("The backend is busy.", permanent=False, retry_after=7)


def breaks(wish: Inpaint) -> Picture:
    raise RuntimeError("something nobody thought of")


MANNERS: dict[str, Callable[[Inpaint], Picture]] = {
    manner.__name__: manner for manner in (repaint, alpha, larger, smaller, dot, nothing, over_it, refuse, busy, breaks)
}


def _rough(size: Size, seed: int, channels: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size.height, size.width, channels), dtype=np.uint8)
