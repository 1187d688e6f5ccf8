"""What a page draws of a scene is what painting would do with it."""

import pytest

from prompt_media.imaging.geometry import Box, Size
from sessions_app.composing import layout, motion, sketch
from sessions_app.composing.scene import Fit, Kind, Layer, Motion, Place, Role, Scene

SIZES = {"bg": Size(1600, 900), "logo": Size(200, 100)}
BACKGROUND = Layer("bg", Place(Role.BACKGROUND))
RIGHT, DOWN, TURN, BOUNCE, FADE = (
    Motion(Kind.SLIDE, 1, 0),
    Motion(Kind.SLIDE, 0, 1),
    Motion(Kind.ROTATE, 1),
    Motion(Kind.BOUNCE),
    Motion(Kind.FADE, 1),
)


def drawn(*layers, **values):
    return sketch.draw(Scene(layers, **values), SIZES, {"bg": 1, "logo": 2})


def poses(piece):
    return [tuple(float(number) for number in pose.split()) for pose in piece.poses.split(";")]


def test_a_still_scene_has_one_frame_and_rests():
    scene = drawn(BACKGROUND, Layer("logo"))

    assert (scene.frames, scene.moves) == (1, False)
    assert [poses(piece) for piece in scene.pieces] == [[(0, 0, 0, 1)], [(0, 0, 0, 1)]]
    assert [piece.way for piece in scene.pieces] == [None, None]


def test_boxes_are_those_of_the_layout():
    scene = Scene((BACKGROUND, Layer("logo", Place(across=1, down=0))))

    pieces = sketch.draw(scene, SIZES, {}).pieces

    assert [piece.box for piece in pieces] == [placed.box for placed in layout.arrange(scene, SIZES).placed]


@pytest.mark.parametrize(
    "motions",
    [
        pytest.param((RIGHT,), id="slide"),
        pytest.param((TURN,), id="turn"),
        pytest.param((BOUNCE, FADE), id="bounce and fade"),
        pytest.param((RIGHT, TURN), id="slide and turn"),
    ],
)
def test_each_frame_is_where_painting_puts_it(motions):
    scene = Scene((Layer("logo", motions=motions),), frames=7)
    [placed] = layout.arrange(scene, SIZES).placed
    rest_x, rest_y = placed.box.x + placed.box.width / 2, placed.box.y + placed.box.height / 2

    [piece] = sketch.draw(scene, SIZES, {}).pieces

    assert len(poses(piece)) == 7
    for index, (dx, dy, angle, opacity) in enumerate(poses(piece)):
        pose = motion.at_frame(placed, index, 7, scene.canvas)
        assert (rest_x + dx, rest_y + dy) == pytest.approx((pose.centre_x, pose.centre_y), abs=0.01)
        assert (angle, opacity) == pytest.approx((pose.angle_deg, pose.opacity), abs=0.01)


def test_what_stands_still_beside_what_moves_has_one_pose():
    still, moving = drawn(BACKGROUND, Layer("logo", motions=(RIGHT,)), frames=12).pieces

    assert (len(poses(still)), len(poses(moving))) == (1, 12)


@pytest.mark.parametrize(
    ("slide", "angle"),
    [
        pytest.param(RIGHT, 0, id="to the right"),
        pytest.param(DOWN, 90, id="down"),
        pytest.param(Motion(Kind.SLIDE, -1, 0), 180, id="to the left"),
    ],
)
def test_a_way_leads_where_the_layer_goes_and_beside_its_picture(slide, angle):
    [piece] = drawn(Layer("logo", motions=(slide,))).pieces
    way = piece.way

    assert way.angle_deg == pytest.approx(angle)
    beside = way.start_y if slide.dx else way.start_x
    edge = piece.box.bottom if slide.dx else piece.box.right
    assert beside > edge


def test_a_background_has_no_way_and_no_flag_outside():
    [piece] = drawn(Layer("bg", Place(Role.BACKGROUND), (RIGHT,))).pieces

    assert piece.way is None
    assert piece.covers
    assert piece.mark == Box(0, 0, 1080, 1080)
    assert (piece.flag_x, piece.flag_y) == (0, 0)


def test_a_flag_stands_above_its_box_or_below_where_there_is_no_room():
    low, high = (drawn(Layer("logo", Place(down=down))).pieces[0] for down in (1, 0))

    assert low.flag_y + sketch.FLAG_SIDE < low.box.y
    assert high.flag_y > high.box.bottom


def test_flags_grow_with_the_canvas():
    assert drawn(Layer("logo"), canvas=Size(2160, 1080)).unit == 2


def test_the_ground_is_a_colour_an_svg_knows():
    assert drawn(Layer("bg", Place(Role.BACKGROUND, fit=Fit.CONTAIN)), ground=(255, 0, 16)).ground == "#ff0010"
