"""The pool of processes: one that has ended is noticed the moment it has."""

import os
import time
from multiprocessing.connection import wait
from types import SimpleNamespace

from billiard import Process
from celery.fixups.django import DjangoWorkerFixup
from django.conf import settings

from prompt_media.celery import app
from prompt_media.jobs.pool import AsynPool, TaskPool


class Watched(AsynPool):
    """A pool without processes of its own, which notes what it is told of one."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.found: list[int | None] = []

    def _untrack_child_process(self, proc: Process, hub: object) -> None:
        assert proc is self.process

    def maintain_pool(self) -> None:
        self.found.append(self.process.exitcode)


def close_and_linger() -> None:
    """Its pipe is closed a while before it has ended: in the kernel that is an instant, and long enough."""
    os.closerange(3, 256)
    time.sleep(0.3)


def test_a_process_whose_pipe_is_closed_is_known_to_have_ended():
    process = Process(target=close_and_linger)
    process.start()
    assert wait([process._popen.sentinel], timeout=20)
    pool = Watched(process)

    pool._event_process_exit(None, process)

    assert pool.found == [0]


def test_the_workers_run_on_it():
    assert TaskPool.Pool is AsynPool
    assert settings.CELERY_WORKER_POOL == app.conf.worker_pool == "prompt_media.jobs.pool:TaskPool"


def test_celery_leaves_the_connections_alone_that_threads_share():
    fixup = DjangoWorkerFixup(app)
    fixup.worker = SimpleNamespace(pool_cls=TaskPool)
    pooled = {"default": {"OPTIONS": {"pool": {"max_size": 8}}}}
    closed = []
    fixup._settings = SimpleNamespace(DATABASES=pooled)
    ours = SimpleNamespace(alias="default", close=lambda: None, close_pool=lambda: closed.append("default"))
    fixup._db = SimpleNamespace(connections=SimpleNamespace(all=lambda initialized_only: [ours]))

    fixup.close_database()

    assert closed == [], "the thread that writes mirrors would find none"
