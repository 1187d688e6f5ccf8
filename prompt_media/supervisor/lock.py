"""One engine per data directory: two brokers on the same files would eat each other's work."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from prompt_media.errors import Conflict


class AlreadyRunning(Conflict):
    code = "already_running"


@contextlib.contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for as long as the block runs. The kernel lets go of it when we die, however hard."""
    with (data_dir / "engine.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            file.seek(0)
            raise AlreadyRunning(_told(data_dir, holder=file.read() or "unknown")) from taken
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(data_dir: Path) -> str | None:
    """The process that holds the data directory; None when nobody does."""
    try:
        with (data_dir / "engine.lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read() or "unknown"
    except OSError:
        return None
    return None


def _told(data_dir: Path, *, holder: str) -> str:
    return (
        f"Prompt Media already runs on {data_dir} (process {holder}). Stop it there with Ctrl-C, "
        "or set DATA_DIR, MEDIA_ROOT and --port for a second one."
    )
