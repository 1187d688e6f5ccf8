"""Where a layer is at a moment: facts about paths, no pixel is painted."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing import layout, motion
from sessions_app.composing.layout import Placed
from sessions_app.composing.motion import Pose
from sessions_app.composing.scene import Kind, Layer, Motion, Place, Role, Scene

CANVAS = Size(1000, 500)
FRAMES = 30


def resting(*motions: Motion, y: int = 225) -> Placed:
    return Placed(Layer("logo", motions=motions), Box(450, y, 100, 50))


def film(placed: Placed, frames: int = FRAMES) -> list[Pose]:
    return [motion.at_frame(placed, index, frames, CANVAS) for index in range(frames)]


def test_a_still_layer_rests_in_the_middle_of_its_box() -> None:
    assert set(film(resting())) == {Pose(500, 250)}


@pytest.mark.parametrize(
    ("direction", "first", "last"),
    [
        pytest.param((1, 0), (50, 250), (950, 250), id="left to right"),
        pytest.param((-1, 0), (950, 250), (50, 250), id="right to left"),
        pytest.param((0, 1), (500, 25), (500, 475), id="top to bottom"),
        pytest.param((0, -1), (500, 475), (500, 25), id="bottom to top"),
        pytest.param((1, -1), (50, 475), (950, 25), id="bottom left to top right"),
    ],
)
def test_a_slide_crosses_from_touching_one_edge_to_touching_the_other(
    direction: tuple[int, int], first: tuple[int, int], last: tuple[int, int]
) -> None:
    poses = film(resting(Motion(Kind.SLIDE, *direction)))
    assert (poses[0].centre_x, poses[0].centre_y) == first
    assert (poses[-1].centre_x, poses[-1].centre_y) == last


def test_a_slide_goes_evenly_and_keeps_its_lane() -> None:
    poses = film(resting(Motion(Kind.SLIDE, 1), y=20))
    steps = {round(after.centre_x - before.centre_x, 6) for before, after in pairwise(poses)}
    assert steps == {round(900 / 29, 6)}
    assert {pose.centre_y for pose in poses} == {45}


@pytest.mark.parametrize("direction", [1, -1], ids=["clockwise", "counter-clockwise"])
def test_a_rotation_turns_once_and_its_last_frame_is_not_its_first(direction: int) -> None:
    angles = [pose.angle_deg for pose in film(resting(Motion(Kind.ROTATE, direction)), frames=8)]
    assert angles == [direction * 45 * index for index in range(8)]


def test_a_bounce_hops_three_times_and_lands_where_it_started() -> None:
    placed = resting(Motion(Kind.BOUNCE))
    heights = [250 - motion.pose(placed, t / 60, CANVAS).centre_y for t in range(61)]
    assert [index for index, height in enumerate(heights) if height == 0] == [0, 20, 40, 60]
    assert max(heights) == heights[10] == CANVAS.height / 4
    rise = heights[:11]
    assert rise == sorted(rise)
    assert rise[1] - rise[0] > rise[10] - rise[9], "a thrown ball is fastest at the ground"


def test_a_bounce_at_the_top_starts_lower_for_want_of_room() -> None:
    ys = [pose.centre_y for pose in film(resting(Motion(Kind.BOUNCE), y=20), frames=60)]
    assert ys[0] == max(ys) == 25 + CANVAS.height / 4
    assert min(ys) == 25


@pytest.mark.parametrize(
    ("dx", "opacities"),
    [
        pytest.param(1, [0, 0.25, 0.5, 0.75, 1], id="in"),
        pytest.param(-1, [1, 0.75, 0.5, 0.25, 0], id="out"),
        pytest.param(0, [0, 0.5, 1, 0.5, 0], id="in and out"),
    ],
)
def test_a_fade_really_changes_the_opacity(dx: int, opacities: list[float]) -> None:
    assert [pose.opacity for pose in film(resting(Motion(Kind.FADE, dx)), frames=5)] == opacities


def test_motions_combine() -> None:
    pose = motion.pose(resting(Motion(Kind.SLIDE, 1), Motion(Kind.ROTATE, 1), Motion(Kind.FADE, 1)), 0.5, CANVAS)
    assert (round(pose.centre_x, 6), pose.angle_deg, pose.opacity) == (500, 180, 0.5)


def test_one_frame_is_the_beginning() -> None:
    assert motion.at_frame(resting(Motion(Kind.SLIDE, 1)), 0, 1, CANVAS).centre_x == 50


def test_a_travelling_background_never_leaves_the_canvas_bare() -> None:
    layer = Layer("BG", Place(Role.BACKGROUND), (Motion(Kind.SLIDE, 1),))
    placed = layout.arrange(Scene((layer,), canvas=CANVAS), {"BG": Size(800, 600)}).placed[0]
    lefts = [pose.centre_x - placed.box.width / 2 for pose in film(placed)]
    assert lefts[0] == CANVAS.width - placed.box.width < 0
    assert lefts[-1] == 0
    assert lefts == sorted(lefts)


directions = st.sampled_from([-1, 0, 1])
motions = st.tuples(
    st.builds(Motion, st.just(Kind.SLIDE), directions, directions),
    st.builds(Motion, st.just(Kind.ROTATE), st.sampled_from([-1, 1])),
    st.just(Motion(Kind.BOUNCE)),
    st.builds(Motion, st.just(Kind.FADE), directions),
).flatmap(lambda each: st.lists(st.sampled_from(each), unique=True).map(tuple))


@given(
    picture=st.builds(Size, st.integers(1, 3000), st.integers(1, 3000)),
    canvas=st.builds(Size, st.integers(16, 4096), st.integers(16, 4096)),
    place=st.builds(Place, across=st.floats(0, 1), down=st.floats(0, 1), scale=st.none() | st.floats(0.01, 1)),
    motions=motions,
    t=st.floats(0, 1),
)
def test_every_pose_stays_on_the_canvas(
    picture: Size, canvas: Size, place: Place, motions: tuple[Motion, ...], t: float
) -> None:
    layer = Layer("logo", place, motions)
    placed = layout.arrange(Scene((layer,), canvas=canvas), {"logo": picture}).placed[0]
    pose, box = motion.pose(placed, t, canvas), placed.box
    turning = layer.motion(Kind.ROTATE) is not None
    width, height = (hypot(box.width, box.height),) * 2 if turning else (box.width, box.height)
    slack = 1.0 if turning else 1e-6  # boxes are whole pixels, circles are not
    assert width / 2 - slack <= pose.centre_x <= canvas.width - width / 2 + slack
    assert height / 2 - slack <= pose.centre_y <= canvas.height - height / 2 + slack
    assert 0 <= pose.opacity <= 1
    assert abs(pose.angle_deg) <= 360
