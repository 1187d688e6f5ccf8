"""`manage.py doctor` as a person calls it: a line for each part, advice for each fault, and never a secret."""

import json
import subprocess

import pytest
from django.test import override_settings

from prompt_media.generating import registry
from prompt_media.health import doctor
from prompt_media.health.findings import State
from tests.engine.running import manage
from tests.generating.plugins import install

SECRET = "geheim-und-lang"
NOWHERE = {
    "DATABASE_URL": f"postgres://studio:{SECRET}@127.0.0.1:1/studio",
    "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:2/0",
    "S3_BUCKET": "studio",
    "S3_ENDPOINT_URL": "http://127.0.0.1:3",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": SECRET,
    "SECRET_KEY": SECRET * 5,
}


def found(told: subprocess.CompletedProcess[str]) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(told.stdout)["findings"]}


def test_before_the_first_start_it_says_so_and_makes_no_database(tmp_path):
    told = manage(tmp_path, "doctor")

    assert told.returncode == 1, told.stderr
    assert "The studio does not run" in told.stdout
    assert "./pm up" in told.stdout
    assert "procedural 2 makes the pictures" in told.stdout
    assert not (tmp_path / "var" / "db.sqlite3").exists()


def test_with_everything_down_each_part_is_told_with_advice_and_no_secret(tmp_path):
    told = manage(tmp_path, "doctor", "--json", **NOWHERE)

    assert told.returncode == 2, told.stderr
    parts = found(told)
    for name in ("database", "migrations", "storage", "broker", "workers", "queue", "clock", "versions"):
        assert parts[name]["state"] == "down", name
        assert parts[name]["advice"], name
    assert SECRET not in told.stdout + told.stderr


def test_a_setting_that_cannot_be_read_is_named_in_one_line(tmp_path):
    told = manage(tmp_path, "doctor", PORT="eight")

    assert told.returncode == 1
    assert "PORT" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_data_directory_that_cannot_be_made_is_named_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    told = manage(tmp_path, "doctor", DATA_DIR=str(tmp_path / "file" / "var"))

    assert told.returncode == 1
    assert "DATA_DIR" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_key_that_others_can_read_is_told(tmp_path):
    key = tmp_path / "var" / "secret_key"
    key.parent.mkdir()
    key.write_text(SECRET)
    key.chmod(0o644)

    told = manage(tmp_path, "doctor")

    assert "chmod 600" in told.stdout


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"DEBUG": True}, "DEBUG", id="debug"),
        pytest.param({"HOST": "0.0.0.0"}, "ACCESS=login", id="open to the network"),
        pytest.param({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS has a *", id="any host name"),
        pytest.param(
            {"HOST": "10.0.0.1", "ALLOWED_HOSTS": ["localhost"]},
            "knows only this machine's own names",
            id="no public name",
        ),
        pytest.param({"HTTPS": True, "BEHIND_PROXY": False}, "BEHIND_PROXY=1", id="a redirect without end"),
        pytest.param({"HOST": "10.0.0.1", "ACCESS": "login"}, "without TLS", id="no TLS"),
        pytest.param({"REDIS_URL": "redis://elsewhere/0"}, "is a file on this one", id="a common broker alone"),
    ],
)
def test_settings_that_are_unsafe_or_contradict_each_other_are_told(wrong, words):
    with override_settings(**wrong):
        told = [finding for name, finding in doctor._settings() if finding.state is not State.OK]

    assert any(words in f"{finding.detail} {finding.advice}" for finding in told), told
    assert all(finding.advice for finding in told)


def test_a_backend_that_is_not_there_is_down_and_a_broken_plug_in_a_warning(tmp_path, monkeypatch):
    with override_settings(GENERATION_URL=f"nobody:{SECRET}"):
        told = doctor._backend()
    assert (told.state, SECRET in told.detail) == (State.DOWN, False)

    install(tmp_path, monkeypatch, ghost="nowhere_at_all:Backend")
    told = doctor._backend()
    monkeypatch.undo()
    registry.plug_ins.cache_clear()
    assert told.state is State.WARNING
    assert "Left out: ghost" in told.detail


def test_settings_of_a_fresh_start_are_well():
    assert [finding.state for _, finding in doctor._settings()] == [State.OK]
