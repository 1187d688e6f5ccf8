"""A process that dies between any two steps loses nothing that was accepted, and leaves nothing that stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A dozen lives and more, one after another: seconds each on a busy machine. One process tells all tests of them.
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("killed")]

HOUSE = Path(__file__).resolve().parents[2]
POINTS = {"upload": 15, "making": 8, "recording": 13}
# What is there before: a picture; or a frame, and what it was made of.
BEFORE = {"upload": 1, "making": 1, "recording": 2}
DONE = {"upload": 201, "making": 201, "recording": 200}


@pytest.fixture(scope="module", params=POINTS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reports(kind: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """What was found after each point."""
    home = tmp_path_factory.mktemp("killed")
    told = subprocess.run(
        (sys.executable, "-m", "tests.sessions_app.killed", kind),
        cwd=HOUSE,
        env=os.environ | {"DATA_DIR": str(home / "var"), "MEDIA_ROOT": str(home / "media"), "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert told.returncode == 0, told.stderr[-3000:]
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_every_point_was_reached(kind, reports):
    assert len(reports) == len({report["point"] for report in reports}) == POINTS[kind]


def test_no_row_is_ever_without_its_file(reports):
    assert [(one["point"], fault) for one in reports for fault in one["left"] if not fault.startswith("extra:")] == []


def test_what_was_accepted_is_done_once_and_nothing_else_is(kind, reports):
    """Beside the job of the session's first picture: one behind the commit, with its picture; none before it."""
    for one in reports:
        assert [status for _, status, _ in one["jobs"]] == ["done"] * (1 + one["accepted"]), one
        assert one["images"] == BEFORE[kind] + one["accepted"], one


def test_the_same_is_accepted_at_the_second_try(kind, reports):
    assert [one["point"] for one in reports if one["second_try"] != DONE[kind]] == []
    assert all(one["images_after"] == one["images"] + 1 for one in reports)


def test_what_was_left_over_is_collected(reports):
    assert [(one["point"], fault) for one in reports for fault in one["after"]] == []
    assert all(one["files"] == 2 * one["images_after"] for one in reports)


LEAVING = {
    "upload": {
        "written aside, not yet named",
        "set aside, no row yet",
        "picture stored, thumbnail not",
        "all stored, no row",
    },
    "making": {"both stored, no row"},
    "recording": {"set aside, no row yet", "frame stored, no thumbnail", "both stored, no row"},
}


def test_there_was_something_to_collect(kind, reports):
    """Else the points would not be where they say."""
    assert {one["point"] for one in reports if one["left"]} >= LEAVING[kind]


def test_a_recording_has_neither_a_gap_nor_a_double(kind, reports):
    """The frame before, the one that was accepted, and that of the second try."""
    for one in reports:
        count = 2 + one["accepted"] if kind == "recording" else 0
        assert one["steps"] == [[index, f"{index:04}_BR.png"] for index in range(count)], one
