"""Text into tokens: what is a tag, what is not, and that length costs no more than length."""

import sys
import unicodedata

import pytest

from sessions_app.composing import prompt, tokens
from sessions_app.composing.tokens import TokenKind


def tags_in(text: str) -> list[str]:
    return [token.text for token in tokens.scan(text) if token.kind is TokenKind.TAG]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("@logo", ["logo"], id="a tag"),
        pytest.param("@logo.", ["logo"], id="before a full stop"),
        pytest.param("(@logo)", ["logo"], id="in parentheses"),
        pytest.param("@logo's", ["logo"], id="genitive"),
        pytest.param("@logo-left", ["logo"], id="a hyphen ends it"),
        pytest.param("@a@b", ["a", "b"], id="two without a space"),
        pytest.param("@a,@b", ["a", "b"], id="two with a comma"),
        pytest.param("@@x", ["x"], id="the second of two @"),
        pytest.param("@", [], id="an @ alone"),
        pytest.param("@ logo", [], id="an @ and a space"),
        pytest.param("a@b.com", [], id="an address"),
        pytest.param("first.last-1@b.com", [], id="a long address"),
        pytest.param("7@b.com, @logo", ["logo"], id="an address, then a tag"),
        pytest.param("https://example.com/@logo", [], id="a link"),
        pytest.param("@логотип", ["логотип"], id="Cyrillic"),
        pytest.param("@लोगो on", ["लोगो"], id="Devanagari, with its vowel signs"),
        pytest.param("@图片1,", ["图片1"], id="Chinese"),
        pytest.param("@לוגו\u200f לבן", ["לוגו"], id="right to left, with its mark"),
        pytest.param("@lo\u200bgo", ["logo"], id="a zero-width space inside"),
        pytest.param("@\u200b", [], id="nothing but a zero-width space"),
        pytest.param("@❤\ufe0f", [], id="an emoji"),
        pytest.param("@\u0301", [], id="an accent alone"),
        pytest.param("@\u3164", [], id="a filler alone"),
        pytest.param("@lo\ufe0fgo\ufe0f left", ["logo"], id="a variant mark inside"),
        pytest.param("@cafe\u0301", ["caf\u00e9"], id="an accent of its own character"),
        pytest.param("\N{FULLWIDTH COMMERCIAL AT}logo", ["logo"], id="a wide @"),
        pytest.param('"@logo"', ["logo"], id="in quotes"),
        pytest.param("@_1", ["_1"], id="underscore and digit"),
        pytest.param("@" + "x" * 60, ["x" * 60], id="a long one, whole"),
    ],
)
def test_a_tag_is_an_at_and_the_word_characters_after_it(text: str, tags: list[str]) -> None:
    assert tags_in(text) == tags


def test_spans_count_the_code_points_of_the_text_as_it_was_given() -> None:
    text = "e\u0301 @cafe\u0301 left"
    token = next(token for token in tokens.scan(text) if token.kind is TokenKind.TAG)
    assert text[token.start : token.end] == "@cafe\u0301"
    assert token.text == unicodedata.normalize("NFC", "cafe\u0301")


@pytest.mark.parametrize(
    ("text", "is_opaque"),
    [
        pytest.param('"left"', True, id="straight"),
        pytest.param("“left”", True, id="curly"),
        pytest.param("„left“", True, id="low"),
        pytest.param("«left»", True, id="angled"),
        pytest.param("'left'", True, id="single"),
        pytest.param('"left', False, id="never closed"),
        pytest.param('"@a left"', False, id="with a tag in it"),
        pytest.param('12" left 5"', False, id="inches"),
        pytest.param("the logo's left, the logos' left", False, id="apostrophes"),
    ],
)
def test_a_quotation_without_a_tag_is_one_opaque_token(text: str, is_opaque: bool) -> None:
    kinds = {token.kind for token in tokens.scan(text)}
    assert (TokenKind.OPAQUE in kinds, TokenKind.WORD in kinds) == (is_opaque, not is_opaque)


@pytest.mark.parametrize(
    ("text", "rgb"),
    [
        pytest.param("#ff8800", "ff8800", id="six digits"),
        pytest.param("#F80", "ff8800", id="three digits"),
        pytest.param("rgb(255, 136, 0)", "ff8800", id="rgb"),
        pytest.param("rgb(256, 0, 0)", None, id="out of range"),
        pytest.param("rgb(1, 2)", None, id="two numbers"),
        pytest.param("#ff88", None, id="four digits"),
        pytest.param("#winning", None, id="hashtag"),
    ],
)
def test_a_colour_is_hexadecimal_or_rgb(text: str, rgb: str | None) -> None:
    colours = [token.text for token in tokens.scan(text) if token.kind is TokenKind.COLOUR]
    assert colours == ([rgb] if rgb else [])


HARD = {
    "plain words": "left of the top ",
    "one long word": "a",
    "one long tag": "@" + "a" * 50,
    "lone ats": "@",
    "open quotes": '"',
    "odd quotes": "“@a\" 'left ",
    "apostrophes": "'a ",
    "dotted words": "a.",
    "addresses": "a.b@c ",
    "colours": "rgb(1,",
    "digits": "9",
    "misspelled": "rihgt ",
    "one breath": "@a and ",
    "pieces": "left, ",
    "a pile": "@a on ",
    "a pile, turned round": "behind @a ",
    "corners of pictures": "top right of @a ",
    "grounds": "a wooden dark background, ",
    "shapes": "1:",
    "descriptions": "big small @a on ",
    "ways": "left to ",
    "sizes": "9x9 ",
}


def calls(text: str) -> int:
    """How many functions Python calls to read this text: work, counted and not timed."""
    count = 0

    def note(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        prompt.read(text, ["a"])
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD.keys())
def test_twice_the_text_is_at_most_twice_the_work(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt, "MAX_LENGTH", 16_000)
    half, whole = ((piece * 16_000)[:length] for length in (8_000, 16_000))
    assert calls(whole) <= 2.1 * calls(half)


def test_what_is_beyond_the_limit_costs_nothing() -> None:
    assert calls("left " * 2_000_000) <= 1.1 * calls("left " * 900)
