"""docs/backends.md, held to what it tells: its words are known, and its example is a backend."""

import re
from pathlib import Path

import numpy as np
import pytest

from prompt_media.generating import registry
from prompt_media.generating.procedural.words import COLOURS, COUNTS, SIZES, THINGS
from prompt_media.generating.protocol import BackendError, Inpaint
from prompt_media.imaging.geometry import Box
from prompt_media.imaging.picture import Picture
from prompt_media.progress import SILENT
from tests.generating.plugins import install

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "backends.md").read_text()
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def row(name: str) -> str:
    return re.search(rf"^\| {name} \| (.*) \|$", DOCUMENT, re.MULTILINE)[1]


@pytest.mark.parametrize(("name", "known"), [("things", THINGS), ("colours", COLOURS)])
def test_every_word_is_told(name, known):
    assert [word for word in known if not re.search(rf"\b{word}\b", row(name))] == []


@pytest.mark.parametrize(("name", "known"), [("sizes", SIZES), ("colours", COLOURS)])
def test_every_word_that_is_told_is_known(name, known):
    assert set(row(name).split()) <= set(known)


def test_numbers_that_are_told_are_known():
    assert {"two", "seven", "pair", "few", "some", "several", "many", "flock"} <= set(COUNTS)


def test_the_example_is_a_backend(tmp_path, monkeypatch):
    (tmp_path / "grey_backend.py").write_text(EXAMPLE)
    install(tmp_path, monkeypatch, grey="grey_backend:Grey")
    wish = Inpaint(Picture(np.zeros((4, 6, 3), np.uint8)), Box(2, 1, 3, 2), "anything", 0, 1.0)

    pixels = registry.open_backend("grey:90").inpaint(wish, SILENT).picture.pixels

    assert (pixels[wish.target.slices] == 90).all()
    assert int((pixels == 90).sum()) == 18
    with pytest.raises(BackendError, match="from 0 to 255"):
        registry.open_backend("grey:dark")
