"""Faults at any moment: whatever was accepted ends exactly once, and nothing half-done stays.

An engine with two workers, so that one may take over what the other dropped. Moments are drawn from FAULT_SEED.
"""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path
from uuid import UUID

import pytest
import redis

from tests.engine import ledger
from tests.engine.calling import RESPOND_ASYNC, Answer, Caller
from tests.engine.running import Engine, Process, processes, up, wait_for
from tests.engine.work import (
    LONG,
    SHORT,
    TINY,
    bring_to_rest,
    kill_pool,
    kill_worker,
    noise,
    outputs,
    pool,
    stored,
    submit,
    wait_for_end,
    wait_for_status,
    wait_until_under_way,
    with_two_pictures,
)

pytestmark = pytest.mark.xdist_group("faults")

LEASE_SECONDS = 3


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[Engine]:
    with up(home / "studio", QUICK_WORKERS="2", SESSION_JOBS="50") as running:
        yield running


@pytest.fixture
def caller(engine: Engine) -> Iterator[Caller]:
    wait_for(lambda: engine.get("/healthz") == 200, what="an answer")
    with closing(Caller(engine.port)) as caller:
        yield caller


@pytest.fixture
def session(caller: Caller) -> str:
    return with_two_pictures(caller)


@pytest.fixture
def chance() -> random.Random:
    """Chance that can be repeated: the seed is told when a test fails."""
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULT_SEED={seed}")  # noqa: T201, told when the test fails
    return random.Random(seed)


def job_id(path: str) -> UUID:
    return UUID(path.strip("/").rpartition("/")[2])


def settled(engine: Engine, accepted: list[str]) -> ledger.Ledger:
    """The ledger, with every promise about jobs looked up in it."""
    found = ledger.of_folder(engine.home / "var")
    assert found.broken(map(job_id, accepted)) == []
    assert found.missing(ledger.below(engine.home / "media")) == []
    return found


def kill(engine: Engine, *words: str) -> None:
    if found := engine.find(*words):
        found.kill()


VICTIMS: dict[str, Callable[[Engine], None]] = {
    "pool": lambda engine: kill_pool(engine, "quick"),
    "worker": lambda engine: kill_worker(engine, "quick"),
    "broker": lambda engine: kill(engine, "valkey-server"),
    "beat": lambda engine: kill(engine, "celery", "beat"),
    "web": lambda engine: kill(engine, "granian"),
}


def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice(start, chance):
    # Three of the kills can meet the same job: it is not to be given up for that.
    before = start(QUICK_WORKERS="2", JOB_ATTEMPTS="9")
    before.wait_until_ready()
    family = before.family()
    with closing(Caller(before.port)) as caller:
        session = with_two_pictures(caller)
        jobs = [submit(caller, session, LONG | {"frames": chance.randrange(30, 120)}) for _ in range(6)]
    for victim in chance.sample(list(VICTIMS), k=len(VICTIMS)):
        time.sleep(chance.uniform(0.1, 1.5))
        VICTIMS[victim](before)
    time.sleep(chance.uniform(0.1, 1.5))
    family |= before.family()
    before.process.kill()
    wait_for(lambda: not family.keys() & processes().keys(), what="nobody left")

    after = start(QUICK_WORKERS="2", JOB_ATTEMPTS="9")
    after.wait_until_ready()
    with closing(Caller(after.port)) as caller:
        for job in jobs:
            assert wait_for_end(caller, job)["status"] == "done"
        assert len(outputs(caller, session)) == len(jobs)
    settled(after, jobs)


def test_a_worker_frozen_for_two_leases_writes_nothing_of_what_was_taken_over(engine, caller, session):
    job = submit(caller, session, LONG)
    wait_until_under_way(caller, job)
    frozen = at_work(engine)
    bring_to_rest(engine, [frozen])
    began = time.monotonic()

    taken_over = wait_until_under_way(caller, job, attempt=2)
    time.sleep(max(0.0, began + 2 * LEASE_SECONDS - time.monotonic()))
    os.kill(frozen.pid, signal.SIGCONT)

    assert taken_over["started_at"] == wait_for_end(caller, job)["started_at"]
    assert caller.get(job).json["attempts"] == 2
    # The one that was frozen is free again: the studio has both its workers.
    both = [submit(caller, session, LONG) for _ in range(2)]
    wait_for(lambda: all(caller.get(one).json["status"] == "running" for one in both), what="both at once")
    for one in both:
        caller.post(f"{one}cancel/")
    assert len(stored(engine, session)) == len(outputs(caller, session)) == 1
    settled(engine, [job, *both])


def at_work(engine: Engine) -> Process:
    """The one process of the pool that works."""
    before = {one: _cpu_ticks(one) for one in pool(engine, "quick")}

    def works() -> Process | None:
        gained = {one: _cpu_ticks(one) - ticks for one, ticks in before.items()}
        most, others = max(gained, key=lambda one: gained[one]), sum(gained.values()) - max(gained.values())
        return most if gained[most] >= 10 + 5 * others else None

    return wait_for(works, what="one that works")


def _cpu_ticks(process: Process) -> int:
    return sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


