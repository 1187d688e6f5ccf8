"""Clients that an answer is waiting for: how long each may take for a block, and less while there are many.

What a client was sent and does not take lies in memory, about 2 MB of a large file for each (the block that was read,
and what the server holds of it; measured). Without a bound all the connections that a process holds could be such.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Takers:
    """Those that are waited for now, the longest waited for first.

    Each is given `seconds`. Beyond `many` the first of them have only `hurried_seconds`: who takes a block in that
    time is never given up, however many there are.
    """

    def __init__(self, seconds: float, *, many: int = 200, hurried_seconds: float = 2.0) -> None:
        self._seconds = seconds
        self._many = many
        self._hurried_seconds = min(seconds, hurried_seconds)
        self._waiting: dict[asyncio.Timeout, float] = {}

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """While a block is sent. Raises TimeoutError when the client has not taken it in time."""
        async with asyncio.timeout(self._seconds) as limit:
            self._waiting[limit] = asyncio.get_running_loop().time()
            self._hurry()
            try:
                yield
            finally:
                self._waiting.pop(limit, None)

    def _hurry(self) -> None:
        if len(self._waiting) <= self._many:
            return
        longest, since = next(iter(self._waiting.items()))
        del self._waiting[longest]
        if not longest.expired():
            longest.reschedule(since + self._hurried_seconds)
