"""Processes whose database statements are delayed by chance: what only bad timing shows, shows."""

import os
from pathlib import Path

_SLOWING = Path(__file__).with_name("slowing")


def environment(seconds: float) -> dict[str, str]:
    """For processes whose statements shall wait up to so many seconds, each by a chance of its own."""
    path = filter(None, (str(_SLOWING), os.environ.get("PYTHONPATH")))
    return {"PYTHONPATH": os.pathsep.join(path), "SOAK_SLOW": f"{seconds}"}
