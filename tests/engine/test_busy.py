"""Check and backup beside uploads, makings and deletions: a studio at work is whole at every moment."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import PROJECT, Engine, surroundings

pytestmark = pytest.mark.xdist_group("engine")

STILL = {"prompt": "Set @scenery as background and @dot as front image"}


def manage(home: Path, *command: str) -> str:
    """What a command tells that is run in this place."""
    told = subprocess.run(
        (sys.executable, str(PROJECT / "manage.py"), *command),
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert told.returncode in (0, 1), told.stderr
    assert told.stdout, told.stderr
    return told.stdout


def check(home: Path) -> dict:
    return json.loads(manage(home, "check_storage", "--json"))


@contextmanager
def busy(engine: Engine, files: dict[str, bytes]) -> Iterator[list[str]]:
    """People who come, make pictures and delete everything, until the block ends; tells the sessions they had."""
    leave, had = threading.Event(), list[str]()

    def come_and_go() -> None:
        with closing(Caller(engine.port)) as caller:
            while not leave.is_set():
                session = open_session(caller, files)
                caller.post(f"/session/{session}/generate/", STILL)
                caller.post(f"/session/{session}/generate/", STILL, **RESPOND_ASYNC)
                caller.delete(f"/session/{session}/")
                had.append(session)

    people = [threading.Thread(target=come_and_go) for _ in range(2)]
    for person in people:
        person.start()
    try:
        yield had
    finally:
        leave.set()
        for person in people:
            person.join()


@pytest.fixture
def files(picture) -> dict[str, bytes]:
    return {"scenery.jpg": picture("JPEG", (400, 300)), "dot.png": picture("PNG", (90, 90), "red")}


@pytest.fixture
def stays(engine, files) -> str:
    """A session with three pictures that nobody deletes."""
    with closing(Caller(engine.port)) as caller:
        session = open_session(caller, files)
        assert caller.post(f"/session/{session}/generate/", STILL).status == 201
    return session


def pictures(studio: Engine, session: str) -> dict[str, bytes]:
    """All that is to be seen of a session, by its address."""
    with closing(Caller(studio.port)) as caller:
        told = caller.get(f"/session/{session}/").json
        urls = [one[kind] for one in (*told["files"], *told["outputs"]) for kind in ("url", "thumbnail_url")]
        return {url: caller.get(url).data for url in urls}


def test_a_busy_studio_is_clean(engine, files, stays):
    with busy(engine, files) as had:
        reports = [check(engine.home) for _ in range(3)]

    assert len(had) > 4
    assert [report["findings"] for report in reports] == [[]] * 3
    assert all(report["pointers"] >= 6 for report in reports)


def test_a_busy_studio_is_backed_up_and_starts_elsewhere(engine, files, stays, start, tmp_path):
    archive, elsewhere = tmp_path / "studio.tar", tmp_path / "elsewhere"
    with busy(engine, files) as had:
        while len(had) < 2:
            time.sleep(0.05)
        manage(engine.home, "backup", str(archive))
    elsewhere.mkdir()

    manage(elsewhere, "restore", str(archive))

    assert check(elsewhere)["findings"] == []
    restored = start("elsewhere")
    restored.wait_until_ready()
    assert pictures(restored, stays) == pictures(engine, stays)
    with closing(Caller(restored.port)) as caller:
        assert caller.post(f"/session/{stays}/generate/", STILL).status == 201
