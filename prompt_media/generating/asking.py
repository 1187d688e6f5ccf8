"""Asking a backend, which may be other people's code: whatever breaks in there is a backend that made no picture."""

import logging
from dataclasses import replace

from prompt_media.generating.protocol import Backend, BackendError, Inpaint, Verb
from prompt_media.imaging.picture import Picture
from prompt_media.progress import Progress

log = logging.getLogger(__name__)


def inpaint(backend: Backend, wish: Inpaint, progress: Progress) -> Picture:
    """The picture with the wish painted in; that of the wish stays as it is. Raises BackendError, and whatever
    `progress` raised to stop."""
    heard = _Heard(progress)
    try:
        return _inpainted(backend, replace(wish, picture=_sealed(wish.picture)), heard)
    except BackendError:
        raise
    except Exception as error:
        if error is heard.raised:
            raise
        log.exception("The backend %r broke.", backend.name)
        raise BackendError(f"It broke inside ({type(error).__name__}).", permanent=True) from error


def _inpainted(backend: Backend, wish: Inpaint, progress: Progress) -> Picture:
    if Verb.INPAINT not in backend.capabilities.verbs:
        raise BackendError(f"{backend.name} cannot paint into a picture.", permanent=True)
    picture = backend.inpaint(wish, progress).picture
    if not isinstance(picture, Picture):
        raise TypeError(f"A result's picture is a Picture, not {type(picture).__name__}.")
    if picture.size.pixels == 0:
        raise ValueError("A result's picture has at least one pixel.")
    return picture


def _sealed(picture: Picture) -> Picture:
    """The same pixels, not to be written to: what is compared with the result later must be what was sent."""
    pixels = picture.pixels.view()
    pixels.flags.writeable = False
    return Picture(pixels)


class _Heard:
    """Progress that remembers what it raised: that is ours, and no fault of the backend's."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.raised: BaseException | None = None

    def advance(self, done: int, total: int, note: str = "") -> None:
        try:
            self._progress.advance(done, total, note)
        except BaseException as error:
            self.raised = error
            raise
