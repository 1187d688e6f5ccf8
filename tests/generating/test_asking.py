"""A backend that breaks made no picture; what stops it from outside is not its fault."""

import numpy as np
import pytest

from prompt_media.generating import asking
from prompt_media.generating.protocol import BackendError, Capabilities, Inpaint, Result
from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from prompt_media.progress import SILENT
from tests.generating.hostile import Hostile


class Stop(Exception):
    """What somebody's progress raises to stop the work."""


@pytest.fixture
def wish() -> Inpaint:
    return Inpaint(Picture(np.zeros((6, 8, 3), np.uint8)), Box(0, 0, 2, 2), "a dot", seed=1, strength=0.5)


def test_what_a_backend_says_itself_is_told_as_it_says_it(wish):
    with pytest.raises(BackendError, match="busy") as told:
        asking.inpaint(Hostile("hostile:busy"), wish, SILENT)
    assert told.value.retry_after == 7


def test_a_backend_that_breaks_has_made_no_picture(wish):
    with pytest.raises(BackendError, match="RuntimeError"):
        asking.inpaint(Hostile("hostile:breaks"), wish, SILENT)


def test_an_answer_without_a_picture_is_none(wish, monkeypatch):
    monkeypatch.setattr(Hostile, "inpaint", lambda self, wish, progress: Result(None))
    with pytest.raises(BackendError, match="TypeError"):
        asking.inpaint(Hostile(), wish, SILENT)


def test_an_empty_picture_is_none(wish, monkeypatch):
    empty = Result(Picture(np.zeros((0, 8, 3), np.uint8)))
    monkeypatch.setattr(Hostile, "inpaint", lambda self, wish, progress: empty)
    with pytest.raises(BackendError, match="ValueError"):
        asking.inpaint(Hostile(), wish, SILENT)


def test_what_was_sent_is_not_painted_over(wish):
    with pytest.raises(BackendError, match="ValueError"):
        asking.inpaint(Hostile("hostile:over_it"), wish, SILENT)
    assert not wish.picture.pixels.any()


def test_who_cannot_inpaint_is_not_asked(wish, monkeypatch):
    monkeypatch.setattr(Hostile, "capabilities", Capabilities(verbs=frozenset(), is_deterministic=True))
    with pytest.raises(BackendError, match="cannot"):
        asking.inpaint(Hostile(), wish, SILENT)


def test_what_stops_the_work_goes_through(wish):
    class Stopping:
        def advance(self, done: int, total: int, note: str = "") -> None:
            raise Stop

    with pytest.raises(Stop):
        asking.inpaint(Hostile(), wish, Stopping())
