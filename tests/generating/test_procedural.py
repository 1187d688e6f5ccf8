"""The backend that draws by itself: a change that is seen, that is steered, and that comes out the same again."""

from hashlib import sha256

import numpy as np
import pytest

from prompt_media.generating.procedural import sketch
from prompt_media.generating.procedural.backend import Procedural
from prompt_media.generating.procedural.words import COLOURS, REMOVES, THINGS, TONES
from prompt_media.generating.protocol import Inpaint
from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture
from prompt_media.progress import SILENT

TARGET = Box(48, 40, 48, 40)


def scene(width=96, height=80, channels=3):
    """A sky over a meadow, with some texture."""
    pixels = np.empty((height, width, channels), np.uint8)
    pixels[: height // 2, :, :3], pixels[height // 2 :, :, :3] = (140, 170, 210), (96, 118, 70)
    pixels[..., :3] += (np.arange(width * height * 3).reshape(height, width, 3) * 7919 % 8).astype(np.uint8)
    if channels == 4:
        pixels[..., 3] = 255
    return Picture(pixels)


def plain(grey, width=96, height=80):
    return Picture(np.full((height, width, 3), grey, np.uint8))


def painted(prompt="a ladybug", *, picture=None, target=TARGET, seed=1, strength=0.75):
    wish = Inpaint(picture or scene(), target, prompt, seed, strength)
    return Procedural().inpaint(wish, SILENT).picture.pixels


def changed(pixels, picture=None):
    """How many pixels are clearly another."""
    before = (picture or scene()).pixels.astype(int)
    return int((np.abs(pixels.astype(int) - before).max(2) > 24).sum())


@pytest.mark.parametrize("name", THINGS)
def test_each_thing_is_seen_and_stays_inside_the_target(name):
    pixels = painted(f"add a {name}")

    outside = np.ones(pixels.shape[:2], bool)
    outside[TARGET.slices] = False
    assert np.array_equal(pixels[outside], scene().pixels[outside])
    assert changed(pixels) > TARGET.pixels * 0.03


@pytest.mark.parametrize(
    "prompt", ["", "   ", "ein kleiner Marienkäfer", "🦄🦄", "%s {} \x00", "a " * 5000, "make something of it", "zqx"]
)
def test_any_text_at_all_changes_something_that_is_seen(prompt):
    assert changed(painted(prompt)) > TARGET.pixels * 0.03


@pytest.mark.parametrize("grey", [0, 128, 255], ids=["on black", "on grey", "on white"])
@pytest.mark.parametrize("name", THINGS)
def test_each_thing_stands_out_from_any_ground(name, grey):
    picture = plain(grey)
    assert changed(painted(f"a {name}", picture=picture), picture) > TARGET.pixels * 0.02


WORDS = [
    *(f"a {name}" for name in THINGS),
    *("seven tiny drops", "a tiny ladybug", "a tiny flower"),
    *(f"make it {next(word for word in COLOURS if COLOURS[word] == colour)}" for colour in set(COLOURS.values())),
    *(f"make it {next(word for word in TONES if TONES[word] == tone)}" for tone in set(TONES.values())),
    min(REMOVES),
    "zqx",
]
GROUNDS = {
    "black": plain(0),
    "white": plain(255),
    "sky": Picture(np.full((80, 96, 3), (92, 150, 222), np.uint8)),
    "noise": Picture(np.random.default_rng(5).integers(0, 256, (80, 96, 3), np.uint8)),
    "meadow": scene(),
    "nothing": Picture(np.zeros((80, 96, 4), np.uint8)),
}


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_word_changes_something_that_a_person_sees(ground):
    before = GROUNDS[ground]
    unseen = [word for word in WORDS if _most_changed(before, painted(word, picture=before, strength=0.25)) < 10]
    assert unseen == []


def _most_changed(before, pixels):
    """By how many levels the place of 2 × 2 pixels that changed most looks other, laid on black or on white."""
    steps = [_laid(pixels, ground) - _laid(before.pixels, ground) for ground in (0, 255)]
    return max(np.abs(step[TARGET.slices].reshape(20, 2, 24, 2, 3).mean((1, 3))).max() for step in steps)


def _laid(pixels, ground):
    share = pixels[..., 3:] / 255 if pixels.shape[2] == 4 else 1.0
    return pixels[..., :3] * share + ground * (1 - share)


@pytest.mark.parametrize(("grey", "sign"), [(0, 1), (40, -1), (200, -1)])
def test_what_is_made_darker_grows_lighter_only_where_it_cannot(grey, sign):
    picture = plain(grey)
    assert np.sign((painted("darker", picture=picture).astype(int) - grey).sum()) == sign


@pytest.mark.parametrize("prompt", ["a small boat with a {} sail", "a white house with a {} roof"])
def test_a_part_has_the_colour_that_is_given_to_it(prompt):
    red, blue = (painted(prompt.format(colour)).astype(int) for colour in ("red", "blue"))
    apart = (red - blue)[..., 0] > 40
    assert TARGET.pixels * 0.01 < apart.sum() < TARGET.pixels * 0.3


@pytest.mark.parametrize("prompt", ["three birds", "make it blue", "remove it"])
def test_a_target_that_is_painted_small_looks_as_one_that_is_not(prompt, monkeypatch):
    picture, target = scene(384, 320), Box(191, 150, 170, 161)
    exact = painted(prompt, picture=picture, target=target).astype(int)

    monkeypatch.setattr(sketch, "_MOST", target.pixels // 3)
    small = painted(prompt, picture=picture, target=target)

    outside = np.ones(small.shape[:2], bool)
    outside[target.slices] = False
    assert np.array_equal(small[outside], picture.pixels[outside])
    assert np.abs(small - exact).mean() < 0.05 * np.abs(exact - picture.pixels).mean() + 1
    assert small.tobytes() == painted(prompt, picture=picture, target=target).tobytes()


def test_what_shows_through_was_never_made_smaller(monkeypatch):
    picture = GROUNDS["noise"]
    monkeypatch.setattr(sketch, "_MOST", TARGET.pixels // 8)
    pixels = painted("a star", picture=picture)
    assert 0.02 < (pixels != picture.pixels)[TARGET.slices].any(2).mean() < 0.7


@pytest.mark.parametrize("size", [Size(1, 1), Size(1225, 1224), Size(3652, 2738), Size(64, 500_000)])
def test_what_is_painted_at_once_is_bounded(size):
    assert size.pixels / sketch.factor(size) ** 2 <= 1_500_000


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        pytest.param("three red birds", "e9b5d78d", id="things"),
        pytest.param("make it blue", "c6253c8c", id="a change"),
        pytest.param("remove it", "baa306cc", id="a removal"),
    ],
)
def test_the_same_wish_gives_the_same_bytes_on_any_machine(prompt, expected):
    """Other bytes are another version: raise `Procedural.version` together with these."""
    assert Procedural.version == "2"
    assert sha256(painted(prompt).tobytes()).hexdigest()[:8] == expected


def test_another_seed_gives_another_picture():
    assert len({painted(seed=seed).tobytes() for seed in range(6)}) == 6


def test_no_strength_changes_nothing_and_more_strength_changes_more():
    assert np.array_equal(painted("a huge ball", strength=0), scene().pixels)
    faint, usual, full = (
        int(np.abs(painted("a huge ball", strength=share).astype(int) - scene().pixels).sum())
        for share in (0.1, 0.5, 1)
    )
    assert 0 < faint < usual < full


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
@pytest.mark.parametrize("prompt", ["a {} balloon", "make it {}"])
def test_a_colour_that_is_named_is_seen(prompt, colour, channel):
    picture = plain(128)
    pixels = painted(prompt.format(colour), picture=picture).astype(int)
    gained = (pixels - 128)[TARGET.slices].reshape(-1, 3).sum(0)
    assert gained.argmax() == channel


def test_a_picture_without_colours_gets_one_only_where_the_prompt_names_it():
    picture = plain(128)
    spread = {
        prompt: int(np.ptp(painted(prompt, picture=picture), axis=2).max()) for prompt in ("a fish", "a red fish")
    }
    assert spread["a fish"] < 30 < spread["a red fish"]


def test_sizes_are_obeyed():
    small, usual, large = (changed(painted(f"a {size} stone")) for size in ("small", "", "large"))
    assert small < usual < large


@pytest.mark.parametrize(("word", "sign"), [("darker", -1), ("brighter", 1)])
def test_what_is_there_can_be_made_darker_or_brighter(word, sign):
    gained = painted(f"make it {word}").astype(int) - scene().pixels
    assert np.sign(gained.sum()) == sign


def test_what_is_removed_gives_way_to_its_surroundings():
    picture = plain(120)
    picture.pixels[52:68, 64:80] = (220, 20, 20)
    after = painted("remove the red thing", picture=picture, strength=1)
    assert np.abs(after[52:68, 64:80].astype(int) - 120).max() < 12


def test_nothing_of_what_was_removed_is_left_as_an_emboss():
    black, white = plain(120), plain(120)
    black.pixels[50:70, 60:84], white.pixels[50:70, 60:84] = 0, 255
    one, other = (painted("remove it", picture=picture).astype(int)[50:70, 60:84] for picture in (black, white))
    assert abs((one - other).mean()) < 0.5


def test_what_is_painted_where_nothing_was_can_be_seen():
    picture = scene(channels=4)
    picture.pixels[..., 3] = 0
    pixels = painted("a large stone", picture=picture)
    assert pixels.shape == picture.pixels.shape
    assert pixels[TARGET.slices][..., 3].max() > 200
    assert pixels[: TARGET.y, :, 3].max() == 0


@pytest.mark.parametrize("prompt", ["three stars", "make it red", "remove it"])
@pytest.mark.parametrize(
    "target", [Box(0, 0, 1, 1), Box(95, 79, 1, 1), Box(3, 4, 2, 3), Box(0, 0, 96, 1), Box(0, 0, 96, 80)]
)
def test_a_target_may_have_any_size(target, prompt):
    assert painted(prompt, target=target).shape == (80, 96, 3)


def test_a_picture_of_one_pixel_is_a_picture():
    dot = plain(90, 1, 1)
    assert painted("a ball", picture=dot, target=dot.size.box).shape == (1, 1, 3)


def test_it_stops_when_it_is_told_to():
    class Stop(Exception):
        pass

    class Stopping:
        def advance(self, done: int, total: int, note: str = "") -> None:
            raise Stop

    with pytest.raises(Stop):
        Procedural().inpaint(Inpaint(scene(), TARGET, "a bird", 1, 0.5), Stopping())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"target": Box(90, 0, 20, 20)}, "inside the picture", id="beyond the picture"),
        pytest.param({"target": Box(0, 0, 0, 5)}, "inside the picture", id="no target"),
        pytest.param({"seed": -1}, "A seed", id="seed below nothing"),
        pytest.param({"seed": 1 << 64}, "A seed", id="seed of 65 bits"),
        pytest.param({"strength": float("nan")}, "A strength", id="no number"),
    ],
)
def test_a_wish_that_cannot_be_is_not_made(change, told):
    usual = {"picture": scene(), "target": TARGET, "prompt": "", "seed": 0, "strength": 0.5}
    with pytest.raises(ValueError, match=told):
        Inpaint(**usual | change)


def test_light_falls_from_above():
    pixels = painted("a huge grey ball", picture=plain(60), target=Box(0, 0, 96, 80), strength=1).astype(int)
    rows = np.flatnonzero((np.abs(pixels - 60).max(2) > 24).any(1))
    upper, lower = np.array_split(pixels[rows[0] : rows[-1]], 2)
    assert upper.sum() > lower.sum()
