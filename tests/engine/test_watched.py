"""The studio as whoever watches over it sees it: ready or not, its numbers, its lines."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.engine.calling import Answer, Caller, open_session
from tests.engine.following import Stream
from tests.engine.running import Engine, manage, processes, up, wait_for
from tests.engine.work import LONG, submit

pytestmark = pytest.mark.xdist_group("watched")

STILL = {"prompt": "put @cat as background"}
PARTS = {"database", "migrations", "storage", "disk", "broker", "workers", "queue"}
# Before its logging is set up and after it is taken down Celery speaks past it.
SPOKEN_PAST_THE_LOG = ("worker: ",)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with two web processes, whose lines are objects."""
    with up(tmp_path_factory.mktemp("watched"), LOG_JSON="1", WEB_WORKERS="2") as running:
        yield running


@pytest.fixture
def caller(watched: Engine) -> Iterator[Caller]:
    with closing(Caller(watched.port)) as caller:
        yield caller


def lines(engine: Engine, child: str) -> list[dict]:
    """What a child has told so far, each line as its object."""
    whole, _, _ = (engine.home / "var" / "logs" / f"{child}.log").read_text().rpartition("\n")  # the last is on its way
    return [json.loads(line) for line in whole.splitlines() if line and not line.startswith(SPOKEN_PAST_THE_LOG)]


def numbers(caller: Caller) -> dict[tuple[str, ...], float]:
    text = caller.get("/metrics").data.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


def kill_web_processes(engine: Engine) -> None:
    parent = engine.find("granian")
    for process in processes().values():
        if process.parent == parent.pid:
            process.kill()


def test_a_started_studio_is_ready_in_every_part(caller):
    # On a busy machine a part may need longer for its first answer than it is given.
    told = wait_for(lambda: (seen := caller.get("/readyz")).status == 200 and seen, what="ready")

    assert {name: part["state"] for name, part in told.json["parts"].items()} == dict.fromkeys(PARTS, "ok")


def test_a_line_of_the_worker_names_the_request_that_asked_for_the_job(watched, caller, picture):
    session = open_session(caller, {"cat.png": picture()})
    made = caller.post(f"/session/{session}/generate/", STILL, **{"X-Request-ID": "my-request.1"})
    assert (made.status, made.headers["X-Request-ID"]) == (201, "my-request.1")

    def of_it(child: str, event: str) -> list[dict]:
        return [one for one in lines(watched, child) if one.get("request") == "my-request.1" and one["event"] == event]

    (asked,) = wait_for(lambda: of_it("web", "request"), what="a line of the web")
    (published,) = of_it("web", "job published")
    (ended,) = wait_for(lambda: of_it("worker-quick", "job ended"), what="a line of the worker")
    assert (asked["method"], asked["status"]) == ("POST", 201)
    assert published["job"] == ended["job"]
    assert (ended["kind"], ended["status"], ended["level"]) == ("compose", "done", "info")
    assert STILL["prompt"] not in str(lines(watched, "web") + lines(watched, "worker-quick"))


@pytest.mark.parametrize("child", ["web", "worker-quick", "worker-bulk"])  # the beat is silent while all is well
def test_every_line_of_every_part_of_ours_is_an_object(watched, child):
    assert watched.get("/healthz") == 200  # so that the web has something to tell
    for line in wait_for(lambda: lines(watched, child), what="a line"):
        assert {"event", "level", "logger", "timestamp"} <= line.keys()


def test_without_log_files_the_terminal_gets_every_line(start):
    told = start("contained", LOG_FILES="0", LOG_JSON="1")
    told.wait_until_ready()

    assert told.get("/healthz") == 200
    wait_for(lambda: '"route": "/healthz"' in told.output, what="the line of a request")
    told.stop()
    ours = [line for line in told.output.splitlines() if line.startswith("{")]
    assert {"Stopping.", "request"} <= {json.loads(line)["event"] for line in ours}
    assert not (told.home / "var" / "logs").exists()


def test_the_web_servers_own_lines_are_objects_too(watched):
    kill_web_processes(watched)

    wait_for(lambda: [one for one in lines(watched, "web") if one["logger"] == "_granian"], what="its word of them")
    wait_for(lambda: watched.get("/healthz") == 200, what="new processes")


