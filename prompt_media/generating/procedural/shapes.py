"""What can be drawn: each thing as parts in the square -1..1, from the back to the front, looking to the right."""

from dataclasses import dataclass
from enum import Enum, auto

from prompt_media.generating.procedural.outlines import (
    Points,
    cosine,
    mirrored,
    moved,
    oval,
    polygon,
    sine,
    smooth,
    stroke,
    turned,
)


class Ink(Enum):
    """Which of a thing's colours a part has; the colours themselves are chosen later."""

    MAIN = auto()
    SECOND = auto()
    DEEP = auto()  # the main one, in shade
    PALE = auto()  # the main one, in light
    DARK = auto()
    LIGHT = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """`relief`: how far it bulges toward the light, 0 for what is flat."""

    outline: Points
    ink: Ink = Ink.MAIN
    relief: float = 1.0
    opacity: float = 1.0


Parts = tuple[Part, ...]


def both_sides(*parts: Part) -> Parts:
    """Each part, and its mirror image."""
    return tuple(
        Part(outline, part.ink, part.relief, part.opacity)
        for part in parts
        for outline in (part.outline, mirrored(part.outline))
    )


def around(part: Part, times: int, start: float = 0.0) -> Parts:
    """The part turned about the middle, so many times."""
    return tuple(
        Part(turned(part.outline, start + each / times), part.ink, part.relief, part.opacity) for each in range(times)
    )


def ladybug() -> Parts:
    legs = (stroke(0.09, (0.45, y), (0.78, y + lift), (0.92, y + 2.4 * lift)) for y, lift in _LEGS)
    feelers = stroke(0.06, (0.12, -0.72), (0.28, -0.9), (0.42, -0.95))
    spots = ((0.3, -0.22, 0.13), (0.5, 0.2, 0.12), (0.24, 0.5, 0.13), (0.22, 0.12, 0.1))
    return (
        *both_sides(*(Part(leg, Ink.DARK, 0.3) for leg in legs), Part(feelers, Ink.DARK, 0.3)),
        Part(oval(0, -0.58, 0.36, 0.28), Ink.DARK),
        *both_sides(Part(oval(0.2, -0.68, 0.09, 0.07), Ink.LIGHT, 0.2)),
        Part(oval(0, 0.12, 0.7, 0.72), Ink.MAIN, 1.3),
        Part(stroke(0.07, (0, -0.56), (0, 0.1), (0, 0.8)), Ink.DARK, 0),
        *both_sides(*(Part(oval(x, y, wide, wide * 1.1), Ink.SECOND, 0.2) for x, y, wide in spots)),
        Part(oval(-0.3, -0.28, 0.14, 0.08, -0.1), Ink.LIGHT, 0, 0.55),
    )


_LEGS = ((-0.35, -0.1), (0.05, 0.06), (0.42, 0.12))


def bird() -> Parts:
    tail = smooth((-0.35, 0.1), (-0.95, -0.02), (-0.98, 0.2), (-0.4, 0.32))
    body = smooth((-0.55, 0.1), (-0.1, -0.2), (0.28, -0.42), (0.6, -0.32), (0.66, -0.05), (0.4, 0.35), (-0.1, 0.42))
    wing = smooth((0.28, 0.0), (0.0, -0.35), (-0.55, -0.9), (-0.62, -0.55), (-0.45, 0.05), (-0.05, 0.26))
    far_wing = smooth((0.3, -0.1), (0.25, -0.5), (0.05, -0.98), (-0.08, -0.6), (-0.02, -0.05))
    return (
        Part(tail, Ink.DEEP, 0.6),
        Part(far_wing, Ink.DEEP, 0.6),
        Part(body, Ink.MAIN, 1.1),
        Part(smooth((0.5, -0.02), (0.3, 0.3), (-0.1, 0.36), (0.15, 0.1)), Ink.SECOND, 0.5, 0.9),
        Part(wing, Ink.DEEP, 0.9),
        Part(polygon((0.62, -0.26), (0.95, -0.14), (0.63, -0.08)), Ink.SECOND, 0.6),
        Part(oval(0.48, -0.22, 0.06, 0.06), Ink.DARK, 0.3),
        Part(oval(0.5, -0.24, 0.02, 0.02), Ink.LIGHT, 0),
    )


