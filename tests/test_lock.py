"""One engine alone on a data directory, several that share it, and who only asks."""

import fcntl
import threading

import pytest

from prompt_media import lock
from prompt_media.lock import AlreadyRunning


def test_one_holds_it_alone(tmp_path):
    with lock.held(tmp_path), pytest.raises(AlreadyRunning, match="already runs"), lock.held(tmp_path, shared=True):
        pytest.fail("held twice")


def test_several_share_it_and_none_gets_it_alone(tmp_path):
    with lock.held(tmp_path, shared=True):
        with lock.held(tmp_path, shared=True):
            pass
        with pytest.raises(AlreadyRunning), lock.held(tmp_path):
            pytest.fail("taken away")
        assert lock.holder(tmp_path) is not None


def test_nobody_holds_it_afterwards(tmp_path):
    with lock.held(tmp_path):
        assert lock.holder(tmp_path) is not None
    assert lock.holder(tmp_path) is None


def test_who_only_asks_refuses_nobody_a_start(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_TRIES", 1000)
    with (tmp_path / "engine.lock").open("a") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        leaving = threading.Timer(0.05, lambda: fcntl.flock(asking, fcntl.LOCK_UN))
        leaving.start()
        with lock.held(tmp_path):
            pass
        leaving.join()
