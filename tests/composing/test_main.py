"""The main job from the shell."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sessions_app.composing import __main__ as shell

HOUSE = Path(__file__).resolve().parents[2]
STILL = "Set @BG as background and @logo as front image"
MOVING = "@BG is stable background and @logo is moving from left to right"


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The arguments for a photo and a logo; the working directory is theirs."""
    monkeypatch.chdir(tmp_path)
    rows, columns = np.mgrid[0:90, 0:120]
    photo = np.dstack([columns + 60, rows + 100, np.full_like(rows, 140)]).astype(np.uint8)
    Image.fromarray(photo).save("photo.jpg")
    Image.new("RGBA", (60, 60), (220, 30, 40, 255)).save("logo.png")
    return ["BG=photo.jpg", "logo=logo.png", "--width", "120", "--height", "90"]


def composed(*arguments, **options):
    """The command as `./pm compose` starts it."""
    command = [sys.executable, "-P", "-m", "sessions_app.composing", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **options)


def on_a_terminal(*arguments, **environment):
    """What the command writes to a terminal on its standard error."""
    near, far = pty.openpty()
    command = [sys.executable, "-P", "-m", "sessions_app.composing", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(HOUSE), "TERM": "xterm-256color", **environment}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=far, env=variables)
    os.close(far)
    told = b""
    try:
        while part := os.read(near, 65536):
            told += part
    except OSError:  # how Linux tells that the other side has closed
        pass
    os.close(near)
    assert process.wait(60) == 0
    return told.decode()


def test_a_sentence_and_files_become_a_picture(pictures, capsys):
    assert shell.main([STILL, *pictures, "-o", "out.png"]) == 0

    with Image.open("out.png") as image:
        assert image.size == (120, 90)
        assert image.getpixel((60, 45)) == (220, 30, 40)
        assert image.getpixel((2, 2))[0] < 100
    told = capsys.readouterr()
    assert told.out.startswith("out.png: 120 × 90, ")
    assert told.out.rstrip().endswith(" s")
    assert told.err == ""


def test_gif_makes_an_animation(pictures, capsys):
    assert shell.main([MOVING, *pictures, "--frames", "6", "--fps", "10", "-o", "out.GIF"]) == 0

    with Image.open("out.GIF") as image:
        assert (image.format, image.n_frames, image.info["duration"]) == ("GIF", 6, 100)
    assert "6 frames" in capsys.readouterr().out


def test_a_moving_sentence_as_png_stands_still(pictures):
    assert shell.main([MOVING, *pictures, "-o", "out.png"]) == 0

    assert Path("out.png").read_bytes().startswith(b"\x89PNG")


def test_options_may_stand_between_the_pictures(pictures):
    first, second, *canvas = pictures

    assert shell.main([STILL, first, "-o", "out.png", *canvas, second]) == 0


def test_no_framework_is_started(pictures):
    code = (
        "import sys; from sessions_app.composing import __main__ as shell;"
        "code = shell.main(sys.argv[1:]); print([name for name in ('django', 'celery') if name in sys.modules], code)"
    )
    command = [sys.executable, "-c", code, STILL, *pictures, "-o", "out.png"]

    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(HOUSE)}, capture_output=True, text=True)

    assert told.stdout.splitlines()[-1] == "[] 0", told.stderr


def test_help_shows_examples():
    told = composed("--help")

    assert told.returncode == 0
    assert told.stdout.startswith("usage: pm compose ")
    assert 'pm compose "Set @BG as background and @logo as front image" BG=photo.jpg' in told.stdout


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(["Set @nobody as background"], "@nobody", id="a tag that no picture has"),
        pytest.param(["hello"], "@", id="no tag at all"),
        pytest.param(
            [STILL, "-o", "out.tiff"], "out.tiff: the name of the file to write ends in .png or .gif", id="suffix"
        ),
        pytest.param([STILL, "-o", "out"], "ends in .png or .gif", id="no suffix"),
        pytest.param([STILL, "LOGO=logo.png"], "Two pictures are called LOGO", id="a name twice"),
        pytest.param([STILL, "logo.png"], "'logo.png' is no NAME=FILE", id="no name"),
        pytest.param([STILL, "a b=logo.png"], "letters, digits and _ only", id="a name with a space"),
        pytest.param(["Set @x as background", "x=none.png"], "none.png: No such file", id="no file"),
        pytest.param(["Set @x as background", "x=."], ".: Is a directory", id="a folder"),
        pytest.param(["Set @x as background", "x=notes.txt"], "notes.txt: This is text", id="text"),
        pytest.param(["Set @x as background", "x=cut.png"], "cut.png: The picture is damaged", id="cut off"),
        pytest.param([STILL, "--width", "7"], "width is 7", id="out of range"),
        pytest.param([STILL, "--fps", "fast"], "--fps", id="no number"),
        pytest.param([STILL, "--bogus"], "--bogus", id="unknown option"),
        pytest.param([STILL, "-o", "missing/out.png"], "missing/out.png: No such file or directory", id="no folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(changes, says, pictures, capsys):
    Path("notes.txt").write_text("not a picture")
    Path("cut.png").write_bytes(Path("logo.png").read_bytes()[:60])
    sentence, *more = changes
    out = [] if "-o" in more else ["-o", "out.png"]

    assert shell.main([sentence, *pictures, *more, *out]) == 2

    told = capsys.readouterr()
    assert says in told.err
    assert told.err.startswith("pm compose: ")
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert not Path("out.png").exists()


def test_from_outside_an_error_is_exit_code_2_and_no_traceback(pictures):
    told = composed(STILL, "-o", "out.png")

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("pm compose: ")
    assert len(told.stderr.splitlines()) == 1


def test_a_file_that_is_there_is_replaced_whole(pictures):
    Path("out.png").write_bytes(b"old")
    before = Path("out.png").stat().st_ino

    assert shell.main([STILL, *pictures, "-o", "out.png"]) == 0

    assert Path("out.png").read_bytes().startswith(b"\x89PNG")
    assert Path("out.png").stat().st_ino != before
    assert sorted(path.name for path in Path().iterdir()) == ["logo.png", "out.png", "photo.jpg"]


def test_a_failure_leaves_the_old_file_and_nothing_else(pictures, monkeypatch):
    Path("out.png").write_bytes(b"old")

    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)

    assert shell.main([STILL, *pictures, "-o", "out.png"]) == 2
    assert Path("out.png").read_bytes() == b"old"
    assert sorted(path.name for path in Path().iterdir()) == ["logo.png", "out.png", "photo.jpg"]


def test_a_terminal_shows_a_bar(pictures):
    told = on_a_terminal(MOVING, *pictures, "--frames", "30", "-o", "out.gif")

    assert "frame" in told
    assert "\x1b[" in told


def test_no_color_is_respected(pictures):
    told = on_a_terminal(MOVING, *pictures, "--frames", "30", "-o", "out.gif", NO_COLOR="1")

    assert "\x1b[3" not in told.replace("\x1b[3J", "")


def test_a_pipe_gets_no_bar(pictures):
    told = composed(MOVING, *pictures, "--frames", "4", "-o", "out.gif")

    assert told.stderr == ""
    assert "\x1b" not in told.stdout
