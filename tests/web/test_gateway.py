"""The gateway between ASGI and WSGI, without a server: what arrives, what is answered, and who waits how long."""

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from prompt_media.web.arrival import Pace
from prompt_media.web.gateway import REFUSAL, Gateway, Patience

SOON = Patience(body=Pace(seconds=0.2, bytes_a_second=1000), block_seconds=0.2, drain_seconds=0.2)
LARGEST, ROOM = 10_000_000, 1_000_000


@dataclass
class Client:
    """Sends parts of a body, one by one, and then nothing more; takes what is sent until it stalls."""

    parts: list[bytes] = field(default_factory=list)
    rest: float = 0
    leaves: bool = False
    takes: int = 1_000_000
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self.rest)
        if self.parts:
            return {"type": "http.request", "body": self.parts.pop(0), "more_body": True}
        if self.leaves:
            return {"type": "http.disconnect"}
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits that long")

    async def send(self, message: dict[str, Any]) -> None:
        if len(self.taken) >= self.takes:
            await asyncio.sleep(3600)
        self.taken.append(message)

    @property
    def status(self) -> int:
        return self.taken[0]["status"]

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.taken[1:])


@dataclass
class Whole(Client):
    """A client that says when its body is complete."""

    async def receive(self) -> dict[str, Any]:
        message = await super().receive()
        return message | {"more_body": bool(self.parts)}


def echo(environ, start):
    start("200 OK", [])
    return [environ["wsgi.input"].read()]


def refuse(environ, start):
    start("408 Request Timeout", [])
    return [environ[REFUSAL].code.encode()]


def tell(environ, start):
    """How much came, or why it did not."""
    start("200 OK", [])
    refusal = environ.get(REFUSAL)
    return [refusal.code.encode() if refusal else b"%d" % len(environ["wsgi.input"].read())]


def ask(
    application: Callable,
    client: Client,
    headers: dict[str, str] | None = None,
    /,
    patience: Patience = SOON,
    **scope: Any,
) -> Client:
    async def call() -> None:
        gateway = Gateway(application, threads=2, most_bytes=lambda told: LARGEST, room=ROOM, patience=patience)
        await gateway(request(headers or {}) | scope, client.receive, client.send)

    asyncio.run(call())
    return client


async def through(gateway: Gateway, client: Client) -> bytes:
    """What is answered to a body of the client's parts."""
    size = sum(map(len, client.parts))
    await gateway(request({"content-length": str(size)}), client.receive, client.send)
    return client.body


