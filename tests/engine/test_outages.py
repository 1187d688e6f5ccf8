"""PostgreSQL or the S3 storage stops, and comes back: callers hear when to try again, and work waits for its end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest

from tests.engine import ledger, servers
from tests.engine.calling import RESPOND_ASYNC, Answer, Caller
from tests.engine.running import Engine, free_port, up, wait_for
from tests.engine.servers import Server
from tests.engine.work import (
    LONG,
    SHORT,
    TINY,
    noise,
    outputs,
    submit,
    wait_for_end,
    wait_for_status,
    wait_until_under_way,
    with_two_pictures,
)

pytestmark = pytest.mark.xdist_group("outages")


@dataclass(frozen=True, slots=True)
class Studio:
    engine: Engine
    database: Server
    storage: Server


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("outages")
    database_port, storage_port = free_port(), free_port()
    database = Server(lambda: servers.postgres(home / "postgres", database_port))
    storage = Server(lambda: servers.s3(home / "s3", storage_port))
    with ExitStack() as running:
        for server in (database, storage):
            running.callback(server.stop)
            server.start()
        engine = running.enter_context(up(home / "studio", **database.environment, **storage.environment))
        yield Studio(engine, database, storage)


@pytest.fixture
def caller(studio: Studio) -> Iterator[Caller]:
    with closing(Caller(studio.engine.port)) as caller:
        yield caller


@pytest.fixture
def session(caller: Caller) -> str:
    return with_two_pictures(caller)


def assert_says_when_to_come_back(answer: Answer) -> None:
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def assert_settled(studio: Studio) -> None:
    found = ledger.of_postgres(studio.database.environment["DATABASE_URL"])
    assert found.broken() == []
    known = {key for image in found.images for key in (image.key, image.thumbnail_key)}
    # What was set aside is cleared away a moment after the answer.
    wait_for(lambda: not [key for key in stored(studio) if key.startswith("incoming/")], what="nothing set aside")
    assert stored(studio) == known


def stored(studio: Studio) -> set[str]:
    return servers.keys(studio.storage.environment)


def test_work_waits_for_a_storage_that_has_stopped(studio, caller, session):
    shown = caller.post(f"/session/{session}/generate/", SHORT).json["url"]
    under_way = submit(caller, session, LONG)
    wait_until_under_way(caller, under_way)
    studio.storage.stop()

    assert_says_when_to_come_back(caller.upload(f"/upload/{session}/", {"late.png": noise(20, (1, 2, 3))}))
    assert_says_when_to_come_back(caller.get(shown))
    assert caller.get(f"/session/{session}/").status == 200
    begun = submit(caller, session, SHORT)
    for job in (under_way, begun):
        waiting = wait_for(
            # Each sweep has it tried again.
            lambda job=job: (seen := caller.get(job).json)["status"] == "queued" and seen["note"] and seen,
            what="waiting",
        )
        assert (waiting["note"], waiting["attempts"]) == ("Waits for a part that is down", 0)

    studio.storage.start()
    for job in (under_way, begun):
        ended = wait_for_end(caller, job)
        assert (ended["status"], ended["attempts"]) == ("done", 1)
    assert len(outputs(caller, session)) == 3
    assert caller.get(shown).status == 200
    assert caller.upload(f"/upload/{session}/", {"late.png": noise(20, (1, 2, 3))}).status == 201
    assert_settled(studio)


def test_what_has_stopped_is_named_and_what_runs_is_not(studio, caller):
    def down() -> set[str]:
        told = caller.get("/readyz")
        named = {name for name, part in told.json["parts"].items() if part["state"] == "down"}
        assert told.status == (503 if named else 200)
        return named

    def only_the_database_and_what_lives_in_it() -> bool:
        named = down()
        return "database" in named and not named & {"storage", "broker", "workers", "disk"}

    # Each is waited for: what needs more than two seconds for its answer, on a busy machine, is named too.
    wait_for(lambda: not down(), what="nothing named")
    studio.storage.stop()
    wait_for(lambda: down() == {"storage"}, what="the storage named")
    studio.storage.start()
    wait_for(lambda: not down(), what="the storage back")

    studio.database.stop()
    wait_for(only_the_database_and_what_lives_in_it, what="the database named")
    assert caller.get("/healthz").json["status"] == "ok"
    assert b'prompt_media_part_up{part="database"} 0.0' in caller.get("/metrics").data
    studio.database.start()
    wait_for(lambda: not down(), what="the database back")


def test_work_goes_on_after_a_database_that_has_stopped(studio, caller, session):
    under_way, waiting = submit(caller, session, LONG), submit(caller, session, SHORT)
    wait_until_under_way(caller, under_way)
    studio.database.stop()

    with ThreadPoolExecutor(1) as other, closing(Caller(studio.engine.port)) as another:
        refused = other.submit(another.post, f"/session/{session}/generate/", TINY, **RESPOND_ASYNC)
        assert_says_when_to_come_back(caller.get(f"/session/{session}/"))
        assert_says_when_to_come_back(refused.result())
    assert caller.get("/healthz").status < 500

    studio.database.start()
    assert caller.get(f"/session/{session}/").status == 200
    for job in (under_way, waiting):
        assert wait_for_status(caller, job, "done", "failed")["status"] == "done"
    assert len(outputs(caller, session)) == 2
    assert_settled(studio)
