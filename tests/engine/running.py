"""A real `manage.py up` in a folder of its own, and the processes it is made of."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TypeVar

PROJECT = Path(__file__).resolve().parents[2]
OURS = (sys.executable, str(PROJECT / "manage.py"))
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    group: int
    command: str

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it may have ended since it was seen
            os.kill(self.pid, signal.SIGKILL)


def processes() -> dict[int, Process]:
    """All that live on this machine; zombies do not."""
    columns = ("ps", "-A", "-ww", "-o", "pid=,ppid=,pgid=,stat=,command=")
    rows = (line.split(None, 4) for line in subprocess.check_output(columns, text=True).splitlines())
    return {
        int(pid): Process(int(pid), int(parent), int(group), " ".join(command))
        for pid, parent, group, state, *command in rows
        if not state.startswith("Z")
    }


def _ports() -> Iterator[int]:
    """Ports that are this process's own, in an order of chance: other suites may run on this machine."""
    # Below those that the kernel gives to whoever connects: a studio binds its port seconds after it was chosen.
    first = 10_000 + 1000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10)
    ports = list(range(first, first + 1000))
    random.shuffle(ports)
    return cycle(ports)


_PORTS = _ports()


def free_port() -> int:
    """A port that nobody has, and nobody else takes before it is bound. The one 10,000 above it is free too: the parts
    of the S3 server speak gRPC there."""
    return next(port for port in _PORTS if is_free(port) and is_free(port + 10_000))


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def wait_for(question: Callable[[], Answer | None], *, what: str, seconds: float = 60) -> Answer:
    """Ask until the answer is true, and return it. Ten times as long as it takes: other programs may be busy here."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


class Engine:
    """`manage.py up` as a person starts it, or `up` of another program."""

    def __init__(
        self, home: Path, *options: str, program: tuple[str, ...] = OURS, port: int | None = None, **environment: str
    ) -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        self.port = port or free_port()
        with (home / "output.txt").open("w") as output:
            self.process = subprocess.Popen(
                (*program, "up", f"--port={self.port}", *options),
                env=surroundings(home) | environment,
                cwd=home,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        """What it has told the person so far."""
        return (self.home / "output.txt").read_text()

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it answers."""
        return (self.port,)

    def stored(self, owner: str) -> set[str]:
        """The files and folders it keeps for a session."""
        return {str(path) for path in (self.home / "media").rglob("*") if owner in path.parts}

    def wait_until_ready(self) -> None:
        """Until it tells that Ctrl-C stops it, which it does when everything answers."""
        wait_for(lambda: "Ctrl-C" in self.output or self.process.poll() is not None, what="ready", seconds=120)
        assert self.process.poll() is None, self.output

    def get(self, path: str) -> int | None:
        """The status of a GET; None when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def family(self) -> dict[int, Process]:
        """Every process below the supervisor, however deep."""
        everyone = processes()
        found = {self.process.pid}
        while more := {pid for pid, one in everyone.items() if one.parent in found} - found:
            found |= more
        return {pid: everyone[pid] for pid in found - {self.process.pid}}

    def find(self, *words: str) -> Process | None:
        """The supervisor's own child whose command line holds all these words."""
        children = (one for one in self.family().values() if one.parent == self.process.pid)
        return next((one for one in children if all(word in one.command for word in words)), None)

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def end(self) -> None:
        """Leave nobody behind, in whatever state it is."""
        if self.process.poll() is None:
            self.process.kill()  # its leash takes the children along
            self.process.wait()


@contextmanager
def up(
    home: Path, *options: str, program: tuple[str, ...] = OURS, port: int | None = None, **environment: str
) -> Iterator[Engine]:
    """An engine that answers, and that is gone after the block, whether it was ever ready or not."""
    engine = Engine(home, *options, program=program, port=port, **environment)
    try:
        engine.wait_until_ready()
        yield engine
        engine.stop()
    finally:
        engine.end()


def run_up(home: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """An `up` that is expected to refuse."""
    return manage(home, "up", *options, **environment)


def manage(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of `manage.py`, run to its end."""
    return subprocess.run(
        (*OURS, *words),
        env=surroundings(home) | environment,
        cwd=home,
        text=True,
        capture_output=True,
        timeout=200,
        check=False,
    )


def surroundings(home: Path) -> dict[str, str]:
    """As on a fresh machine, with one process of each kind: jobs run one after another."""
    theirs = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return theirs | {
        "DATA_DIR": str(home / "var"),
        "MEDIA_ROOT": str(home / "media"),
        "WEB_WORKERS": "1",
        "QUICK_WORKERS": "1",
        "BULK_WORKERS": "1",
        # A killed worker's job is taken up again after the lease: short here, so that a test need not wait.
        "JOB_LEASE_SECONDS": "3",
        "JOB_SWEEP_SECONDS": "1",
    }
