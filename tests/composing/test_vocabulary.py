"""Every word of the vocabulary does what it says, stands in the users' guide, and is forgiven one wrong letter."""

from pathlib import Path

import pytest

from sessions_app.composing import meanings, prompt, spelling, words
from sessions_app.composing.meanings import Fade, Go, Heading, Turn
from sessions_app.composing.scene import Kind, Layer

GUIDE = Path(__file__).parents[2] / "docs" / "prompts.md"


def layer(text: str) -> Layer:
    return prompt.read(text).layer("x")


@pytest.mark.parametrize(("word", "spot"), words.PLACES.items(), ids=words.PLACES)
def test_every_place_word_places(word: str, spot: meanings.Spot) -> None:
    corner = tuple(0.5 if share is None else share for share in (spot.across, spot.down))
    assert layer(f"@x at the {word}").place.corner == corner


@pytest.mark.parametrize(("word", "part"), words.PARTS.items(), ids=words.PARTS)
def test_every_part_word_gives_a_part(word: str, part: meanings.Part) -> None:
    assert layer(f"@x as {word}").place.role is part.role


@pytest.mark.parametrize(("word", "filling"), words.FITS.items(), ids=words.FITS)
def test_every_fit_word_fits(word: str, filling: meanings.Filling) -> None:
    assert layer(f"@x as background, {word}").place.fit is filling.fit


@pytest.mark.parametrize(("word", "share"), words.SIZES.items(), ids=words.SIZES)
def test_every_size_word_sizes(word: str, share: meanings.Share) -> None:
    assert layer(f"@x {word}").place.scale == share.value


@pytest.mark.parametrize(("word", "go"), words.TRAVEL.items(), ids=words.TRAVEL)
def test_every_travelling_word_travels(word: str, go: Go) -> None:
    slide = layer(f"@x {word}" if go.dy else f"@x {word} from right to left").motion(Kind.SLIDE)
    assert slide
    assert (slide.dx, slide.dy) == ((0, go.dy) if go.dy else (-1, 0))


@pytest.mark.parametrize(("word", "heading"), words.HEADINGS.items(), ids=words.HEADINGS)
def test_every_heading_directs(word: str, heading: Heading) -> None:
    slide = layer(f"@x moves {word}").motion(Kind.SLIDE)
    assert slide
    assert (slide.dx, slide.dy) == (heading.dx, heading.dy)


@pytest.mark.parametrize(("word", "turn"), words.ROTATION.items(), ids=words.ROTATION)
def test_every_turning_word_turns(word: str, turn: Turn) -> None:
    rotation = layer(f"@x {word}").motion(Kind.ROTATE)
    assert rotation
    assert rotation.dx == (turn.dx or 1)


@pytest.mark.parametrize("word", words.BOUNCE)
def test_every_bouncing_word_bounces(word: str) -> None:
    assert layer(f"@x {word}").motion(Kind.BOUNCE)


@pytest.mark.parametrize(("word", "fade"), words.FADE.items(), ids=words.FADE)
def test_every_fading_word_fades(word: str, fade: Fade) -> None:
    faded = layer(f"@x {word}").motion(Kind.FADE)
    assert faded
    assert faded.dx == fade.dx


@pytest.mark.parametrize("word", words.STILL)
def test_every_still_word_stops(word: str) -> None:
    assert not layer(f"@x rotates. @x {word}").moves


@pytest.mark.parametrize(("word", "colour"), words.COLOURS.items(), ids=words.COLOURS)
def test_every_colour_colours_the_ground(word: str, colour: meanings.Colour) -> None:
    assert prompt.read(f"@x on a {word} background").scene.ground == colour.rgb


@pytest.mark.parametrize(("word", "preset"), words.PRESETS.items(), ids=words.PRESETS)
def test_every_preset_sizes_the_canvas(word: str, preset: meanings.Preset) -> None:
    assert prompt.read(f"@x in {word} format").scene.canvas == preset.canvas


@pytest.mark.parametrize("word", words.UNDONE)
def test_every_word_for_what_cannot_be_done_is_told_so(word: str) -> None:
    reading = prompt.read(f"@x {word}")
    assert [remark.code for remark in reading.diagnostics] == ["not_done"]
    assert reading.layer("x") == Layer("x")


@pytest.mark.parametrize("word", [*words.FILLERS, *words.ARTICLES, *words.IGNORED])
def test_a_small_word_is_passed_over_in_silence(word: str) -> None:
    reading = prompt.read(f"@x {word}")
    assert (reading.diagnostics, reading.unread, reading.layer("x")) == ((), (), Layer("x"))


def test_every_word_stands_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    missing = [
        phrase
        for phrase in words.VOCABULARY
        if f"`{phrase}`" not in guide and not all(f"`{word}`" in guide for word in phrase.split())
    ]
    assert missing == []


def test_the_examples_of_the_guide_are_read_without_a_remark() -> None:
    examples = [line[2:] for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("> ")]
    assert len(examples) >= 10
    for example in examples:
        reading = prompt.read(example)
        assert (example, reading.diagnostics, reading.unread) == (example, (), ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("rihgt", "right", id="swapped"),
        pytest.param("irght", "right", id="swapped at the start"),
        pytest.param("botom", "bottom", id="missing"),
        pytest.param("lefft", "left", id="too many"),
        pytest.param("centir", "center", id="replaced"),
        pytest.param("bouncign", "bouncing", id="a motion"),
        pytest.param("backgruond", "background", id="a part"),
        pytest.param("rotete", "rotate", id="a verb"),
        pytest.param("tpo", None, id="too short"),
        pytest.param("bttm", None, id="two letters"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_word_one_letter_wrong_is_recognised(typed: str, meant: str | None) -> None:
    assert spelling.corrected(typed) == meant


@pytest.mark.parametrize(
    "word", ["lift", "light", "flower", "table", "winter", "code", "story", "sight", "face", "slice"]
)
def test_an_ordinary_word_is_left_alone(word: str) -> None:
    assert spelling.corrected(word) is None


def test_no_word_of_ours_is_called_ordinary() -> None:
    assert not words.ORDINARY & set(words.PLACE_AND_MOTION)
