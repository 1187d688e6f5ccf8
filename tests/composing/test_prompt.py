"""Sentences with @tags and what they ask for. A layer is compared by its wording, which says all there is to it."""

import pytest

from sessions_app.composing import prompt
from sessions_app.composing.wording import describe


def told(text: str) -> dict[str, str]:
    """Each layer of the scene in words, from the back to the front."""
    return {layer.tag: describe(layer) for layer in prompt.read(text).scene.layers}


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        pytest.param(
            "Set @BG as background and @logo as front image",
            {"BG": "Background, stands still", "logo": "In front, stands still"},
            id="still",
        ),
        pytest.param(
            "@BG is stable background and @logo is moving from left to right",
            {"BG": "Background, stands still", "logo": "Left → right along the middle"},
            id="moving",
        ),
        pytest.param(
            "Place @product in center, @logo on top right, and @BG as background",
            {"BG": "Background, stands still", "product": "Centre, stands still", "logo": "Top right, stands still"},
            id="three pictures",
        ),
    ],
)
def test_the_first_examples_are_read_exactly(text: str, layers: dict[str, str]) -> None:
    reading = prompt.read(text, known=["BG", "logo", "product"])
    assert told(text) == layers
    assert list(told(text)) == list(layers), "from the back to the front"
    assert (reading.diagnostics, reading.unread) == ((), ())
    assert prompt.require(reading, ["BG", "logo", "product"]) is reading


def test_a_place_is_a_corner_of_the_canvas() -> None:
    assert prompt.read("put @logo on the top right").place("logo").corner == (1, 0)


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        pytest.param("Put on the top left @logo", {"logo": "Top left, stands still"}, id="place before the tag"),
        pytest.param("in the background @BG", {"BG": "Background, stands still"}, id="part before the tag"),
        pytest.param("background: @BG", {"BG": "Background, stands still"}, id="label"),
        pytest.param("a rotating @logo", {"logo": "Centre, turns clockwise"}, id="adjective"),
        pytest.param(
            "a rotating @a and a fading @b",
            {"a": "Centre, turns clockwise", "b": "Centre, fades in"},
            id="an adjective each",
        ),
        pytest.param(
            "Place @product in center and on top right @logo",
            {"product": "Centre, stands still", "logo": "Top right, stands still"},
            id="one after, one before",
        ),
        pytest.param(
            "In the background, put @BG, and on the left, put @logo",
            {"BG": "Background, stands still", "logo": "Left, stands still"},
            id="places with commas of their own",
        ),
        pytest.param(
            "@BG background @logo right @x left",
            {"BG": "Background, stands still", "logo": "Right, stands still", "x": "Left, stands still"},
            id="only tags make the cut",
        ),
        pytest.param(
            "on the left @a on the right @b",
            {"a": "Left, stands still", "b": "Right, stands still"},
            id="only tags make the cut, places first",
        ),
        pytest.param(
            "@logo is in front of @BG",
            {"BG": "Background, stands still", "logo": "In front, stands still"},
            id="a relation is said of the first",
        ),
        pytest.param(
            "@logo fades in, in front of @BG",
            {"BG": "Background, stands still", "logo": "In front, fades in"},
            id="a relation after a comma too",
        ),
        pytest.param(
            "Make @logo move from left to right while @product stays in the center and @BG is the background",
            {
                "BG": "Background, stands still",
                "logo": "Left → right along the middle",
                "product": "Centre, stands still",
            },
            id="while",
        ),
        pytest.param(
            "- @BG: background\n- @logo: top right",
            {"BG": "Background, stands still", "logo": "Top right, stands still"},
            id="a list in lines",
        ),
        pytest.param(
            "@logo moves over the background, @BG is the background",
            {"BG": "Background, stands still", "logo": "Left → right along the middle"},
            id="over the background is not the background",
        ),
        pytest.param(
            "@BG fills the canvas, @logo on the background",
            {"BG": "Background, stands still", "logo": "Centre, stands still"},
            id="on another's background",
        ),
        pytest.param("@BG on the background", {"BG": "Background, stands still"}, id="on the background, alone"),
        pytest.param(
            "@BG as background and put a fade on @logo",
            {"BG": "Background, stands still", "logo": "Centre, fades in"},
            id="a motion on a tag",
        ),
        pytest.param(
            "@BG as background and the rotation of @logo",
            {"BG": "Background, stands still", "logo": "Centre, turns clockwise"},
            id="a motion of a tag",
        ),
    ],
)
def test_words_belong_to_their_own_tag(text: str, layers: dict[str, str]) -> None:
    assert told(text) == layers


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        pytest.param("@a and @b on the left", {"a": "Left", "b": "Left"}, id="after"),
        pytest.param("@a, @b and @c on the left", {"a": "Left", "b": "Left", "c": "Left"}, id="three"),
        pytest.param("on the left @a and @b", {"a": "Left", "b": "Left"}, id="before"),
        pytest.param("Rotate @a and @b", {"a": "Centre, turns clockwise", "b": "Centre, turns clockwise"}, id="verb"),
        pytest.param(
            "Move @a and @b from right to left",
            {"a": "Right → left along the middle", "b": "Right → left along the middle"},
            id="verb before, way after",
        ),
        pytest.param(
            "a rotating @a and @b on the left",
            {"a": "Left, turns clockwise", "b": "Left"},
            id="an adjective is not shared",
        ),
        pytest.param("on the left @a and @b on the right", {"a": "Left", "b": "Right"}, id="a place on each side"),
        pytest.param("in the background @a and @b", {"a": "Background", "b": "Centre"}, id="a background is one's own"),
        pytest.param("@a, @b on the left", {"a": "Centre", "b": "Left"}, id="a comma alone does not join"),
        pytest.param(
            "@BG as background with @logo and @product on it",
            {"BG": "Background", "logo": "Centre", "product": "Centre"},
            id="with",
        ),
        pytest.param(
            "@a and @b at the top, fading in", {"a": "Top, fades in", "b": "Top, fades in"}, id="and what follows"
        ),
        pytest.param(
            "@a on the left, @b on the right and both are fading in",
            {"a": "Left, fades in", "b": "Right, fades in"},
            id="both",
        ),
        pytest.param(
            "They all fade in: @a, @b", {"a": "Centre, fades in", "b": "Centre, fades in"}, id="they, at the beginning"
        ),
        pytest.param(
            "Both are moving left to right: @a at the top and @b",
            {"a": "Left → right along the top", "b": "Left → right along the middle"},
            id="both, at the beginning",
        ),
        pytest.param("@a left, @b right. They fade in.", {"a": "Left, fades in", "b": "Right, fades in"}, id="they"),
    ],
)
def test_tags_named_in_one_breath_share_their_words(text: str, layers: dict[str, str]) -> None:
    assert {tag: words.removesuffix(", stands still") for tag, words in told(text).items()} == layers


