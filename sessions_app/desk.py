"""What lies on the studio's desk: a session as its page shows it. Rows and readings in, values for templates out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from prompt_media.errors import HouseError
from prompt_media.imaging.geometry import Size
from prompt_media.web import stretches
from sessions_app import names, selectors
from sessions_app.composing import examples, prompt, scene, sketch
from sessions_app.composing.prompt import Clause, Reading
from sessions_app.composing.scene import Scene
from sessions_app.composing.sketch import Piece, Sketch
from sessions_app.models import Image, Session
from sessions_app.services import room
from sessions_app.services.composition import Wish

_MEGABYTE = 1024 * 1024
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Preset:
    """A size people use, by its name."""

    name: str
    width: int
    height: int


PRESETS = (
    Preset("Square", 1080, 1080),
    Preset("Portrait", 1080, 1350),
    Preset("Story", 1080, 1920),
    Preset("Wide", 1920, 1080),
    Preset("Small", 540, 540),
)


# How many sessions stand on a shelf at first, and come with each wish for older ones.
SHELF = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A clause and the picture it speaks of; None when nobody has that tag."""

    clause: Clause
    picture: Image | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of the prompt that carry no meaning."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece of the sketch and the picture to lay into it."""

    piece: Piece
    picture: Image


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt as the page shows it: its reading line by line, the stage, and whether it can be made.

    `makes_gif` and `is_ready` are about the button: what it makes, and whether it would be refused.
    """

    prompt: str
    reading: Reading
    lines: tuple[Line, ...]
    unread: tuple[Stretch, ...]
    scene: Scene
    sketch: Sketch
    drawn: tuple[Drawn, ...]
    makes_gif: bool
    is_ready: bool

    @property
    def told(self) -> str:
        """The stage in words, for who cannot see it."""
        said = "; ".join(f"{line.clause.tag or 'canvas'}: {line.clause.means}" for line in self.lines)
        return f"Preview. {said}" if said else "Preview, empty so far"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Sessions under one heading, the one used last first, as far as they are shown."""

    title: str
    stretch: stretches.Stretch[Session]

    @property
    def sessions(self) -> Sequence[Session]:
        return self.stretch.rows


def shelf(title: str, owner: str, cursor: str = "") -> Shelf:
    """The owner's sessions from the cursor on."""
    found = stretches.cut(selectors.shelf(owner), by="last_active_at", size=SHELF, cursor=cursor)
    for session in found.rows:
        shown: list[Image] = session.shown  # type: ignore[attr-defined]  # prefetched by selectors.shelf
        # None that came after they were counted.
        shown[:] = [one for one in shown if one.number <= session.images_numbered]
    return Shelf(title, found)


def read(*, pictures: Iterable[Image], wish: Wish) -> Read:
    """Read a prompt over these pictures while it is being typed: as far as it goes, raising nothing about its words."""
    tagged = {picture.tag_name: picture for picture in pictures if picture.tag_name}
    reading = prompt.read(wish.prompt, tagged)
    known = replace(reading.scene, layers=tuple(layer for layer in reading.scene.layers if layer.tag in tagged))
    wanted = scene.with_values(known, width=wish.width, height=wish.height, frames=wish.frames, fps=wish.fps)
    shown = scene.at_rest(wanted) if wish.generate_gif is False else wanted
    sizes = {tag: Size(image.width, image.height) for tag, image in tagged.items()}
    drawn = sketch.draw(shown, sizes, _numbers(reading))
    return Read(
        prompt=wish.prompt,
        reading=reading,
        lines=tuple(Line(clause, tagged.get(clause.tag or "")) for clause in reading.clauses),
        unread=tuple(Stretch(start, end, wish.prompt[start:end]) for start, end in reading.unread),
        scene=wanted,
        sketch=drawn,
        drawn=tuple(Drawn(piece, tagged[piece.tag]) for piece in drawn.pieces),
        makes_gif=wish.generate_gif if wish.generate_gif is not None else wanted.moves,
        is_ready=_can_be_made(reading, tagged),
    )


def examples_for(pictures: Sequence[Image]) -> tuple[str, ...]:
    """Sentences from the session's own tags: the largest picture without holes is the background."""
    tagged = [picture for picture in pictures if picture.tag_name]
    opaque = [picture for picture in tagged if not picture.has_alpha]
    ground = max(opaque, key=lambda picture: picture.width * picture.height, default=None)
    others = [picture.tag_name for picture in tagged if picture is not ground]
    return examples.sentences(ground.tag_name if ground else None, others)


def fullness(session: Session) -> str:
    """How much of its room the session uses, in words, once it is nearly all; empty before."""
    held, most = room.held(session), room.of_a_session()
    if held.files >= most.files * _NEARLY:
        return f"{held.files} of {most.files} files used"
    if held.bytes >= most.bytes * _NEARLY:
        return f"{held.bytes // _MEGABYTE} of {most.bytes // _MEGABYTE} MB used"
    return ""


def correction(wanted: str, taken: Collection[str]) -> str:
    """The nearest tag to a refused one that a picture could have."""
    keys = {names.tag_key(tag) for tag in taken}
    mended = names.mended(wanted)
    name, number = mended, 1
    while names.tag_key(name) in keys:
        number += 1
        name = f"{mended[: names.TAG_LENGTH - 4]}_{number}"
    return name


def _numbers(reading: Reading) -> dict[str, int]:
    """The number each tag's clauses bear."""
    return {clause.tag: clause.number for clause in reading.clauses if clause.tag}


def _can_be_made(reading: Reading, tagged: Collection[str]) -> bool:
    try:
        prompt.require(reading, tagged)
    except HouseError:
        return False
    return True
