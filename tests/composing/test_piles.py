"""Sentences that say one picture lies on another, and the pile they make."""

import pytest

from sessions_app.composing import prompt
from sessions_app.composing.diagnostics import Severity
from sessions_app.composing.scene import Role
from sessions_app.composing.wording import describe

GROUND = "Background, stands still"


def pile(text: str) -> dict[str, str]:
    """The layers in words, from the back to the front."""
    return {layer.tag: describe(layer) for layer in prompt.read(text).scene.layers}


def remarks(text: str) -> list[tuple[str, str]]:
    return [(remark.code, text[remark.start : remark.end]) for remark in prompt.read(text).diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Place @logo on @BG", id="on"),
        pytest.param("Put @logo onto @BG", id="onto"),
        pytest.param("@logo upon @BG", id="upon"),
        pytest.param("Put @logo over @BG", id="over"),
        pytest.param("@logo overlaid on @BG", id="overlaid on"),
        pytest.param("@logo against @BG", id="against"),
        pytest.param("Add @logo to @BG", id="add to"),
        pytest.param("Put @logo in @BG", id="in"),
        pytest.param("@logo stands on @BG", id="stands on"),
        pytest.param("Put @logo on top of @BG", id="on top of"),
        pytest.param("@logo is in front of @BG", id="in front of"),
        pytest.param("@BG with @logo on top of it", id="on top of it"),
        pytest.param("@BG and in front of it @logo", id="in front of it, before the tag"),
        pytest.param("Put @logo in the corner of @BG", id="in the corner of"),
        pytest.param("@logo in the middle of @BG", id="in the middle of"),
        pytest.param("On @BG, place @logo", id="the lower first"),
        pytest.param("Over @BG place @logo", id="the lower first, without a comma"),
        pytest.param("@logo, on @BG", id="after a comma"),
        pytest.param("@logo on the lovely static @BG", id="with adjectives"),
        pytest.param("@logo with @BG behind it", id="behind it"),
        pytest.param("@logo and @BG behind it", id="and behind it"),
        pytest.param("Place @BG behind @logo", id="behind"),
        pytest.param("Behind @logo is @BG", id="behind, at the beginning"),
        pytest.param("@logo, and behind it @BG", id="behind it, before the tag"),
        pytest.param("@logo in the center with @BG behind", id="behind, at the end"),
        pytest.param("@BG and on it @logo", id="on it, before the tag"),
        pytest.param("@BG with @logo on it", id="on it"),
    ],
)
def test_a_picture_that_bears_another_is_the_background(text: str) -> None:
    reading = prompt.read(text)
    lower, upper = reading.scene.layers
    assert (lower.tag, describe(lower), upper.tag) == ("BG", GROUND, "logo")
    assert upper.place.corner == (0.5, 0.5)
    (remark,) = reading.diagnostics
    assert (remark.code, remark.severity) == ("background_understood", Severity.NOTE)
    assert remark.message == "@BG is read as the background, because @logo stands on it."
    assert text[remark.start : remark.end] == "@BG"


@pytest.mark.parametrize(
    ("text", "logo"),
    [
        pytest.param("Overlay @logo on @BG in the top right", "Top right, stands still", id="a place"),
        pytest.param("@logo on @BG, in the top right", "Top right, stands still", id="after a comma"),
        pytest.param("@logo on @BG as background, in the top right", "Top right, stands still", id="after its part"),
        pytest.param("On @BG in the top right place @logo", "Top right, stands still", id="the lower first"),
        pytest.param("@logo in the top right of @BG", "Top right, stands still", id="of"),
        pytest.param("@logo moves over @BG from right to left", "Right → left along the middle", id="a way"),
        pytest.param("@logo near the top of @BG", "Top, stands still", id="near"),
        pytest.param("@logo moves across @BG", "Left → right along the middle", id="across"),
        pytest.param("@logo on @BG and fades in", "Centre, fades in", id="a motion"),
        pytest.param("@logo spins on @BG at the top", "Top, turns clockwise", id="a motion and a place"),
    ],
)
def test_what_follows_is_said_of_the_picture_on_top(text: str, logo: str) -> None:
    assert pile(text) == {"BG": GROUND, "logo": logo}


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        pytest.param("@logo on @BG stretched", "Background, stretched, stands still", id="stretched"),
        pytest.param("@logo on @BG, fitted", "Background, fitted, stands still", id="fitted, after a comma"),
        pytest.param(
            "@logo on @BG as background, stretched", "Background, stretched, stands still", id="as background"
        ),
    ],
)
def test_what_is_said_of_backgrounds_is_said_of_the_picture_below(text: str, ground: str) -> None:
    assert pile(text) == {"BG": ground, "logo": "Centre, stands still"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Put @logo in the top right corner of the background @BG", id="of"),
        pytest.param("@logo on the background @BG in the top right", id="on"),
        pytest.param("@logo in the top right, over the background @BG", id="over, after a comma"),
    ],
)
def test_the_background_by_its_tag_is_one_thing(text: str) -> None:
    assert pile(text) == {"BG": GROUND, "logo": "Top right, stands still"}
    assert remarks(text) == []


