"""Clients that hang, by the hundred, and somebody who wants a picture meanwhile."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.calling import Caller, open_session
from tests.engine.running import Engine, up, wait_for

pytestmark = pytest.mark.xdist_group("slow clients")

# Several times the threads of the one web process.
MANY = 300


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[Engine]:
    """A studio that waits for clients but some seconds, so that a test need not wait long either: longer than a busy
    machine may keep it from looking who has spoken, or it would hang up on somebody who has."""
    with up(tmp_path_factory.mktemp("house"), CLIENT_SECONDS="10") as running:
        yield running


@pytest.fixture
def caller(house) -> Iterator[Caller]:
    caller = Caller(house.port)
    yield caller
    caller.close()


@contextmanager
def hanging(house: Engine, words: bytes, *, many: int = MANY, buffer: int = 0) -> Iterator[list[socket.socket]]:
    """So many connections that have said these words, and nothing more."""
    with ExitStack() as all_of_them:
        sockets = []
        for _ in range(many):
            client = all_of_them.enter_context(socket.socket())
            if buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.settimeout(60)
            client.connect(("127.0.0.1", house.port))
            client.sendall(words)
            sockets.append(client)
        yield sockets


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def answer(client: socket.socket) -> bytes:
    """All that still comes, until the server hangs up."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def has_hung_up(client: socket.socket) -> bool:
    """Whether nothing more comes from there, how little of it was ever read."""
    try:
        while client.recv(1024 * 1024):
            pass
    except ConnectionResetError:
        pass
    return True


def a_picture_is_made(house: Engine, picture: Callable[..., bytes]) -> bool:
    with closing(Caller(house.port)) as caller:
        assert caller.get("/healthz").status == 200
        assert caller.get("/", Accept="text/html").status == 200
        session = open_session(caller, {"night.png": picture()})
        wish = {"prompt": "@night as background", "width": 64, "height": 64}
        return caller.post(f"/session/{session}/generate/", wish).status == 201


HANGS = [
    pytest.param(b"", id="say nothing"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: loc", id="never end their headers"),
    pytest.param(head("GET", "/healthz"), id="keep their connection"),
    pytest.param(head("POST", "/session/create/", "Content-Length: 900"), id="never send their body"),
    pytest.param(
        head("POST", "/upload/none/", "Content-Type: multipart/form-data; boundary=x", "Content-Length: 9000000")
        + b"--x",
        id="send three bytes of an upload",
    ),
    pytest.param(head("POST", "/upload/none/", "Content-Length: 2000000000"), id="announce two gigabytes"),
    pytest.param(
        head("POST", "/session/create/", "Transfer-Encoding: chunked") + b"5\r\nab", id="break off in a chunk"
    ),
]


@pytest.mark.parametrize("words", HANGS)
def test_others_are_served_while_clients(house, picture, words):
    with hanging(house, words):
        assert a_picture_is_made(house, picture)


ONE_BYTE = head("POST", "/session/create/", "Content-Length: 900") + b"{"


@pytest.fixture(scope="module")
def hung(house) -> Iterator[dict[bytes, socket.socket]]:
    """A connection of each kind, by its words. They hang together: one after another would take as long each."""
    with ExitStack() as all_of_them:
        kinds = [ONE_BYTE, *(hang.values[0] for hang in HANGS)]
        yield {words: all_of_them.enter_context(hanging(house, words, many=1))[0] for words in kinds}


def test_a_body_that_never_comes_is_answered_and_hung_up_on(hung):
    told = answer(hung[ONE_BYTE])
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b'"too_slow_to_send"' in told


@pytest.mark.parametrize("words", HANGS)
def test_a_connection_that_hangs_is_hung_up_on(hung, words):
    answer(hung[words])


def test_two_gigabytes_are_refused_having_read_next_to_none(house):
    body = head("POST", "/upload/none/", "Content-Length: 2000000000") + b"x" * 1_000_000
    before = memory(house)
    with hanging(house, body, many=20) as clients:
        assert all(client.recv(13) == b"HTTP/1.1 413 " for client in clients)
        assert memory(house) - before < 30


def memory(house: Engine) -> float:
    """Megabytes of the web processes."""
    webs = [one for one in house.family().values() if "granian" in one.command]
    pages = [int(Path(f"/proc/{one.pid}/statm").read_text().split()[1]) for one in webs]
    return sum(pages) * 4096 / 1024 / 1024


@pytest.fixture(scope="module")
def large_file(house) -> str:
    """Where a file of some ten megabytes can be had."""
    pixels = np.random.default_rng(1).integers(0, 256, (1800, 1800, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    caller = Caller(house.port)
    session = open_session(caller, {"noise.png": file.getvalue()})
    url: str = caller.get(f"/session/{session}/").json["files"][0]["url"]
    caller.close()
    return url


def test_others_are_served_while_clients_do_not_read_what_they_asked_for(house, picture, large_file):
    with hanging(house, head("GET", large_file), many=100, buffer=4096):
        assert a_picture_is_made(house, picture)
        before = memory(house)
        assert a_picture_is_made(house, picture)
        assert memory(house) < before + 200


def test_a_client_that_does_not_read_is_hung_up_on(house, large_file):
    with hanging(house, head("GET", large_file), many=1, buffer=4096) as [client]:
        wait_for(lambda: connections(house) == 0, what="the connection's end")
        assert has_hung_up(client)


def connections(house: Engine) -> int:
    """How many connections the server still holds, by the kernel's own table."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = "01"
    return sum(row[1].endswith(f":{house.port:04X}") and row[3] == established for row in rows)
