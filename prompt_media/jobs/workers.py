"""Which workers live. Each says so at the broker every few seconds, and is forgotten when it falls silent."""

import time
from dataclasses import dataclass
from typing import Any

import redis
import structlog
from django.conf import settings

from prompt_media.jobs import bus

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 5.0
_FORGOTTEN_AFTER_SECONDS = 15
_PREFIX = "worker:"


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that lives: `quick@machine-4711`, and the release it runs."""

    name: str
    version: str

    @property
    def queue(self) -> str:
        return self.name.partition("@")[0]


def alive() -> list[Worker]:
    """All that have said so lately. Raises redis.RedisError while the broker is down."""
    broker: Any = bus.broker()
    keys = sorted(broker.scan_iter(f"{_PREFIX}*", count=1000))
    versions = broker.mget(keys) if keys else []
    return [
        Worker(key.decode().removeprefix(_PREFIX), version.decode())
        for key, version in zip(keys, versions, strict=True)
        if version is not None
    ]


def say_so(sender: Any, **_: Any) -> None:
    """In the worker, at each beat of Celery's own heart: a worker that hangs says nothing."""
    if time.monotonic() < getattr(sender, "speaks_next", 0.0):
        return
    sender.speaks_next = time.monotonic() + _EVERY_SECONDS
    try:
        bus.broker().set(f"{_PREFIX}{sender.eventer.hostname}", settings.VERSION, ex=_FORGOTTEN_AFTER_SECONDS)
    except redis.RedisError as error:
        log.warning("worker not announced", reason=str(error))
