"""Any text, on PostgreSQL: what it refuses is refused by us first, in words."""

import os
import subprocess
import sys

import pytest

from tests.engine import servers
from tests.engine.running import PROJECT

pytestmark = [pytest.mark.xdist_group("grown text"), pytest.mark.timeout(600)]


def test_any_text_is_taken_or_refused_in_words(tmp_path):
    command = (sys.executable, "-m", "pytest", "-n0", "-q", "--tb=short", f"--basetemp={tmp_path / 'pt'}")
    with servers.postgres(tmp_path / "pg") as environment:
        run = subprocess.run(
            (*command, "tests/contract/test_any_text.py"),
            cwd=PROJECT,
            env=os.environ | environment | {"DATA_DIR": str(tmp_path / "home")},
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-5000:]
    assert "skipped" not in run.stdout
