"""Work survives whatever is killed. Everything is asked and seen through the public routes alone."""

import io
import os
import signal
from contextlib import closing

import pytest
from PIL import Image

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import Engine, processes, wait_for

pytestmark = pytest.mark.xdist_group("engine")

# A turning picture changes in every pixel, so this takes seconds on any machine.
LONG = {"prompt": "Set @scenery as background. @dot rotates", "frames": 300, "format": "gif"}
SHORT = {"prompt": "Set @scenery as background and @dot as front image"}


def picture(side: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of noise, so that each frame of it takes a while."""
    file = io.BytesIO()
    noise = Image.effect_noise((side, side), 60)
    Image.merge("RGB", [noise.point(lambda value, c=channel: (value + c) // 2) for channel in colour]).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def caller(engine):
    wait_for(lambda: engine.get("/healthz") == 200, what="an answer")
    with closing(Caller(engine.port)) as caller:
        yield caller


@pytest.fixture
def session(caller):
    return with_two_pictures(caller)


def with_two_pictures(caller):
    return open_session(caller, {"scenery.png": picture(400, (30, 90, 200)), "dot.png": picture(400, (250, 40, 40))})


def submit(caller, session, wish):
    accepted = caller.post(f"/session/{session}/generate/", wish, **RESPOND_ASYNC)
    assert accepted.status == 202, accepted.data
    return accepted.headers["Location"]


def wait_for_status(caller, job, *statuses, seconds=60):
    return wait_for(
        lambda: (seen := caller.get(job).json)["status"] in statuses and seen, what=f"{statuses}", seconds=seconds
    )


def wait_until_under_way(caller, job):
    return wait_for(lambda: (seen := caller.get(job).json)["done"] > 2 and seen, what="work under way")


def outputs(caller, session):
    return caller.get(f"/session/{session}/").json["outputs"]


def kill_pool(engine, queue):
    worker = engine.find(f"--queues={queue}")
    for one in processes().values():
        if one.parent == worker.pid:
            one.kill()


def kill_worker(engine, queue):
    os.killpg(engine.find(f"--queues={queue}").group, signal.SIGKILL)


@pytest.mark.parametrize("kill", [pytest.param(kill_pool, id="pool"), pytest.param(kill_worker, id="whole worker")])
def test_work_that_was_killed_is_done_once(engine, caller, session, kill):
    job = submit(caller, session, LONG)
    under_way = wait_until_under_way(caller, job)

    kill(engine, under_way["queue"])

    ended = wait_for_status(caller, job, "done", "failed")
    assert (ended["status"], ended["attempts"]) == ("done", 2)
    (output,) = outputs(caller, session)
    with Image.open(io.BytesIO(caller.get(output["url"]).data)) as animation:
        assert animation.n_frames == LONG["frames"]
    assert len(list((engine.home / "media" / "output" / session).glob("*.gif"))) == 1


def test_a_running_job_stops_when_it_is_cancelled(caller, session):
    running, behind = (submit(caller, session, LONG | {"frames": 600}) for _ in range(2))
    wait_until_under_way(caller, running)
    assert caller.get(behind).json["status"] == "queued"

    assert caller.post(f"{running}cancel/").json["status"] == "cancelled"

    # The one behind it can only start so soon because the worker has let the first one go.
    wait_for_status(caller, behind, "running", seconds=3)
    assert caller.get(running).json["status"] == "cancelled"
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


def test_a_killed_broker_loses_no_waiting_work(engine, caller, session):
    running, waiting = (submit(caller, session, LONG) for _ in range(2))
    wait_until_under_way(caller, running)

    engine.find("valkey-server").kill()

    for job in (running, waiting):
        assert wait_for_status(caller, job, "done", "failed")["status"] == "done"
    assert len(outputs(caller, session)) == 2


def test_work_is_taken_in_while_the_broker_is_away(engine, caller, session):
    engine.find("valkey-server").kill()

    job = submit(caller, session, SHORT)

    assert wait_for_status(caller, job, "done", "failed")["status"] == "done"


@pytest.mark.parametrize(
    "end", [pytest.param(Engine.stop, id="stopped"), pytest.param(lambda engine: engine.process.kill(), id="killed")]
)
def test_work_under_way_when_everything_ends_is_done_after_the_next_start(start, end):
    before = start()
    before.wait_until_ready()
    family = before.family()
    with closing(Caller(before.port)) as caller:
        session = with_two_pictures(caller)
        job = submit(caller, session, LONG)
        wait_until_under_way(caller, job)

    end(before)
    wait_for(lambda: not family.keys() & processes().keys(), what="nobody left", seconds=10)

    after = start()
    after.wait_until_ready()
    with closing(Caller(after.port)) as caller:
        assert wait_for_status(caller, job, "done", "failed")["status"] == "done"
        assert len(outputs(caller, session)) == 1
