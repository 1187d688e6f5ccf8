"""Record and replay, by the very lines with which it was promised: port, folders and all, in a shell of their own."""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.engine.calling import Caller
from tests.engine.running import Engine, free_port, is_free, up, wait_for

TEXT = (Path(__file__).parent / "promised" / "record_and_replay.md").read_text()
BLOCKS = re.findall(r"^```bash\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMPLETE = {"status": "complete", "image": None}
# Where each picture was looked at; the sector that is made anew is the mirrored one.
LOOKS = {"BR": (0.1, 0.1), "TL": (0.9, 0.9), "MR": (0.1, 0.5)}

pytestmark = [
    pytest.mark.xdist_group("record and replay"),
    # Where the tests must all run, a machine without curl is a fault and no excuse.
    pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="curl is not installed"),
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A studio on the port that the lines name, or, where somebody has that, on another."""
    with up(tmp_path_factory.mktemp("promised"), port=8001 if is_free(8001) else free_port()) as running:
        yield running


@pytest.fixture
def folder(studio: Engine) -> Path:
    """Where the lines are typed: beside the folder of the recordings."""
    (studio.home / "media").mkdir(exist_ok=True)
    return studio.home / "media"


@pytest.fixture
def stranger(studio: Engine) -> Iterator[Caller]:
    with closing(Caller(studio.port)) as caller:
        yield caller


@pytest.fixture(autouse=True)
def nothing_recorded(stranger: Caller) -> None:
    """The lines call their recordings by the same names, whichever of them are typed first."""
    for name in stranger.get("/session/list").json["sessions"]:
        stranger.delete(f"/session/{name}")


def block(words: str) -> str:
    """The one block of lines with these words in it."""
    (found,) = (one for one in BLOCKS if words in one)
    return found


def typed(lines: str, studio: Engine, folder: Path) -> bytes:
    """What the lines print, in a shell that stops at the first of them that fails."""
    told = subprocess.run(
        ["bash", "-eu"],
        input=lines.replace("localhost:8001", f"localhost:{studio.port}").encode(),
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr.decode()
    return told.stdout


def answers(printed: bytes) -> list[Any]:
    """The JSON of several answers, one behind the other."""
    found, text, decoder = [], printed.decode().strip(), json.JSONDecoder()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def generate(studio: Engine, folder: Path, target: str, colour: str = "steelblue") -> bytes:
    """The line that generates, with a request beside it that was looked at on the other side of `target`."""
    file = io.BytesIO()
    Image.new("RGB", (96, 96), colour).save(file, "PNG")
    x, y = LOOKS[target]
    request = {"image_base64": base64.b64encode(file.getvalue()).decode(), "focus_x": x, "focus_y": y}
    (folder / "generation_request.json").write_text(json.dumps(request))
    made = typed(block("/generate"), studio, folder)
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size) == ("PNG", (96, 96))
    return made


def mirrored(there: Path) -> dict[str, Any]:
    """What the `metadata.json` in this folder tells; it is written a moment after what it tells of."""
    mirror = there / "metadata.json"
    return json.loads(mirror.read_text()) if mirror.exists() else {"sequence": []}


def start(studio: Engine, folder: Path, name: str) -> None:
    line = f'curl -X POST "http://localhost:8001/session/start?session_id={name}"\n'
    assert answers(typed(line, studio, folder)) == [{"session_id": name, "status": "recording"}]


def test_the_lines_do_in_their_order_what_they_promise(studio, folder, stranger):
    automatic, custom = answers(typed(block("# Auto-generate session ID"), studio, folder))
    assert re.fullmatch(r"session_\d{10}", automatic["session_id"])
    assert [automatic["status"], custom] == ["recording", {"session_id": "my_experiment", "status": "recording"}]
    mine = generate(studio, folder, "BR")
    start(studio, folder, "session_1736155234")
    made = [generate(studio, folder, target) for target in ("BR", "TL")]

    [listed] = answers(typed(block("/session/list"), studio, folder))
    assert listed == {"sessions": [automatic["session_id"], "my_experiment", "session_1736155234"]}
    [details] = answers(typed(block("curl http://localhost:8001/session/session_1736155234"), studio, folder))
    assert list(details) == ["session_id", "created_at", "sequence"]
    assert isinstance(details["created_at"], float)
    steps = [
        [step[word] for word in ("index", "filename", "target_sector", "focus_sector")] for step in details["sequence"]
    ]
    assert steps == [[0, "0000_BR.png", "BR", "TL"], [1, "0001_TL.png", "TL", "BR"]]
    assert details["created_at"] < details["sequence"][0]["timestamp"] < details["sequence"][1]["timestamp"]

    assert (folder / "generation/sessions/my_experiment/0000_BR.png").read_bytes() == mine
    there = folder / "generation/sessions/session_1736155234"
    wait_for(lambda: mirrored(there) == details, what="the mirror")
    assert sorted(path.name for path in there.iterdir()) == ["0000_BR.png", "0001_TL.png", "metadata.json"]

    [replaying] = answers(typed(block("replay/session_1736155234"), studio, folder))
    assert {
        "session_id": "session_1736155234",
        "status": "replaying",
        "total_generations": 2,
    }.items() <= replaying.items()
    for index, (frame, step) in enumerate(zip(made, details["sequence"], strict=True)):
        typed(block("next > image.png"), studio, folder)
        assert (folder / "image.png").read_bytes() == frame == (there / step["filename"]).read_bytes()
        again = stranger.head(f"/session/session_1736155234/frames/{index}").headers
        assert [again[name] for name in ("X-Sector", "X-Index")] == [step["target_sector"], str(index)]
    typed(block("next > image.png"), studio, folder)
    assert json.loads((folder / "image.png").read_text()) == COMPLETE
    assert answers(typed(block("replay/stop"), studio, folder)) == [{"status": "stopped"}]


def test_an_experiment_is_replayed_frame_by_frame(studio, folder):
    whole = block("session_id=experiment_01")
    before, after = whole.split("# Later, replay exact sequence")
    typed(before, studio, folder)
    made = [generate(studio, folder, target) for target in LOOKS]

    typed(after, studio, folder)

    frames = [(folder / f"frame_{number}.png").read_bytes() for number in range(1, 11)]
    assert frames[:3] == made
    assert [json.loads(frame) for frame in frames[3:]] == [COMPLETE] * 7


def test_a_recording_is_shared_as_the_folder_it_is(studio, folder):
    recorded, shared = block("bug_report_xyz").split("# Share session directory")
    typed(recorded, studio, folder)
    made = generate(studio, folder, "BR")
    there = folder / "generation/sessions/bug_report_xyz"
    wait_for(lambda: mirrored(there)["sequence"], what="the mirror")

    typed(f"# {shared}", studio, folder)

    with tarfile.open(folder / "bug_report_xyz.tar.gz") as archive:
        inside = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        assert inside.keys() == {
            f"generation/sessions/bug_report_xyz/{name}" for name in ("0000_BR.png", "metadata.json")
        }
        assert inside["generation/sessions/bug_report_xyz/0000_BR.png"].read() == made


def test_two_recordings_differ_by_the_prompts_of_their_day(studio, folder, stranger):
    first, second = block("session_id=test_A").split("# Session 2")
    for lines, words in ((first, "a ladybug"), (f"# {second}", "a snail")):
        typed(lines, studio, folder)
        prompts = {"default": "a leaf", "sectors": {"BR": [words]}}
        (studio.home / "var" / "sector_prompts.json").write_text(json.dumps(prompts))
        generate(studio, folder, "BR")

    told = [stranger.get(f"/session/{name}").json["sequence"][0]["prompt"] for name in ("test_A", "test_B")]
    assert told == ["a ladybug", "a snail"]


def test_folders_are_listed_removed_and_packed_by_hand(studio, folder, stranger):
    for name in ("my_experiment", "session_1736155234"):
        start(studio, folder, name)
        generate(studio, folder, "BR")

    listed = typed(block("ls generation/sessions/"), studio, folder).decode().split()

    assert {"my_experiment", "session_1736155234"} <= set(listed)
    with tarfile.open(folder / "experiment_backup.tar.gz") as archive:
        assert "generation/sessions/my_experiment/0000_BR.png" in archive.getnames()
    assert "session_1736155234" in stranger.get("/session/list").json["sessions"]
    gone = stranger.get("/session/session_1736155234/frames/0")
    assert (gone.status, gone.json["code"]) == (404, "file_gone")
    assert "folder was removed" in gone.json["detail"]
