"""What a reading tells its writer, and when a prompt is refused."""

import pytest

from prompt_media.errors import HouseError
from sessions_app.composing import prompt
from sessions_app.composing.diagnostics import Severity
from sessions_app.composing.prompt import EmptyPrompt, NoTag, PromptTooLong, TagTooLong, TooManyPictures
from sessions_app.composing.tags import UnknownTag

KNOWN = ["BG", "logo"]


@pytest.mark.parametrize(
    ("text", "code", "span"),
    [
        pytest.param("@logo on the top rihgt", "misspelled", "rihgt", id="misspelled"),
        pytest.param("@logo moves", "no_direction", "moves", id="no direction"),
        pytest.param("Move @logo and @BG", "no_direction", "Move", id="no direction, of two"),
        pytest.param("@logo moves from the middle", "no_direction", "moves", id="from the middle"),
        pytest.param("@logo moves from the left to the center", "whole_way", "left", id="half the way"),
        pytest.param("@logo moves left to right and up and then to the left", "two_ways", "left", id="there and back"),
        pytest.param("@logo on the left and right", "two_places", "right", id="two places"),
        pytest.param("@logo rotates and stays still", "moves_and_still", "stays", id="moving and still"),
        pytest.param("@logo to the left of @BG", "relative_place", "left of", id="beside another picture"),
        pytest.param("@logo next to @BG", "relative_place", "next to", id="next to another picture"),
        pytest.param("@logo above @BG", "relative_place", "above", id="above another picture"),
        pytest.param("@logo with 50% opacity", "not_done", "50% opacity", id="opacity"),
        pytest.param("@logo, opacity: 50 %", "not_done", "opacity: 50 %", id="opacity first"),
        pytest.param("a blurred @logo", "not_done", "blurred", id="an effect"),
        pytest.param("@logo zooms in", "not_done", "zooms", id="a motion"),
        pytest.param("@logo in all four corners", "not_done", "all four corners", id="many places"),
        pytest.param("@logo in 4K", "not_done", "4K", id="a name of a size"),
        pytest.param("@logo on a wooden background", "ground_unknown", "wooden background", id="a described ground"),
        pytest.param("Make a GIF of @logo", "nothing_moves", "GIF", id="a GIF of nothing that moves"),
        pytest.param("@logo and @", "lone_at", "@", id="an @ alone"),
        pytest.param("@logo as portrait", "preset_alone", "portrait", id="a format without the word"),
        pytest.param("@logo 200x100", "picture_size", "200x100", id="a size of a picture"),
        pytest.param("@logo at 300 %", "out_of_range", "300 %", id="larger than the canvas"),
        pytest.param("@logo, 9000x90", "out_of_range", "9000x90", id="canvas out of range"),
        pytest.param("@logo, 800 wide", "one_side", "800 wide", id="one side"),
        pytest.param("@logo, 1 frame", "out_of_range", "1 frame", id="frames out of range"),
        pytest.param("@logo, 90 fps", "out_of_range", "90 fps", id="fps out of range"),
        pytest.param("@logo, 0 seconds", "out_of_range", "0 seconds", id="no time"),
        pytest.param("@logo for 99 seconds", "out_of_range", "99 seconds", id="too much time"),
        pytest.param("@loga on the left", "unknown_tag", "@loga", id="unknown tag"),
        pytest.param("  ", "empty_prompt", "  ", id="empty"),
        pytest.param("on the left", "no_tag", "on the left", id="no tag"),
    ],
)
def test_what_is_doubtful_is_remarked_on_where_it_stands(text: str, code: str, span: str) -> None:
    remarks = prompt.read(text, KNOWN).diagnostics
    assert [(remark.code, text[remark.start : remark.end]) for remark in remarks] == [(code, span)]
    assert remarks[0].message.endswith((".", "?"))


def test_a_misspelled_word_is_read_and_its_correction_offered() -> None:
    reading = prompt.read("@logo on the top rihgt", KNOWN)
    (remark,) = reading.diagnostics
    assert remark.message == "No place is called “rihgt”. Read as right."
    assert (remark.suggestion, remark.severity) == ("right", Severity.WARN)
    assert reading.place("logo").corner == (1, 0)