@pytest.mark.parametrize(
    ("words", "place"),
    [
        pytest.param("on the top right", "Top right", id="two words"),
        pytest.param("at bottom-left", "Bottom left", id="hyphen"),
        pytest.param("in the bottom-left corner", "Bottom left", id="corner"),
        pytest.param("right top", "Top right", id="turned round"),
        pytest.param("at the top_right", "Top right", id="underscore"),
        pytest.param("top, right", "Top right", id="comma"),
        pytest.param("at the top on the right", "Top right", id="two phrases"),
        pytest.param("upper left", "Top left", id="upper"),
        pytest.param("lower right", "Bottom right", id="lower"),
        pytest.param("up left", "Top left", id="up"),
        pytest.param("at the top center", "Top", id="top centre"),
        pytest.param("center left", "Left", id="centre left"),
        pytest.param("in the middle of the left side", "Left", id="middle of a side"),
        pytest.param("right in the middle", "Centre", id="right meaning exactly"),
        pytest.param("TOP RIGHT", "Top right", id="capitals"),
        pytest.param("not on the left but on the right", "Right", id="not"),
        pytest.param("(top right)", "Top right", id="parentheses"),
        pytest.param("in the foreground, top right", "In front, top right", id="front and corner"),
        pytest.param("in the foreground, front and center", "In front", id="front and centre"),
        pytest.param("on top of everything", "In front", id="on top of"),
        pytest.param("20 % wide, 10% from the left", "Left, 10 % of the canvas", id="measured from a side"),
        pytest.param("small in the bottom right", "Bottom right, 20 % of the canvas", id="size word"),
        pytest.param("half the size", "Centre, 50 % of the canvas", id="half"),
        pytest.param("left at 30%", "Left, 30 % of the canvas", id="per cent"),
        pytest.param("as background, stretched", "Background, stretched", id="stretched background"),
        pytest.param("fit in the background", "Background, fitted", id="fitted background"),
        pytest.param("covers the whole canvas", "Background", id="covers the canvas"),
        pytest.param("", "Centre", id="nothing said"),
    ],
)
def test_a_place_can_be_named(words: str, place: str) -> None:
    assert told(f"@logo {words}") == {"logo": f"{place}, stands still"}


