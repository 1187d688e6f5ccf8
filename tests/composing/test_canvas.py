"""What a sentence says about the picture as a whole."""

import pytest

from prompt_media.imaging.geometry import Size
from sessions_app.composing import prompt
from sessions_app.composing.diagnostics import Severity
from sessions_app.composing.scene import Role
from sessions_app.composing.wording import describe

WHITE = (255, 255, 255)
BLUE = (0, 0, 255)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param("@logo, 800x600", Size(800, 600), id="x"),
        pytest.param("@logo, 800 × 600 px", Size(800, 600), id="times sign"),
        pytest.param("canvas 800 by 600, @logo", Size(800, 600), id="by"),
        pytest.param("width 800 height 600: @logo", Size(800, 600), id="width, height"),
        pytest.param("@logo, width: 800, height: 600", Size(800, 600), id="labels"),
        pytest.param("@logo, 800 pixels wide and 600 pixels tall", Size(800, 600), id="wide, tall"),
        pytest.param("@logo on an 800x600 canvas", Size(800, 600), id="canvas after"),
        pytest.param("@logo in landscape format", Size(1920, 1080), id="landscape"),
        pytest.param("@logo, portrait orientation", Size(1080, 1920), id="portrait"),
        pytest.param("@logo, format: widescreen", Size(1920, 1080), id="label before"),
        pytest.param("@logo as a Facebook post", Size(1200, 630), id="facebook post"),
        pytest.param("@logo for Twitter", Size(1200, 675), id="for twitter"),
        pytest.param("make a YouTube thumbnail: @logo", Size(1920, 1080), id="youtube thumbnail"),
        pytest.param("Instagram story with @logo", Size(1080, 1920), id="instagram story"),
        pytest.param("Make a story: @logo", Size(1080, 1920), id="story"),
        pytest.param("@logo as an Instagram reel", Size(1080, 1920), id="reel"),
        pytest.param("Facebook cover with @logo", Size(1640, 624), id="facebook cover"),
        pytest.param("@logo in 16:9", Size(1920, 1080), id="shape"),
        pytest.param("aspect ratio 4:5, @logo", Size(1080, 1350), id="shape with its name"),
        pytest.param("@logo in 7:3", Size(1080, 1080), id="a shape without a name"),
        pytest.param("@logo, 800x600. 640x480", Size(640, 480), id="the last one"),
        pytest.param("@logo as portrait", Size(1080, 1080), id="a portrait of somebody"),
        pytest.param("@landscape and @portrait", Size(1080, 1080), id="in tags"),
        pytest.param('@logo says "landscape format, 800x600"', Size(1080, 1080), id="in quotes"),
        pytest.param("@logo 200x100 on the left", Size(1080, 1080), id="a picture's own size"),
        pytest.param("@logo, 99x600", Size(1080, 1080), id="too narrow"),
        pytest.param("@logo, 4001x600", Size(1080, 1080), id="too wide"),
        pytest.param("@logo, 4000x4000", Size(4000, 4000), id="the largest"),
        pytest.param("@logo, 99999999999999999999x600", Size(1080, 1080), id="absurd"),
    ],
)
def test_the_canvas_can_be_given(text: str, size: Size) -> None:
    assert prompt.read(text).scene.canvas == size


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        pytest.param("@logo on a blue background", BLUE, id="on a … background"),
        pytest.param("blue background, @logo on the left", BLUE, id="first"),
        pytest.param("@logo, with a plain blue backdrop", BLUE, id="backdrop"),
        pytest.param("The background is blue and @logo is in the center", BLUE, id="is"),
        pytest.param("@logo in the center, background: blue", BLUE, id="label"),
        pytest.param("@logo, background color #0000FF", BLUE, id="six digits"),
        pytest.param("@logo, background #00f", BLUE, id="three digits"),
        pytest.param("@logo on a rgb(0, 0, 255) background", BLUE, id="rgb"),
        pytest.param("make the canvas blue, @logo on the left", BLUE, id="canvas"),
        pytest.param("blue as the background, @logo in the center", BLUE, id="as the background"),
        pytest.param("@logo on blue", BLUE, id="on blue"),
        pytest.param("@logo on a light blue background", (0xAD, 0xD8, 0xE6), id="two words"),
        pytest.param("@logo on a grey background", (128, 128, 128), id="grey"),
        pytest.param("the blue @logo on the left", WHITE, id="a blue picture"),
        pytest.param("@logo on a “blue background”", WHITE, id="in quotes"),
        pytest.param("@blue as background", WHITE, id="a tag"),
        pytest.param("@logo in the background, red @car in front", WHITE, id="another picture's colour"),
    ],
)
def test_the_ground_can_be_coloured(text: str, ground: tuple[int, int, int]) -> None:
    assert prompt.read(text).scene.ground == ground


