"""What a picture may be called, and what a refused name is mended to."""

import pytest

from sessions_app import names


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("logo", id="letters"),
        pytest.param("_", id="an underscore"),
        pytest.param("7", id="a digit"),
        pytest.param("लोगो", id="letters with their vowel signs"),
        pytest.param("图片1", id="Chinese"),
        pytest.param("x" * 40, id="forty characters"),
    ],
)
def test_letters_digits_and_underscores_are_a_tag(name: str) -> None:
    assert names.tag(f"@{name}") == name


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        pytest.param("my logo!", "my_logo", id="spaces"),
        pytest.param("❤\ufe0f", "picture", id="an emoji with its variant mark"),
        pytest.param("\ufe0f", "picture", id="a variant mark"),
        pytest.param("\u034f", "picture", id="a grapheme joiner"),
        pytest.param("\u180b", "picture", id="a Mongolian variant mark"),
        pytest.param("\U000e0100", "picture", id="a variant mark of ideographs"),
        pytest.param("\u3164", "picture", id="a Hangul filler"),
        pytest.param("\uffa0", "picture", id="a narrow Hangul filler"),
        pytest.param("\u115f\u1160", "picture", id="Hangul fillers"),
        pytest.param("\u0301", "picture", id="an accent alone"),
        pytest.param("\u0301 a", "a", id="an accent, then a letter"),
        pytest.param("lo\u200bgo", "logo", id="a zero-width space inside"),
        pytest.param("logo\ufe0f", "logo", id="a variant mark at the end"),
    ],
)
def test_any_other_name_is_refused_with_one_that_can_be_seen(name: str, mended: str) -> None:
    with pytest.raises(names.BadTag, match=f"Try “{mended}”"):
        names.tag(name)
    assert names.tag(mended) == mended


def test_no_name_at_all_is_told_so() -> None:
    with pytest.raises(names.EmptyTag, match="at least one letter or digit"):
        names.tag(" @ ")
