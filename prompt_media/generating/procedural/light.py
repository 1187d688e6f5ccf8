"""Colours brought into the light of their surroundings."""

import numpy as np

from prompt_media.generating.procedural.fields import Plane, colour, luma
from prompt_media.generating.procedural.surroundings import Surroundings
from prompt_media.generating.procedural.words import Colour, Tone

_GREY_BELOW = 10  # a picture whose colours differ less from grey is one without colours
_COLOURFUL = 60.0
# However bright or dark it is around, a drawing has shadows below the one and lights above the other.
_DARKEST, _BRIGHTEST = 120.0, 110.0
_APART = 56.0  # levels between a thing and its ground, in one colour at least


def toned(colours: Plane, tone: Tone) -> Plane:
    """Colours made lighter, more vivid, warmer, as words ask."""
    bright = luma(colours)[..., None]
    told = (bright + (colours - bright) * np.float32(tone.vivid)) * np.float32(tone.light)
    warm = colour(1 + tone.warmth, 1 + tone.warmth * 0.1, 1 - tone.warmth)
    # What is nearly black would not grow brighter by a factor.
    return np.asarray(told * warm + np.float32(max(0.0, tone.light - 1) * 40), np.float32)


def settled(colours: Plane, near: Surroundings, *, is_asked: bool, shines: bool) -> Plane:
    """Colours as they would look here: as vivid, as light and of the cast of what is around.

    A colour the prompt asked for keeps more of itself; what shines is not dimmed.
    """
    bright = luma(colours)[..., None]
    vivid = _vividness(near, is_asked=is_asked)
    told = bright + (colours - bright) * np.float32(vivid)
    if not shines:
        low, high = min(near.dark * 0.6, _DARKEST), max(_BRIGHTEST, min(255.0, near.bright * 1.06 + 14))
        ranged = low + told * np.float32((high - low) / 255)
        told = told * np.float32(0.3) + ranged * np.float32(0.7)
    return np.asarray(told * _cast(near, 0.16 if is_asked else 0.3), np.float32)


def _vividness(near: Surroundings, *, is_asked: bool) -> float:
    if near.chroma < _GREY_BELOW:
        return 0.55 if is_asked else 0.08
    return min(1.0, (0.75 if is_asked else 0.5) + near.chroma / _COLOURFUL * 0.5)


def _cast(near: Surroundings, share: float) -> Plane:
    """What the light does to each colour: a share of how far the mean here is from grey."""
    mean = colour(*near.mean)
    grey = np.float32(max(16.0, float(luma(mean))))
    tint = (mean / grey).clip(0.5, 1.8)
    return np.asarray(1 + (tint - 1) * np.float32(share), np.float32)


def step_away(main: Plane, under: Plane) -> np.float32:
    """How much lighter, or darker below 0, a thing must be to be told from what is under it; mostly 0."""
    missing = _APART - float(np.abs(main - under).max())
    if missing <= 0:
        return np.float32(0)
    is_lighter = float(luma(under)) < 128
    return np.float32(missing if is_lighter else -missing)


def distance(one: Colour, other: tuple[float, float, float]) -> float:
    """How different two colours look, roughly: green counts most."""
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return 2 * red * red + 4 * green * green + 3 * blue * blue
