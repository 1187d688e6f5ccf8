"""Who may be at a folder of data: one engine with a broker of its own, several that share another broker, or a restore.

Two brokers on the same files would eat each other's work, and a restore would take the rows from under an engine.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from prompt_media.errors import Conflict

# Who only asks who holds it takes it for a moment, and is no reason to refuse a start.
_TRIES, _BETWEEN_SECONDS = 10, 0.02


class AlreadyRunning(Conflict):
    """Told to whoever starts or restores a studio; no request meets it."""


@contextlib.contextmanager
def held(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a folder for as long as the block runs, alone or beside others who share it. The kernel lets go of it when
    we die, however hard."""
    with (folder / "engine.lock").open("a+") as file:
        if not _taken(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            raise AlreadyRunning(_told(folder, holder=_name(file)))
        file.truncate(0)
        # Of several who share it any may be the last to go, so none is named.
        file.write("" if shared else str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def held_alone(folders: set[Path]) -> Iterator[None]:
    """Hold several folders, and share none of them."""
    with contextlib.ExitStack() as all_held:
        for folder in sorted(folders):
            all_held.enter_context(held(folder))
        yield


def holder(folder: Path) -> str | None:
    """The process that holds the folder; None when nobody does."""
    try:
        with (folder / "engine.lock").open() as file:
            return None if _taken(file, fcntl.LOCK_EX) else _name(file)
    except OSError:
        return None


def database_folder() -> Path | None:
    """Where the SQLite file is, which every engine on it holds; None on a database server."""
    database = settings.DATABASES["default"]
    return Path(database["NAME"]).resolve().parent if database["ENGINE"].endswith("sqlite3") else None


def _taken(file: IO[str], how: int) -> bool:
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_BETWEEN_SECONDS if left else 0)
        else:
            return True
    return False


def _name(file: IO[str]) -> str:
    file.seek(0)
    return file.read() or "unknown"


def _told(folder: Path, *, holder: str) -> str:
    return (
        f"Prompt Media already runs on {folder} (process {holder}). Stop it there with Ctrl-C, "
        "or set DATA_DIR, MEDIA_ROOT and --port for a second one."
    )
