"""How many jobs ended, how, and how long they worked: counted at the broker, where all machines meet.

Rows cannot tell, because they go with their sessions, and a count that falls is no count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import redis
import structlog

from prompt_media.jobs import bus

log = structlog.get_logger(__name__)

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_KEY = "tally"


@dataclass(frozen=True, slots=True)
class Ended:
    """All jobs of one kind that ended one way: how many, their seconds together, and how many within each bound."""

    kind: str
    status: str
    count: int
    seconds: float
    within: tuple[int, ...]


def ended(kind: str, status: str, seconds: float = 0.0) -> None:
    """Count one, with the seconds a worker had it. With the broker down it stays uncounted: no work waits for that."""
    try:
        with bus.broker().pipeline(transaction=False) as together:
            together.hincrby(_KEY, f"{kind}/{status}/count", 1)
            together.hincrbyfloat(_KEY, f"{kind}/{status}/seconds", seconds)
            for bound in BOUNDS:
                if seconds <= bound:
                    together.hincrby(_KEY, f"{kind}/{status}/{bound}", 1)
            together.execute()
    except redis.RedisError as error:
        log.warning("job not counted", reason=str(error))


def read() -> Iterator[Ended]:
    """All that was counted since the broker's memory began. Raises redis.RedisError while it is down."""
    counted: dict[Any, Any] = bus.broker().hgetall(_KEY)
    told = {key.decode(): float(value) for key, value in counted.items()}
    for kind, status in sorted({(kind, status) for kind, status, _ in (key.split("/") for key in told)}):
        of_them = f"{kind}/{status}/"
        yield Ended(
            kind=kind,
            status=status,
            count=int(told.get(f"{of_them}count", 0)),
            seconds=told.get(f"{of_them}seconds", 0.0),
            within=tuple(int(told.get(f"{of_them}{bound}", 0)) for bound in BOUNDS),
        )
