"""Scenes become files."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture
from sessions_app.composing import animate, layout, render
from sessions_app.composing.scene import Kind, Layer, Motion, Place, Role, Scene

CANVAS = Size(160, 120)


def smooth(seed, channels=3, size=(80, 60)):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(90, 190, (6, 8, channels), dtype=np.uint8)
    mode = "RGB" if channels == 3 else "RGBA"
    return Picture(np.array(Image.fromarray(coarse, mode).resize(size, Image.Resampling.BICUBIC)))


PICTURES = render.Decoded({"BG": smooth(1, size=(200, 160)), "logo": smooth(2, 4), "star": smooth(3, 4)})
BACKGROUND = Layer("BG", Place(Role.BACKGROUND))
STILL = Scene((BACKGROUND, Layer("logo")), CANVAS)
SLIDE = Layer("logo", Place(Role.FRONT), (Motion(Kind.SLIDE, 1, 0),))
STAR = Layer("star", Place(across=0.8, down=0.2), (Motion(Kind.ROTATE, 1), Motion(Kind.FADE, 1)))
MOVING = Scene((BACKGROUND, SLIDE, STAR), CANVAS, frames=8, fps=10)


class Heard:
    def __init__(self):
        self.told = []

    def advance(self, done, total, note=""):
        self.told.append((done, total, note))


def opened(rendered):
    return Image.open(BytesIO(rendered.data))


def shown(rendered):
    image = opened(rendered)
    for frame in range(image.n_frames):
        image.seek(frame)
        yield np.asarray(image.convert("RGB"))


def true_frames(scene):
    arranged = layout.arrange(scene, {layer.tag: PICTURES.size(layer.tag) for layer in scene.layers})
    stage = animate.stage(arranged, PICTURES, scene.frames)
    return [animate.whole(stage, frame) for frame in range(scene.frames)]


def test_a_still_scene_becomes_a_png():
    rendered = render.in_format(STILL, None, PICTURES)

    assert (rendered.media_type, rendered.extension, rendered.frames) == ("image/png", "png", 1)
    assert opened(rendered).size == (160, 120)
    assert rendered.size == CANVAS


def test_a_moving_scene_becomes_a_gif_that_shows_its_frames():
    rendered = render.in_format(MOVING, None, PICTURES)

    assert (rendered.media_type, rendered.extension, rendered.frames) == ("image/gif", "gif", 8)
    frames = list(shown(rendered))
    assert len(frames) == 8
    for true, seen in zip(true_frames(MOVING), frames, strict=True):
        assert np.abs(true.astype(int) - seen).mean() < 5


def test_the_gif_plays_as_long_as_the_scene():
    image = opened(render.moving(MOVING, PICTURES))

    durations = []
    for frame in range(image.n_frames):
        image.seek(frame)
        durations.append(image.info["duration"])
    assert sum(durations) == 800


def test_a_moving_scene_as_png_stands_still():
    rendered = render.in_format(MOVING, "png", PICTURES)

    at_rest = Scene((BACKGROUND, Layer("logo", SLIDE.place), Layer("star", STAR.place)), CANVAS)
    assert rendered.media_type == "image/png"
    assert rendered.data == render.still(at_rest, PICTURES).data


def test_a_still_scene_as_gif_has_one_frame():
    rendered = render.in_format(STILL, "gif", PICTURES)

    assert (rendered.media_type, rendered.frames, opened(rendered).n_frames) == ("image/gif", 1, 1)


@pytest.mark.parametrize("name", ["webp", "mp4", "PNG", ""])
def test_other_formats_are_not_yet_written(name):
    with pytest.raises(Unprocessable, match="png or gif") as refusal:
        render.in_format(STILL, name, PICTURES)

    assert refusal.value.code == "format_not_yet"


@pytest.mark.parametrize("scene", [STILL, MOVING], ids=["still", "moving"])
def test_the_same_scene_gives_the_same_bytes(scene):
    assert render.in_format(scene, None, PICTURES).data == render.in_format(scene, None, PICTURES).data


def test_progress_tells_each_frame():
    heard = Heard()

    render.moving(MOVING, PICTURES, heard)

    assert heard.told[0] == (0, 8, "Painting frame 1 of 8")
    assert heard.told[-1] == (8, 8, "Painted 8 frames")
    assert [done for done, _, _ in heard.told] == list(range(9))


def test_whoever_listens_can_stop_the_work():
    class Stopped(Exception):
        pass

    class Stop(Heard):
        def advance(self, done, total, note=""):
            super().advance(done, total, note)
            if done == 3:
                raise Stopped

    stop = Stop()
    with pytest.raises(Stopped):
        render.moving(MOVING, PICTURES, stop)
    assert len(stop.told) == 4


class TestPreview:
    LARGE = Scene((BACKGROUND, Layer("logo", Place(across=1, down=1))), Size(1080, 540))

    def test_it_is_small(self):
        rendered = render.preview(self.LARGE, PICTURES)

        assert (rendered.media_type, rendered.size) == ("image/png", Size(360, 180))

    def test_it_shows_what_the_whole_will_show(self):
        """Also where a limit in pixels holds: the logo is as large in the preview as it will be."""
        full = opened(render.still(self.LARGE, PICTURES)).resize((360, 180), Image.Resampling.BOX)

        small = np.asarray(opened(render.preview(self.LARGE, PICTURES)))

        assert np.abs(np.asarray(full).astype(int) - small).mean() < 4

    def test_a_small_scene_keeps_its_size(self):
        assert render.preview(STILL, PICTURES).data == render.still(STILL, PICTURES).data

    def test_what_moves_moves_in_fewer_frames_for_as_long(self):
        scene = Scene((BACKGROUND, SLIDE), CANVAS, frames=60, fps=20)

        rendered = render.preview(scene, PICTURES, longest=80)

        image = opened(rendered)
        durations = []
        for frame in range(image.n_frames):
            image.seek(frame)
            durations.append(image.info["duration"])
        assert (rendered.media_type, rendered.size) == ("image/gif", Size(80, 60))
        assert rendered.frames == image.n_frames <= 15
        assert sum(durations) == 3000

    def test_a_moving_background_gets_fewer_frames(self):
        """It costs a whole canvas for each frame, and typing must not wait for it."""
        slide = (Motion(Kind.SLIDE, 1, 0),)
        small, large = Layer("logo", motions=slide), Layer("BG", Place(Role.BACKGROUND), slide)

        frames = [render.preview(Scene((layer,), Size(900, 900)), PICTURES).frames for layer in (small, large)]

        assert frames == [15, 7]

    def test_one_frame_can_be_seen(self):
        rendered = render.preview(MOVING, PICTURES, frame=5)

        assert rendered.media_type == "image/png"
        assert np.array_equal(np.asarray(opened(rendered)), true_frames(MOVING)[5])

    @pytest.mark.parametrize("frame", [-1, 8])
    def test_a_frame_the_scene_does_not_have_is_refused(self, frame):
        with pytest.raises(Unprocessable, match="0 to 7"):
            render.preview(MOVING, PICTURES, frame=frame)
