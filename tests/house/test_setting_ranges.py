"""A number that makes no sense stops the start in one line; it does not refuse every call, or kill a child, later."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from environs import EnvError

HOUSE = Path(__file__).resolve().parents[2]
SETTINGS = HOUSE / "prompt_media" / "settings.py"
NUMBERS = re.findall(r'env\.int\(\s*"([A-Z_]+)"', SETTINGS.read_text())
MAY_BE_NONE = {"CACHE_MB", "SERVER_MB", "FREE_DISK_MB", "RATE_READS", "RATE_WRITES", "SESSIONS_AN_HOUR"}
MAY_BE_NONE |= {"WAIT_SECONDS", "JOB_DAYS", "HSTS_SECONDS"}


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Reads the settings anew, with one of them given; the database's server is not called for that."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@nowhere/studio")

    def read(name: str, value: int) -> dict[str, object]:
        monkeypatch.setenv(name, str(value))
        return runpy.run_path(str(SETTINGS))

    return read


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [-1, 10**12], ids=["below nothing", "beyond everything"])
def test_a_number_out_of_range_is_refused_by_its_name(read, name, value):
    with pytest.raises(EnvError, match=f'"{name}"'):
        read(name, value)


@pytest.mark.parametrize("name", NUMBERS)
def test_nothing_is_a_number_only_where_it_means_no_limit(read, name):
    if name in MAY_BE_NONE:
        read(name, 0)
        return
    with pytest.raises(EnvError, match=f'"{name}"'):
        read(name, 0)


def test_all_bodies_together_have_room_for_the_largest_one(read, monkeypatch):
    monkeypatch.setenv("BODY_MB", "2000")
    assert read("BODIES_MB", 2000)["BODIES_MB"] == 2000
    with pytest.raises(EnvError, match='"BODIES_MB"'):
        read("BODIES_MB", 1999)


def test_a_start_says_so_in_one_line(tmp_path):
    told = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=HOUSE,
        env=os.environ | {"WEB_THREADS": "0", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1
    assert '"WEB_THREADS"' in told.stderr
    assert "1000" in told.stderr
