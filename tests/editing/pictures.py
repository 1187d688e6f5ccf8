"""Pictures for tests: of noise, so that no two neighbours are alike, and of one colour."""

import numpy as np
from hypothesis import strategies as st

from prompt_media.imaging.picture import Picture


def noise(width, height, bands=3, seed=0):
    return Picture(np.random.default_rng(seed).integers(0, 256, (height, width, bands), dtype=np.uint8))


def plain(width, height, colour):
    return Picture(np.full((height, width, len(colour)), colour, np.uint8))


def noises(least=1):
    """Any picture of noise with sides from `least`, with or without alpha."""
    sides = st.integers(least, 40)
    return st.builds(noise, sides, sides, st.sampled_from([3, 4]), st.integers(0, 99))
