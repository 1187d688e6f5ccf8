"""One studio on several machines: they meet at a database, a broker and a storage, and nowhere else."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from shutil import rmtree

import psycopg
import pytest
from celery import Celery
from PIL import Image

from tests.engine.calling import Caller
from tests.engine.following import Stream
from tests.engine.running import wait_for
from tests.engine.work import LONG, SHORT, submit, wait_for_end, wait_until_under_way, with_two_pictures

pytestmark = pytest.mark.xdist_group("grown")


@pytest.fixture
def here(grown):
    """Speaks to the first machine that answers."""
    with closing(Caller(grown.web[0].port)) as caller:
        yield caller


@pytest.fixture
def there(grown):
    """Speaks to the second one."""
    with closing(Caller(grown.web[1].port)) as caller:
        yield caller


@pytest.fixture
def session(here):
    return with_two_pictures(here)


def test_only_what_a_machine_is_for_runs_on_it(grown):
    for machine in grown.web:
        assert machine.find("granian")
        assert machine.find("celery") is None
    for machine in grown.workers:
        assert machine.find("--queues=quick")
        assert machine.find("--queues=bulk")
        assert machine.find("granian") is None
    assert not any(machine.find("valkey-server") for machine in grown.machines)


def test_what_one_machine_takes_in_another_shows_and_serves(here, there, session):
    job = submit(here, session, SHORT)

    assert wait_for_end(there, job)["status"] == "done"
    (output,) = there.get(f"/session/{session}/").json["outputs"]
    assert there.get(output["url"]).data == here.get(output["url"]).data
    assert job.split("/")[-2] in {one["id"] for one in there.get("/api/v1/jobs/").json["results"]}


def test_who_waits_at_one_machine_hears_of_a_cancel_at_another(here, there, session):
    with ThreadPoolExecutor(1) as elsewhere:
        waiting = elsewhere.submit(here.post, f"/session/{session}/generate/", LONG)
        job = wait_for(lambda: [one for one in jobs_of(there, session) if one["done"] > 2], what="work under way")[0]

        assert there.post(f"{job['url']}cancel/").json["status"] == "cancelled"

        answered = waiting.result(timeout=60)
    assert (answered.status, answered.json["code"]) == (409, "cancelled")
    assert here.get(f"/session/{session}/").json["outputs"] == []


def jobs_of(caller, session):
    running = caller.get("/api/v1/jobs/?status=running&kind=compose").json["results"]
    return [one for one in running if one["about"] == LONG["prompt"]]


def test_a_stream_at_one_machine_tells_of_work_taken_in_at_another(grown, here, session):
    job = submit(here, session, LONG)

    with Stream(grown.web[1].port, f"{job}events") as stream:
        told = [event.job for event in stream.events()]

    assert told[0]["status"] in ("queued", "running")
    assert any(0 < one["done"] < one["total"] for one in told), "its progress too"
    assert told[-1] == here.get(job).json
    assert (told[-1]["status"], here.get(told[-1]["result"]["url"]).status) == ("done", 200)


def test_a_stream_at_one_machine_ends_with_a_cancel_at_another(grown, here, session):
    job = submit(here, session, LONG)

    with Stream(grown.web[1].port, f"{job}events") as stream:
        events = stream.events()
        next(events)
        assert here.post(f"{job}cancel/").status == 200
        assert [event.job["status"] for event in events][-1] == "cancelled"


def test_a_browser_that_one_machine_knows_is_known_to_the_other(here, there):
    met = here.get("/").headers.get_all("Set-Cookie")
    cookies = "; ".join(one.partition(";")[0] for one in met)
    assert "identity=" in cookies

    again = there.get("/", Cookie=cookies).headers.get_all("Set-Cookie") or []

    assert not [one for one in again if one.startswith("identity=")]


def test_a_machine_without_layers_previews_what_the_others_keep(grown, here, there, session):
    cache = grown.web[1].home / "var" / "cache" / "layers"
    rmtree(cache, ignore_errors=True)

    first = there.post(f"/session/{session}/preview/", SHORT)

    assert first.status == 200
    assert len(list(cache.glob("*.npy"))) == 2, "decoded once from the bucket, and kept for the next key"
    assert first.data == there.post(f"/session/{session}/preview/", SHORT).data
    assert first.data == here.post(f"/session/{session}/preview/", SHORT).data


def test_work_of_a_machine_without_power_is_finished_by_the_other(grown, here, there, session):
    # One process for quick work on each machine: of two jobs, each has one.
    jobs = [submit(here, session, LONG) for _ in grown.workers]
    for job in jobs:
        wait_until_under_way(there, job)

    with without_power(grown, grown.workers[0]):
        ended = [wait_for_end(there, job) for job in jobs]

    assert [one["status"] for one in ended] == ["done", "done"]
    assert sorted(one["attempts"] for one in ended) == [1, 2]
    outputs = there.get(f"/session/{session}/").json["outputs"]
    assert len(outputs) == 2
    for output in outputs:
        with Image.open(io.BytesIO(there.get(output["url"]).data)) as animation:
            assert animation.n_frames == LONG["frames"]
    assert len([key for key in grown.stored(session) if key.endswith(".gif")]) == 2


@contextmanager
def without_power(grown, machine):
    """All of a machine's processes end at once; another takes its place afterwards."""
    for one in [*machine.family().values()]:
        one.kill()
    machine.process.kill()
    machine.process.wait()
    try:
        yield
    finally:
        grown.start_again(machine)


def test_a_session_whose_time_is_over_goes_once_though_every_machine_sweeps(grown, here, there, session):
    here.post(f"/session/{session}/generate/", SHORT)
    assert grown.stored(session)
    with psycopg.connect(grown.environment["DATABASE_URL"]) as database:
        database.execute(
            "UPDATE sessions_app_session SET last_active_at = now() - interval '2 h', "
            "expires_at = now() - interval '1 h' WHERE public_id = %s",
            [session],
        )
    assert [caller.get(f"/session/{session}/").status for caller in (here, there)] == [404, 404]

    logs = [log for machine in grown.workers for log in (machine.home / "var" / "logs").glob("worker-*.log")]
    told_before = {log: len(log.read_text()) for log in logs}

    with Celery(broker=grown.environment["REDIS_URL"]) as any_beat:
        for _ in range(4):
            any_beat.send_task("sessions.sweep", queue="house")

    wait_for(lambda: not grown.stored(session), what="an empty bucket")

    def told() -> str:
        return "".join(log.read_text()[told_before[log] :] for log in logs)

    wait_for(lambda: "expired sessions deleted" in told(), what="word of it")
    assert told().count("expired sessions deleted") == 1
    assert "Traceback" not in told()
