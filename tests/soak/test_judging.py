"""A soak that could not fail would be worth nothing: what counts as a broken promise."""

import os
import random
import subprocess
import sys
from uuid import UUID, uuid4

import pytest

from tests.engine.ledger import Heard, Image, Job, Ledger, Recording, below
from tests.engine.running import PROJECT
from tests.soak import faults, report, slowed
from tests.soak.diary import Fault
from tests.soak.house import House
from tests.soak.scripted import answered


def compose(status: str) -> Job:
    return Job(UUID(int=1), "compose", status, 1, "session:a", {}, None)


DONE = compose("done")
RESULT = Image("output/a/1.png", "output/a/thumbnails/1.webp", "0" * 64, "1.png", DONE.id)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answered(500), id="500"),
        pytest.param(answered(502), id="502"),
        pytest.param(answered(503), id="503 that does not say when to come back"),
        pytest.param(answered(503, Retry_After="5"), id="503 with no fault about"),
    ],
)
def test_an_answer_nobody_should_get_is_told(diary, answer):
    diary.timed("look", lambda: answer)

    assert len(diary.wrong) == 1


def test_a_fault_excuses_a_503_that_says_when_to_come_back_and_nothing_else(diary):
    diary.faults.append(Fault("database stopped", diary.now()))

    diary.timed("look", lambda: answered(503, Retry_After="5"))
    assert diary.wrong == []
    diary.timed("look", lambda: answered(500))
    assert len(diary.wrong) == 1


def test_a_promised_file_that_is_gone_or_cut_short_is_told(diary):
    diary.hold_to("/a", 2, answered(200, "ok"))
    assert diary.wrong == []
    diary.hold_to("/a", 3, answered(200, "ok"))
    diary.hold_to("/a", 2, answered(404, "gone"))
    assert len(diary.wrong) == 2


@pytest.mark.parametrize(
    ("jobs", "images", "told"),
    [
        pytest.param([DONE], [RESULT], 0, id="all well"),
        pytest.param([], [], 1, id="accepted and lost"),
        pytest.param([DONE], [], 1, id="done without a result"),
        pytest.param([DONE], [RESULT, RESULT], 1, id="done twice"),
        pytest.param([compose("running")], [], 1, id="never ended"),
        pytest.param(
            [Job(DONE.id, "compose", "failed", 3, "session:a", {}, None)], [], 1, id="failed without a reason"
        ),
        pytest.param(
            [Job(DONE.id, "compose", "cancelled", 1, "session:a", {}, None)], [RESULT], 1, id="cancelled, made"
        ),
        pytest.param([Job(DONE.id, "upload", "done", 1, "session:a", {"names": ["2.png"]}, None)], [], 1, id="no row"),
    ],
)
def test_the_ledger_tells_what_does_not_hold(jobs, images, told):
    ledger = Ledger({job.id: job for job in jobs}, tuple(images))

    assert len(ledger.broken([DONE.id])) == told


@pytest.mark.parametrize(
    ("recording", "told"),
    [
        pytest.param(Recording("a", 2, ((0, "0000_BR.png"), (1, "0001_TL.png"))), 0, id="all well"),
        pytest.param(Recording("a", 0, ()), 0, id="empty"),
        pytest.param(Recording("a", 2, ((0, "0000_BR.png"), (2, "0002_TL.png"))), 1, id="a gap"),
        pytest.param(Recording("a", 2, ((0, "0000_BR.png"),)), 1, id="numbered and lost"),
        pytest.param(Recording("a", 2, ((0, "0000_BR.png"), (1, "0000_BR.png"))), 1, id="a double"),
    ],
)
def test_the_ledger_tells_a_sequence_that_does_not_hold(recording, told):
    assert len(Ledger({}, (), (recording,)).broken()) == told


def test_the_ledger_tells_a_mirror_that_is_behind(tmp_path):
    ledger = Ledger({}, (), (Recording("a", 1, ((0, "0000_BR.png"),)),))
    mirror = tmp_path / "generation/sessions/a/metadata.json"
    assert ledger.untold(tmp_path) == ["generation/sessions/a/metadata.json"]
    mirror.parent.mkdir(parents=True)
    mirror.write_text('{"sequence": []}')
    assert ledger.untold(tmp_path)
    mirror.write_text('{"sequence": [{"index": 0, "filename": "0000_BR.png"}]}')
    assert ledger.untold(tmp_path) == []
    assert ledger.orphans(tmp_path) == []


def test_the_ledger_tells_a_row_without_its_file_and_a_file_without_its_row(tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "stray.png").write_bytes(uuid4().bytes)
    ledger = Ledger({DONE.id: DONE}, (RESULT,))

    assert ledger.missing(below(tmp_path))
    assert ledger.orphans(tmp_path) == ["output/stray.png"]


@pytest.mark.parametrize(
    ("status", "steps", "told"),
    [
        pytest.param("done", 1, 0, id="all well"),
        pytest.param("cancelled", 0, 0, id="never made"),
        pytest.param("done", 0, 1, id="made and not heard"),
        pytest.param("done", 2, 1, id="heard twice"),
        pytest.param("failed", 1, 1, id="heard and not made"),
    ],
)
def test_the_ledger_tells_what_a_recording_did_not_hear(status, steps, told):
    made = Job(DONE.id, "import", status, 1, "", {}, {"detail": "why"})

    assert len(Ledger({made.id: made}, (), (), {made.id: Heard("a", steps)}).broken()) == told


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        pytest.param({DONE.id: Heard("a", 1)}, 0, id="by the one that recorded"),
        pytest.param({DONE.id: Heard("b", 1)}, 1, id="by another"),
        pytest.param({}, 1, id="by none"),
    ],
)
def test_the_ledger_tells_what_another_recording_heard(heard, told):
    assert len(Ledger({DONE.id: DONE}, (RESULT,), (), heard).unheard({DONE.id: "a"})) == told


def test_a_seed_fixes_the_order_of_faults_and_all_of_them_come():
    def order(seed: int) -> list:
        endless = faults.in_order(random.Random(seed), grown=False)
        return [next(endless) for _ in range(14)]

    assert order(3) == order(3)
    assert order(3) != order(4)
    assert set(order(3)) == {*faults.ALWAYS, *faults.ON_ONE_MACHINE}


@pytest.mark.parametrize(
    ("log", "count"),
    [
        pytest.param("LOG:  ready\nERROR:  duplicate key value\n", 0, id="none"),
        pytest.param("ERROR:  deadlock detected\nDETAIL:  one\nERROR:  deadlock detected\nDETAIL:  two\n", 2, id="two"),
    ],
)
def test_what_the_database_broke_off_is_told(tmp_path, log, count):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "log").write_text(log)

    assert len(report.broken_off(House(tmp_path, engine=None))) == count


SLOWED = """
import time
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from django.db import connection
began = time.monotonic()
with connection.cursor() as cursor:
    for number in range(100):
        cursor.execute("SELECT %s", [number])
        assert cursor.fetchone() == (number,)
print(time.monotonic() - began)
"""


def test_slowed_statements_wait_and_answer_all_the_same():
    environment = os.environ | slowed.environment(0.02)
    ran = subprocess.run(
        (sys.executable, "-c", SLOWED), cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )

    # Eighty waits or so of 0.01 s each; that they take a fifth of that has no chance worth a word.
    assert float(ran.stdout) > 0.16
