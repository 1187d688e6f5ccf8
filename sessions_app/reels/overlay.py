"""What lies over a picture: the borders of its sectors, the target, and where somebody looked.

Pictures are drawn with a long side of 600 units, so that lines and flags keep their size over each of them. No row and
no file is known here, so every rule can be tested with numbers.
"""

from dataclasses import dataclass

from prompt_media.imaging.geometry import Box, Size
from sessions_app.editing import sectors
from sessions_app.editing.sectors import Cell

LONG_SIDE = 600
_FLAG_HEIGHT, _FLAG_SIDES, _LETTER = 26, 18, 9
_FROM_POINT = 34
# On a phone a flag is so much larger; there must be room for that.
_GROWN = 1.35
_ROOM_TO_GROW = 9.1


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle over the picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A word over the picture, at its top left corner. A dark one speaks of the eye, the other of the target."""

    words: str
    x: float
    y: float
    is_dark: bool = False

    @property
    def width(self) -> float:
        return _width(self.words)


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is drawn; empty is what nobody can tell. `point` is where somebody looked, `focus` only the sector."""

    width: float
    height: float
    lines: str = ""
    target: Area | None = None
    focus: Area | None = None
    point: tuple[float, float] | None = None
    flags: tuple[Flag, ...] = ()


def plain(size: Size) -> Overlay:
    """Nothing over a picture of this size."""
    drawn = _drawn(size)
    return Overlay(drawn.width, drawn.height)


def draw(size: Size, grid: int, target: str, focus: str, look: tuple[float, float] | None) -> Overlay:
    """A picture cut into grid × grid sectors; `look` is where somebody looked, in shares of width and height.

    A name that is none of the grid's, or a picture too small to be cut, leaves the picture plain.
    """
    if grid > size.short_side:
        return plain(size)
    drawn = _drawn(size)
    aim, seen = _area(target, grid, size), _area(focus, grid, size)
    point = (_round(look[0] * drawn.width), _round(look[1] * drawn.height)) if look else None
    return Overlay(
        width=drawn.width,
        height=drawn.height,
        lines=_lines(grid, size, drawn),
        target=aim,
        focus=None if point else seen,
        point=point,
        flags=tuple(_flags(drawn, target, aim, None if point else seen, point)),
    )


def box(name: str, grid: int, size: Size) -> Box | None:
    """The pixels of the sector of that name; None when the grid has none."""
    cell = dict(zip(sectors.names(grid), sectors.cells(grid), strict=True)).get(name)
    return sectors.box(cell, grid, size) if cell else None


def _drawn(size: Size) -> Area:
    scale = _scale(size)
    return Area(0, 0, _round(size.width * scale), _round(size.height * scale))


def _scale(size: Size) -> float:
    return LONG_SIDE / size.long_side


def _area(name: str, grid: int, size: Size) -> Area | None:
    found, scale = box(name, grid, size), _scale(size)
    if found is None:
        return None
    return Area(*(_round(length * scale) for length in (found.x, found.y, found.width, found.height)))


def _lines(grid: int, size: Size, drawn: Area) -> str:
    """The borders between sectors, as the path of a drawing."""
    first = sectors.box(Cell(0, 0), grid, size)
    scale = _scale(size)
    across = [f"M{_round(first.width * column * scale)} 0v{drawn.height}" for column in range(1, grid)]
    down = [f"M0 {_round(first.height * row * scale)}h{drawn.width}" for row in range(1, grid)]
    return "".join(across + down)


def _flags(
    drawn: Area, target: str, aim: Area | None, seen: Area | None, point: tuple[float, float] | None
) -> list[Flag]:
    flags = [_above(aim, f"{target} target", drawn)] if aim else []
    if point:
        flags.append(_beside(point, "focus", drawn))
    elif seen:
        flags.append(_above(seen, "looked here", drawn, is_dark=True))
    return flags


def _above(area: Area, words: str, drawn: Area, *, is_dark: bool = False) -> Flag:
    """On top of the area, or inside where there is no room above; never over the picture's right edge."""
    y = area.y - _FLAG_HEIGHT - 2 if area.y > _GROWN * _FLAG_HEIGHT + 2 else area.y + _ROOM_TO_GROW
    most = drawn.width - _GROWN * _width(words)
    return Flag(words, _round(max(0, min(area.x, most))), y, is_dark)


def _beside(point: tuple[float, float], words: str, drawn: Area) -> Flag:
    x, y = point
    width = _GROWN * _width(words)
    right, left = x + _FROM_POINT, x - _FROM_POINT - width
    # Where neither side has room, the picture is so narrow that it hides nothing worth seeing.
    place = right if right + width <= drawn.width else max(0, left)
    level = max(_ROOM_TO_GROW, min(y - _FLAG_HEIGHT / 2, drawn.height - _FLAG_HEIGHT))
    return Flag(words, _round(place), level, is_dark=True)


def _width(words: str) -> float:
    return _LETTER * len(words) + _FLAG_SIDES


def _round(length: float) -> float:
    return round(length, 1)
