"""Who can be asked for pictures: ours, and what packages bring along."""

import sys

import pytest

from prompt_media import backends, checks
from prompt_media.generating import registry
from prompt_media.generating.procedural.backend import Procedural
from prompt_media.generating.protocol import BackendError
from prompt_media.generating.registry import UnknownBackend
from tests.generating.plugins import install

HOSTILE = "tests.generating.hostile:Hostile"


@pytest.mark.parametrize("address", ["procedural:", "PROCEDURAL:", " procedural: "])
def test_the_built_in_backend_is_found_by_its_scheme(address):
    assert isinstance(registry.open_backend(address), Procedural)


def test_an_installed_package_brings_a_backend_along_that_reads_its_own_address(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, hostile=HOSTILE)
    assert registry.open_backend("hostile:alpha").manner == "alpha"


def test_a_broken_plug_in_is_logged_by_name_and_the_others_work(tmp_path, monkeypatch, caplog):
    (tmp_path / "explodes.py").write_text("raise ZeroDivisionError('at import')")
    install(
        tmp_path, monkeypatch, bomb="explodes:Backend", ghost="nowhere_at_all:Backend", data="sys:path", hostile=HOSTILE
    )

    assert set(registry.known()) == {"procedural", "hostile"}
    assert sorted(registry.left_out()) == ["bomb", "data", "ghost"]
    for name in registry.left_out():
        assert repr(name) in caplog.text
    assert "at import" in caplog.text
    assert "explodes" not in sys.modules


def test_a_plug_in_does_not_take_the_place_of_a_built_in_backend(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, procedural=HOSTILE)
    assert isinstance(registry.open_backend("procedural:"), Procedural)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("comfy:8188", "'comfy'. There is procedural", id="another name"),
        pytest.param("procedural", "before a colon", id="no colon"),
        pytest.param("sk-geheim", "before a colon", id="a key in the wrong place"),
        pytest.param("", "before a colon", id="nothing"),
    ],
)
def test_an_unknown_backend_is_told_with_those_there_are(address, told):
    with pytest.raises(UnknownBackend, match=told) as refused:
        registry.open_backend(address)
    assert refused.value.permanent
    assert "geheim" not in str(refused.value)


def test_a_broken_plug_in_that_is_wanted_is_told_as_broken(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, ghost="nowhere_at_all:Backend")
    with pytest.raises(UnknownBackend, match="Installed, but broken: ghost"):
        registry.open_backend("ghost:")


def test_a_plug_in_that_breaks_when_it_is_opened_made_no_backend(tmp_path, monkeypatch, caplog):
    install(tmp_path, monkeypatch, picky="builtins:int")
    with pytest.raises(BackendError, match="ValueError") as refused:
        registry.open_backend("picky:key=geheim")
    assert "geheim" not in str(refused.value)
    assert "'picky' cannot be opened" in caplog.text


def test_the_studio_keeps_the_backend_it_opened(settings):
    settings.GENERATION_URL = "procedural:"
    assert backends.current() is backends.current()


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        pytest.param("procedural:", [], id="ours"),
        pytest.param("nobody:", ["prompt_media.E007"], id="nobody"),
        pytest.param("procedural:fast", ["prompt_media.E007"], id="ours, misused"),
    ],
)
def test_a_setting_that_names_no_backend_stops_a_start(settings, address, ids):
    settings.GENERATION_URL = address
    assert [one.id for one in checks.check_backend()] == ids


def test_an_error_of_a_backend_tells_whether_to_come_back():
    error = BackendError("Busy.", permanent=False, retry_after=5)
    assert (str(error), error.permanent, error.retry_after) == ("Busy.", False, 5)