def test_a_picture_may_move_across_the_background() -> None:
    text = "@logo moves across the background @BG"
    assert pile(text) == {"BG": GROUND, "logo": "Left → right along the middle"}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("@logo on @product on @BG", ["BG", "product", "logo"], id="three high"),
        pytest.param("Put @a and @b on @BG and @c in the top right", ["BG", "a", "b", "c"], id="two on one"),
        pytest.param("On @BG put @a on @b", ["BG", "b", "a"], id="the lowest first"),
        pytest.param("@BG as background, @a on @b", ["BG", "b", "a"], id="beside a background"),
        pytest.param("@BG as background, @a behind @b", ["BG", "a", "b"], id="behind"),
        pytest.param("@a on @b, @b on @a", ["a", "b"], id="in a circle"),
        pytest.param("@a on @a", ["a"], id="on itself"),
    ],
)
def test_whatever_bears_another_lies_below_it(text: str, tags: list[str]) -> None:
    assert [layer.tag for layer in prompt.read(text).scene.layers] == tags


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@product in the center, @logo on @product", id="it has a place"),
        pytest.param("@product moves left to right, @logo on @product", id="it moves"),
        pytest.param("@product at 30%, @logo on @product", id="it has a size"),
        pytest.param("@logo on the left of @product", id="left of it"),
        pytest.param("@logo above @product", id="above it"),
        pytest.param("Put a fade on @logo", id="a motion on it"),
        pytest.param("Add a rotation to @logo", id="a motion to it"),
        pytest.param("On @logo put a fade", id="on it a motion"),
        pytest.param("@logo moves to @product", id="a way to it"),
    ],
)
def test_a_picture_with_a_place_of_its_own_is_no_background(text: str) -> None:
    assert Role.BACKGROUND not in {layer.place.role for layer in prompt.read(text).scene.layers}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Put @logo above @product", [("relative_place", "above")], id="above"),
        pytest.param("@BG as background, put @logo above @BG", [], id="above the background"),
        pytest.param("@BG as background, @logo in the top right of @BG", [], id="in the background's corner"),
        pytest.param(
            "@BG as background, @a on the left, @b on @a",
            [("relative_place", "on")],
            id="on a picture that is elsewhere",
        ),
        pytest.param("@BG as background, @a in the center, @b on @a", [], id="on a picture that is there"),
        pytest.param("@a as background, @b as background", [("two_backgrounds", "@b")], id="two backgrounds"),
    ],
)
def test_what_the_pile_leaves_open_is_remarked_on(text: str, found: list[tuple[str, str]]) -> None:
    assert remarks(text) == found


def test_a_picture_on_it_shares_no_words_with_the_next() -> None:
    text = "Use @BG as the background. Put @product on it, and @logo in the top right."
    assert pile(text) == {"BG": GROUND, "product": "Centre, stands still", "logo": "Top right, stands still"}


def test_clauses_of_a_pile_lie_side_by_side() -> None:
    clauses = prompt.read("Overlay @logo on @BG in the top right").clauses
    assert [(clause.text, clause.tag) for clause in clauses] == [
        ("Overlay @logo on", "logo"),
        ("@BG", "BG"),
        ("in the top right", "logo"),
    ]


def test_an_unknown_picture_on_another_is_told_once() -> None:
    reading = prompt.read("@lgoo on @BG in the top right", ["BG", "logo"])
    assert [remark.code for remark in reading.diagnostics] == ["unknown_tag", "background_understood"]
    assert len(reading.unread) == 2
