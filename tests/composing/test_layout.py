"""Where pictures stand: told in numbers, no pixel is painted."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing import layout
from sessions_app.composing.scene import Fit, Kind, Layer, Motion, Place, Role, Scene

SQUARE = Size(1000, 1000)
MARGIN = 40


def box_of(layer: Layer, picture: Size, canvas: Size = SQUARE) -> Box:
    return layout.arrange(Scene((layer,), canvas=canvas), {layer.tag: picture}).placed[0].box


@pytest.mark.parametrize(
    ("across", "down", "x", "y"),
    [
        pytest.param(0, 0, MARGIN, MARGIN, id="top left"),
        pytest.param(1, 0, 1000 - MARGIN - 200, MARGIN, id="top right"),
        pytest.param(0, 1, MARGIN, 1000 - MARGIN - 100, id="bottom left"),
        pytest.param(1, 1, 1000 - MARGIN - 200, 1000 - MARGIN - 100, id="bottom right"),
        pytest.param(0.5, 0, 400, MARGIN, id="top"),
        pytest.param(0.5, 1, 400, 1000 - MARGIN - 100, id="bottom"),
        pytest.param(0, 0.5, MARGIN, 450, id="left"),
        pytest.param(1, 0.5, 1000 - MARGIN - 200, 450, id="right"),
    ],
)
def test_a_place_is_kept_with_a_margin(across: float, down: float, x: int, y: int) -> None:
    layer = Layer("logo", Place(across=across, down=down, scale=0.2))
    assert box_of(layer, Size(400, 200)) == Box(x, y, 200, 100)


@pytest.mark.parametrize(
    ("layer", "longest"),
    [
        pytest.param(Layer("a"), 500, id="centre: half"),
        pytest.param(Layer("a", Place(Role.FRONT)), 500, id="front: half"),
        pytest.param(Layer("a", Place(across=0)), 333, id="left: a third"),
        pytest.param(Layer("a", Place(Role.FRONT, across=1, down=0)), 333, id="front in a corner: a third"),
        pytest.param(Layer("a", motions=(Motion(Kind.FADE, 1),)), 333, id="moving: a third"),
        pytest.param(Layer("a", Place(scale=0.8)), 800, id="its own words win"),
    ],
)
def test_a_picture_is_at_most_so_long(layer: Layer, longest: int) -> None:
    assert box_of(layer, Size(3000, 1500)).width == longest
    assert box_of(layer, Size(1500, 3000)).height == longest
    assert box_of(layer, Size(3000, 1500), Size(2000, 1000)).width == longest, "measured by the short side"


def test_a_small_picture_is_enlarged_four_times_at_most() -> None:
    assert box_of(Layer("icon"), Size(32, 16)) == Box(436, 468, 128, 64)


@pytest.mark.parametrize(
    ("fit", "box"),
    [
        pytest.param(Fit.COVER, Box(-500, 0, 2000, 1000), id="cover overhangs"),
        pytest.param(Fit.CONTAIN, Box(0, 250, 1000, 500), id="fit leaves bands"),
        pytest.param(Fit.STRETCH, Box(0, 0, 1000, 1000), id="stretch bends"),
    ],
)
def test_a_background_fills_the_canvas(fit: Fit, box: Box) -> None:
    assert box_of(Layer("BG", Place(Role.BACKGROUND, fit=fit)), Size(400, 200)) == box


def test_a_cropped_background_shows_the_side_it_was_asked_for() -> None:
    assert box_of(Layer("BG", Place(Role.BACKGROUND, across=0)), Size(400, 200)).x == 0
    assert box_of(Layer("BG", Place(Role.BACKGROUND, across=1)), Size(400, 200)).right == 1000


def test_a_background_that_travels_is_longer_than_the_canvas() -> None:
    box = box_of(Layer("BG", Place(Role.BACKGROUND), (Motion(Kind.SLIDE, 1),)), Size(500, 500))
    assert (box.width, box.height) == (1250, 1250)


def test_a_turning_picture_keeps_the_circle_it_turns_in_on_the_canvas() -> None:
    turning = Layer("logo", Place(across=1, down=0, scale=1.0), (Motion(Kind.ROTATE, 1),))
    box = box_of(turning, Size(600, 800))
    radius = hypot(box.width, box.height) / 2
    assert radius <= 500
    assert box.x + box.width / 2 + radius <= 1000.5


def test_layers_keep_their_order_and_the_ground_its_colour() -> None:
    scene = Scene((Layer("a"), Layer("b")), ground=(1, 2, 3))
    made = layout.arrange(scene, {"a": Size(5, 5), "b": Size(5, 5)})
    assert [placed.layer.tag for placed in made.placed] == ["a", "b"]
    assert (made.ground, made.canvas) == ((1, 2, 3), scene.canvas)


sides = st.integers(1, 5000)
canvases = st.builds(Size, st.integers(16, 4096), st.integers(16, 4096))
shares = st.floats(0, 1)


@given(
    picture=st.builds(Size, sides, sides),
    canvas=canvases,
    place=st.builds(
        Place,
        role=st.sampled_from([Role.MIDDLE, Role.FRONT]),
        across=shares,
        down=shares,
        scale=st.none() | st.floats(0.01, 1),
    ),
    turns=st.booleans(),
)
def test_no_picture_leaves_the_canvas(picture: Size, canvas: Size, place: Place, turns: bool) -> None:
    box = box_of(Layer("a", place, (Motion(Kind.ROTATE, 1),) if turns else ()), picture, canvas)
    assert box.clipped(canvas) == box
    assert max(box.width / picture.width, box.height / picture.height) <= max(4, 1 / min(picture.width, picture.height))


@given(picture=st.builds(Size, sides, sides), canvas=canvases, across=shares, down=shares)
def test_a_covering_background_leaves_no_part_bare(picture: Size, canvas: Size, across: float, down: float) -> None:
    box = box_of(Layer("BG", Place(Role.BACKGROUND, across, down)), picture, canvas)
    assert box.clipped(canvas) == Box(0, 0, canvas.width, canvas.height)
