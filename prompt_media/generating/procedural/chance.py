"""Chance that can be repeated: every draw has a name, so that a new one leaves all others as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from prompt_media.imaging.geometry import Size

Option = TypeVar("Option")

_STEPS = 1 << 32


@dataclass(frozen=True, slots=True)
class Chance:
    """What falls for one seed."""

    seed: int

    def about(self, what: str) -> "Chance":
        """Chance of its own for a part of the work."""
        return Chance(self._drawn(what))

    def share(self, what: str) -> float:
        """A number in 0..1, below 1."""
        return self._drawn(what) % _STEPS / _STEPS

    def between(self, what: str, low: float, high: float) -> float:
        return low + (high - low) * self.share(what)

    def one_of(self, what: str, options: Sequence[Option]) -> Option:
        return options[self._drawn(what) % len(options)]

    def grain(self, what: str, size: Size, deviation: float) -> NDArray[np.float32]:
        """Noise nearly as a camera's, a number for each pixel around 0."""
        x = np.arange(size.width, dtype=np.uint32)[None] * np.uint32(0x9E3779B1)
        y = np.arange(size.height, dtype=np.uint32)[:, None] * np.uint32(0x85EBCA77)
        mixed = _stirred(_stirred(x + np.uint32(self._drawn(what) % _STEPS)) ^ y)
        # Four bytes together fall as a bell does: deviation 147.8 around 510.
        total = mixed.view(np.uint8).reshape(size.height, size.width, 4).sum(2, dtype=np.int32)
        return np.asarray((total - 510).astype(np.float32) * np.float32(deviation / 147.8), np.float32)

    def _drawn(self, what: str) -> int:
        return int.from_bytes(sha256(f"{self.seed}:{what}".encode()).digest()[:8], "big")


def _stirred(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Every bit of a number made to depend on every other (the finisher of MurmurHash 3)."""
    values = (values ^ values >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    values = (values ^ values >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return values ^ values >> np.uint32(16)
