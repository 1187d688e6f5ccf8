"""How a backend is asked for a picture, and how it answers; the same for one in this process and one across a network.

A backend is opened with its address and is kept: one object serves many wishes, one after another. It may answer with a
picture of another size, with an alpha channel or repainted as a whole; what of that is taken, the caller decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from prompt_media.progress import Progress

LARGEST_SEED = 2**64 - 1


class Verb(StrEnum):
    """What a backend can be asked to do. A caller looks for the verb among the capabilities before it asks."""

    INPAINT = "inpaint"
    TXT2IMG = "txt2img"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`is_deterministic`: the same wish gives the same pixels again, on any machine, as long as the version stays."""

    verbs: frozenset[Verb]
    is_deterministic: bool


@dataclass(frozen=True, slots=True, eq=False)
class Inpaint:
    """Paint what `prompt` says into the box `target` of the picture, whose pixels are only to be read. `strength`: how
    much of what is there may go."""

    picture: Picture
    target: Box
    prompt: str
    seed: int
    strength: float

    def __post_init__(self) -> None:
        if self.target.is_empty or self.target.clipped(self.picture.size) != self.target:
            raise ValueError(f"The target {self.target} does not lie inside the picture, {self.picture.size}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"A seed is a whole number in 0..{LARGEST_SEED}, not {self.seed}.")
        if not 0 <= self.strength <= 1:
            raise ValueError(f"A strength is in 0..1, not {self.strength}.")


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The whole picture, and what the backend tells of its making (a model's name, a workflow), for whoever asks."""

    picture: Picture
    told: Mapping[str, str] = field(default_factory=dict)


class Backend(Protocol):
    """`version` changes whenever the same wish would give other pixels: it is told as the reason of what differs."""

    name: str
    version: str
    capabilities: Capabilities

    def inpaint(self, wish: Inpaint, progress: Progress) -> Result:
        """The picture with the wish painted in. Raises BackendError; what `progress` raises to stop goes through,
        and work that goes on elsewhere is called off on the way."""
        ...


class BackendError(Exception):
    """A backend made no picture; the message tells a person why.

    `permanent`: the same wish will fail again, as with a refused prompt. Otherwise trying again makes sense, at the
    earliest after `retry_after` seconds where the backend named a time.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
