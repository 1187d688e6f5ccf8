"""Frames, told as what changed."""

from itertools import pairwise

import numpy as np
import pytest

from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture
from sessions_app.composing import animate
from sessions_app.composing.layout import Layout, Placed
from sessions_app.composing.pictures import Decoded
from sessions_app.composing.scene import Kind, Layer, Motion

CANVAS = Size(96, 64)
SLIDE, LIFT = Motion(Kind.SLIDE, 1, 0), Motion(Kind.SLIDE, 0, -1)
ROTATE, BOUNCE, FADE = Motion(Kind.ROTATE, 1), Motion(Kind.BOUNCE), Motion(Kind.FADE, 1)


def textured(seed, channels=3, size=(40, 30)):
    return Picture(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], channels), dtype=np.uint8))


PICTURES = Decoded({"bg": textured(1), "logo": textured(2, 4), "star": textured(3, 4), "top": textured(4, 4)})
BACKGROUND = Placed(Layer("bg"), CANVAS.box)


def placed(tag, box, *motions):
    return Placed(Layer(tag, motions=motions), box)


def staged(*layers, frames=9, canvas=CANVAS):
    return animate.stage(Layout(canvas, (255, 255, 255), layers), PICTURES, frames)


def replayed(stage):
    """The canvas after each frame, by laying the patches over each other."""
    canvas = np.zeros((stage.size.height, stage.size.width, 3), np.uint8)
    for patches in animate.frames(stage):
        for patch in patches:
            canvas[patch.box.slices] = patch.pixels
        yield canvas.copy()


def painted(stage):
    return [sum(patch.box.pixels for patch in patches) for patches in animate.frames(stage)]


SCENES = {
    "slide": [BACKGROUND, placed("logo", Box(30, 20, 20, 16), SLIDE)],
    "turn": [BACKGROUND, placed("logo", Box(30, 20, 20, 16), ROTATE)],
    "bounce": [BACKGROUND, placed("logo", Box(30, 40, 20, 16), BOUNCE)],
    "fade": [BACKGROUND, placed("logo", Box(30, 20, 20, 16), FADE)],
    "all at once": [BACKGROUND, placed("logo", Box(30, 20, 20, 16), SLIDE, ROTATE, FADE)],
    "below a still layer": [BACKGROUND, placed("logo", Box(30, 20, 20, 16), SLIDE), placed("top", Box(40, 10, 20, 40))],
    "two that cross": [
        BACKGROUND,
        placed("logo", Box(30, 20, 20, 16), SLIDE),
        placed("top", Box(20, 15, 30, 20)),
        placed("star", Box(40, 20, 16, 16), LIFT),
    ],
    "two far apart": [placed("logo", Box(0, 0, 12, 12), FADE), placed("star", Box(80, 50, 12, 12), FADE)],
    "the background itself": [placed("bg", Box(-10, 0, 120, 64), SLIDE), placed("logo", Box(30, 20, 20, 16))],
    "nothing": [BACKGROUND],
}


@pytest.mark.parametrize("layers", SCENES.values(), ids=SCENES.keys())
def test_patches_add_up_to_the_true_frames(layers):
    stage = staged(*layers)

    for frame, canvas in enumerate(replayed(stage)):
        assert np.array_equal(canvas, animate.whole(stage, frame))


def test_there_are_as_many_frames_as_asked():
    assert len(list(animate.frames(staged(*SCENES["slide"], frames=7)))) == 7


def test_a_still_layer_in_front_of_a_moving_one_stays_in_front():
    front = Decoded({**{tag: textured(1) for tag in ("bg", "logo")}, "top": Picture(np.full((30, 40, 3), 7, np.uint8))})
    layers = [BACKGROUND, placed("logo", Box(30, 20, 20, 16), SLIDE), placed("top", Box(40, 10, 20, 40))]
    stage = animate.stage(Layout(CANVAS, (0, 0, 0), tuple(layers)), front, 9)

    for canvas in replayed(stage):
        assert (canvas[10:50, 40:60] == 7).all()


def test_what_moves_goes_one_way():
    stage = staged(*SCENES["slide"], frames=12)
    changed = [np.flatnonzero((canvas != stage.plate).any((0, 2))) for canvas in replayed(stage)]

    starts = [int(columns[0]) for columns in changed]

    assert starts == sorted(starts)
    assert (starts[0], int(changed[-1][-1])) == (0, CANVAS.width - 1)


def test_a_fade_changes_how_much_is_seen():
    stage = staged(*SCENES["fade"])
    differences = [np.abs(canvas.astype(int) - stage.plate).sum() for canvas in replayed(stage)]

    assert differences[0] == 0
    assert all(later > earlier for earlier, later in pairwise(differences))


def test_the_canvas_is_painted_once_and_then_only_what_moves():
    """A canvas of four times the pixels costs four times for the first frame, and not one pixel more afterwards."""
    logo = placed("logo", Box(10, 10, 20, 16), FADE)
    small, large = painted(staged(logo)), painted(staged(logo, canvas=Size(192, 128)))

    assert large[0] == 4 * small[0]
    assert large[1:] == small[1:] == [20 * 16] * 8


def test_more_frames_of_a_slide_paint_in_proportion_to_the_box():
    few, many = (sum(painted(staged(*SCENES["slide"], frames=count))[1:]) for count in (10, 40))

    assert many < 39 * 1.5 * 20 * 16
    assert many < 5 * few


def test_layers_that_stand_still_are_not_painted_again():
    stage = staged(BACKGROUND, placed("star", Box(0, 0, 9, 9), SLIDE), placed("top", Box(60, 40, 20, 20)), frames=5)

    patches = [patch for frame in list(animate.frames(stage))[1:] for patch in frame]

    assert all(patch.box.bottom <= 9 for patch in patches)


def test_frames_in_which_nothing_moves_are_empty():
    slow = staged(BACKGROUND, placed("logo", Box(0, 20, 92, 16), SLIDE), frames=30)

    counts = painted(slow)[1:]

    assert 0 in counts
    assert sum(count > 0 for count in counts) <= 4


def test_the_samples_hold_the_movers_colours_wherever_they_go():
    """The fading logo is clear at first: its green is only in later samples."""
    green = Decoded({"bg": textured(1), "logo": Picture(np.full((16, 20, 3), (0, 255, 0), np.uint8))})
    stage = animate.stage(Layout(CANVAS, (0, 0, 0), tuple(SCENES["fade"])), green, 9)

    found = [(sample == (0, 255, 0)).all(2).any() for sample in animate.samples(stage)]

    assert not found[0]
    assert any(found)
