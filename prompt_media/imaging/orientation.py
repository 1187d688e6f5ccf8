"""How the camera was held, 1 to 8 by EXIF, and what that means for the pixels. The one tag of EXIF that is read."""

import struct

import numpy as np

from prompt_media.imaging.picture import Pixels

UPRIGHT = 1
LYING = (5, 6, 7, 8)
_TAG, _SHORT = 0x0112, 3


def read(exif: bytes) -> int:
    """The orientation in an EXIF block. A damaged one counts as upright."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for place in range(count):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", block, start + 2 + 12 * place)
            if (tag, kind, values) == (_TAG, _SHORT, 1):
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def as_held(upright: Pixels, orientation: int) -> Pixels:
    """A view of upright pixels in which they lie as they do in the file: what is written there lands upright."""
    match orientation:
        case 2:
            return upright[:, ::-1]
        case 3:
            return upright[::-1, ::-1]
        case 4:
            return upright[::-1]
        case 5:
            return upright.transpose(1, 0, 2)
        case 6:
            return np.rot90(upright, 1)
        case 7:
            return upright.transpose(1, 0, 2)[::-1, ::-1]
        case 8:
            return np.rot90(upright, -1)
    return upright
