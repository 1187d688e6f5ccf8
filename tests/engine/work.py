"""Work for a running studio, and how it is watched: through the public routes alone."""

import io
import os
import signal
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import Engine, Process, processes, wait_for

# A turning picture changes in every pixel, so this takes seconds on any machine.
LONG = {"prompt": "Set @scenery as background. @dot rotates", "frames": 300, "format": "gif"}
SHORT = {"prompt": "Set @scenery as background and @dot as front image"}
TINY = {"prompt": "Put @dot on 64x64"}


def noise(side: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of noise, so that each frame of it takes a while."""
    file = io.BytesIO()
    grey = Image.effect_noise((side, side), 60)
    Image.merge("RGB", [grey.point(lambda value, c=channel: (value + c) // 2) for channel in colour]).save(file, "PNG")
    return file.getvalue()


def with_two_pictures(caller: Caller) -> str:
    """A session with @scenery and @dot."""
    return open_session(caller, {"scenery.png": noise(400, (30, 90, 200)), "dot.png": noise(400, (250, 40, 40))})


def submit(caller: Caller, session: str, wish: dict[str, object]) -> str:
    """The job of a making that was accepted, as its path."""
    accepted = caller.post(f"/session/{session}/generate/", wish, **RESPOND_ASYNC)
    assert accepted.status == 202, accepted.data
    return accepted.headers["Location"]


def wait_for_status(caller: Caller, job: str, *statuses: str, seconds: float = 60) -> dict[str, Any]:
    return wait_for(
        lambda: (seen := caller.get(job).json)["status"] in statuses and seen, what=f"{statuses}", seconds=seconds
    )


def wait_for_end(caller: Caller, job: str, seconds: float = 60) -> dict[str, Any]:
    return wait_for_status(caller, job, "done", "failed", "cancelled", seconds=seconds)


def wait_until_under_way(caller: Caller, job: str, attempt: int = 1) -> dict[str, Any]:
    """Until some of it is painted, in this attempt."""
    return wait_for(
        lambda: (
            (seen := caller.get(job).json)["done"] > 2
            and seen["status"] == "running"
            and seen["attempts"] == attempt
            and seen
        ),
        what=f"work under way, attempt {attempt}",
    )


def outputs(caller: Caller, session: str) -> list[dict[str, Any]]:
    return caller.get(f"/session/{session}/").json["outputs"]


def stored(engine: Engine, session: str) -> list[Path]:
    """The files of what was made, without their thumbnails."""
    return [path for path in (engine.home / "media" / "output" / session).glob("*") if path.is_file()]


def pool(engine: Engine, queue: str) -> list[Process]:
    """The processes in which a queue's jobs are worked at."""
    worker = engine.find(f"--queues={queue}")
    return [one for one in processes().values() if worker and one.parent == worker.pid]


def kill_pool(engine: Engine, queue: str) -> None:
    for one in pool(engine, queue):
        one.kill()


def kill_worker(engine: Engine, queue: str) -> None:
    worker = engine.find(f"--queues={queue}")
    assert worker is not None
    os.killpg(worker.group, signal.SIGKILL)


def bring_to_rest(engine: Engine, processes: Collection[Process]) -> None:
    """Have these stand still, and none of them amid a transaction: on SQLite it would keep everybody from writing."""

    def rest() -> bool:
        tell(processes, signal.SIGSTOP)
        if can_be_written(engine.home / "var" / "db.sqlite3"):
            return True
        tell(processes, signal.SIGCONT)
        return False

    wait_for(rest, what="a moment without a transaction")


def tell(processes: Collection[Process], number: signal.Signals) -> None:
    for one in processes:
        os.kill(one.pid, number)


def can_be_written(database: Path) -> bool:
    """Whether nobody holds it for longer than a moment; a studio on another database has no such file."""
    if not database.exists():
        return True
    with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as asking:
        try:
            asking.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True
