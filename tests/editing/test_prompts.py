"""Which prompt a sector gets when nobody named one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.errors import Unprocessable
from sessions_app.editing import prompts
from sessions_app.editing.prompts import BUILT_IN, Choice, Lists

LISTS = Lists(default=("a", "b", "c"), sectors={"TL": ("x", "y"), "BR": ("z",)}, source="page")


def drawn(lists, sectors):
    """The prompts of these sectors one after the other, each turn counted."""
    turns = {}
    for sector in sectors:
        choice = prompts.choose(lists, sector, turns)
        turns[choice.turn_key] = turns.get(choice.turn_key, 0) + 1
        yield choice.prompt


def test_a_list_is_used_in_turn_and_begins_again():
    assert list(drawn(LISTS, ["TL"] * 5)) == ["x", "y", "x", "y", "x"]


def test_each_list_keeps_its_own_turn():
    assert list(drawn(LISTS, ["TL", "BR", "TL", "MC", "BR", "TC"])) == ["x", "z", "y", "a", "z", "b"]


def test_a_choice_tells_its_place_and_where_it_is_from():
    assert prompts.choose(LISTS, "TL", {"TL": 3, "default": 7}) == Choice("y", 1, 2, "page", "TL")
    assert prompts.choose(LISTS, "MC", {"TL": 3, "default": 7}) == Choice("b", 1, 3, "page", "default")


def test_a_list_that_became_shorter_goes_on():
    assert prompts.choose(LISTS, "BR", {"BR": 1000}).prompt == "z"


def test_the_original_file_is_read():
    lists = prompts.from_json(
        {"default": "add a leaf", "sectors": {"TL": ["one", "two"], "BR": "three", "r0c8": ["four"]}},
        source=prompts.JSON_FILE,
    )

    assert lists == Lists(
        ("add a leaf",), {"TL": ("one", "two"), "BR": ("three",), "r0c8": ("four",)}, "sector_prompts.json"
    )


@given(
    st.lists(st.sampled_from(["one", "two"]), max_size=3),
    st.dictionaries(st.sampled_from(["TL", "MC"]), st.just(["x"])),
)
def test_lists_come_back_from_their_json(default, own):
    lists = prompts.from_json({"default": default, "sectors": own})

    assert prompts.from_json(lists.to_json()) == lists


def test_what_is_left_empty_is_not_set():
    lists = prompts.from_json({"default": ["  ", ""], "sectors": {"TL": [], "TR": "  ", "BL": [" a  ", ""]}})

    assert lists.default == BUILT_IN.default
    assert lists.sectors == {"BL": ("a",)}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        pytest.param(["a"], "prompts", id="no object"),
        pytest.param({"defaults": "a"}, "defaults", id="misspelled"),
        pytest.param({"default": 3}, "default", id="a number"),
        pytest.param({"default": ["a", None]}, "default[1]", id="nothing in a list"),
        pytest.param({"default": ["a\0"]}, "default[0]", id="NUL"),
        pytest.param({"default": "\ud800"}, "default[0]", id="half a character"),
        pytest.param({"default": "a" * 4001}, "default[0]", id="too long"),
        pytest.param({"default": ["a"] * 201}, "default", id="too many"),
        pytest.param({"sectors": ["a"]}, "sectors", id="sectors in a list"),
        pytest.param({"sectors": {"XX": "a"}}, "sectors.XX", id="no such sector"),
        pytest.param({"sectors": {"r9c0": "a"}}, "sectors.r9c0", id="outside every grid"),
        pytest.param({"sectors": {"TL": {"a": 1}}}, "sectors.TL", id="an object for a list"),
    ],
)
def test_what_is_no_list_of_prompts_is_refused_by_name(value, field):
    with pytest.raises(Unprocessable) as refused:
        prompts.from_json(value)
    assert refused.value.errors[0].field == field


def test_a_file_of_lines_has_comments_and_blank_lines():
    lists = prompts.from_text("# my prompts\n\n  add a ladybug \r\n  # not this\nadd a #1 badge\n")

    assert lists == Lists(("add a ladybug", "add a #1 badge"), {}, "prompts.txt")


def test_a_file_without_prompts_is_as_good_as_none():
    assert prompts.from_text("# nothing yet\n") is BUILT_IN