@pytest.mark.parametrize(
    ("words", "motion"),
    [
        pytest.param("moves from left to right", "Left → right along the middle", id="from, to"),
        pytest.param("moving right to left", "Right → left along the middle", id="without from"),
        pytest.param("left to right", "Left → right along the middle", id="without a verb"),
        pytest.param("left -> right", "Left → right along the middle", id="arrow"),
        pytest.param("goes from the top edge to the bottom edge", "Top → bottom along the middle", id="edges"),
        pytest.param("moves, from bottom to top", "Bottom → top along the middle", id="comma"),
        pytest.param("slides to the right", "Left → right along the middle", id="slides to"),
        pytest.param("moves left", "Right → left along the middle", id="moves left"),
        pytest.param("goes up", "Bottom → top along the middle", id="goes up"),
        pytest.param("is moving left and up", "Bottom right → top left", id="two directions"),
        pytest.param("enters from the left", "Left → right along the middle", id="enters from"),
        pytest.param(
            "comes in from the right and fades out", "Right → left along the middle, fades out", id="comes in"
        ),
        pytest.param("falls", "Top → bottom along the middle", id="falls"),
        pytest.param("rises on the left", "Bottom → top along the left", id="rises"),
        pytest.param("flies from bottom left to top right", "Bottom left → top right", id="diagonal"),
        pytest.param("moves vertically", "Top → bottom along the middle", id="vertically"),
        pytest.param("moves across the screen", "Left → right along the middle", id="across"),
        pytest.param("goes across the screen", "Left → right along the middle", id="across with a weak verb"),
        pytest.param("flies across the screen from right to left", "Right → left along the middle", id="across, a way"),
        pytest.param("slides in from above", "Top → bottom along the middle", id="from above"),
        pytest.param("comes in from below", "Bottom → top along the middle", id="from below"),
        pytest.param("moves to the right", "Left → right along the middle", id="moves to a side"),
        pytest.param("moves to the top right", "Bottom left → top right", id="moves to a corner"),
        pytest.param("at the top moves from left to right", "Left → right along the top", id="along the top"),
        pytest.param("drifts right along the bottom", "Left → right along the bottom", id="along the bottom"),
        pytest.param("rotates", "Centre, turns clockwise", id="rotates"),
        pytest.param("rotates on the left", "Left, turns clockwise", id="rotates on the left"),
        pytest.param("turns to the left", "Centre, turns counter-clockwise", id="turns to the left"),
        pytest.param("spins counter-clockwise", "Centre, turns counter-clockwise", id="counter-clockwise"),
        pytest.param("with a clockwise rotation", "Centre, turns clockwise", id="with a rotation"),
        pytest.param("bounces at the top left", "Top left, bounces", id="bounces"),
        pytest.param("moves up and down", "Centre, bounces", id="up and down"),
        pytest.param("fades", "Centre, fades in", id="fades"),
        pytest.param("fades out", "Centre, fades out", id="fades out"),
        pytest.param("fades in and out", "Centre, fades in and out", id="fades in and out"),
        pytest.param("fades in and then fades out", "Centre, fades in and out", id="in, then out"),
        pytest.param(
            "spins while moving left to right",
            "Left → right along the middle, turns clockwise",
            id="spins while moving",
        ),
        pytest.param(
            "moves left to right, bounces and fades in", "Left → right along the middle, bounces, fades in", id="three"
        ),
        pytest.param("does not move", "Centre, stands still", id="does not move"),
        pytest.param("doesn’t move", "Centre, stands still", id="doesn't move"),
        pytest.param("without movement on the left", "Left, stands still", id="without movement"),
        pytest.param("does not move but rotates", "Centre, turns clockwise", id="not this but that"),
        pytest.param("rotates but does not move", "Centre, turns clockwise", id="this but not that"),
        pytest.param("is still rotating", "Centre, turns clockwise", id="still meaning yet"),
        pytest.param("stays on the left", "Left, stands still", id="stays"),
    ],
)
def test_a_motion_can_be_asked_for(words: str, motion: str) -> None:
    reading = prompt.read(f"@logo {words}")
    assert describe(reading.layer("logo")) == motion
    assert reading.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        pytest.param("Move @logo to the top right", "Top right, stands still", id="a corner"),
        pytest.param("Please move @logo to the bottom-left corner", "Bottom left, stands still", id="with please"),
        pytest.param("Move @logo to the center", "Centre, stands still", id="the centre"),
        pytest.param("Move @logo to the top right and fade it in", "Top right, fades in", id="and a motion"),
        pytest.param("Move @logo to the right", "Left → right along the middle", id="a side is a way"),
        pytest.param("Move @logo from the left to the top right", "Bottom left → top right", id="a way is a way"),
        pytest.param("Slide @logo to the top right", "Bottom left → top right", id="another verb is a way"),
    ],
)
def test_move_to_a_corner_puts_a_picture_there(text: str, layer: str) -> None:
    reading = prompt.read(text)
    assert describe(reading.layer("logo")) == layer
    assert reading.diagnostics == ()


