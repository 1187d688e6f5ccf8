"""Check and backup beside uploads, makings and deletions: a studio at work is whole at every moment."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import Engine, manage, wait_for

pytestmark = pytest.mark.xdist_group("engine")

STILL = {"prompt": "Set @scenery as background and @dot as front image"}


def told(home: Path, *command: str) -> str:
    """What a command tells that is run in this place."""
    ended = manage(home, *command)
    assert ended.returncode in (0, 1), ended.stderr
    assert ended.stdout, ended.stderr
    return ended.stdout


def check(home: Path) -> dict:
    return json.loads(told(home, "check_storage", "--json"))


@dataclass(slots=True)
class People:
    """They come, make pictures and delete everything, again and again."""

    engine: Engine
    files: dict[str, bytes]
    leave: Event = field(default_factory=Event)
    sessions: list[str] = field(default_factory=list)
    """Those they had, to the end."""

    def come_and_go(self) -> None:
        with closing(Caller(self.engine.port)) as caller:
            while not self.leave.is_set():
                self.sessions.append(self._visit(caller))

    def _visit(self, caller: Caller) -> str:
        session = open_session(caller, self.files)
        door = f"/session/{session}/generate/"
        # A wait may end before the picture is there; the job is taken in all the same.
        assert caller.post(door, STILL).status in (201, 202)
        assert caller.post(door, STILL, **RESPOND_ASYNC).status == 202
        assert caller.delete(f"/session/{session}/").status == 200
        return session


@contextmanager
def busy(engine: Engine, files: dict[str, bytes]) -> Iterator[Callable[[int], None]]:
    """Two people until the block ends. Waits, when asked, until so many more sessions have come and gone."""
    people = People(engine, files)
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(people.come_and_go) for _ in range(2)]

        def wait_for_more(count: int) -> None:
            enough = len(people.sessions) + count
            wait_for(
                lambda: len(people.sessions) >= enough or any(task.done() for task in tasks), what=f"{enough} sessions"
            )

        try:
            yield wait_for_more
        finally:
            people.leave.set()
        for task in tasks:
            task.result()


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
        shown = caller.get(f"/session/{session}/").json
        urls = [one[kind] for one in (*shown["files"], *shown["outputs"]) for kind in ("url", "thumbnail_url")]
        return {url: caller.get(url).data for url in urls}


def test_a_busy_studio_is_clean(engine, files, stays):
    reports = []
    with busy(engine, files) as wait_for_more:
        for _ in range(3):
            wait_for_more(1)
            reports.append(check(engine.home))
        wait_for_more(1)

    assert [report["findings"] for report in reports] == [[]] * 3
    assert all(report["pointers"] >= 6 for report in reports)


def test_a_busy_studio_is_backed_up_and_starts_elsewhere(engine, files, stays, start, tmp_path):
    archive, elsewhere = tmp_path / "studio.tar", tmp_path / "elsewhere"
    with busy(engine, files) as wait_for_more:
        wait_for_more(2)
        told(engine.home, "backup", str(archive))
        wait_for_more(1)
    elsewhere.mkdir()

    told(elsewhere, "restore", str(archive))

    assert check(elsewhere)["findings"] == []
    restored = start("elsewhere")
    restored.wait_until_ready()
    assert pictures(restored, stays) == pictures(engine, stays)
    with closing(Caller(restored.port)) as caller:
        assert caller.post(f"/session/{stays}/generate/", STILL).status == 201
