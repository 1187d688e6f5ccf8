"""A studio at work is not a broken one: the check runs beside uploads, makings and deletions, and finds nothing."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import PROJECT, Engine, surroundings

pytestmark = pytest.mark.xdist_group("engine")

STILL = {"prompt": "Set @scenery as background and @dot as front image"}


def check(engine: Engine, *options: str) -> dict:
    told = subprocess.run(
        (sys.executable, str(PROJECT / "manage.py"), "check_storage", "--json", *options),
        env=surroundings(engine.home),
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert told.returncode in (0, 1), told.stderr
    return json.loads(told.stdout)


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


def test_a_busy_studio_is_clean(engine, picture):
    files = {"scenery.jpg": picture("JPEG", (400, 300)), "dot.png": picture("PNG", (90, 90), "red")}
    with closing(Caller(engine.port)) as caller:
        stays = open_session(caller, files)
        assert caller.post(f"/session/{stays}/generate/", STILL).status == 201
    with busy(engine, files) as had:
        reports = [check(engine) for _ in range(4)]

    assert len(had) > 4
    assert [report["findings"] for report in reports] == [[]] * 4
    assert all(report["pointers"] >= 6 for report in reports)