def request(headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def test_a_body_in_parts_arrives_whole():
    client = ask(echo, Whole([b"one ", b"two"]), {"content-length": "7"})
    assert (client.status, client.body) == (200, b"one two")


def test_a_body_that_never_comes_is_refused_in_words():
    client = ask(refuse, Client([b"abc"]), {"content-length": "100"})
    assert client.body == b"too_slow_to_send"
    assert (b"connection", b"close") in client.taken[0]["headers"]


def test_a_body_may_take_the_longer_the_more_of_it_has_come():
    patience = Patience(Pace(seconds=2, bytes_a_second=1000))
    client = ask(tell, Whole([b"x" * 1000] * 5, rest=0.45), {"content-length": "5000"}, patience=patience)
    assert client.body == b"5000"


def test_a_body_that_trickles_is_refused():
    client = ask(refuse, Client([b"x"] * 500, rest=0.05), {"content-length": "500"})
    assert client.body == b"too_slow_to_send"


def test_what_came_fast_buys_no_silence():
    began = time.monotonic()
    client = ask(refuse, Client([b"x" * 100_000]), {"content-length": "900000"})
    assert client.body == b"too_slow_to_send"
    assert time.monotonic() - began < 50  # at 1,000 bytes a second they would have bought a hundred


def test_more_than_a_process_has_room_for_is_refused_and_read_away():
    client = Whole([b"x" * 300_000] * 5)
    ask(refuse, client, {"content-length": "1500000"})
    assert client.body == b"too_many_bodies"
    assert client.parts == []


def test_room_is_given_back_also_by_those_that_found_none():
    async def one_after_another() -> list[bytes]:
        gateway = Gateway(tell, threads=2, most_bytes=lambda told: LARGEST, room=ROOM, patience=SOON)
        return [await through(gateway, Whole([b"x" * 300_000] * parts)) for parts in (3, 5, 3)]

    assert asyncio.run(one_after_another()) == [b"900000", b"too_many_bodies", b"900000"]


def test_a_small_body_arrives_while_large_ones_fill_the_room():
    async def beside() -> bytes:
        gateway = Gateway(tell, threads=2, most_bytes=lambda told: LARGEST, room=ROOM, patience=SOON)
        gateway._room.taken = ROOM
        return await through(gateway, Whole([b"x" * 60_000]))

    assert asyncio.run(beside()) == b"60000"


def test_a_full_temporary_folder_is_told_as_one(monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SpooledTemporaryFile, "write", full)
    assert ask(refuse, Whole([b"x" * 900]), {"content-length": "900"}).body == b"storage_full"


def test_what_goes_to_a_disk_is_written_in_a_thread(monkeypatch):
    """A disk that is slow would hold up everybody's bytes."""
    writers, write = [], SpooledTemporaryFile.write

    def remembered(self, data):
        writers.append((len(data), threading.current_thread() is threading.main_thread()))
        return write(self, data)

    monkeypatch.setattr(SpooledTemporaryFile, "write", remembered)
    assert ask(tell, Whole([b"x" * 300_000] * 3), {"content-length": "900000"}).body == b"900000"
    assert writers == [(600_000, False), (300_000, False)]


def test_a_client_that_leaves_in_the_middle_is_told_so():
    assert ask(refuse, Client([b"abc"], leaves=True), {"content-length": "100"}).body == b"broken_off"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"content-length": str(LARGEST + 1)}, id="too large"),
        pytest.param({"transfer-encoding": "chunked"}, id="in chunks"),
        pytest.param({"content-length": "9" * 5000}, id="a number nobody reads"),
    ],
)
def test_what_is_refused_by_its_head_is_not_waited_for(headers):
    client = ask(echo, Client(), headers)
    assert (client.status, client.body) == (200, b"")


def test_a_refused_body_is_read_away_but_not_for_ever():
    client = Client([b"x" * 1000] * 5)
    ask(echo, client, {"content-length": str(LARGEST + 1)})
    assert client.parts == []


def test_the_environment_is_wsgis_own():
    told = {}

    def remember(environ, start):
        told.update(environ)
        start("204 No Content", [])
        return []

    headers = {"host": "localhost", "x-two": "a", "cookie": "a=1", "content-type": "text/plain", "forged_by": "x"}
    ask(remember, Client(), headers, path="/é/", raw_path=b"/%C3%A9/", query_string=b"q=1", client=("10.0.0.1", 5))
    assert told["PATH_INFO"].encode("latin-1").decode() == "/é/"
    assert (told["QUERY_STRING"], told["REMOTE_ADDR"], told["CONTENT_TYPE"]) == ("q=1", "10.0.0.1", "text/plain")
    assert (told["HTTP_HOST"], told["HTTP_X_TWO"]) == ("localhost", "a")
    assert "HTTP_FORGED_BY" not in told


class Streamed(StreamingHttpResponse):
    """As Django's WSGI handler hands it on, and counting how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1
        super().close()


def answering(response: StreamingHttpResponse) -> Callable:
    def application(environ, start):
        start("200 OK", [])
        return response

    return application


def test_a_stream_is_sent_block_after_block_and_closed():
    response = Streamed(iter([b"a" * 300_000, b"b"]))
    client = ask(answering(response), Client())
    assert client.body == b"a" * 300_000 + b"b"
    assert len(client.taken) > 4
    assert response.closed == 1


def test_a_client_that_does_not_read_is_left_and_its_stream_closed():
    response = Streamed(iter([b"a"] * 1000))
    client = ask(answering(response), Client(takes=3))
    assert len(client.taken) == 3
    assert response.closed == 1


async def _for_ever():
    while True:
        yield b": ping\n\n"
        await asyncio.sleep(0.01)


def test_events_end_when_their_client_has_left():
    response = Streamed(_for_ever())
    began = time.monotonic()
    ask(answering(response), Client(leaves=True, rest=0.1))
    assert response.closed == 1
    assert time.monotonic() - began < 30


def test_events_of_a_head_request_are_not_begun():
    response = Streamed(_for_ever())
    client = ask(answering(response), Client(), method="HEAD")
    assert (client.status, client.body, response.closed) == (200, b"", 1)