def test_what_cannot_be_done_is_told_in_the_writers_words_and_the_rest_is_read() -> None:
    text = "Zooming @logo on the left"
    reading = prompt.read(text, KNOWN)
    (remark,) = reading.diagnostics
    assert remark.message == "“Zooming” cannot be done yet: the picture moves without it, or not at all."
    assert (remark.severity, reading.unread) == (Severity.WARN, ((0, 7),))
    assert reading.place("logo").corner == (0, 0.5)


def test_a_gif_of_what_moves_needs_no_remark() -> None:
    assert prompt.read("Make a GIF: @logo spins", KNOWN).diagnostics == ()


def test_an_unknown_tag_is_told_with_the_one_that_was_meant_and_leaves_the_others_standing() -> None:
    reading = prompt.read("@BG as background, @loga on the left", KNOWN)
    (remark,) = reading.diagnostics
    assert remark.message == "No picture is tagged @loga. Did you mean @logo?"
    assert (remark.suggestion, remark.severity) == ("@logo", Severity.ERROR)
    assert (reading.tags, reading.named) == (("BG",), ("BG", "loga"))


def test_a_layer_bears_the_sessions_own_spelling() -> None:
    reading = prompt.read("@bg as background and @LOGO on the left", KNOWN)
    assert reading.tags == ("BG", "logo")
    assert reading.layer("Logo").tag == "logo"


def test_spellings_of_one_name_are_one_tag() -> None:
    assert prompt.read("@cafe\u0301 on the left", ["CAFÉ"]).tags == ("CAFÉ",)
    assert prompt.read("@STRASSE on the left", ["straße"]).tags == ("straße",)


def test_without_known_tags_every_tag_is_taken() -> None:
    assert prompt.read("@anything on the left").tags == ("anything",)


@pytest.mark.parametrize(
    ("text", "error", "status", "code", "words"),
    [
        pytest.param("", EmptyPrompt, 400, "empty_prompt", "The prompt is empty", id="empty"),
        pytest.param(" \n\u200b", EmptyPrompt, 400, "empty_prompt", "The prompt is empty", id="nothing to see"),
        pytest.param("on the left", NoTag, 400, "no_tag", "names no picture", id="no tag"),
        pytest.param("write to me@home.org", NoTag, 400, "no_tag", "names no picture", id="an address"),
        pytest.param(
            "@loga on the left",
            UnknownTag,
            400,
            "unknown_tag",
            r"No picture is tagged @loga\. Did you mean @logo\? Known tags: @BG and @logo\.",
            id="near a known tag",
        ),
        pytest.param(
            "@weather on the left",
            UnknownTag,
            400,
            "unknown_tag",
            r"No picture is tagged @weather\. Known tags: @BG and @logo\.",
            id="near none",
        ),
        pytest.param(
            "@" + "x" * 41, TagTooLong, 400, "tag_too_long", "at most 40 characters; .* has 41", id="41 characters"
        ),
        pytest.param(
            "@logo " * 667, PromptTooLong, 422, "prompt_too_long", "at most 4,000 .* has 4,002", id="too long"
        ),
        pytest.param(
            " ".join(f"@t{n}" for n in range(201)),
            TooManyPictures,
            422,
            "too_many_pictures",
            "at most 200",
            id="201 tags",
        ),
    ],
)
def test_a_prompt_that_cannot_be_made_is_refused(
    text: str, error: type[HouseError], status: int, code: str, words: str
) -> None:
    with pytest.raises(error, match=words) as refusal:
        prompt.require(prompt.read(text, KNOWN), KNOWN)
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert [each.field for each in refusal.value.errors] == ["prompt"]


def test_forty_characters_are_a_tag() -> None:
    name = "x" * 40
    assert prompt.require(prompt.read(f"@{name}", [name]), [name]).tags == (name,)


def test_four_thousand_characters_are_a_prompt() -> None:
    text = "@logo ".ljust(4000, "!")
    assert prompt.require(prompt.read(text, KNOWN), KNOWN).tags == ("logo",)


def test_where_there_are_no_tags_it_is_said() -> None:
    with pytest.raises(UnknownTag, match=r"No picture is tagged @a\. There are no tags yet\."):
        prompt.require(prompt.read("@a", []), [])


def test_many_tags_are_not_listed_whole() -> None:
    many = [f"picture{n}" for n in range(50)]
    with pytest.raises(UnknownTag, match=r"@picture11 and 38 more\.$"):
        prompt.require(prompt.read("@x", many), many)


def test_asking_a_reading_for_a_tag_it_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownTag, match="@BG"):
        prompt.read("@BG as background").place("logo")
