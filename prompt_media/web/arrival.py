"""A request's body on its way in: taken whole, under a deadline, before any thread works on it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from prompt_media.errors import HouseError, Unavailable, from_disk

Receive = Callable[[], Awaitable[dict[str, Any]]]

# More than this lies in a file without a name, which is gone when it is closed.
_IN_MEMORY = 512 * 1024
# So much of each body is not counted: what most calls send, and what all connections may hold in memory together.
_FREE = 64 * 1024


class TooSlow(HouseError):
    """A body that was announced and did not come."""

    status, code, title = 408, "too_slow_to_send", "The body did not arrive in time"

    def __init__(self, received: int) -> None:
        super().__init__(f"Only {received} bytes of the body came in time. Send it again, faster. Nothing was stored.")


class BrokenOff(HouseError):
    """The client left in the middle of its body."""

    status, code, title = 400, "broken_off", "The body broke off"

    def __init__(self, received: int) -> None:
        super().__init__(f"The body broke off after {received} bytes. Nothing was stored.")


class NoRoom(Unavailable):
    """More bodies are on their way at once than this process holds."""

    code = "too_many_bodies"

    def __init__(self) -> None:
        super().__init__("Too much is being sent to this server at once. Send it again in a moment.", retry_after=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a body must come: never so many seconds behind so many bytes a second."""

    seconds: float = 20.0
    bytes_a_second: int = 4 * 1024

    def patience(self, left: float, received: int) -> float:
        """How long the next bytes are waited for. What came fast buys no silence beyond the first."""
        return min(self.seconds, left + received / self.bytes_a_second)


@dataclass(slots=True)
class Room:
    """How many bytes of bodies a process holds at once. Only its event loop counts them, so they need no lock."""

    most: int
    taken: int = 0


class Place:
    """What one body takes of the room, until it is left. Its first bytes are free, so that small calls are answered
    also while large ones fill the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._free = _FREE
        self._taken = 0

    def take(self, size: int) -> None:
        """Raises NoRoom."""
        charged = max(0, size - self._free)
        self._free = max(0, self._free - size)
        if self._room.taken + charged > self._room.most:
            raise NoRoom
        self._room.taken += charged
        self._taken += charged

    def leave(self) -> None:
        self._room.taken -= self._taken
        self._taken = 0


def announced(headers: dict[str, Any]) -> int:
    """How many bytes the body will have; 0 when nobody says, or says no number."""
    told = headers.get("CONTENT_LENGTH", "")
    # More digits than any body has: Python would refuse to read thousands of them.
    return int(told[:18]) if told.isascii() and told.isdigit() else 0


async def whole(receive: Receive, pace: Pace, place: Place) -> BinaryIO:
    """All of the body, from its beginning. Raises TooSlow, BrokenOff, NoRoom, or as the disk refused it, and then keeps
    nothing."""
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115, the caller closes it
    try:
        await _into(file, receive, pace, place)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _into(file: BinaryIO, receive: Receive, pace: Pace, place: Place) -> None:
    left, received, held, more = pace.seconds, 0, bytearray(), True
    while more:
        began = _now()
        try:
            async with asyncio.timeout(left):
                message = await receive()
        except TimeoutError as error:
            raise TooSlow(received) from error
        if message["type"] == "http.disconnect":
            raise BrokenOff(received)
        block, more = message.get("body", b""), message.get("more_body", False)
        place.take(len(block))
        received += len(block)
        left = pace.patience(left - (_now() - began), len(block))
        held += block
        if len(held) > _IN_MEMORY or not more:
            await _keep(file, held, on_disk=received > _IN_MEMORY)
            held = bytearray()


async def _keep(file: BinaryIO, block: bytearray, *, on_disk: bool) -> None:
    """What may wait for a disk does so in a thread: everybody else's bytes pass through the loop."""
    try:
        await asyncio.to_thread(_write, file, block) if on_disk else _write(file, block)
    except OSError as error:
        raise from_disk(error) from error


def _write(file: BinaryIO, block: bytearray) -> None:
    file.write(block)
    file.flush()  # so that a full disk is met here


async def drained(receive: Receive, *, most: int, seconds: float) -> bool:
    """Read away what is left of a refused body: many clients send all of it before they listen for the answer. Whether
    that was all of it."""
    left, more = most, True
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    return not more


def _now() -> float:
    return asyncio.get_running_loop().time()
