"""The lines of the README and of the guide to recordings do what is said, as they stand: only the address is ours."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.running import PROJECT

TAUGHT = "\n".join((PROJECT / page).read_text() for page in ("README.md", "docs/recordings.md"))
BLOCKS = re.findall(r"^```sh\n(.*?)^```", TAUGHT, re.MULTILINE | re.DOTALL)
# Where the tests must all run, a machine without curl is a fault and no excuse.
NEEDS_CURL = pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="curl is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As good as the project's folder, and what is written there goes with the test."""
    (tmp_path / "static").symlink_to(PROJECT / "static")
    return tmp_path


def block(words: str) -> str:
    """The one fenced block with these words in it."""
    (found,) = (one for one in BLOCKS if words in one)
    return found


def run(lines: str, folder: Path) -> str:
    """What the lines print, in a shell that stops at the first of them that fails."""
    told = subprocess.run(["sh", "-eu"], input=lines, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


@NEEDS_CURL
def test_the_lines_for_programs_make_an_animation_and_leave_nothing(stranger, studio, folder):
    lines = block("vase.gif").replace("127.0.0.1:8001", f"127.0.0.1:{studio.ports[0]}")
    assert str(studio.ports[0]) in lines

    told = run(f"{lines}\necho; echo $ID", folder)

    with Image.open(folder / "vase.gif") as animation:
        assert (animation.format, animation.n_frames, animation.size) == ("GIF", 30, (1080, 1080))
    session = told.split()[-1]
    assert f'"session_id":"{session}"' in told
    assert stranger.get(f"/session/{session}/").status == 404


@NEEDS_CURL
@pytest.mark.xdist_group("engine")
def test_the_lines_of_the_guide_record_and_replay_the_same_bytes(engine, folder):
    lines = block("frame_$i.png").replace("localhost:8001", f"127.0.0.1:{engine.port}")
    told = run(lines.replace("my_experiment", "taught"), folder)

    assert told.endswith("the same bytes\n")
    assert '{"status":"complete","image":null}' in told
    assert len({(folder / f"live_{number}.png").read_bytes() for number in (1, 2, 3)}) == 1


@NEEDS_CURL
@pytest.mark.xdist_group("engine")
def test_the_lines_that_keep_a_change_give_it_back(engine, folder):
    lines = block("replayed.png").replace("127.0.0.1:8001", f"127.0.0.1:{engine.port}")

    assert run(lines, folder).endswith("the same bytes\n")


@pytest.mark.parametrize(
    ("words", "format", "frames"),
    [
        pytest.param("as front image", "PNG", 1, id="as they stand"),
        pytest.param("is moving from left to right", "GIF", 30, id="with a motion"),
    ],
)
def test_the_lines_for_the_shell_need_no_server(folder, words, format, frames):
    shell_door = f"PYTHONPATH={shlex.quote(str(PROJECT))} {shlex.quote(sys.executable)} -m sessions_app.composing"
    lines = block("./pm compose").replace("./pm compose", shell_door)
    out = f"out.{format.lower()}"

    run(lines.replace("as front image", words).replace("out.png", out), folder)

    with Image.open(folder / out) as picture:
        assert (picture.format, getattr(picture, "n_frames", 1), picture.size) == (format, frames, (1080, 1080))
