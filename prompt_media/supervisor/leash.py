"""What holds the children when the supervisor is gone: a tiny process that outlives it by a moment.

It reads process groups from a pipe whose other end only the supervisor holds. End of file means that the supervisor
died, however hard, and every group still named is killed. This works alike on Linux and macOS, where the kernel has no
"die with your parent". Run as a program it imports nothing but the standard library.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence


class Leash:
    """Keeps a watcher running and tells it which groups live."""

    def __init__(self) -> None:
        self._ear, self._mouth = os.pipe()
        self._watcher = self._start()

    @property
    def mouth(self) -> int:
        """The end of the pipe that a child speaks into."""
        return self._mouth

    def tied(self, argv: Sequence[str]) -> tuple[str, ...]:
        """The same command, naming its group to the watcher first; start it with `mouth` as its output.

        The child itself speaks, and until its program runs it holds the pipe open too: whenever the supervisor is
        killed, the watcher has heard of the child first. The program's own output joins its errors.
        """
        return ("/bin/sh", "-c", 'echo "+$$"; exec "$@" >&2', "child", *argv)

    def let_go(self, group: int) -> None:
        """Nobody is left in this group; its number may come to belong to a stranger."""
        self._say(f"-{group}")

    def mend(self, groups: Iterable[int]) -> None:
        """A watcher somebody killed is replaced and told of all that live."""
        if self._watcher.poll() is not None:
            # Said before it listens: were we killed between its start and these words, nobody would hold the children.
            for group in groups:
                self._say(f"+{group}")
            self._watcher = self._start()

    def close(self) -> None:
        os.close(self._mouth)
        os.close(self._ear)
        self._watcher.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        program = (sys.executable, "-I", "-S", __file__)
        return subprocess.Popen(program, stdin=self._ear, start_new_session=True)  # noqa: S603, our own file

    def _say(self, word: str) -> None:
        os.write(self._mouth, f"{word}\n".encode())


def kill_group(group: int) -> None:
    """Kill whoever is left in a process group; nobody is fine too."""
    # macOS answers EPERM for a group in which only zombies are left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def watch(lines: Iterable[str]) -> None:
    """Follow the supervisor's words; when they end, kill the groups that are left."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        kill_group(group)


if __name__ == "__main__":
    # Its end is the pipe's end; a signal meant for the supervisor must not come first.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watch(sys.stdin)
