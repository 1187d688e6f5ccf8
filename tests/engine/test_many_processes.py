"""Several processes on one database: a number is given once, and a job is done once."""

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
RECORD = """
from hashlib import sha256
from django.db import transaction
from prompt_media.imaging.geometry import Size
from sessions_app.models import Session
from sessions_app.services import recordings
recording = Session.objects.get(public_id="lab")
for number in range(int(sys.argv[2])):
    take = recordings.Take(
        data=f"{sys.argv[1]} {number}".encode(), media_type="image/png", extension="png", size=Size(9, 9),
        thumbnail=b"small", target_sector="BR", prompt="a moth",
    )
    with transaction.atomic():
        recordings.append(recording=recording, generation=None, take=take)
"""
START = "from sessions_app.services import recordings; recordings.start(owner='house', public_id='lab')"
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
    media = tmp_path / "media"
    assert (found.broken(), found.missing(ledger.below(media)), found.orphans(media)) == ([], [], [])


def read_all_the_while(mirror: Path, stopping: threading.Event) -> list[int]:
    """How many steps each reading told of, until it is stopped. A torn one could not be read."""
    counts = []
    while not stopping.is_set():
        told = json.loads(mirror.read_text())["sequence"]
        assert [entry["index"] for entry in told] == list(range(len(told)))
        counts.append(len(told))
        stopping.wait(0.005)
    return counts


def test_a_recording_that_many_add_to_has_neither_gap_nor_double_and_its_mirror_is_never_torn(
    house, database, tmp_path
):
    house |= database
    programs.migrate(house)
    programs.run(house, START)
    mirror, stopping = tmp_path / "media/generation/sessions/lab/metadata.json", threading.Event()

    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(read_all_the_while, mirror, stopping)
        try:
            programs.at_once(house, RECORD, [(str(process), "15") for process in range(2)])
        finally:
            stopping.set()

    counts = reading.result()
    assert counts == sorted(counts), "none is older than the one before"
    found = ledger.of_postgres(house["DATABASE_URL"]) if database else ledger.of_folder(tmp_path / "var")
    media = tmp_path / "media"
    assert (found.broken(), found.missing(ledger.below(media))) == ([], [])
    assert (found.orphans(media), found.untold(media)) == ([], [])
    assert [len(recording.steps) for recording in found.recordings] == [30]
