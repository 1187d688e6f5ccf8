"""What is there, in another colour or tone: the forms and the texture stay."""

import numpy as np

from prompt_media.generating.procedural import fields, light
from prompt_media.generating.procedural.fields import Plane, luma, soften
from prompt_media.generating.procedural.outlines import Cover
from prompt_media.generating.procedural.words import Colour, Tone
from prompt_media.imaging.geometry import Size

_PURE = np.float32(0.8)  # the rest keeps its own colours apart
_BRIGHTNESS = np.float32(0.4)  # how far the brightness follows that of the colour asked for


def changed(ground: Plane, colour: Colour | None, tone: Tone) -> Plane:
    """The ground as the words ask for it."""
    return light.toned(dyed(ground, colour) if colour else ground, tone).clip(0, 255)


def dyed(ground: Plane, colour: Colour) -> Plane:
    """The ground in shades of one colour."""
    bright, wanted = luma(ground), fields.colour(*colour)
    level = np.float32(luma(wanted))
    middle = np.float32(int(np.rint(bright).astype(np.int64).sum()) / bright.size)
    shade = bright + (level - middle) * _BRIGHTNESS
    # A shadow has less colour in it than what is lit.
    depth = (shade / np.float32(max(1.0, float(level)))).clip(0.25, 1.15)
    pure = shade[..., None] + (wanted - level) * depth[..., None]
    return np.asarray(ground + (pure - ground) * _PURE, np.float32)


def inner(size: Size, border: float) -> Cover:
    """Everything but the border, in 0..1: it begins at nothing on the rim and is whole where the border ends.

    `border` is a share of the shorter side.
    """
    wide = round(size.short_side * border / 2)
    mask = np.zeros((size.height, size.width), np.float32)
    mask[wide : size.height - wide, wide : size.width - wide] = 255
    return soften(mask, (wide - 1) // 2) / np.float32(255)