def test_the_processes_of_a_machine_count_together(watched, picture):
    calls = 12
    callers = [Caller(watched.port) for _ in range(calls)]
    before = numbers(callers[0])
    for caller in callers:
        assert caller.get("/api/v1/jobs/").status == 200
    after = numbers(callers[-1])
    for caller in callers:
        caller.close()

    counted = ("prompt_media_request_seconds_count", "/api/v1/jobs/", "200", "GET")
    assert after[counted] - before.get(counted, 0) == calls


def test_ended_jobs_are_counted_by_kind_and_by_how_they_ended(caller, picture):
    done = ("prompt_media_job_seconds_count", "compose", "done")
    failed = ("prompt_media_job_seconds_count", "failed", "upload")
    before = numbers(caller)
    session = open_session(caller, {"cat.png": picture()})
    caller.post(f"/session/{session}/generate/", STILL)
    broken = caller.upload(f"/upload/{session}/", {"cat.png": picture("PNG", (300, 300), "red")[:-30]})

    def both_counted() -> bool:
        after = numbers(caller)
        return all(after.get(name, 0) == before.get(name, 0) + 1 for name in (done, failed))

    assert broken.status == 415, broken.data
    wait_for(both_counted, what="both counted")


def test_the_doctor_finds_a_running_studio_well(watched):
    told = manage(watched.home, "doctor")

    assert told.returncode == 0, told.stdout
    assert {"broker", "workers", "versions"} <= {line.split()[1] for line in told.stdout.splitlines()}


def test_those_who_wait_leave_room_for_others(start, picture):
    small = start("small", WEB_THREADS="4")
    small.wait_until_ready()
    with closing(Caller(small.port)) as caller, ThreadPoolExecutor(6) as crowd:
        session = open_session(caller, {"scenery.png": picture(), "dot.png": picture()})

        def make_and_wait(_: int) -> Answer:
            with closing(Caller(small.port)) as one:
                return one.post(f"/session/{session}/generate/", LONG | {"frames": 600})

        waiting = [crowd.submit(make_and_wait, number) for number in range(6)]
        jobs = wait_for(lambda: len(all_jobs(caller)) == 6 and all_jobs(caller), what="six jobs")

        assert small.get("/healthz") == 200
        for job in jobs:
            caller.post(f"{job['url']}cancel/")
        assert sorted(one.result().status for one in waiting) == [202, 202, 202, 409, 409, 409]
    small.stop()


def all_jobs(caller: Caller) -> list[dict]:
    return caller.get("/api/v1/jobs/?kind=compose").json["results"]


def test_streams_are_counted_while_they_are_open_and_not_after_their_process_died(watched, caller, picture):
    session = open_session(caller, {"scenery.png": picture(), "dot.png": picture()})
    job = submit(caller, session, LONG | {"frames": 600})

    def count() -> float:
        with closing(Caller(watched.port)) as another:
            return numbers(another)["prompt_media_streams_open",]

    with Stream(watched.port, f"{job}events") as stream:
        next(stream.events())
        assert count() == 1
    wait_for(lambda: count() == 0, what="none open")
    with Stream(watched.port, f"{job}events") as stream:
        next(stream.events())
        kill_web_processes(watched)
        wait_for(lambda: watched.get("/healthz") == 200, what="a new process")
        wait_for(lambda: count() == 0, what="none left open")
    with closing(Caller(watched.port)) as another:
        another.post(f"{job}cancel/")


def test_a_worker_that_fell_silent_is_missed_and_found_again(watched, caller):
    watched.find("--queues=bulk").kill()
    # It is started again at once; what it said before it died holds a little longer.
    wait_for(lambda: numbers(caller).get(("prompt_media_workers", "bulk")) == 1, what="a worker")


def test_a_broker_that_hangs_is_told_and_found_again(watched, caller):
    broker = watched.find("valkey-server").pid
    os.kill(broker, signal.SIGSTOP)
    try:
        told = wait_for(lambda: (seen := caller.get("/readyz")).status == 503 and seen, what="unready")
        assert told.json["parts"]["broker"]["state"] == "down"
        assert told.json["parts"]["database"]["state"] == "ok"
        assert caller.get("/healthz").status == 200
    finally:
        os.kill(broker, signal.SIGCONT)

    wait_for(lambda: caller.get("/readyz").status == 200, what="ready again")