@pytest.mark.parametrize(
    ("words", "ground", "found"),
    [
        pytest.param("on a clean background", WHITE, ["clean background"], id="a word"),
        pytest.param("on a dark background", WHITE, ["dark background"], id="half a colour"),
        pytest.param("on a transparent background", WHITE, ["transparent background"], id="transparent"),
        pytest.param("on a static background", WHITE, ["static background"], id="a word of ours"),
        pytest.param("on the wooden backdrop", WHITE, ["wooden backdrop"], id="definite"),
        pytest.param("with a wooden background", WHITE, ["wooden background"], id="with"),
        pytest.param("in the center, wooden background", WHITE, ["wooden background"], id="after a comma"),
        pytest.param("on a background", WHITE, ["background"], id="nothing said"),
        pytest.param("on a blurred background", WHITE, ["blurred"], id="an effect"),
        pytest.param("on a black and white background", WHITE, ["black and white"], id="black and white"),
        pytest.param("on a blue gradient background", BLUE, ["blue gradient background"], id="a colour and a word"),
        pytest.param("on a background of blue", BLUE, [], id="a colour after it"),
    ],
)
def test_a_described_ground_is_no_picture(words: str, ground: tuple[int, int, int], found: list[str]) -> None:
    text = f"@logo {words}"
    reading = prompt.read(text)
    assert (reading.place("logo").role, reading.scene.ground) == (Role.MIDDLE, ground)
    assert [text[remark.start : remark.end] for remark in reading.diagnostics] == found
    assert {remark.severity for remark in reading.diagnostics} <= {Severity.WARN}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A wooden background with @logo", id="before the tag"),
        pytest.param("On a wooden background @logo is in the center", id="before the tag, without a cut"),
        pytest.param("Remove the background of @logo", id="the background in it"),
        pytest.param("Erase the background of @logo", id="the background in it, in other words"),
        pytest.param("Blur the background of @logo", id="an effect on it"),
    ],
)
def test_words_about_another_background_leave_the_picture_where_it_is(text: str) -> None:
    reading = prompt.read(text)
    assert describe(reading.layer("logo")) == "Centre, stands still"
    assert [remark.severity for remark in reading.diagnostics] == [Severity.WARN]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Use @BG as a beautiful background", id="as"),
        pytest.param("@BG is a stable background", id="is"),
        pytest.param("Make @BG a background", id="make"),
        pytest.param("the lovely background @BG", id="by its tag"),
        pytest.param("a background of @BG", id="of"),
        pytest.param("@BG background in color", id="in colour"),
        pytest.param("@BG background in black and white", id="black and white"),
        pytest.param("Place @logo on a wooden background @BG", id="another's"),
    ],
)
def test_a_described_background_with_a_tag_is_that_picture(text: str) -> None:
    reading = prompt.read(text)
    assert (reading.place("BG").role, reading.scene.ground) == (Role.BACKGROUND, WHITE)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        pytest.param("@BG as blue background", Role.BACKGROUND, id="as"),
        pytest.param("@BG is a blue background", Role.BACKGROUND, id="is"),
        pytest.param("@BG background in blue", Role.BACKGROUND, id="in"),
        pytest.param("@BG as the background, on a blue canvas", Role.BACKGROUND, id="told apart"),
        pytest.param("@BG on a blue background", Role.MIDDLE, id="on"),
        pytest.param("@BG with a blue background", Role.MIDDLE, id="with"),
    ],
)
def test_the_ground_and_the_background_are_two_things(text: str, role: Role) -> None:
    reading = prompt.read(text)
    assert (reading.place("BG").role, reading.scene.ground) == (role, BLUE)


@pytest.mark.parametrize(
    ("text", "frames", "fps"),
    [
        pytest.param("@logo rotates, 12 frames", 12, 20, id="frames"),
        pytest.param("@logo rotates at 10 fps", 30, 10, id="fps"),
        pytest.param("@logo rotates at 10 frames per second", 30, 10, id="frames per second"),
        pytest.param("@logo rotates at 10 frames a second", 30, 10, id="frames a second"),
        pytest.param("@logo rotates for 2 seconds", 40, 20, id="seconds"),
        pytest.param("@logo rotates, 2s", 40, 20, id="s"),
        pytest.param("@logo rotates, 1.5 sec at 10fps", 15, 10, id="seconds and fps"),
        pytest.param("@logo rotates, 30 frames in 3 seconds", 30, 10, id="frames in seconds"),
        pytest.param("fps: 5, frames: 8, @logo rotates", 8, 5, id="labels"),
        pytest.param("@logo rotates, 601 frames", 30, 20, id="too many"),
        pytest.param("@logo rotates, 51 fps", 30, 20, id="too fast"),
        pytest.param("@logo rotates for 0.01 seconds", 30, 20, id="too short"),
    ],
)
def test_the_length_can_be_given(text: str, frames: int, fps: int) -> None:
    scene = prompt.read(text).scene
    assert (scene.frames, scene.fps) == (frames, fps)


def test_what_is_said_of_the_whole_leaves_the_clauses_as_they_are() -> None:
    reading = prompt.read("@logo on the top right for 2 seconds on a blue background fades in")
    assert describe(reading.layer("logo")) == "Top right, fades in"
    assert [clause.tag for clause in reading.clauses] == ["logo"]