def test_an_input_that_kills_its_worker_each_time_fails_in_words_and_the_next_one_runs(engine, caller, session):
    poison = submit(caller, session, LONG)
    for attempt in (1, 2, 3):
        wait_until_under_way(caller, poison, attempt)
        kill_pool(engine, "quick")

    ended = wait_for_end(caller, poison)

    assert (ended["status"], ended["attempts"], ended["problem"]["code"]) == ("failed", 3, "gave_up")
    assert "tried 3 times" in ended["error"]
    good = submit(caller, session, SHORT)
    assert wait_for_end(caller, good)["status"] == "done"
    settled(engine, [poison, good])


@pytest.mark.parametrize(
    ("number", "finished_first"),
    [pytest.param(signal.SIGTERM, True, id="SIGTERM"), pytest.param(signal.SIGQUIT, False, id="SIGQUIT")],
)
def test_a_worker_told_to_stop_in_mid_job_costs_the_job_no_attempt(engine, caller, session, number, finished_first):
    job = submit(caller, session, LONG | {"frames": 400})
    wait_until_under_way(caller, job)
    worker = engine.find("--queues=quick")

    with nobody_started_again(engine):
        os.kill(worker.pid, number)

        if not finished_first:
            told = wait_for_status(caller, job, "queued", "done")
            assert (told["status"], told["attempts"]) == ("queued", 0)
            assert told["note"] == "Goes on when the workers are back"
    ended = wait_for_end(caller, job)
    assert (ended["status"], ended["attempts"]) == ("done", 1)
    assert len(stored(engine, session)) == len(outputs(caller, session)) == 1
    settled(engine, [job])


@contextmanager
def nobody_started_again(engine: Engine) -> Iterator[None]:
    """The supervisor stands still, so that what its children leave can be looked at."""
    engine.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        engine.process.send_signal(signal.SIGCONT)


def test_a_broker_that_forgets_everything_loses_no_waiting_work(engine, caller, session):
    running = [submit(caller, session, LONG) for _ in range(2)]
    wait_until_under_way(caller, running[1])
    waiting = [submit(caller, session, TINY) for _ in range(20)]
    with closing(redis.Redis(unix_socket_path=str(engine.home / "var" / "valkey.sock"))) as broker:
        assert broker.llen("quick") == 20
        broker.flushall()
    # Its queue is not empty for long: work that comes later must not hide what was lost.
    later = [submit(caller, session, TINY) for _ in range(3)]

    jobs = [*running, *waiting, *later]
    assert [wait_for_end(caller, job)["status"] for job in jobs] == ["done"] * len(jobs)
    assert len(outputs(caller, session)) == len(jobs)
    settled(engine, jobs)


def test_work_somebody_waits_for_goes_on_when_the_web_is_killed(engine, caller, session):
    with ThreadPoolExecutor(1) as other, closing(Caller(engine.port)) as waiting:
        answer = other.submit(waiting.post, f"/session/{session}/generate/", LONG)
        job = wait_for(lambda: next(iter(caller.get("/api/v1/jobs/?status=running").json["results"]), None), what="it")
        wait_until_under_way(caller, job["url"])
        kill(engine, "granian")
        with pytest.raises((HTTPException, OSError)):
            answer.result()

    wait_for(lambda: engine.get("/healthz") == 200, what="an answer")
    with closing(Caller(engine.port)) as again:
        assert wait_for_end(again, job["url"])["status"] == "done"
        assert len(outputs(again, session)) == 1
    settled(engine, [job["url"]])


def test_cancelled_at_any_moment_a_job_leaves_a_result_or_nothing(engine, caller, session, chance):
    jobs = []
    for _ in range(8):
        jobs.append(submit(caller, session, LONG | {"frames": chance.randrange(2, 60)}))
        time.sleep(chance.uniform(0, 0.6))
        assert caller.post(f"{chance.choice(jobs)}cancel/").status in (200, 409)

    ends = [wait_for_end(caller, job)["status"] for job in jobs]

    assert set(ends) <= {"done", "cancelled"}
    assert len(outputs(caller, session)) == ends.count("done")
    wait_for(lambda: len(stored(engine, session)) == ends.count("done"), what="no file of a cancelled one")
    settled(engine, jobs)


def test_a_locked_database_is_told_as_such_and_leaves_no_half(engine, caller, session):
    job = submit(caller, session, LONG)
    wait_until_under_way(caller, job)
    with ThreadPoolExecutor(3) as others, closing(sqlite3.connect(engine.home / "var" / "db.sqlite3")) as holder:
        holder.isolation_level = None
        holder.execute("BEGIN EXCLUSIVE")
        answers = [others.submit(_alone, engine, call) for call in _writes(session)]
        refused = [answer.result() for answer in answers]
        holder.execute("ROLLBACK")

    assert [(answer.status, answer.json["code"]) for answer in refused] == [(503, "unavailable")] * 3
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert wait_for_end(caller, job)["status"] == "done"
    told = caller.get(f"/session/{session}/").json
    assert (len(told["outputs"]), told["image_count"]) == (1, 2)
    assert not list((engine.home / "media" / "incoming" / session).glob("*"))
    settled(engine, [job])


def _writes(session: str) -> list[Callable[[Caller], Answer]]:
    return [
        lambda caller: caller.post("/session/create/"),
        lambda caller: caller.post(f"/session/{session}/generate/", TINY, **RESPOND_ASYNC),
        lambda caller: caller.upload(f"/upload/{session}/", {"late.png": noise(20, (1, 2, 3))}),
    ]


def _alone(engine: Engine, call: Callable[[Caller], Answer]) -> Answer:
    with closing(Caller(engine.port)) as caller:
        return call(caller)
