"""Which backends there are: ours, and those that installed packages bring along under the entry-point group
`prompt_media.backends`, the entry point's name being the scheme of the addresses it opens.

A plug-in is other people's code: what breaks while it is loaded is logged under its name, and the studio goes on.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from prompt_media.errors import listed
from prompt_media.generating.procedural.backend import Procedural
from prompt_media.generating.protocol import Backend, BackendError

GROUP = "prompt_media.backends"

Opener = Callable[[str], Backend]

BUILT_IN: Mapping[str, Opener] = {"procedural": Procedural}

log = logging.getLogger(__name__)


class UnknownBackend(BackendError):
    """The address names no backend. Written to whoever set it; the address itself may hold a key and is not told."""

    def __init__(self, scheme: str) -> None:
        found = f"No backend is called {scheme!r}" if scheme else "There is no backend's name before a colon"
        broken = f" Installed, but broken: {listed(left_out())}." if left_out() else ""
        super().__init__(f"{found}. There is {listed(known())}.{broken}", permanent=True)


def open_backend(address: str) -> Backend:
    """The backend of an address such as `procedural:`; what stands behind the scheme is the backend's to read. Raises
    BackendError."""
    scheme, colon, _ = address.strip().partition(":")
    opener = known().get(scheme.lower()) if colon else None
    if opener is None:
        raise UnknownBackend(scheme if colon else "")
    try:
        return opener(address.strip())
    except BackendError:
        raise
    except Exception as error:
        log.exception("The backend %r cannot be opened.", scheme)
        raise BackendError(f"{scheme} broke when it was opened ({type(error).__name__}).", permanent=True) from error


def known() -> Mapping[str, Opener]:
    """Every backend that can be opened, by its scheme. Ours cannot be replaced."""
    return {**{name: opener for name, opener in plug_ins().items() if opener}, **BUILT_IN}


def left_out() -> tuple[str, ...]:
    """The names of plug-ins that are installed and cannot be used."""
    return tuple(name for name, opener in plug_ins().items() if opener is None)


@functools.cache
def plug_ins() -> Mapping[str, Opener | None]:
    """What installed packages bring along, looked for once; None where it cannot be used."""
    return {point.name.lower(): _loaded(point) for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> Opener | None:
    try:
        opener: object = point.load()
    except Exception:
        log.exception("The backend %r is left out: %s cannot be loaded.", point.name, point.value)
        return None
    if not callable(opener):
        log.error("The backend %r is left out: %s cannot be called with an address.", point.name, point.value)
        return None
    return cast(Opener, opener)
