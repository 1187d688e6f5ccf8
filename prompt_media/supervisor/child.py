"""One child process: start it, see whether it lives, stop it with everything it started itself.

When to start it again is the supervisor's to decide.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from prompt_media.supervisor.leash import Leash, kill_group
from prompt_media.supervisor.plan import Command

LOG_BYTES = 5_000_000
TAIL_BYTES = 3_000


class Child:
    """A running command in a process group of its own, so that Ctrl-C in the terminal reaches the supervisor alone."""

    def __init__(self, command: Command, *, log: Path | None, environment: Mapping[str, str], leash: Leash) -> None:
        self.command = command
        self._leash = leash
        with _opened(log) as output:
            self._process = subprocess.Popen(  # noqa: S603, command lines are plan.py's own
                leash.tied(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=leash.mouth,
                stderr=output,
                env=dict(environment),
                start_new_session=True,
            )

    @property
    def group(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; below zero when a signal ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        self._process.send_signal(self.command.stop_signal)

    def bury(self) -> None:
        """Kill what is left of it: itself, its own children, all."""
        kill_group(self.group)
        self._process.wait()
        self._leash.let_go(self.group)


def _opened(log: Path | None) -> contextlib.AbstractContextManager[IO[bytes] | None]:
    """The log to append to; without one the child speaks where we do."""
    if log is None:
        return contextlib.nullcontext()
    trim(log)
    return log.open("ab")


def trim(log: Path | None) -> None:
    """Set aside what a log that has grown too long holds. It is emptied, not moved: its writer has it open."""
    if log is None or not log.exists() or log.stat().st_size <= LOG_BYTES:
        return
    with contextlib.suppress(OSError):  # on a full disk the old lines go, and the new ones find room
        shutil.copyfile(log, log.with_suffix(".log.1"))
    os.truncate(log, 0)


def tail(log: Path) -> str:
    """The last words of a log."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        return file.read().decode(errors="replace").strip()
