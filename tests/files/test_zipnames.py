"""What files are called in an archive: as wanted, as far as every system can unpack it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prompt_media.files.zipnames import Names, safe


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        pytest.param("cat.png", "cat.png", id="as it is"),
        pytest.param("Ko\u0308ln.png", "K\u00f6ln.png", id="one form of a letter"),
        pytest.param("../../etc/passwd", "_.._etc_passwd", id="upwards"),
        pytest.param("C:\\x\\y.png", "C__x_y.png", id="a drive"),
        pytest.param("..", "file", id="dots alone"),
        pytest.param("", "file", id="nothing"),
        pytest.param("a.png. . ", "a.png", id="dots and spaces at the end"),
        pytest.param("nul", "_nul", id="a device"),
        pytest.param("Com¹.tar.gz", "_Com¹.tar.gz", id="a device, with an ending"),
        pytest.param("a\u202egnp.exe", "a_gnp.exe", id="written backwards"),
        pytest.param("a\x00\r\n\x1bb", "a____b", id="control characters"),
        pytest.param("a\ud800.png", "a_.png", id="half a character"),
        pytest.param("é" * 300 + ".png", "é" * 98 + ".png", id="long"),
    ],
)
def test_a_name_is_made_harmless(wanted, name):
    assert safe(wanted) == name


def test_names_that_some_system_cannot_tell_apart_are_numbered():
    names = Names()

    given_names = [names.name("in", wanted) for wanted in ("a.png", "A.PNG", "a.png", "straße", "STRASSE")]

    assert given_names == ["in/a.png", "in/A (2).PNG", "in/a (3).png", "in/straße", "in/STRASSE (2)"]
    assert names.name("out", "a.png") == "out/a.png"


@given(st.lists(st.text(max_size=300) | st.sampled_from(["con", "a.png", "A.png", "a. ", "..", "x" * 999]), max_size=8))
@example(["x" * 250 + ".png", "x" * 251 + ".png"])
def test_any_names_become_names_for_every_system(wanted):
    names = Names()

    made = [names.name("in", one).removeprefix("in/") for one in wanted]

    assert len({unicodedata.normalize("NFC", one.casefold()) for one in made}) == len(made)
    assert [safe(safe(one)) for one in wanted] == [safe(one) for one in wanted]
    for one in made:
        assert 0 < len(one.encode()) <= 220
        assert not set(one) & set('/\\:*?"<>|\0')
        assert one == one.strip(" .")
