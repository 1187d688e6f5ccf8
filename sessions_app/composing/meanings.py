"""What a word can mean: places, parts, motions, colours, and the small words that join them.

Which words mean it is told in words; what becomes of it in canvas, clauses and wishes.
"""

from dataclasses import dataclass
from enum import Enum, auto

from prompt_media.imaging.geometry import Size
from sessions_app.composing.scene import Fit, Role


@dataclass(frozen=True, slots=True)
class Spot:
    """A named place; None on an axis the word says nothing about. "Centre" names neither."""

    across: float | None = None
    down: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part to play: background or front."""

    role: Role


@dataclass(frozen=True, slots=True)
class Filling:
    fit: Fit


@dataclass(frozen=True, slots=True)
class Share:
    """A size, as a share of the canvas' short side."""

    value: float


@dataclass(frozen=True, slots=True)
class Go:
    """Moving along, with a direction if the verb has one. A weak verb moves only if the sentence adds a direction."""

    dx: int = 0
    dy: int = 0
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The direction of something that moves along."""

    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Rotation: 1 clockwise, -1 against, 0 not said."""

    dx: int = 0


@dataclass(frozen=True, slots=True)
class Hop:
    """Bouncing."""


@dataclass(frozen=True, slots=True)
class Fade:
    """1 in, -1 out, 0 in and out."""

    dx: int = 1


@dataclass(frozen=True, slots=True)
class Still:
    """Not moving."""


@dataclass(frozen=True, slots=True)
class Colour:
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Preset:
    """A canvas size by name. A brand may be named without the word "format": "for Instagram"; what is nothing else but
    a size ("16:9") stands alone."""

    canvas: Size
    is_brand: bool = False
    stands_alone: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """What people ask for and nobody here can do yet; `instead` goes on after a colon."""

    instead: str


class Glue(Enum):
    """Words that join others."""

    FROM = auto()
    TO = auto()
    AT = auto()
    ON = auto()
    OVER = auto()
    ACROSS = auto()
    OF = auto()
    FOR = auto()
    AS = auto()
    NOT = auto()
    BESIDE = auto()
    BEHIND = auto()
    ON_IT = auto()
    BEHIND_IT = auto()
    BOTH = auto()
    ALL = auto()
    LIST = auto()
    SPLIT = auto()
    COMMA = auto()
    STOP = auto()
    FILLER = auto()
    IGNORED = auto()


class Noun(Enum):
    """Words about the picture as a whole, and the units of its numbers."""

    GROUND = auto()
    FORMAT = auto()
    BY = auto()
    WIDTH = auto()
    HEIGHT = auto()
    FRAMES = auto()
    FPS = auto()
    SECONDS = auto()
    PERCENT = auto()
    OPACITY = auto()
    FILM = auto()


Meaning = (
    Spot | Part | Filling | Share | Go | Heading | Turn | Hop | Fade | Still | Colour | Preset | Undone | Glue | Noun
)
