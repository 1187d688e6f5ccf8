"""A job's progress as server-sent events: what stands on the wire, and how long a stream lasts.

The facts come from `changes`; a client that comes back tells the last state it saw and is not told it again.
"""

import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from prompt_media.jobs.changes import HUB, Facts, Watch

MEDIA_TYPE = "text/event-stream"
_COME_BACK = b"retry: 1000\n\n"
_PING = b": ping\n\n"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A stream ends after a while, so that what it holds is freed and a client that is lost is let go."""

    ping_seconds: float = 12.0
    lasts_seconds: float = 60.0


def event(facts: Facts) -> bytes:
    """One event, as it stands on the wire."""
    return b"id: %s\ndata: %s\n\n" % (facts.state.encode(), facts.data)


class Stream:
    """The events of one job for one client, until the job has ended."""

    def __init__(self, watch: Watch, *, seen: str = "", rhythm: Rhythm = Rhythm()) -> None:
        self._watch = watch
        self._seen = seen
        self._rhythm = rhythm

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield _COME_BACK
        # Not all at once: streams that began together would come back together.
        until = time.monotonic() + self._rhythm.lasts_seconds * random.uniform(0.9, 1.1)  # noqa: S311  # no secret
        while (left := until - time.monotonic()) > 0:
            facts = await self._watch.news(min(left, self._rhythm.ping_seconds))
            yield _PING if facts is None else self._event(facts)
            if facts and facts.is_last:
                return

    def close(self) -> None:
        HUB.close(self._watch)

    def _event(self, facts: Facts) -> bytes:
        if facts.state in ("", self._seen):
            return _PING
        self._seen = facts.state
        return event(facts)
