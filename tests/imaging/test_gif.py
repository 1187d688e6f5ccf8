"""GIF files, as any viewer reads them."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from prompt_media.imaging import encode, gif
from prompt_media.imaging.delta import Patch
from prompt_media.imaging.geometry import Box, Size

CANVAS = Size(60, 40)


def ground():
    rows, columns = np.mgrid[0:40, 0:60]
    return np.dstack([columns * 4, rows * 6, np.full_like(rows, 90)]).astype(np.uint8)


def travelling(count):
    """A white square on its way over a coloured ground: true frames, and what changed in each."""
    frames, patches = [], []
    for place in range(count):
        frame = ground()
        frame[10:20, place * 3 : place * 3 + 10] = 255
        box = CANVAS.box if place == 0 else Box(place * 3 - 3, 10, 13, 10)
        frames.append(frame)
        patches.append((Patch(box, frame[box.slices]),))
    return frames, patches


def read(data):
    image = Image.open(BytesIO(data))
    for index in range(image.n_frames):
        image.seek(index)
        yield np.asarray(image.convert("RGB")), image.info["duration"]


def made(count=12, fps=20):
    frames, patches = travelling(count)
    return encode.gif(patches, frames, CANVAS, fps, count)


def test_every_frame_looks_like_the_true_one():
    frames, _ = travelling(12)

    shown = [pixels for pixels, _ in read(made())]

    assert len(shown) == 12
    for true, seen in zip(frames, shown, strict=True):
        assert np.abs(true.astype(int) - seen).mean() < 4
        assert np.abs(true.astype(int) - seen)[10:20].max() < 40


def test_what_stands_still_never_flickers():
    shown = [pixels for pixels, _ in read(made())]

    assert all(np.array_equal(shown[0][20:], pixels[20:]) for pixels in shown)


def test_it_loops_for_ever():
    assert Image.open(BytesIO(made())).info["loop"] == 0


def test_a_frame_that_changes_nothing_takes_its_time():
    frames, _ = travelling(1)

    data = encode.gif([(Patch(CANVAS.box, frames[0]),), (), ()], frames, CANVAS, 10, 3)

    assert [duration for _, duration in read(data)] == [100, 100, 100]


@pytest.mark.parametrize(
    ("frames", "fps", "total"),
    [
        pytest.param(30, 20, 150, id="20 fps"),
        pytest.param(30, 30, 100, id="30 fps"),
        pytest.param(48, 24, 200, id="24 fps"),
        pytest.param(7, 6, 117, id="6 fps"),
        pytest.param(15, 12.5, 120, id="a broken rate"),
    ],
)
def test_the_whole_lasts_as_long_as_asked(frames, fps, total):
    delays = list(gif.delays(frames, fps))

    assert sum(delays) == total
    assert max(delays) - min(delays) <= 1


def test_no_frame_is_shorter_than_browsers_play():
    assert min(gif.delays(60, 60)) == 2


def test_the_same_frames_give_the_same_bytes():
    assert made() == made()


def test_frames_are_written_as_they_come():
    """No frame is asked for before the one before it is written: memory does not grow with their number."""
    alive, most = 0, 0

    class Watched(Patch):
        __slots__ = ()

        def __del__(self):
            nonlocal alive
            alive -= 1

    def told():
        nonlocal alive, most
        _, patches = travelling(12)
        for (patch,) in patches:
            alive += 1
            most = max(most, alive)
            yield (Watched(patch.box, patch.pixels),)

    encode.gif(told(), travelling(3)[0], CANVAS, 20, 12)

    assert most <= 3


def test_a_longer_animation_costs_bytes_only_for_what_changes():
    short, long = len(made(count=3)), len(made(count=15))

    changed = 13 * 10 * 12
    assert long - short < changed
