"""Several processes on one database: a number is given once, and a job is done once."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import ledger, programs, servers

pytestmark = pytest.mark.xdist_group("servers")

# Many more under FAULT_ROUNDS=100: the figures in docs/operations.md.
PROCESSES, EACH = 8, int(os.environ.get("FAULT_ROUNDS") or 12)

UPLOAD = """
import io
from PIL import Image
from prompt_media.files.intake import Arrival
from prompt_media.jobs import runner
from sessions_app import tasks
from sessions_app.services import uploads, workspace
file = io.BytesIO()
Image.new("RGB", (30, 30), "navy").save(file, "PNG")
session = workspace.open_session(owner="house")
def upload():
    return str(uploads.take_in(session=session, arrivals=[Arrival("dot.png", file.getvalue())], tags=["dot"]).pk)
"""
ONE_DONE = UPLOAD + "runner.run(upload()); print(session.public_id)"
FIVE_WAITING = UPLOAD + "print(*(upload() for _ in range(5)))"
ASK = """
import json
import os
from sessions_app import selectors
from sessions_app.services import composition
session = selectors.live_session(sys.argv[1])
wish = composition.Wish("Put @dot on 32x32")
numbers = []
for _ in range(int(sys.argv[2])):
    made, job = composition.request(session=session, wish=wish)
    numbers.append(made.number)
print(json.dumps(numbers))
"""
RUN = "from sessions_app import tasks; from prompt_media.jobs import runner; [runner.run(job) for job in sys.argv[1:]]"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Nobody takes work from its broker. The line may be as long as it takes: its limits are told elsewhere."""
    limits = dict.fromkeys(("SESSION_FILES", "SESSION_JOBS", "OWNER_JOBS", "SERVER_JOBS"), "100000")
    with servers.valkey() as broker:
        yield programs.environment(tmp_path, **limits, **broker)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    if request.param == "SQLite":
        yield {}
        return
    with servers.postgres(tmp_path / "postgres") as given:
        yield given


def test_no_number_is_given_twice_and_nobody_is_turned_away(house, database):
    house |= database
    programs.migrate(house)
    session = programs.run(house, ONE_DONE)

    said = programs.at_once(house, ASK, [(session, str(EACH))] * PROCESSES)

    numbers = [number for one in said for number in json.loads(one)]
    assert sorted(numbers) == list(range(1, PROCESSES * EACH + 1))


def test_a_job_delivered_to_two_processes_at_once_is_done_by_one(house, tmp_path):
    programs.migrate(house)
    jobs = programs.run(house, FIVE_WAITING).split()

    programs.at_once(house, RUN, [jobs, jobs])

    found = ledger.of_folder(tmp_path / "var")
    assert [(job.status, job.attempts) for job in found.jobs.values()] == [("done", 1)] * 5
    assert len(found.images) == 5
    assert (found.broken(), found.missing(tmp_path / "media"), found.orphans(tmp_path / "media")) == ([], [], [])
