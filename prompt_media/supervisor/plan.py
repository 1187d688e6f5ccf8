"""Which children the engine has, in what order, with what command lines.

A pure function of a Layout: nothing is started, read or written here.
"""

import signal
from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import Path


class Parts(Enum):
    """What this machine runs."""

    ALL = "all"
    WEB = "web"
    WORKERS = "workers"


class Stage(IntEnum):
    """Children start from the first stage to the last and stop from the last to the first."""

    BROKER = 1
    WORKERS = 2
    BEAT = 3
    WEB = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """What the operator asked for, as far as command lines depend on it."""

    python: str
    project: Path
    data_dir: Path
    host: str
    port: int
    node: str
    """Sets this engine's workers apart from those of other machines on the same broker."""
    quick_workers: int
    bulk_workers: int
    web_workers: int
    web_connections: int
    log_files: bool = True
    """Whether each child has a log of its own; else all speak to the terminal."""
    broker_socket: Path | None = None
    """Where our own broker listens; None when the operator named another one."""
    sqlite_folder: Path | None = None
    """Where the SQLite file is; None on a database server."""
    parts: Parts = Parts.ALL


@dataclass(frozen=True, slots=True)
class Command:
    """One child to be: its name, its command line and how it likes to be stopped."""

    name: str
    stage: Stage
    argv: tuple[str, ...]
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 5.0
    """How long it may take to stop before it is killed."""


def commands(layout: Layout, *, valkey: Path | None = None) -> tuple[Command, ...]:
    """Every child of this machine in the order of starting. `valkey` is the broker's program, if we run it."""
    children: list[Command] = []
    if valkey and layout.broker_socket:
        children.append(_broker(layout.broker_socket, valkey, layout.data_dir / "broker"))
    if layout.parts is not Parts.WEB:
        children += [
            _worker(layout, "quick", layout.quick_workers),
            # Nobody waits for bulk work, so it takes the time that others leave.
            _worker(layout, "bulk", layout.bulk_workers, manner=("nice", "-n", "10")),
            _beat(layout),
        ]
    if layout.parts is not Parts.WORKERS:
        children.append(_web(layout))
    return tuple(children)


def nodes(layout: Layout) -> tuple[str, ...]:
    """The names under which this machine's workers answer."""
    return tuple(f"{queue}@{layout.node}" for queue in ("quick", "bulk"))


def _broker(socket: Path, program: Path, folder: Path) -> Command:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Command("broker", Stage.BROKER, (str(program), *words))


def _worker(layout: Layout, queue: str, processes: int, *, manner: tuple[str, ...] = ()) -> Command:
    return Command(
        name=f"worker-{queue}",
        stage=Stage.WORKERS,
        argv=(
            *manner,
            *_celery(layout, "worker"),
            f"--queues={queue},house",
            f"--hostname={queue}@{layout.node}",
            f"--concurrency={processes}",
            "--pool=prefork",
            # What workers tell one another at their start costs seconds, and nobody here listens.
            "--without-gossip",
            "--without-mingle",
        ),
        # SIGTERM would let a running job take its whole time; SIGQUIT is Celery's soft shutdown, which has an end.
        stop_signal=signal.SIGQUIT,
        grace_seconds=8.0,
    )


def _beat(layout: Layout) -> Command:
    # Kept in memory: every entry is a sweep of some seconds, and a schedule file would not survive a hard kill.
    return Command("beat", Stage.BEAT, (*_celery(layout, "beat"), "--scheduler=celery.beat:Scheduler"))


def _celery(layout: Layout, verb: str) -> tuple[str, ...]:
    program = (layout.python, "-m", "celery", f"--workdir={layout.project}", "--app=prompt_media.celery", "--quiet")
    return (*program, verb)


def _web(layout: Layout) -> Command:
    return Command(
        name="web",
        stage=Stage.WEB,
        argv=(
            # By its path, as an engine is started from any folder; -P keeps that file's neighbours from being imported.
            *(layout.python, "-P", str(layout.project / "prompt_media" / "web" / "server.py")),
            "prompt_media.asgi:application",
            # Without lifespan: there is nothing to begin, and the gateway hears of the end by itself.
            "--interface=asginl",
            # Only HTTP/1 has a time-out for connections that never say a word.
            "--http=1",
            "--http1-header-read-timeout=10000",
            # What is held of an answer that its client does not take. More makes nothing faster (measured).
            "--http1-buffer-size=65536",
            f"--working-dir={layout.project}",
            f"--host={layout.host}",
            f"--port={layout.port}",
            f"--workers={layout.web_workers}",
            # Open connections of a process, idle ones and streams among them; beyond, newcomers wait to be accepted.
            f"--backpressure={layout.web_connections}",
            "--backlog=2048",
            "--no-ws",
            "--respawn-failed-workers",
            "--respawn-interval=0.5",
            "--workers-kill-timeout=3",
            "--log-level=warning",
            f"--log-config={layout.project / 'prompt_media' / 'web' / 'granian.json'}",
        ),
    )
