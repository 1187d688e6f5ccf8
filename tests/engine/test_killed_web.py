"""Web processes killed in a row: the others answer on, and what was answered stays."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from threading import Event

import pytest

from tests.engine.calling import Caller
from tests.engine.running import Engine, Process, processes, wait_for

pytestmark = pytest.mark.xdist_group("engine")


def web_processes(engine: Engine) -> set[Process]:
    parent = engine.find("granian")
    return {one for one in processes().values() if parent and one.parent == parent.pid and "granian" in one.command}


def open_sessions(engine: Engine, stop: Event) -> tuple[list[str], list[OSError | HTTPException]]:
    """Sessions that were answered with a 2xx, each over a connection of its own, and every call that broke."""
    opened, broken = [], []
    while not stop.wait(0.1):
        try:
            with closing(Caller(engine.port)) as caller:
                opened.append(caller.post("/session/create/").json["session_id"])
        except (OSError, HTTPException) as error:
            broken.append(error)
    return opened, broken


def another(engine: Engine, than: set[Process]) -> Process:
    known = {one.pid for one in than}  # its command line may not be its own yet
    return wait_for(lambda: next((one for one in web_processes(engine) if one.pid not in known), None), what="another")


@pytest.mark.parametrize("seed", [7, 8])
def test_a_web_process_killed_again_and_again_takes_no_other_along(start, seed):
    chance = random.Random(seed)
    engine = start(WEB_WORKERS="2")
    engine.wait_until_ready()
    server, [killed, spared] = engine.find("granian"), chance.sample(sorted(web_processes(engine), key=str), 2)
    stop = Event()
    with ThreadPoolExecutor(1) as others:
        calls = others.submit(open_sessions, engine, stop)
        for _ in range(3):
            time.sleep(chance.uniform(0, 0.5))
            killed.kill()
            killed = another(engine, {spared, killed})
        time.sleep(1)
        stop.set()
        opened, broken = calls.result()

    assert engine.find("granian") == server
    assert spared.pid in {one.pid for one in web_processes(engine)}
    assert not [error for error in broken if isinstance(error, ConnectionRefusedError)]
    assert opened
    with closing(Caller(engine.port)) as caller:
        assert {caller.get(f"/session/{one}/").status for one in opened} == {200}
