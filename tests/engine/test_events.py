"""A job followed over server-sent events: from the first look to its result, across breaks, processes and outages."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.following import Stream
from tests.engine.running import wait_for

pytestmark = pytest.mark.xdist_group("engine")

MOVES = "@night as background, @mark moves from left to right and rotates"


@pytest.fixture
def caller(engine):
    caller = Caller(engine.port)
    yield caller
    caller.close()


@pytest.fixture
def session(caller, picture):
    files = {"night.png": picture(size=(300, 200)), "mark.png": picture(colour=(200, 0, 0, 128))}
    return open_session(caller, files)


@pytest.fixture
def begin(caller, session):
    """Starts a making of so many frames, and tells where its job is."""

    def begin(frames: int, side: int = 256) -> str:
        wish = {"prompt": MOVES, "frames": frames, "width": side, "height": side}
        return caller.post(f"/session/{session}/generate/", wish, **RESPOND_ASYNC).headers["Location"]

    return begin


@pytest.fixture
def long_job(caller, begin):
    """A job that outlasts its test; its end is the test's end."""
    job = begin(600, 2400)
    yield job
    caller.post(f"{job}cancel/")


def test_a_job_is_told_from_its_beginning_to_its_result(engine, caller, begin):
    job = begin(200, 800)
    with Stream(engine.port, f"{job}events") as stream:
        head = stream.response.headers
        events = list(stream.events())

    assert (stream.response.status, head["Content-Type"]) == (200, "text/event-stream")
    assert (head["Cache-Control"], head["X-Accel-Buffering"]) == ("private, no-cache, no-transform", "no")
    assert events[-1].job == caller.get(job).json
    assert events[-1].job["status"] == "done"
    assert caller.get(events[-1].job["result"]["url"]).status == 200
    assert len({event.id for event in events}) == len(events)


def test_the_slash_makes_no_difference(engine, begin):
    with Stream(engine.port, f"{begin(2)}events/") as stream:
        assert [event.job["status"] for event in stream.events()][-1] == "done"


def test_an_unknown_job_is_the_same_404_as_elsewhere(engine, caller):
    nobody = "/api/v1/jobs/00000000-0000-4000-8000-000000000000/"
    elsewhere, here = caller.get(nobody).json, caller.get(f"{nobody}events")
    assert (here.status, here.json | {"instance": ""}) == (404, elsewhere | {"instance": ""})


def test_who_comes_back_is_not_told_the_same_again(engine, caller, long_job):
    with Stream(engine.port, f"{long_job}events") as stream:
        first = next(stream.events())
    with Stream(engine.port, f"{long_job}events", **{"Last-Event-ID": first.id}) as stream:
        assert next(stream.events()).id != first.id


def test_who_missed_the_end_is_told_it_and_who_saw_it_need_not_come_back(engine, caller, begin):
    job = begin(2)
    wait_for(lambda: caller.get(job).json["status"] == "done", what="done")

    with Stream(engine.port, f"{job}events", **{"Last-Event-ID": "long ago"}) as stream:
        [last] = stream.events()
    assert last.job["status"] == "done"
    assert caller.get(f"{job}events", **{"Last-Event-ID": last.id}).status == 204


@pytest.fixture
def cookie(caller) -> str:
    """A browser's: callers without a name are counted by address, and at home not at all."""
    met = caller.get("/").headers.get_all("Set-Cookie") or []
    (identity,) = [one.partition(";")[0] for one in met if one.startswith("identity=")]
    return identity


def test_a_fifth_stream_of_one_caller_is_refused_until_another_is_closed(engine, caller, long_job, cookie):
    def opens() -> bool:
        with Stream(engine.port, f"{long_job}events", Cookie=cookie) as stream:
            return stream.response.status == 200

    with ExitStack() as streams:
        for _ in range(4):
            streams.enter_context(Stream(engine.port, f"{long_job}events", Cookie=cookie))

        refused = caller.get(f"{long_job}events", Cookie=cookie)
        assert (refused.status, refused.json["code"]) == (503, "too_many_streams")
        assert int(refused.headers["Retry-After"]) > 0
    wait_for(opens, what="room again")


def test_without_a_broker_the_database_is_enough(engine, caller, long_job):
    with Stream(engine.port, f"{long_job}events") as stream:
        events = stream.events()
        next(events)
        broker = engine.find("valkey-server")
        broker.kill()
        assert caller.post(f"{long_job}cancel/").status == 200
        assert [event.job["status"] for event in events][-1] == "cancelled"
    wait_for(lambda: engine.find("valkey-server"), what="a new broker")


def test_a_stop_ends_streams_and_waits_for_none(start, picture):
    engine = start()
    engine.wait_until_ready()
    with closing(Caller(engine.port)) as caller, ThreadPoolExecutor(1) as elsewhere:
        session = open_session(caller, {"night.png": picture(), "mark.png": picture(colour=(200, 0, 0, 128))})
        wish = {"prompt": MOVES, "frames": 600, "width": 2400, "height": 2400}
        job = caller.post(f"/session/{session}/generate/", wish, **RESPOND_ASYNC).headers["Location"]
        with closing(Caller(engine.port)) as other, Stream(engine.port, f"{job}events") as stream:
            waiting = elsewhere.submit(other.post, f"/session/{session}/generate/", wish)
            wait_for(lambda: len(caller.get("/api/v1/jobs/").json["results"]) == 3, what="somebody who waits")
            next(stream.events())
            engine.process.terminate()
            # Whoever does not stop by itself is killed, and its answers are cut off: reading these would raise.
            list(stream.lines())
            assert waiting.result(timeout=60).status == 202
    assert engine.process.wait(timeout=60) == 0
