"""What was asked, and what making it again takes: their JSON, their equality, and what is refused."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Box
from sessions_app.editing import recipe
from sessions_app.editing.recipe import Asked, Original, Recipe, SeedFrom, TargetFrom
from sessions_app.editing.sectors import GRID_SIZES, Cell

HASH = "ab" * 32
ASKED = Asked(HASH, 0.1, 0.2, None, None, 3, 0.75, None, None)
RECIPE = Recipe(
    asked=ASKED,
    image=Original(HASH, 1234, "image/png", 100, 50),
    focus_sector="TL",
    target=Cell(2, 2),
    target_sector="BR",
    target_from=TargetFrom.MIRRORED,
    prompt="add a ladybug",
    prompt_from="built-in",
    prompt_index=0,
    prompt_count=4,
    seed=7,
    seed_from=SeedFrom.DERIVED,
    backend="procedural",
    backend_version="1",
)


@st.composite
def asked(draw):
    grid = draw(st.sampled_from(GRID_SIZES))
    index = st.integers(0, grid - 1)
    row, column = draw(st.just((None, None)) | st.tuples(index, index))
    shares = st.floats(0, 1)
    prompt = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
    seed = st.none() | st.integers(0, 2**63 - 1)
    return Asked(HASH, draw(shares), draw(shares), row, column, grid, draw(shares), draw(prompt), draw(seed))


@given(asked())
def test_what_was_asked_comes_back_from_its_json(one):
    again = Asked.from_json(json.loads(json.dumps(one.to_json())))

    assert recipe.differing(one, again) == ()
    assert again.sha256() == one.sha256()


@given(asked(), asked())
def test_two_requests_share_a_hash_when_nothing_differs(one, other):
    assert (one.sha256() == other.sha256()) == (recipe.differing(one, other) == ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_sha256", "cd" * 32),
        ("focus_x", 0.11),
        ("focus_y", 0.0),
        ("target_row", 1),
        ("target_col", 0),
        ("grid_size", 4),
        ("strength", 0.5),
        ("prompt", "add"),
        ("seed", 0),
    ],
)
def test_a_difference_is_named_by_its_field(field, value):
    other = replace(ASKED, **{field: value})

    assert recipe.differing(ASKED, other) == (field,)
    assert ASKED.sha256() != other.sha256()


def test_all_differences_are_named_in_their_order():
    other = replace(ASKED, seed=1, focus_x=1.0, prompt="x")

    assert recipe.differing(ASKED, other) == ("focus_x", "prompt", "seed")


def test_one_number_written_in_two_ways_is_one_number():
    other = replace(ASKED, focus_x=1, focus_y=-0.0)

    assert replace(ASKED, focus_x=1.0, focus_y=0.0).sha256() == other.sha256()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_sha256", "AB" * 32),
        ("image_sha256", "ab"),
        ("image_sha256", None),
        ("focus_x", 1.0000001),
        ("focus_x", -1e-9),
        ("focus_x", math.nan),
        ("focus_y", math.inf),
        ("focus_y", None),
        ("focus_y", "0.5"),
        ("focus_y", True),
        ("grid_size", 1),
        ("grid_size", 10),
        ("grid_size", 3.0),
        ("strength", math.nan),
        ("strength", 2),
        ("prompt", ""),
        ("prompt", 3),
        ("prompt", "a\0"),
        ("prompt", "\udfff"),
        ("prompt", "a" * 4001),
        ("seed", -1),
        ("seed", 2**63),
        ("seed", 1.5),
        ("seed", False),
    ],
)
def test_a_bad_value_is_refused_by_name(field, value):
    with pytest.raises(Unprocessable) as refused:
        Asked.from_json(ASKED.to_json() | {field: value})
    assert refused.value.errors[0].field == f"asked.{field}"


@pytest.mark.parametrize(
    ("row", "column", "field"),
    [
        pytest.param(3, 0, "target_row", id="outside the grid"),
        pytest.param(0, -1, "target_col", id="before the grid"),
        pytest.param(1, None, "target_col", id="a row alone"),
        pytest.param(None, 1, "target_row", id="a column alone"),
    ],
)
def test_half_a_target_or_one_outside_is_refused(row, column, field):
    with pytest.raises(Unprocessable) as refused:
        Asked.from_json(ASKED.to_json() | {"target_row": row, "target_col": column})
    assert refused.value.errors[0].field == f"asked.{field}"


@pytest.mark.parametrize("value", [None, [], "text", 3, [{}]])
def test_what_is_no_object_is_refused(value):
    for read in (Asked.from_json, Recipe.from_json):
        with pytest.raises(Unprocessable):
            read(value)


def test_a_recipe_comes_back_from_its_json():
    assert Recipe.from_json(json.loads(json.dumps(RECIPE.to_json()))) == RECIPE


def test_a_recipe_knows_its_pixels():
    assert RECIPE.box == Box(66, 32, 34, 18)


def test_what_a_later_version_wrote_beside_is_passed_over():
    assert Recipe.from_json(RECIPE.to_json() | {"mood": "calm"}) == RECIPE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("focus_sector", "TR"),
        ("target_sector", "TL"),
        ("target", {"row": 0, "column": 0}),
        ("target_from", "request"),
        ("target_from", "corner"),
        ("seed_from", "request"),
        ("image", {"sha256": "cd" * 32, "bytes": 1, "media_type": "image/png", "width": 9, "height": 9}),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(field, value):
    fits = RECIPE if (field, value) != ("target_from", "corner") else replace(RECIPE, target=Cell(1, 0))

    with pytest.raises(Unprocessable, match="contradicts"):
        Recipe.from_json(fits.to_json() | {field: value})


def test_what_the_request_named_is_what_was_used():
    named = replace(ASKED, prompt="add a bee", seed=9, target_row=0, target_col=1)
    used = replace(
        RECIPE, asked=named, prompt="add a bee", seed=9, seed_from=SeedFrom.REQUEST,
        target=Cell(0, 1), target_sector="TC", target_from=TargetFrom.REQUEST,
    )  # fmt: skip

    assert Recipe.from_json(used.to_json()) == used
    for field, value in (("prompt", "add a fly"), ("seed", 10), ("target_from", "mirrored")):
        with pytest.raises(Unprocessable) as refused:
            Recipe.from_json(used.to_json() | {field: value})
        assert refused.value.errors[0].field in (field, "target")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", {"row": 3, "column": 0}),
        ("target", {"row": 0}),
        ("prompt", ""),
        ("prompt_index", -1),
        ("prompt_from", None),
        ("seed", None),
        ("seed_from", "dice"),
        ("backend", ""),
        ("backend_version", "1" * 121),
        ("image", {"sha256": HASH, "bytes": 0, "media_type": "image/png", "width": 9, "height": 9}),
        ("image", {"sha256": HASH, "bytes": 1, "media_type": "image/png", "width": 0, "height": 9}),
    ],
)
def test_a_bad_value_of_a_recipe_is_refused_by_name(field, value):
    with pytest.raises(Unprocessable) as refused:
        Recipe.from_json(RECIPE.to_json() | {field: value})
    assert refused.value.errors[0].field.partition(".")[0] == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("asked", "a bee"),
        ("image", None),
        ("image", {"sha256": [HASH]}),
        ("seed", 10**400),
        ("seed", "1\r\nX-Evil: 1"),
        ("prompt_index", "1\r\nX-Evil: 1"),
    ],
)
def test_what_is_read_of_every_recipe_is_judged_in_all(field, value):
    with pytest.raises(Unprocessable) as refused:
        recipe.judge_shared({"scene": {}, field: value})
    assert refused.value.errors[0].field.partition(".")[0] == field


def test_a_recipe_of_another_kind_may_tell_what_it_likes():
    recipe.judge_shared({"scene": {"seed": []}, "seed": None, "image": RECIPE.to_json()["image"]})


def test_a_picture_too_small_for_its_grid_is_refused():
    small = RECIPE.to_json() | {
        "image": {"sha256": HASH, "bytes": 9, "media_type": "image/png", "width": 2, "height": 9}
    }

    with pytest.raises(Unprocessable, match="cannot be cut"):
        Recipe.from_json(small)


def test_a_seed_follows_from_the_wish():
    seed = recipe.derived_seed(HASH, Cell(0, 1), 3, 0.75, "add a bee")

    assert seed == recipe.derived_seed(HASH, Cell(0, 1), 3, 0.75, "add a bee")
    assert seed < 2**48
    others = {
        recipe.derived_seed("cd" * 32, Cell(0, 1), 3, 0.75, "add a bee"),
        recipe.derived_seed(HASH, Cell(1, 0), 3, 0.75, "add a bee"),
        recipe.derived_seed(HASH, Cell(0, 1), 4, 0.75, "add a bee"),
        recipe.derived_seed(HASH, Cell(0, 1), 3, 0.76, "add a bee"),
        recipe.derived_seed(HASH, Cell(0, 1), 3, 0.75, "add a fly"),
    }
    assert len(others - {seed}) == 5