def butterfly() -> Parts:
    fore = smooth((0.04, -0.05), (0.3, -0.7), (0.85, -0.92), (0.96, -0.5), (0.6, 0.0), (0.1, 0.08))
    hind = smooth((0.04, 0.08), (0.5, 0.08), (0.78, 0.4), (0.55, 0.85), (0.22, 0.6))
    return (
        *both_sides(
            Part(fore, Ink.DARK, 0.4),
            Part(moved(fore * 0.86, 0.03, -0.03), Ink.MAIN, 0.5),
            Part(hind, Ink.DARK, 0.4),
            Part(moved(hind * 0.82, 0.04, 0.05), Ink.DEEP, 0.5),
            Part(oval(0.66, -0.58, 0.13, 0.17, 0.08), Ink.SECOND, 0.2, 0.9),
            Part(oval(0.46, 0.46, 0.12, 0.16), Ink.SECOND, 0.2, 0.9),
            Part(stroke(0.04, (0.03, -0.4), (0.16, -0.72), (0.28, -0.84)), Ink.DARK, 0.2),
        ),
        Part(oval(0, 0.08, 0.08, 0.5), Ink.DARK, 1.0),
    )


def bee() -> Parts:
    wing = oval(0.42, -0.5, 0.52, 0.24, -0.1)
    return (
        Part(polygon((-0.84, 0.18), (-0.99, 0.22), (-0.82, 0.3)), Ink.DARK, 0.3),
        Part(oval(-0.12, 0.2, 0.74, 0.44), Ink.MAIN, 1.2),
        *(Part(smooth((x - 0.08, -y), (x + 0.08, -y), (x + 0.13, 0.2), (x + 0.08, y + 0.36), (x - 0.08, y + 0.36),
                      (x - 0.02, 0.2)), Ink.DARK, 0.3) for x, y in ((-0.5, 0.12), (-0.18, 0.2), (0.14, 0.2))),
        Part(oval(0.58, 0.12, 0.28, 0.28), Ink.DARK, 1.0),
        Part(oval(0.68, 0.04, 0.07, 0.09), Ink.LIGHT, 0),
        Part(stroke(0.05, (0.66, -0.1), (0.8, -0.32), (0.94, -0.34)), Ink.DARK, 0.2),
        Part(moved(mirrored(wing), 0.12, 0), Ink.LIGHT, 0.3, 0.6),
        Part(oval(0.12, -0.52, 0.22, 0.46, 0.06), Ink.LIGHT, 0.3, 0.7),
    )  # fmt: skip


def fish() -> Parts:
    tail = smooth((-0.45, 0.0), (-0.98, -0.5), (-0.82, 0.0), (-0.98, 0.5))
    return (
        Part(tail, Ink.DEEP, 0.6),
        Part(smooth((-0.25, -0.3), (0.0, -0.72), (0.42, -0.6), (0.4, -0.3)), Ink.DEEP, 0.5),
        Part(smooth((-0.1, 0.3), (-0.15, 0.66), (0.15, 0.6), (0.25, 0.3)), Ink.DEEP, 0.5),
        Part(smooth((-0.66, 0.0), (-0.2, -0.38), (0.4, -0.42), (0.92, 0.02), (0.4, 0.42), (-0.2, 0.38)), Ink.MAIN, 1.2),
        *(Part(stroke(0.12, (x, -0.36), (x - 0.07, 0.0), (x, 0.36)), Ink.SECOND, 0.2, 0.85) for x in (-0.18, 0.16)),
        Part(smooth((0.2, 0.05), (-0.1, 0.14), (-0.14, 0.3), (0.14, 0.2)), Ink.DEEP, 0.5),
        Part(oval(0.6, -0.1, 0.1, 0.1), Ink.LIGHT, 0.2),
        Part(oval(0.62, -0.1, 0.055, 0.055), Ink.DARK, 0.2),
    )


def flower() -> Parts:
    petal = smooth((0.0, 0.05), (0.2, -0.3), (0.24, -0.7), (0.0, -0.95), (-0.24, -0.7), (-0.2, -0.3))
    return (
        *around(Part(petal * 0.92, Ink.DEEP, 0.8), 6, 1 / 12),
        *around(Part(petal, Ink.MAIN, 0.9), 6),
        *around(Part(stroke(0.05, (0, -0.25), (0, -0.62)), Ink.DEEP, 0, 0.5), 6),
        Part(oval(0, 0, 0.27, 0.27), Ink.SECOND, 1.3),
    )


