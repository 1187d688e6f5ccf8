"""A request's body on its way in: taken whole, under a deadline, before any thread works on it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from prompt_media.errors import HouseError

Receive = Callable[[], Awaitable[dict[str, Any]]]

# More than this lies in a file without a name, which is gone when it is closed.
_IN_MEMORY = 512 * 1024


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


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a body may take: some seconds, and for each second more so many bytes must have come."""

    seconds: float = 20.0
    bytes_a_second: int = 4 * 1024

    def deadline(self, began: float, received: int) -> float:
        return began + self.seconds + received / self.bytes_a_second


def announced(headers: dict[str, Any]) -> int:
    """How many bytes the body will have; 0 when nobody says, or says no number."""
    told = headers.get("CONTENT_LENGTH", "")
    # More digits than any body has: Python would refuse to read thousands of them.
    return int(told[:18]) if told.isascii() and told.isdigit() else 0


async def whole(receive: Receive, pace: Pace) -> BinaryIO:
    """All of the body, from its beginning. Raises TooSlow or BrokenOff, and then keeps nothing."""
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115, the caller closes it
    try:
        await _into(file, receive, pace)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _into(file: BinaryIO, receive: Receive, pace: Pace) -> None:
    began, received, more = _now(), 0, True
    while more:
        try:
            async with asyncio.timeout_at(pace.deadline(began, received)):
                message = await receive()
        except TimeoutError as error:
            raise TooSlow(received) from error
        if message["type"] == "http.disconnect":
            raise BrokenOff(received)
        received += file.write(message.get("body", b""))
        more = message.get("more_body", False)


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
