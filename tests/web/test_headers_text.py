"""Texts in headers: what is sent can be read back, whatever was said."""

from urllib.parse import unquote

import pytest

from prompt_media.web import headers


@pytest.mark.parametrize(
    "words",
    ["add a small ladybug in the lower right corner...", "100% of “it”", "ein Käfer\nund\r\nX-Evil: 1", "甲虫 🐞", ""],
)
def test_a_text_is_ascii_on_one_line_and_comes_back_whole(words):
    told = headers.text(words)
    assert told.isascii()
    assert told.isprintable()
    assert unquote(told) == words


def test_plain_words_stand_as_they_are():
    assert headers.text("add a small ladybug, please!") == "add a small ladybug, please!"


@pytest.mark.parametrize("character", ["a", "ä", "🐞"])
def test_what_is_long_is_cut_between_two_characters(character):
    told = headers.text(character * 2000)
    assert 1012 < len(told) <= 1024
    assert set(unquote(told)) == {character}
