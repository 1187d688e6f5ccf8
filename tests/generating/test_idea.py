"""What a prompt's words mean to the backend that draws by itself."""

import pytest

from prompt_media.generating.procedural import idea
from prompt_media.generating.procedural.idea import Accent, Act
from prompt_media.generating.procedural.shapes import Ink
from prompt_media.generating.procedural.words import COLOURS, OTHER_NAMES, PARTS, PLURALS, THINGS, TONES


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        pytest.param("add a small ladybug in the lower right corner", [("ladybug", 1)], id="one"),
        pytest.param("three birds", [("bird", 3)], id="a number"),
        pytest.param("a flock of seagulls", [("bird", 5)], id="a crowd"),
        pytest.param("autumn leaves", [("leaf", 3)], id="plural"),
        pytest.param("A RED BOAT, and two white birds!", [("boat", 1), ("bird", 2)], id="two things"),
        pytest.param("a full moon over a house", [("full moon", 1), ("house", 1)], id="a name of two words"),
        pytest.param("turn the flower into a butterfly", [("butterfly", 1)], id="turned into the last"),
        pytest.param("a small boat with a white sail", [("boat", 1)], id="a part that is called as the thing"),
        pytest.param("two trees with golden leaves", [("tree", 2)], id="a part that is a thing too"),
        pytest.param("an apple and a leaf", [("apple", 1), ("leaf", 1)], id="no part, where it is not joined"),
        pytest.param("a house with a red roof and a tree", [("house", 1), ("tree", 1)], id="a thing after a part"),
        pytest.param("ball star moon sun", [("ball", 1), ("star", 1), ("moon", 1)], id="no more than three"),
    ],
)
def test_things_are_found_by_name_and_number(prompt, things):
    assert [(one.name, one.count) for one in idea.read(prompt).things] == things


def test_each_thing_has_the_looks_said_before_it():
    boat, bird = idea.read("a large red boat and a tiny dark blue bird").things
    assert (boat.colour, bird.colour) == (COLOURS["red"], COLOURS["blue"])
    assert boat.scale > 1 > bird.scale
    assert bird.tone == TONES["dark"]


def test_a_colour_said_after_the_thing_is_its_own():
    (flower,) = idea.read("change the flower to blue").things
    assert flower.colour == COLOURS["blue"]


def test_a_part_has_the_looks_said_before_it():
    (ladybug,) = idea.read("a red ladybug with dark yellow spots").things
    assert ladybug.colour == COLOURS["red"]
    assert ladybug.accents == (Accent(Ink.SECOND, COLOURS["yellow"], TONES["dark"]),)


def test_a_main_part_leaves_the_colour_of_the_thing_to_the_rest():
    (house,) = idea.read("a white house with a red roof").things
    assert house.colour == COLOURS["red"]
    assert Accent(Ink.SECOND, COLOURS["white"]) in house.accents


def test_a_part_of_no_look_leaves_the_thing_as_it_is():
    assert idea.read("a red ladybug with spots") == idea.read("a red ladybug")


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_drawn_with_the_ink_it_is_told_to_have(name):
    assert set(PARTS[name].values()) <= {part.ink for part in THINGS[name].draw()}


@pytest.mark.parametrize(
    ("prompt", "act"),
    [
        pytest.param("remove the ladybug", Act.REMOVE, id="remove"),
        pytest.param("take away the bird", Act.REMOVE, id="take away"),
        pytest.param("make the sky darker", Act.CHANGE, id="a tone"),
        pytest.param("turquoise", Act.CHANGE, id="a colour alone"),
        pytest.param("change something subtly", Act.CHANGE, id="a change of no kind"),
        pytest.param("add something blue", Act.ADD, id="a thing of no kind"),
        pytest.param("", Act.ADD, id="nothing"),
    ],
)
def test_the_verb_decides_what_is_done(prompt, act):
    assert idea.read(prompt).act is act


def test_words_nobody_knows_mean_the_same_thing_each_time_and_not_all_the_same():
    words = ["zeppelin", "Eichhörnchen", "quark", "gargoyle", "tuba", "lighthouse"]
    chosen = [idea.read(word).things[0].name for word in words]
    assert chosen == [idea.read(word.upper()).things[0].name for word in words]
    assert len(set(chosen)) > 2


def test_every_other_name_leads_to_a_thing():
    assert {*OTHER_NAMES.values(), *PLURALS.values()} <= {*THINGS, *OTHER_NAMES}
    assert not set(OTHER_NAMES) & set(THINGS)
