"""`pm` with a Python that only writes down what it is asked: which one is chosen, what is installed, and when."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.engine.running import PROJECT

TELLS = """#!/bin/sh
# Answers like a Python that can do everything, and writes down what it was asked to run.
case "$*" in
    *ensurepip*) exit {ensurepip} ;;
    -c*print*version_info*) echo 3.11 ;;
    "-m venv --clear "*)
        mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo "version = 3.11" >"$4/pyvenv.cfg"
        echo "venv" >>"$DIARY" ;;
    -V) echo Python 3.11 ;;
    *"pip --version"*) exit 0 ;;
    -c*) exit 0 ;;
    *) echo "$PWD: $*${{PYTHONDONTWRITEBYTECODE:+ (compiling nothing)}}" >>"$DIARY" ;;
esac
"""
BROKEN_SHIM = "#!/bin/sh\nexit 127\n"


class House:
    """A checkout in a folder with spaces, on a machine with the Pythons a test gives it."""

    def __init__(self, home: Path) -> None:
        self.root = home / "my studio"
        self.programs = home / "programs"
        self.diary = home / "diary"
        self.programs.mkdir()
        self.root.mkdir()
        for name in ("pm", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(PROJECT / name, self.root)
        (self.root / "prompt_media").mkdir()
        shutil.copy(PROJECT / "prompt_media" / "settings.py", self.root / "prompt_media")
        for program in ("python3.13", "python3.12", "python3.11", "python3", "python"):
            self.has(program, BROKEN_SHIM)

    def has(self, program: str, text: str) -> None:
        path = self.programs / program
        path.write_text(text)
        path.chmod(0o755)

    def pm(self, *words: str, cwd: Path | None = None, **given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("/bin/sh", str(self.root / "pm"), *words),
            cwd=cwd or self.root,
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "DIARY": str(self.diary), "HOME": os.environ["HOME"]}
            | given,
            capture_output=True,
            text=True,
            check=False,
        )

    def did(self) -> list[str]:
        """What was run since the last question."""
        lines = self.diary.read_text().splitlines() if self.diary.exists() else []
        self.diary.unlink(missing_ok=True)
        return lines


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.has("python3.11", TELLS.format(ensurepip=0))
    return house


def test_without_words_it_tells_what_it_can_do(house):
    told = house.pm()

    assert told.returncode == 0
    assert all(verb in told.stdout for verb in ("./pm up", "./pm test", "./pm check", "./pm compose"))
    assert house.did() == []


def test_the_first_start_passes_over_broken_pythons_and_installs(house):
    assert house.pm("up", "--port", "8002").returncode == 0

    venv, pip, up = house.did()
    assert venv == "venv"
    assert pip.endswith(f"-r {house.root}/requirements.txt")
    assert up == f"{house.root}: {house.root}/manage.py up --port 8002"


def test_it_tells_its_release_without_installing_anything(house, settings):
    told = house.pm("--version")

    assert told.stdout == f"Prompt Media {settings.VERSION}\n"
    assert house.did() == []


def test_the_second_start_installs_nothing(house):
    house.pm("up")
    house.did()

    house.pm("up")

    assert house.did() == [f"{house.root}: {house.root}/manage.py up"]


def test_changed_requirements_are_installed_without_a_new_environment(house):
    house.pm("up")
    house.did()
    with (house.root / "requirements.txt").open("a") as requirements:
        requirements.write("another==1.0\n")

    house.pm("up")

    pip, up = house.did()
    assert "-m pip install" in pip
    assert up.endswith("manage.py up")


def test_an_environment_that_no_longer_runs_is_made_anew(house):
    house.pm("up")
    house.did()
    (house.root / ".venv" / "bin" / "python").unlink()

    house.pm("up")

    assert house.did()[0] == "venv"


def test_a_python_without_venv_names_the_package_to_install(house):
    house.has("python3.11", TELLS.format(ensurepip=1))

    refused = house.pm("up")

    assert refused.returncode == 1
    assert "sudo apt install python3.11-venv" in refused.stderr
    assert house.did() == []


def test_a_machine_without_a_fitting_python_is_told_so(house):
    house.has("python3.11", BROKEN_SHIM)

    refused = house.pm("up")

    assert refused.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in refused.stderr


def test_tests_install_what_tests_need_and_hand_on_their_words(house):
    house.pm("test", "-k", "two words", "--lf")

    _, pip, pytest_run = house.did()
    assert pip.endswith("requirements-dev.txt")
    assert pytest_run == f"{house.root}: -m pytest -n 2 --dist loadgroup -k two words --lf"


def test_what_tests_start_finds_its_sources_compiled(house):
    house.pm("doctor", PYTHONDONTWRITEBYTECODE="1")
    assert house.did()[-1] == f"{house.root}: {house.root}/manage.py doctor (compiling nothing)"

    house.pm("test", PYTHONDONTWRITEBYTECODE="1")
    assert house.did()[-1] == f"{house.root}: -m pytest -n 2 --dist loadgroup"


def test_a_soak_installs_what_tests_need_and_hands_on_its_words(house):
    house.pm("soak", "--minutes", "2")

    _, pip, soak = house.did()
    assert pip.endswith("requirements-dev.txt")
    assert soak == f"{house.root}: -m tests.soak --minutes 2"


def test_composing_keeps_files_relative_to_the_caller(house, tmp_path):
    house.pm("compose", "put @cat", "cat=cat.png", "-o", "out.png", cwd=tmp_path)

    assert house.did()[-1] == f"{tmp_path}: -P -m sessions_app.composing put @cat cat=cat.png -o out.png"


def test_any_other_word_goes_to_django(house):
    house.pm("sendtestemail", "--managers")

    assert house.did()[-1].endswith("manage.py sendtestemail --managers")


def test_the_first_account_can_be_made_before_the_first_start(house):
    house.pm("createsuperuser", "--username", "mira")

    assert house.did()[-2].endswith("manage.py migrate --verbosity 0")
    house.pm("createsuperuser", "--username", "mira")
    assert house.did()[-1].endswith("manage.py createsuperuser --username mira")
