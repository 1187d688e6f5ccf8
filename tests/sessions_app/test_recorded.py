"""The recordings that tests are given are as the house would have made them."""

import pytest

from prompt_media.files import store
from prompt_media.web.identity import HOUSE
from tests.sessions_app.recorded import recording

pytestmark = pytest.mark.django_db


def test_a_recording_has_its_steps_in_order_and_their_files():
    made = recording(owner=HOUSE, steps=3)

    assert [step.image.name for step in made.steps.all()] == ["0000_BR.png", "0001_TL.png", "0002_MR.png"]
    assert len({step.image.sha256 for step in made.steps.all()}) == 3
    assert all(len(store.read(step.image.key)) == step.image.bytes for step in made.steps.select_related("image"))


def test_what_a_step_was_made_from_lies_beside_it():
    made = recording(owner=HOUSE, steps=2)

    first, second = made.steps.select_related("image")
    assert made.images.get(step=None).sha256 == first.recipe["image"]["sha256"]
    assert second.recipe["image"]["sha256"] == first.image.sha256
