"""Sentences made from a session's own tags."""

import re

import pytest

from sessions_app.composing import examples, prompt


@pytest.mark.parametrize(
    ("ground", "others"),
    [
        pytest.param("BG", ["logo", "product"], id="a background and two"),
        pytest.param("BG", ["logo"], id="a background and one"),
        pytest.param("BG", [], id="a background alone"),
        pytest.param(None, ["logo"], id="a cut-out alone"),
        pytest.param("Größe_1", ["ромашка"], id="other scripts"),
    ],
)
def test_every_example_can_be_made_and_is_read_whole(ground, others):
    known = [tag for tag in (ground, *others) if tag]

    for sentence in examples.sentences(ground, others):
        reading = prompt.read(sentence, known)
        prompt.require(reading, known)
        assert not reading.diagnostics, sentence
        assert {layer.tag for layer in reading.scene.layers} == set(re.findall(r"@(\w+)", sentence)), sentence


def test_without_tags_there_is_nothing_to_try():
    assert examples.sentences(None, []) == ()


def test_some_move_and_some_stand_still():
    scenes = [prompt.read(text, ["BG", "logo"]).scene for text in examples.sentences("BG", ["logo"])]

    assert {scene.moves for scene in scenes} == {True, False}
