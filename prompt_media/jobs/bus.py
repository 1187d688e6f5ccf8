"""Word of a job's changes through the broker's pub/sub: a hint to look at the row, never the truth itself."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import redis
import structlog
from django.conf import settings

from prompt_media.shared import MadeOnce

log = structlog.get_logger(__name__)


@MadeOnce
def broker() -> redis.Redis:
    """The broker itself, for whoever wants to tell or ask it something. Its errors are the caller's to catch."""
    # Unquoted by redis-py itself; one pool a process, made after the fork.
    return redis.Redis.from_url(settings.BROKER_URL, socket_connect_timeout=2, socket_timeout=5)


def _channel(job_id: UUID) -> str:
    return f"job:{job_id}"


def announce(job_id: UUID, status: str, done: int = 0, total: int = 0) -> None:
    """Tell whoever listens that the row has changed. A broker that is down costs a listener half a second, no more."""
    try:
        broker().publish(_channel(job_id), json.dumps({"status": status, "done": done, "total": total}))
    except redis.RedisError as error:
        log.warning("job change not announced", job=str(job_id), reason=str(error))


class Ear:
    """A subscription to one job."""

    def __init__(self, pubsub: "redis.client.PubSub | None") -> None:
        self._pubsub = pubsub

    def hears(self, seconds: float) -> bool:
        """Wait for a change, at most so long. False: nothing was heard, which proves nothing."""
        if self._pubsub is None:
            return False
        try:
            return self._pubsub.get_message(ignore_subscribe_messages=True, timeout=seconds) is not None
        except redis.RedisError:
            self._pubsub = None
            return False

    @property
    def is_deaf(self) -> bool:
        return self._pubsub is None


@contextmanager
def listening(job_id: UUID) -> Iterator[Ear]:
    """Subscribe to a job; with the broker down the ear is deaf and its owner looks at the row instead."""
    try:
        pubsub = broker().pubsub()
        pubsub.subscribe(_channel(job_id))
        # The confirmation first: a look at the row before it could miss a change that nobody repeats.
        pubsub.get_message(timeout=2)
    except redis.RedisError:
        yield Ear(None)
        return
    try:
        yield Ear(pubsub)
    finally:
        pubsub.close()


class WideEar:
    """A subscription to all jobs. While the broker is down it hears nothing, and tries again now and then."""

    _TRY_AGAIN_SECONDS = 3.0

    def __init__(self) -> None:
        self._pubsub: redis.client.PubSub | None = None
        self._tried_at = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    @property
    def is_deaf(self) -> bool:
        return self._pubsub is None

    def hears(self, seconds: float) -> set[UUID]:
        """Wait for word of any job, at most so long, and take what else has come meanwhile."""
        if self._pubsub is None and not self._subscribes():
            time.sleep(seconds)
            return set()
        heard: set[UUID] = set()
        try:
            while message := self._message(0 if heard else seconds):
                heard.add(UUID(message["channel"].decode().removeprefix("job:")))
        except redis.RedisError:
            self._hang_up()
        return heard

    def _message(self, seconds: float) -> Any:
        return self._pubsub and self._pubsub.get_message(timeout=seconds)

    def _subscribes(self) -> bool:
        if time.monotonic() - self._tried_at < self._TRY_AGAIN_SECONDS:
            return False
        self._tried_at = time.monotonic()
        pubsub = broker().pubsub(ignore_subscribe_messages=True)
        try:
            pubsub.psubscribe("job:*")
        except redis.RedisError as error:
            log.warning("jobs are polled, not heard of", reason=str(error))
            return False
        self._pubsub = pubsub
        return True

    def _hang_up(self) -> None:
        if self._pubsub:
            self._pubsub.close()
            self._pubsub = None


def is_answering() -> bool:
    """Whether the broker answers a ping."""
    try:
        return bool(broker().ping())
    except redis.RedisError:
        return False


def empty_queues(names: Iterable[str]) -> list[str]:
    """Those of the queues for which the broker holds no message; none while it is down, for it would take none."""
    try:
        return [name for name in names if not broker().llen(name)]
    except redis.RedisError:
        return []
