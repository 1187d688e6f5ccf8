"""The web door: ASGI towards clients, Django's WSGI behind it.

Clients are waited for on the event loop, and threads only ever work: a body is read whole before Django sees it, an
answer is sent while no thread waits for it, and a stream of events holds none at all. So a slow client costs a
connection, and nothing that others need.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeVar

import structlog
from django.http import HttpResponseBase, StreamingHttpResponse

from prompt_media.errors import HouseError
from prompt_media.web import arrival, environ, peers
from prompt_media.web.arrival import Pace, Place, Receive, Room
from prompt_media.web.environ import Environ, Scope
from prompt_media.web.peers import Address
from prompt_media.web.takers import Takers

log = structlog.get_logger(__name__)

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes] | HttpResponseBase]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Result = TypeVar("Result")

STREAMS = "prompt_media.streams"
"""In a request's environment: the answer may be an asynchronous stream."""

REFUSAL = "prompt_media.refusal"
"""In a request's environment: why its body was not waited for any longer; `middleware.body_limit` answers with it."""

_BLOCK = 64 * 1024
"""What is sent at once: little enough that a client on a slow line takes it in time."""

_LAST_BYTES_SECONDS = 1.0
_MOST_DRAINED = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for."""

    body: Pace = field(default_factory=Pace)
    block_seconds: float = 20.0
    """For one block of an answer to be taken."""
    drain_seconds: float = 5.0
    """For a refused body to be read away."""


@dataclass(slots=True)
class Answer:
    """What WSGI answered: its head, and its body as bytes or as a stream of them."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes | StreamingHttpResponse = b""

    def start(self, status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


class Gateway:
    """An ASGI application that asks a WSGI application, in threads of its own.

    A request's body may have `most_bytes`, and all that are on their way together `room`, but for the first of each.
    `at_stop` is called when the process is told to end, `after_work` in a thread whenever it has done its part.
    """

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        most_bytes: Callable[[Environ], int],
        room: int,
        patience: Patience = Patience(),
        at_stop: Callable[[], None] = lambda: None,
        after_work: Callable[[], None] = lambda: None,
    ) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="django")
        self._most_bytes = most_bytes
        self._room = Room(room)
        self._patience = patience
        self._takers = Takers(patience.block_seconds)
        self._at_stop = at_stop
        self._after_work = after_work
        self._left: set[Address] = set()
        self._stop: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stop = self._stop or self._listen_for_the_stop()
        told = environ.of(scope, BytesIO()) | {STREAMS: True}
        # What Django refuses by its head alone is not waited for.
        is_wanted = "HTTP_TRANSFER_ENCODING" not in told and arrival.announced(told) <= self._most_bytes(told)
        place = Place(self._room)
        try:
            if is_wanted and arrival.announced(told):
                await self._read_body(told, receive, place)
            answer = await self._in_thread(self._ask, told)
        finally:
            place.leave()
        if REFUSAL in told:
            answer.headers.append((b"connection", b"close"))
        try:
            await self._give(answer, receive, send, stop)
        except TimeoutError:
            log.info("a client took nothing of its answer and was left", request=_request_id(answer))
            self._leave(scope)
            return
        is_read = is_wanted and REFUSAL not in told
        if not is_read and (_has_fallen_silent(told) or not await self._drained(receive)):
            self._leave(scope)

    async def _read_body(self, told: Environ, receive: Receive, place: Place) -> None:
        try:
            told["wsgi.input"] = await arrival.whole(receive, self._patience.body, place)
        except HouseError as error:
            told[REFUSAL] = error

    async def _drained(self, receive: Receive) -> bool:
        return await arrival.drained(receive, most=_MOST_DRAINED, seconds=self._patience.drain_seconds)

    def _leave(self, scope: Scope) -> None:
        """Hang up on a client whose request is done with, once the last bytes of its answer had time to go."""
        if client := scope.get("client"):
            asyncio.get_running_loop().call_later(_LAST_BYTES_SECONDS, self._leave_now, peers.address(*client))

    def _leave_now(self, client: Address) -> None:
        # Finding one connection takes a look at all, so those of half a second are looked for together.
        if not self._left:
            asyncio.get_running_loop().call_later(0.5, self._hang_up)
        self._left.add(client)

    def _hang_up(self) -> None:
        left, self._left = self._left, set()
        self._pool.submit(peers.hang_up, left)

    async def _give(self, answer: Answer, receive: Receive, send: Send, stop: asyncio.Event) -> None:
        """Send the answer. Raises TimeoutError when the client does not take it."""
        if isinstance(answer.body, bytes):
            await send(_head(answer))
            await self._send(answer.body, send, more=False)
            return
        gone = asyncio.ensure_future(_departure(receive))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await self._stream(answer, answer.body, send, gone, stopped)
        finally:
            gone.cancel()
            stopped.cancel()
            await self._in_thread(answer.body.close)

    def _ask(self, told: Environ) -> Answer:
        with told["wsgi.input"]:
            answer = Answer()
            response = self._application(told, answer.start)
        if isinstance(response, StreamingHttpResponse) and told["REQUEST_METHOD"] != "HEAD":
            answer.body = response
            return answer
        try:
            answer.body = b"" if isinstance(response, StreamingHttpResponse) else b"".join(response)
        finally:
            if isinstance(response, HttpResponseBase):
                response.close()
        return answer

    async def _stream(
        self,
        answer: Answer,
        body: StreamingHttpResponse,
        send: Send,
        gone: "asyncio.Future[None]",
        stopped: "asyncio.Future[Any]",
    ) -> None:
        """Send block after block, until there is no more, or the client has left; events also end with the process."""
        blocks = _until(aiter(body), {gone, stopped}) if body.is_async else self._read(iter(body))
        await send(_head(answer))
        async for block in blocks:
            await self._send(block, send, more=True)
            if gone.done():
                return
        await send(_part(b"", more=False))

    async def _send(self, data: bytes, send: Send, *, more: bool) -> None:
        """Raises TimeoutError when the client does not take it."""
        for start in range(0, len(data) or 1, _BLOCK):
            end = start + _BLOCK
            async with self._takers.patience():
                await send(_part(data[start:end], more=more or end < len(data)))

    async def _read(self, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
        while (block := await self._in_thread(next, blocks, None)) is not None:
            yield block

    async def _in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._tidily, work, *args)

    def _tidily(self, work: Callable[..., Result], *args: Any) -> Result:
        try:
            return work(*args)
        finally:
            self._after_work()

    def _listen_for_the_stop(self) -> asyncio.Event:
        """From the first request on: the server ends only when its answers have, and streams would take their time."""
        self._stop = stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hear(*_: object) -> None:
            self._at_stop()
            loop.call_soon_threadsafe(stop.set)

        for number in (signal.SIGTERM, signal.SIGINT):
            # The server's own handler hangs on the loop and is called as before: only asyncio's empty one is replaced.
            signal.signal(number, hear)
        return stop


def _has_fallen_silent(told: Environ) -> bool:
    """Whether the client was refused because it sends nothing more; any other still sends, and listens afterwards."""
    return isinstance(told.get(REFUSAL), (arrival.TooSlow, arrival.BrokenOff))


def _request_id(answer: Answer) -> str:
    return dict(answer.headers).get(b"x-request-id", b"").decode()


async def _until(blocks: AsyncIterator[bytes], ends: "Collection[asyncio.Future[Any]]") -> AsyncIterator[bytes]:
    """The blocks, until one of the ends has come; what is waited for then is given up."""
    while True:
        step = asyncio.ensure_future(anext(blocks, None))
        await asyncio.wait({step, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if not step.done():
            step.cancel()
            return
        if (block := step.result()) is None:
            return
        yield block


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _head(answer: Answer) -> dict[str, Any]:
    return {"type": "http.response.start", "status": answer.status, "headers": answer.headers}


def _part(data: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}