def leaf() -> Parts:
    blade = smooth((0.0, 0.72), (-0.42, 0.36), (-0.46, -0.2), (0.0, -0.95), (0.46, -0.2), (0.42, 0.36))
    veins = (stroke(0.035, (0, y), (0.3, y - 0.24)) for y in (0.46, 0.16, -0.14, -0.42))
    return (
        Part(stroke(0.1, (0.0, 0.5), (0.02, 0.8), (0.1, 0.98)), Ink.DEEP, 0.4),
        Part(blade, Ink.MAIN, 0.7),
        Part(smooth((0.0, 0.72), (0.0, -0.1), (0.0, -0.95), (0.46, -0.2), (0.42, 0.36)), Ink.DEEP, 0.2, 0.45),
        Part(stroke(0.06, (0, 0.72), (0, -0.85)), Ink.PALE, 0, 0.8),
        *both_sides(*(Part(vein, Ink.PALE, 0, 0.6) for vein in veins)),
    )


def tree() -> Parts:
    trunk = smooth((-0.08, 0.0), (0.08, 0.0), (0.08, 0.6), (0.24, 0.98), (0.0, 0.9), (-0.24, 0.98), (-0.08, 0.6))
    shaded = ((-0.42, 0.1, 0.36), (0.42, 0.12, 0.36), (0.0, 0.16, 0.4), (-0.5, -0.22, 0.34), (0.5, -0.2, 0.34))
    lit = ((-0.3, -0.02, 0.34), (0.3, 0.02, 0.32), (-0.3, -0.46, 0.36), (0.28, -0.5, 0.36), (0.0, -0.3, 0.4))
    bright = ((-0.36, -0.56, 0.18), (0.14, -0.64, 0.2), (-0.08, -0.26, 0.18), (0.38, -0.24, 0.16), (-0.44, -0.12, 0.14))
    return (
        Part(trunk, Ink.SECOND, 0.8),
        *(Part(_clump(x, y, wide), Ink.DEEP, 0.9) for x, y, wide in shaded),
        *(Part(_clump(x, y, wide), Ink.MAIN, 0.7, 0.92) for x, y, wide in lit),
        *(Part(_clump(x, y, wide), Ink.PALE, 0.5, 0.35) for x, y, wide in bright),
    )


def _clump(x: float, y: float, wide: float) -> Points:
    """A round edge with eleven bays of unlike depth, as leaves make it."""
    reaches = [(i / 22, wide * (0.98 + 0.05 * sine(i * 0.31) if i % 2 else 0.84)) for i in range(22)]
    return smooth(*((x + cosine(turn) * reach, y + sine(turn) * reach) for turn, reach in reaches), steps=4)


def mushroom() -> Parts:
    cap = smooth((-0.86, 0.02), (-0.7, -0.5), (0.0, -0.9), (0.7, -0.5), (0.86, 0.02), (0.4, 0.14), (-0.4, 0.14))
    spots = ((-0.42, -0.32, 0.14), (0.12, -0.56, 0.15), (0.5, -0.2, 0.12), (-0.08, -0.14, 0.1))
    return (
        Part(smooth((-0.2, 0.0), (0.2, 0.0), (0.22, 0.5), (0.32, 0.95), (-0.32, 0.95), (-0.22, 0.5)), Ink.SECOND, 0.9),
        Part(oval(0, 0.06, 0.62, 0.12), Ink.DEEP, 0.2, 0.6),
        Part(cap, Ink.MAIN, 1.3),
        *(Part(oval(x, y, wide, wide * 0.8), Ink.LIGHT, 0.3, 0.92) for x, y, wide in spots),
    )


def stone() -> Parts:
    edge = smooth((-0.92, 0.35), (-0.7, -0.2), (-0.2, -0.55), (0.4, -0.48), (0.85, -0.05), (0.9, 0.4), (0.4, 0.6),
                  (-0.5, 0.62))  # fmt: skip
    return (
        Part(edge, Ink.MAIN, 1.4),
        Part(smooth((-0.3, -0.3), (0.1, -0.42), (0.5, -0.2), (0.1, -0.12)), Ink.PALE, 0.3, 0.35),
        Part(stroke(0.05, (-0.5, 0.1), (-0.2, 0.22), (0.05, 0.16), (0.3, 0.32)), Ink.DEEP, 0, 0.6),
        *(Part(oval(x, y, 0.035, 0.03), Ink.DEEP, 0, 0.6) for x, y in ((-0.6, 0.3), (0.52, 0.1), (0.3, -0.1))),
    )


def star() -> Parts:
    spots = [(i / 10 - 0.25, 0.98 if i % 2 == 0 else 0.42) for i in range(10)]
    return (Part(polygon(*((cosine(turn) * reach, sine(turn) * reach) for turn, reach in spots)), Ink.MAIN, 1.2),)


def moon() -> Parts:
    outer = [(cosine(i / 32) * 0.9, sine(i / 32) * 0.9) for i in range(5, 28)]
    inner = [(cosine(i / 32) * 0.74 + 0.34, sine(i / 32) * 0.74) for i in range(26, 6, -1)]
    return (Part(polygon(*outer, *inner), Ink.MAIN, 0.9),)


