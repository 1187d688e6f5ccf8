"""Work survives whatever is killed. Everything is asked and seen through the public routes alone."""

import io
from base64 import b64encode
from contextlib import closing

import pytest
from PIL import Image

from tests.engine.calling import Caller
from tests.engine.running import processes, wait_for
from tests.engine.work import (
    LONG,
    SHORT,
    kill_worker,
    noise,
    outputs,
    stored,
    submit,
    wait_for_status,
    wait_until_under_way,
    with_two_pictures,
)

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture
def caller(engine):
    wait_for(lambda: engine.get("/healthz") == 200, what="an answer")
    with closing(Caller(engine.port)) as caller:
        yield caller


@pytest.fixture
def session(caller):
    return with_two_pictures(caller)


def test_work_that_was_killed_with_its_worker_is_done_once(engine, caller, session):
    job = submit(caller, session, LONG)
    under_way = wait_until_under_way(caller, job)

    kill_worker(engine, under_way["queue"])

    ended = wait_for_status(caller, job, "done", "failed")
    assert (ended["status"], ended["attempts"]) == ("done", 2)
    (output,) = outputs(caller, session)
    with Image.open(io.BytesIO(caller.get(output["url"]).data)) as animation:
        assert animation.n_frames == LONG["frames"]
    assert len(stored(engine, session)) == 1


def test_a_running_job_stops_when_it_is_cancelled(caller, session):
    running, behind = (submit(caller, session, LONG | {"frames": 600}) for _ in range(2))
    wait_until_under_way(caller, running)
    assert caller.get(behind).json["status"] == "queued"

    assert caller.post(f"{running}cancel/").json["status"] == "cancelled"

    wait_until_under_way(caller, behind)
    # One process works: the one behind has begun, so the first was let go, long before its 600 frames were painted.
    stopped = caller.get(running).json
    assert (stopped["status"], stopped["done"] < 600) == ("cancelled", True)
    caller.post(f"{behind}cancel/")
    assert outputs(caller, session) == []


def test_a_waiting_job_that_is_cancelled_never_starts(caller, session):
    running, waiting, last = (submit(caller, session, LONG) for _ in range(3))
    wait_until_under_way(caller, running)

    assert caller.post(f"{waiting}cancel/").json["status"] == "cancelled"

    caller.post(f"{running}cancel/")
    wait_until_under_way(caller, last)
    caller.post(f"{last}cancel/")
    assert caller.get(waiting).json["started_at"] is None


def test_work_is_taken_in_while_the_broker_is_away(engine, caller, session):
    engine.find("valkey-server").kill()

    job = submit(caller, session, SHORT)

    assert wait_for_status(caller, job, "done", "failed")["status"] == "done"


def recorded(caller: Caller, seed: int) -> str:
    """The index of the step that one more making became."""
    wish = {"image_base64": b64encode(noise(60, (30, 90, 200))).decode(), "focus_x": 0.1, "focus_y": 0.1, "seed": seed}
    return caller.post("/generate", wish).headers["X-Index"]


def test_work_recorder_and_playhead_go_on_where_they_were_after_the_next_start(start):
    before = start()
    before.wait_until_ready()
    family = before.family()
    with closing(Caller(before.port)) as caller:
        caller.post("/session/start?session_id=lab")
        assert [recorded(caller, seed) for seed in (1, 2)] == ["0", "1"]
        caller.post("/session/replay/lab")
        assert caller.get("/session/replay/next").headers["X-Index"] == "0"
        session = with_two_pictures(caller)
        job = submit(caller, session, LONG | {"frames": 500})
        wait_until_under_way(caller, job)

    assert before.stop() == 0
    assert not family.keys() & processes().keys()

    after = start()
    after.wait_until_ready()
    with closing(Caller(after.port)) as caller:
        ended = wait_for_status(caller, job, "done", "failed")
        assert (ended["status"], ended["attempts"]) == ("done", 1)
        assert len(outputs(caller, session)) == 1
        assert caller.get("/session/replay/next").headers["X-Index"] == "1"
        assert recorded(caller, 3) == "2"
