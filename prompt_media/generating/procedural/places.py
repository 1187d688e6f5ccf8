"""Where on the target things stand, and how large: by chance, each on ground of its own."""

import math
from collections.abc import Iterator, Sequence

from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.idea import Wanted
from prompt_media.generating.procedural.outlines import Stand
from prompt_media.generating.procedural.words import Rest
from prompt_media.imaging.geometry import Box, Size

_LARGEST = 0.45  # half of a thing's side, of the target's shorter side
_MARGIN = 0.04
# Of the room there is, -1 at its top and 1 at its bottom.
_HEIGHTS = {Rest.LIES: 0.0, Rest.HANGS: -0.2, Rest.STANDS: 0.25}


def stands(things: Sequence[Wanted], target: Size, chance: Chance, strength: float) -> Iterator[tuple[Wanted, Stand]]:
    """Each single thing and its place, those further back (higher up) first."""
    every = [wanted for wanted in things for _ in range(wanted.count)]
    grounds = _grounds(len(every), target)
    placed = [
        (wanted, _stand(wanted, ground, target, chance.about(f"thing {number}"), strength))
        for number, (wanted, ground) in enumerate(zip(every, grounds, strict=True))
    ]
    yield from sorted(placed, key=lambda pair: pair[1].y)


def _grounds(count: int, target: Size) -> list[Box]:
    """As many parts of the target, alike in size, the spare ones left out."""
    columns = max(1, min(count, round(math.sqrt(count * target.width / target.height))))
    rows = -(-count // columns)
    inset = round(target.short_side * _MARGIN)
    wide, high = target.width - 2 * inset, target.height - 2 * inset
    return [_ground(at % columns, columns, at // columns, rows, wide, high).moved(inset, inset) for at in range(count)]


def _ground(column: int, columns: int, row: int, rows: int, wide: int, high: int) -> Box:
    return Box(wide * column // columns, high * row // rows, max(1, wide // columns), max(1, high // rows))


def _stand(wanted: Wanted, ground: Box, target: Size, chance: Chance, strength: float) -> Stand:
    thing = wanted.thing
    room = min(ground.width, ground.height) * (1.0 if ground.width * 2 > target.width else 1.2)
    half = room / 2 * thing.share * wanted.scale * chance.between("size", 0.9, 1.15) * (0.7 + 0.3 * strength)
    half = max(0.75, min(half, target.short_side * _LARGEST))
    down = _HEIGHTS[thing.rest] + chance.between("down", -0.4, 0.4)
    return Stand(
        x=_within(ground.x, ground.width, half, chance.between("across", -1, 1)),
        y=_within(ground.y, ground.height, half, down),
        half=half,
        turn=chance.between("turn", -thing.sway, thing.sway),
        is_mirrored=chance.share("side") < 0.5,
    )


def _within(start: int, length: int, half: float, way: float) -> float:
    """A place on the line from `start`: its middle for `way` 0, as far as a thing of that size may go for -1 and 1."""
    free = max(0.0, length / 2 - half)
    return start + length / 2 + free * way