@pytest.mark.parametrize(
    ("words", "layer"),
    [
        pytest.param("on the left over @BG", "Left, stands still", id="a place"),
        pytest.param("comes in from the left over @BG", "Left → right along the middle", id="a way"),
        pytest.param("slides from left over the background", "Left → right along the middle", id="no tag"),
        pytest.param("slides right away from @BG", "Left → right along the middle", id="right, away from"),
        pytest.param("fades in right away", "Centre, fades in", id="right away, by itself"),
        pytest.param("fills what is left over", "Centre, stands still", id="left over, by itself"),
    ],
)
def test_a_phrase_before_a_picture_means_its_words(words: str, layer: str) -> None:
    assert describe(prompt.read(f"@logo {words}").layer("logo")) == layer


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        pytest.param(
            "@logo on the top right. @logo is moving left to right",
            "Left → right along the top",
            id="a motion is added",
        ),
        pytest.param("@logo on the left. @LOGO on the right", "Right, stands still", id="a place is replaced"),
        pytest.param("@logo on the top right. @logo in the center", "Centre, stands still", id="back to the centre"),
        pytest.param("@logo rotates. @logo stands still", "Centre, stands still", id="a motion is taken back"),
        pytest.param("@logo on the top right. It moves left to right.", "Left → right along the top", id="it"),
        pytest.param("Move @logo. Put @logo at the top.", "Left → right along the top", id="a place is added"),
    ],
)
def test_a_later_clause_refines_the_same_layer(text: str, layer: str) -> None:
    assert list(told(text).values()) == [layer]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("@topright and @left_logo and @background2", id="in tags"),
        pytest.param('@logo says "left bank"', id="in quotes"),
        pytest.param("@logo says “top right”", id="in curly quotes"),
        pytest.param("@logo 'fades in the background'", id="in single quotes"),
        pytest.param("@logo of left.top@right.com", id="in an address"),
        pytest.param("@logo of https://example.com/left/top", id="in a link"),
        pytest.param("@logo upside down", id="in another phrase"),
    ],
)
def test_words_of_ours_inside_something_else_place_nothing(text: str) -> None:
    assert set(told(text).values()) == {"Centre, stands still"}


def test_backgrounds_lie_below_and_fronts_above_whatever_the_order_of_mention() -> None:
    text = "@f in front, @m on the left, @b as background, @n on the right, @c as background"
    assert [layer.tag for layer in prompt.read(text).scene.layers] == ["b", "c", "m", "n", "f"]
    assert prompt.read(text).tags == ("f", "m", "b", "n", "c")


def test_clauses_show_what_was_read_where() -> None:
    text = "Set @BG as background, and @logo on the top right fades in. @BG is stretched. 800x600"
    clauses = prompt.read(text).clauses
    assert [(clause.text, clause.tag, clause.number, clause.means) for clause in clauses] == [
        ("Set @BG as background", "BG", 1, "Background, stretched, stands still"),
        ("@logo on the top right fades in", "logo", 2, "Top right, fades in"),
        ("@BG is stretched", "BG", 1, "Background, stretched, stands still"),
        ("800x600", None, 0, "Canvas 800 × 600"),
    ]
    assert all(text[clause.start : clause.end] == clause.text for clause in clauses)


def test_what_carries_no_meaning_is_shown_as_unread() -> None:
    text = '@logo dances gracefully on the left, "la la", and @nobody in the center'
    reading = prompt.read(text, known=["logo"])
    assert [text[start:end] for start, end in reading.unread] == [
        "dances gracefully",
        '"la la"',
        "@nobody in the center",
    ]
