"""What was asked of a sector, and all that making it again takes: frozen values and their JSON.

Asked is the request as it was sent, and two requests are the same when it is equal. A Recipe has beside it what was
decided for whatever the request left open. Both are read from archives of strangers too, so reading judges all.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Box, Size
from sessions_app.editing import notation, prompts, sectors
from sessions_app.editing.sectors import Cell

SEEDS = range(2**63)
LONGEST_NAME = 120
MOST_BYTES, SIDES = 2**40, range(1, 2**20)
_SEED_BYTES = 6  # a number that JavaScript reads without loss


class TargetFrom(StrEnum):
    """Who chose the sector."""

    REQUEST = "request"
    MIRRORED = "mirrored"
    CORNER = "corner"


class SeedFrom(StrEnum):
    """Who chose the seed."""

    REQUEST = "request"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a sector as it was sent. None: left open."""

    image_sha256: str
    focus_x: float
    focus_y: float
    target_row: int | None
    target_col: int | None
    grid_size: int
    strength: float
    prompt: str | None
    seed: int | None

    @property
    def focus(self) -> Cell:
        """The sector looked at."""
        return sectors.at(self.focus_x, self.focus_y, self.grid_size)

    @property
    def target(self) -> Cell | None:
        """The sector asked for, if one was."""
        if self.target_row is None or self.target_col is None:
            return None
        return Cell(self.target_row, self.target_col)

    def sha256(self) -> str:
        """What two requests share when nothing in them differs."""
        text = json.dumps(_plain(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: object, path: str = "asked") -> "Asked":
        """Read from JSON. Raises Unprocessable, naming the field: a wrong type, a number out of range, or none."""
        given = notation.fields(value, path)
        grid = notation.whole(given.get("grid_size"), f"{path}.grid_size", sectors.GRID_SIZES)
        row, column = (_index(given.get(name), f"{path}.{name}", grid) for name in ("target_row", "target_col"))
        if (row is None) != (column is None):
            missing = "target_row" if row is None else "target_col"
            raise Unprocessable("A target has both, a row and a column.", field=f"{path}.{missing}")
        prompt, seed = given.get("prompt"), given.get("seed")
        return cls(
            image_sha256=notation.sha256(given.get("image_sha256"), f"{path}.image_sha256"),
            focus_x=notation.share(given.get("focus_x"), f"{path}.focus_x"),
            focus_y=notation.share(given.get("focus_y"), f"{path}.focus_y"),
            target_row=row,
            target_col=column,
            grid_size=grid,
            strength=notation.share(given.get("strength"), f"{path}.strength"),
            prompt=None if prompt is None else notation.text(prompt, f"{path}.prompt", longest=prompts.LONGEST),
            seed=None if seed is None else notation.whole(seed, f"{path}.seed", SEEDS),
        )


def differing(recorded: Asked, asked: Asked) -> tuple[str, ...]:
    """The names of the fields in which two requests differ."""
    one, other = _plain(recorded), _plain(asked)
    return tuple(name for name in one if one[name] != other[name])


def _plain(asked: Asked) -> dict[str, object]:
    """Its values, so that equal ones look alike: 1 and 1.0, 0.0 and -0.0 are one number."""
    shares = {name: float(getattr(asked, name)) + 0.0 for name in ("focus_x", "focus_y", "strength")}
    return asdict(asked) | shares


def derived_seed(image_sha256: str, target: Cell, grid: int, strength: float, prompt: str) -> int:
    """The seed of a request that names none: the same for the same wish, so that it gives the same bytes."""
    wish = json.dumps([image_sha256, target.row, target.column, grid, float(strength) + 0.0, prompt])
    return int.from_bytes(hashlib.sha256(wish.encode()).digest()[:_SEED_BYTES])


@dataclass(frozen=True, slots=True)
class Original:
    """The file that was sent: its content is told by its hash."""

    sha256: str
    bytes: int
    media_type: str
    width: int
    height: int

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @classmethod
    def from_json(cls, value: object, path: str = "image") -> "Original":
        given = notation.fields(value, path)
        return cls(
            sha256=notation.sha256(given.get("sha256"), f"{path}.sha256"),
            bytes=notation.whole(given.get("bytes"), f"{path}.bytes", range(1, MOST_BYTES)),
            media_type=notation.text(given.get("media_type"), f"{path}.media_type", longest=LONGEST_NAME),
            width=notation.whole(given.get("width"), f"{path}.width", SIDES),
            height=notation.whole(given.get("height"), f"{path}.height", SIDES),
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that making a frame again takes. A prompt of the request's own has no place in any list (None)."""

    asked: Asked
    image: Original
    focus_sector: str
    target: Cell
    target_sector: str
    target_from: TargetFrom
    prompt: str
    prompt_from: str
    prompt_index: int | None
    prompt_count: int | None
    seed: int
    seed_from: SeedFrom
    backend: str
    backend_version: str

    @property
    def box(self) -> Box:
        """The pixels of the target."""
        return sectors.box(self.target, self.asked.grid_size, self.image.size)

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "Recipe":
        """Read from JSON. Raises Unprocessable, naming the field that is wrong or says another thing than the rest."""
        given = notation.fields(value, "recipe")
        asked, image = Asked.from_json(given.get("asked")), Original.from_json(given.get("image"))
        recipe = cls(
            asked=asked,
            image=image,
            focus_sector=_name(given.get("focus_sector"), "focus_sector"),
            target=_cell(given.get("target"), "target", asked.grid_size),
            target_sector=_name(given.get("target_sector"), "target_sector"),
            target_from=notation.word(given.get("target_from"), "target_from", TargetFrom),
            prompt=notation.text(given.get("prompt"), "prompt", longest=prompts.LONGEST),
            prompt_from=_name(given.get("prompt_from"), "prompt_from"),
            prompt_index=_place(given.get("prompt_index"), "prompt_index"),
            prompt_count=_place(given.get("prompt_count"), "prompt_count"),
            seed=notation.whole(given.get("seed"), "seed", SEEDS),
            seed_from=notation.word(given.get("seed_from"), "seed_from", SeedFrom),
            backend=_name(given.get("backend"), "backend"),
            backend_version=_name(given.get("backend_version"), "backend_version"),
        )
        sectors.require(asked.grid_size, image.size)
        for field, expected in _expected(recipe):
            if getattr(recipe, field) != expected:
                raise Unprocessable(f"{field} contradicts the rest of the recipe.", field=field)
        return recipe


def judge_shared(value: object) -> None:
    """What is read of every recipe, of whatever a step was made by: each is of its kind, or not there. Raises
    Unprocessable, naming the field."""
    given = notation.fields(value, "recipe")
    for field, read in (("asked", Asked.from_json), ("image", Original.from_json)):
        if field in given:
            read(given[field])
    if given.get("seed") is not None:
        notation.whole(given["seed"], "seed", SEEDS)
    _place(given.get("prompt_index"), "prompt_index")


def _expected(recipe: Recipe) -> list[tuple[str, object]]:
    """What follows from other fields, field by field: a recipe that says two things at once was tampered with."""
    asked, grid = recipe.asked, recipe.asked.grid_size
    targets = {TargetFrom.REQUEST: asked.target, TargetFrom.MIRRORED: sectors.mirrored(asked.focus, grid)}
    corner = recipe.target if recipe.target in sectors.corners(grid) else None
    is_named = asked.target is not None
    return [
        ("focus_sector", sectors.name(asked.focus, grid)),
        ("target", targets.get(recipe.target_from, corner)),
        ("target_from", TargetFrom.REQUEST if is_named else recipe.target_from),
        ("target_sector", sectors.name(recipe.target, grid)),
        ("prompt", recipe.prompt if asked.prompt is None else asked.prompt),
        ("seed", recipe.seed if asked.seed is None else asked.seed),
        ("seed_from", SeedFrom.DERIVED if asked.seed is None else SeedFrom.REQUEST),
        ("image", replace(recipe.image, sha256=asked.image_sha256)),
    ]


def _cell(value: object, path: str, grid: int) -> Cell:
    given = notation.fields(value, path)
    row, column = (notation.whole(given.get(name), f"{path}.{name}", range(grid)) for name in ("row", "column"))
    return Cell(row, column)


def _index(value: object, path: str, grid: int) -> int | None:
    return None if value is None else notation.whole(value, path, range(grid))


def _place(value: object, path: str) -> int | None:
    return None if value is None else notation.whole(value, path, range(prompts.MOST + 1))


def _name(value: object, path: str) -> str:
    return notation.text(value, path, longest=LONGEST_NAME)
