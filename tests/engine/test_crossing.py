"""Locks are taken in one order, jobs before their session: two who want the same rows wait, and none is thrown out."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from tests.engine import servers
from tests.engine.running import PROJECT, manage, surroundings

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    home = tmp_path_factory.mktemp("crossing")
    with servers.postgres(home / "postgres") as database:
        assert manage(home, "migrate", "--verbosity=0", **database).returncode == 0
        yield surroundings(home) | database


@pytest.mark.parametrize("pair", ["signing_in_while_a_job_ends", "expiring_while_deleted", "making_way_while_deleted"])
def test_two_who_want_the_same_rows_both_come_through(environment, pair):
    met = subprocess.run(
        (sys.executable, "-m", "tests.engine.crossing", pair),
        cwd=PROJECT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert met.stdout, met.stderr
    assert json.loads(met.stdout.splitlines()[-1]) == {"first": "done", "second": "done"}
