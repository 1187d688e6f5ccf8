"""One studio on several machines: they meet at a broker, a database and a storage, and nowhere else."""

import subprocess
from contextlib import closing

import pytest

from prompt_media.supervisor import broker
from tests.engine.calling import Caller, open_session
from tests.engine.running import free_port

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture
def common(tmp_path):
    """Where the machines meet, as their environment."""
    port = free_port()
    server = subprocess.Popen((str(broker.program()), "--port", str(port), "--save", ""), stdout=subprocess.DEVNULL)
    yield {
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'common.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
    }
    server.kill()
    server.wait()


def test_web_here_and_workers_there_are_one_studio(start, common, picture):
    workers = start("there", "--worker-only", **common)
    workers.wait_until_ready()
    web = start("here", "--web-only", **common)
    web.wait_until_ready()
    with closing(Caller(web.port)) as caller:
        session = open_session(caller, {"cat.png": picture()})
        made = caller.post(f"/session/{session}/generate/", {"prompt": "put @cat as background"})

        assert made.status == 201
        assert caller.get(made.json["url"]).status == 200
    assert workers.find("valkey-server") is None
    assert web.find("celery") is None
