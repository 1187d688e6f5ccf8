"""What waking the house does to the process it is woken in."""

import subprocess
import sys
from pathlib import Path

from tests.engine.programs import environment
from tests.engine.running import PROJECT

WAKES = """
import atexit, gc, django
atexit.register(lambda: print(len(gc.get_objects())))  # the first of these is the last that is called
django.setup()
print(gc.isenabled(), gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_is_imported_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    """Neither while the process runs nor at its exit: that took as long as the imports. What comes later is."""
    command = (sys.executable, "-c", WAKES)
    told = subprocess.run(
        command, cwd=PROJECT, env=environment(tmp_path), text=True, capture_output=True, timeout=100, check=True
    )

    collects, kept, looked_through, at_exit = told.stdout.split()
    assert collects == "True"
    assert int(kept) > 10 * int(looked_through)
    assert int(at_exit) < 1000
