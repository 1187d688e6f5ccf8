"""Two recordings side by side, and where two of their pictures differ."""

from io import BytesIO

import pytest
from PIL import Image as Pillow

from prompt_media.errors import HouseError
from prompt_media.files import layers, store
from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck, Step
from sessions_app.services import comparison, replays
from tests.sessions_app import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def one():
    return recorded.recording(owner=HOUSE, public_id="test_A", steps=3)


def steps(recording):
    return list(Step.objects.filter(recording=recording).select_related("image__session").order_by("index"))


def refused(call):
    with pytest.raises(HouseError) as refusal:
        call()
    return refusal.value.code


def test_a_copy_is_identical_step_by_step(one):
    copy = replays.start(owner=HOUSE, recording=one, mode=Deck.Mode.FORK, at=3, into="test_B").replaying

    pairs = list(comparison.pairs(one, copy, first=0, count=20))

    assert [(pair.index, pair.is_identical, pair.difference.share) for pair in pairs] == [
        (0, True, 0.0), (1, True, 0.0), (2, True, 0.0),
    ]  # fmt: skip


def test_what_differs_is_measured(one):
    other = recorded.recording(owner=HOUSE, public_id="test_B", steps=3, picture=Pillow.new("RGB", (60, 60), "#4a6a8b"))

    first = next(comparison.pairs(one, other, first=0, count=1))

    disc = sum(pixel != (74, 106, 138) for pixel in pixels(store.read(first.one.image.key)).get_flattened_data())
    assert not first.is_identical
    assert first.difference.share == pytest.approx((3600 - disc) / 3600)
    assert 0 < first.difference.change < 0.01, "one step of blue is hardly seen"


def test_the_longer_one_has_steps_without_a_partner(one):
    other = recorded.recording(owner=HOUSE, public_id="test_B", steps=1)

    pairs = list(comparison.pairs(one, other, first=0, count=20))

    assert [(pair.index, pair.other is None, pair.reason) for pair in pairs[1:]] == [
        (1, True, "Only one of the two has this step."),
        (2, True, "Only one of the two has this step."),
    ]
    assert comparison.length(one, other) == comparison.length(other, one) == 3


def test_only_so_many_are_compared_at_once(one):
    assert [pair.index for pair in comparison.pairs(one, one, first=1, count=1)] == [1]
    assert list(comparison.pairs(one, one, first=3, count=20)) == []


def test_a_frame_that_is_gone_is_told_and_the_others_are_compared(one):
    other = recorded.recording(owner=HOUSE, public_id="test_B", steps=3, picture=Pillow.new("RGB", (60, 60), "white"))
    lost = steps(other)[1].image
    store.discard([lost.key])
    layers.drop(lost.sha256)

    pairs = list(comparison.pairs(one, other, first=0, count=20))

    assert [pair.difference is None for pair in pairs] == [False, True, False]
    assert "gone from the storage" in pairs[1].reason


def test_a_picture_larger_than_its_layer_is_identical_only_by_its_bytes(monkeypatch, one):
    other = recorded.recording(owner=HOUSE, public_id="test_B", steps=1, picture=Pillow.new("RGB", (60, 60), "#4a6a8b"))
    monkeypatch.setattr(layers, "LONGEST_SIDE", 1)
    monkeypatch.setattr(comparison.difference, "compare", lambda a, b: comparison.difference.NONE)

    assert not next(comparison.pairs(one, other, first=0, count=1)).is_identical


def test_a_step_is_compared_to_the_picture_before_it(one):
    first, second, _ = steps(one)

    assert comparison.partner(second, "previous", None) == first.image
    assert comparison.partner(second, "input", None) == first.image
    assert comparison.partner(first, "previous", None) == comparison.partner(first, "input", None)
    assert comparison.partner(first, "input", None).sha256 == first.recipe["image"]["sha256"]


def test_a_step_is_compared_to_that_of_another_recording(one):
    other = recorded.recording(owner="visitor:b", public_id="test_B", steps=2)
    first, _, third = steps(one)

    assert comparison.partner(first, "test_B", None) == steps(other)[0].image
    assert refused(lambda: comparison.partner(third, "test_B", None)) == "unknown_frame"
    assert refused(lambda: comparison.partner(first, "test_B", frozenset([HOUSE]))) == "unknown_recording"
    assert refused(lambda: comparison.partner(first, "never_was", None)) == "unknown_recording"


@pytest.mark.parametrize("recipe", [{}, {"image": None}, {"image": {"sha256": 7}}, {"image": {"sha256": "ab" * 32}}])
def test_a_first_step_without_its_input_has_nothing_before_it(one, recipe):
    Step.objects.filter(recording=one, index=0).update(recipe=recipe)

    for to in ("previous", "input"):
        assert refused(lambda to=to: comparison.partner(steps(one)[0], to, None)) == "unknown_frame"


def test_the_picture_of_a_difference_has_ink_where_the_step_changed_something(one):
    first, second, _ = steps(one)

    seen = pixels(comparison.shown(second.image, first.image))

    assert seen.size == (60, 60)
    assert seen.getpixel((10, 10))[0] > 2 * seen.getpixel((10, 10))[1], "the disc of the top left"
    assert len(set(seen.getpixel((50, 50)))) == 1, "the disc that was there before is grey"


def test_the_mark_of_a_difference_names_both_pictures(one):
    first, second, third = (step.image for step in steps(one))

    marks = {comparison.mark(*pair) for pair in ((first, second), (second, first), (first, third), (first, first))}
    assert len(marks) == 4


def pixels(data):
    return Pillow.open(BytesIO(data)).convert("RGB")
