"""Files of bad faith, sent to a running studio one after the other: each is answered, and no process is lost to any."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.calling import Caller
from tests.engine.running import Engine, wait_for
from tests.sessions_app.hostile import FILES

pytestmark = [pytest.mark.xdist_group("engine"), pytest.mark.timeout(400)]


@pytest.fixture
def caller(engine: Engine) -> Iterator[Caller]:
    with closing(Caller(engine.port)) as caller:
        yield caller


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def staying(engine: Engine) -> set[int]:
    """The processes that are never replaced. Celery's pool ends one by plan after its 200 tasks, and what decodes a
    picture ends with it; where one of those dies of a file, its job has a second attempt."""
    family = engine.family().values()
    workers = {one.pid for one in family if "celery" in one.command and one.parent == engine.process.pid}
    return {one.pid for one in family if "celery" not in one.command or one.pid in workers}


def test_every_file_is_answered_by_processes_that_live_on(engine, caller):
    before = staying(engine)
    opened = caller.post("/session/create/").json
    session = opened["session_id"]
    answers = {
        name: caller.upload(f"/upload/{session}/", {"a.png": make()}).status for name, (make, _) in FILES.items()
    }

    assert {name: status for name, status in answers.items() if status not in FILES[name][1]} == {}
    assert staying(engine) == before
    jobs = caller.get("/api/v1/jobs/?kind=upload&page_size=200").json["results"]
    assert {job["attempts"] for job in jobs if job["created_at"] > opened["created_at"]} == {1}
    assert wait_for(lambda: not files_below(engine.home / "media" / "incoming" / session), what="nothing set aside")
    shown = caller.get(f"/session/{session}/").json["files"]
    assert len(shown) == list(answers.values()).count(201)
    # A picture and its thumbnail each, and nothing of what was refused.
    assert len(files_below(engine.home / "media" / "uploads" / session)) == 2 * len(shown)