def full_moon() -> Parts:
    seas = ((-0.3, -0.28, 0.24), (0.22, -0.4, 0.16), (0.2, 0.24, 0.28), (-0.36, 0.36, 0.14))
    return (
        Part(oval(0, 0, 0.9, 0.9), Ink.MAIN, 0.8),
        *(Part(oval(x, y, wide, wide * 0.85), Ink.DEEP, 0, 0.35) for x, y, wide in seas),
    )


def sun() -> Parts:
    ray = polygon((-0.1, -0.66), (0.0, -0.99), (0.1, -0.66))
    return (*around(Part(ray, Ink.SECOND, 0.3), 12), Part(oval(0, 0, 0.58, 0.58), Ink.MAIN, 0.3))


def cloud() -> Parts:
    puffs = ((-0.58, 0.14, 0.32), (0.6, 0.16, 0.3), (-0.22, -0.12, 0.42), (0.26, -0.02, 0.38), (0.02, 0.2, 0.4))
    base = smooth((-0.85, 0.2), (-0.4, 0.0), (0.4, 0.0), (0.88, 0.2), (0.7, 0.46), (0.0, 0.5), (-0.7, 0.46))
    return (
        Part(base, Ink.MAIN, 0.5, 0.9),
        *(Part(oval(x, y, wide, wide * 0.82), Ink.MAIN, 0.4, 0.75) for x, y, wide in puffs),
    )


def ball() -> Parts:
    front = smooth((0.02, -0.85), (0.26, -0.45), (0.34, 0.1), (0.22, 0.6), (0.04, 0.85), (-0.16, 0.6), (-0.28, 0.1),
                   (-0.2, -0.45))  # fmt: skip
    side = smooth((0.04, -0.85), (0.6, -0.5), (0.8, 0.0), (0.64, 0.46), (0.06, 0.85), (0.52, 0.4), (0.62, 0.0),
                  (0.48, -0.46))  # fmt: skip
    return (
        Part(oval(0, 0, 0.86, 0.86), Ink.MAIN, 1.5),
        *(Part(outline, Ink.SECOND, 0.3, 0.9) for outline in (front, side, mirrored(side))),
        Part(oval(-0.34, -0.46, 0.18, 0.11, -0.1), Ink.LIGHT, 0, 0.6),
    )


def balloon() -> Parts:
    skin = smooth((0.0, 0.5), (-0.34, 0.24), (-0.56, -0.16), (-0.54, -0.56), (-0.3, -0.86), (0.0, -0.95), (0.3, -0.86),
                  (0.54, -0.56), (0.56, -0.16), (0.34, 0.24))  # fmt: skip
    return (
        Part(stroke(0.03, (0.0, 0.5), (0.07, 0.66), (-0.04, 0.82), (0.03, 0.99)), Ink.DARK, 0, 0.8),
        Part(polygon((-0.09, 0.56), (0.0, 0.42), (0.09, 0.56)), Ink.DEEP, 0.4),
        Part(skin, Ink.MAIN, 1.4),
        Part(oval(-0.2, -0.52, 0.1, 0.2, 0.08), Ink.LIGHT, 0, 0.6),
    )


def boat() -> Parts:
    stripe = smooth((-0.8, 0.4), (0.0, 0.48), (0.84, 0.37), (0.79, 0.46), (0.0, 0.57), (-0.75, 0.49))
    hull = smooth((-0.92, 0.32), (0.0, 0.4), (0.96, 0.28), (0.62, 0.72), (0.0, 0.8), (-0.62, 0.72))
    return (
        Part(stroke(0.06, (0.0, 0.4), (0.0, -0.96)), Ink.DARK, 0.6),
        Part(smooth((0.06, -0.9), (0.34, -0.4), (0.76, 0.2), (0.06, 0.24), steps=6), Ink.SECOND, 0.8),
        Part(smooth((-0.06, -0.74), (-0.3, -0.3), (-0.6, 0.2), (-0.06, 0.24), steps=6), Ink.SECOND, 0.6),
        Part(hull, Ink.MAIN, 1.0),
        Part(stripe, Ink.LIGHT, 0.2, 0.9),
    )


