"""Whether a part of the engine answers yet. Each question is cheap, asks once and never raises for "not yet"."""

import http.client
from collections.abc import Collection
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError


def workers(app: Celery, nodes: Collection[str]) -> bool:
    """Each of these workers takes part in the conversation."""
    try:
        replies = app.control.ping(destination=list(nodes), timeout=1.0, limit=len(nodes))
    except OperationalError:
        return False
    return {name for reply in replies for name in reply} >= set(nodes)


def web(url: str) -> bool:
    """The health page answers. A house that insists on HTTPS or on its name may well send us elsewhere: it lives."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
