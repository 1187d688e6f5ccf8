"""Whether a part of the engine answers yet. Each question is cheap, asks once and never raises for "not yet"."""

import http.client
from collections.abc import Collection
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError


def broker(url: str) -> bool:
    """The broker answers PONG, which it does not while it still reads its log."""
    with Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def workers(app: Celery, nodes: Collection[str]) -> bool:
    """Each of these workers takes part in the conversation."""
    try:
        replies = app.control.ping(destination=list(nodes), timeout=1.0, limit=len(nodes))
    except OperationalError:
        return False
    return {name for reply in replies for name in reply} >= set(nodes)


def web(url: str) -> bool:
    """The health page answers 200."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