def window() -> Parts:
    pane = polygon((0.06, -0.82), (0.6, -0.82), (0.6, -0.06), (0.06, -0.06))
    return (
        Part(polygon((-0.74, -0.95), (0.74, -0.95), (0.74, 0.9), (-0.74, 0.9)), Ink.SECOND, 0.7),
        *both_sides(Part(pane, Ink.MAIN, 0.2), Part(moved(pane, 0, 0.86), Ink.MAIN, 0.2)),
        *both_sides(Part(polygon((0.12, -0.76), (0.34, -0.76), (0.12, -0.4)), Ink.LIGHT, 0, 0.4)),
        Part(polygon((-0.86, 0.86), (0.86, 0.86), (0.86, 0.99), (-0.86, 0.99)), Ink.SECOND, 0.8),
    )


def lamp() -> Parts:
    shade = smooth((-0.3, -0.92), (0.3, -0.92), (0.64, -0.14), (0.3, -0.08), (-0.3, -0.08), (-0.64, -0.14), steps=4)
    return (
        Part(stroke(0.1, (0, -0.2), (0, 0.9)), Ink.SECOND, 1.0),
        Part(oval(0, 0.88, 0.42, 0.11), Ink.SECOND, 1.0),
        Part(shade, Ink.MAIN, 0.9),
        Part(oval(0, -0.2, 0.34, 0.2), Ink.LIGHT, 0, 0.4),
    )


def heart() -> Parts:
    edge = smooth((0.0, 0.92), (-0.6, 0.34), (-0.92, -0.24), (-0.56, -0.78), (0.0, -0.42), (0.56, -0.78), (0.92, -0.24),
                  (0.6, 0.34))  # fmt: skip
    return (Part(edge, Ink.MAIN, 1.4), Part(oval(-0.46, -0.42, 0.17, 0.1, -0.12), Ink.LIGHT, 0, 0.55))


def apple() -> Parts:
    edge = smooth((0.0, -0.48), (-0.5, -0.62), (-0.86, -0.1), (-0.6, 0.66), (-0.16, 0.9), (0.0, 0.84), (0.16, 0.9),
                  (0.6, 0.66), (0.86, -0.1), (0.5, -0.62))  # fmt: skip
    return (
        Part(edge, Ink.MAIN, 1.5),
        Part(oval(0, -0.44, 0.24, 0.08), Ink.DEEP, 0, 0.6),
        Part(stroke(0.09, (0.0, -0.42), (0.04, -0.7), (0.14, -0.96)), Ink.DARK, 0.5),
        Part(smooth((0.08, -0.66), (0.3, -0.94), (0.66, -0.86), (0.4, -0.62)), Ink.SECOND, 0.6),
        Part(oval(-0.42, -0.16, 0.12, 0.2, 0.06), Ink.LIGHT, 0, 0.5),
    )


def house() -> Parts:
    return (
        Part(polygon((0.36, -0.86), (0.56, -0.86), (0.56, -0.4), (0.36, -0.4)), Ink.SECOND, 0.6),
        Part(polygon((-0.68, -0.2), (0.68, -0.2), (0.68, 0.9), (-0.68, 0.9)), Ink.SECOND, 0.5),
        Part(polygon((0.0, -0.96), (0.94, -0.08), (-0.94, -0.08)), Ink.MAIN, 0.7),
        Part(polygon((-0.14, 0.34), (0.16, 0.34), (0.16, 0.9), (-0.14, 0.9)), Ink.DEEP, 0.3),
        *both_sides(Part(polygon((0.28, 0.12), (0.54, 0.12), (0.54, 0.42), (0.28, 0.42)), Ink.DARK, 0.1, 0.8)),
    )


def drop() -> Parts:
    edge = smooth((0.0, -0.95), (-0.24, -0.4), (-0.6, 0.2), (-0.42, 0.76), (0.0, 0.94), (0.42, 0.76), (0.6, 0.2),
                  (0.24, -0.4))  # fmt: skip
    return (Part(edge, Ink.MAIN, 1.5, 0.85), Part(oval(-0.24, 0.32, 0.1, 0.24, 0.06), Ink.LIGHT, 0, 0.7))


def candle() -> Parts:
    return (
        Part(smooth((-0.3, -0.2), (0.3, -0.2), (0.3, 0.4), (0.34, 0.95), (-0.34, 0.95), (-0.3, 0.4)), Ink.MAIN, 1.0),
        Part(oval(0, -0.2, 0.3, 0.09), Ink.PALE, 0.2),
        Part(stroke(0.06, (0, -0.2), (0.02, -0.44)), Ink.DARK, 0.2),
        Part(smooth((0.0, -0.98), (-0.16, -0.6), (-0.12, -0.38), (0.12, -0.38), (0.16, -0.6)), Ink.SECOND, 0.3),
        Part(smooth((0.0, -0.72), (-0.07, -0.5), (0.0, -0.4), (0.07, -0.5)), Ink.LIGHT, 0, 0.9),
    )
