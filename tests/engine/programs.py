"""Programs of ours in several processes at once, on one database and without a web server or a worker between."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.engine.running import PROJECT, surroundings

_BEGIN = "import django; django.setup(); import sys; "


def environment(home: Path, **more: str) -> dict[str, str]:
    """A house of its own."""
    return surroundings(home) | {"DJANGO_SETTINGS_MODULE": "prompt_media.settings"} | more


def migrate(given: dict[str, str]) -> None:
    command = (sys.executable, "manage.py", "migrate", "--verbosity=0")
    subprocess.run(command, cwd=PROJECT, env=given, check=True, timeout=100)


def run(given: dict[str, str], program: str, *words: str) -> str:
    """What one process prints."""
    (said,) = at_once(given, program, [words])
    return said


def at_once(given: dict[str, str], program: str, each: Sequence[Sequence[str]]) -> list[str]:
    """What these processes print, one for each list of words. They set out together, when all are ready."""
    ready = "print('ready', flush=True); sys.stdin.readline()\n"
    with ExitStack() as running:
        children = [running.enter_context(_child(given, ready + program, words)) for words in each]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [child.communicate(timeout=200)[0].strip() for child in children]
        assert [child.returncode for child in children] == [0] * len(children)
    return said


@contextmanager
def _child(given: dict[str, str], program: str, words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is gone after the block, however its brothers fared."""
    command = (sys.executable, "-c", _BEGIN + program, *words)
    with subprocess.Popen(
        command, cwd=PROJECT, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()
