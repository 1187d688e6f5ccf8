"""Files as a running studio sends them: found by their row alone, and told as well as can be when their line is cut."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from io import BytesIO
from threading import Thread
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from tests.engine import servers
from tests.engine.calling import Caller, open_session
from tests.engine.running import Engine

pytestmark = pytest.mark.xdist_group("engine")

UP = ["..", "%2e%2e", "....", ".%00.", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%u002e%u002e", "\uff0e\uff0e", "..;"]
BETWEEN = ["/", "\\", "//", "/./", "%c0%af", "%ef%bc%8f", "\\/", "%00/"]
GOALS = ["etc/passwd", "var/db.sqlite3", "var/secret_key", "healthz", "windows/win.ini"]
ALONE = [
    "/etc/passwd",
    "C:\\windows\\win.ini",
    "file:///etc/passwd",
    "%00",
    ".",
    "..",
    "~root",
    "a" * 5000,
    "*",
    "?",
    "#",
]


def traversals() -> list[str]:
    climbs = [up + between for up in UP for between in BETWEEN]
    walked = [climb * depth + goal for climb in climbs for depth, goal in zip((1, 3, 8, 8, 8), GOALS, strict=True)]
    return [
        *walked,
        *ALONE,
        *(f"a.png{one}" for one in ("%00.html", "%0d%0aX-Injected: 1", "/..", "/../../x", ";.html")),
    ]


def encoded(path: str, times: int) -> bytes:
    """As it goes over the line: bytes beyond ASCII and spaces are always encoded, for a URL has none."""
    text = quote(path, safe="/\\%;:?#*~.")
    for _ in range(times):
        text = quote(text, safe="")
    return text.encode()


@pytest.fixture
def caller(engine: Engine) -> Iterator[Caller]:
    with closing(Caller(engine.port)) as caller:
        yield caller


@pytest.fixture
def session(caller: Caller, picture) -> str:
    return open_session(caller, {"dot.png": picture("PNG", (90, 90), "red")})


@pytest.mark.parametrize("folder", ["uploads", "output"])
@pytest.mark.parametrize("times", range(4))
def test_no_path_leads_to_anything_but_a_row(engine, session, folder, times):
    """Past any client, which would tidy the path up before it asks."""
    wrong: dict[int, list[bytes]] = {}
    with closing(socket.create_connection(("127.0.0.1", engine.port), timeout=20)) as line:
        for path in traversals():
            target = f"/session/{session}/{folder}/".encode() + encoded(path, times)
            if (status := asked(line, target)) != (400 if b"%00" in target else 404):
                wrong.setdefault(status, []).append(target)

    assert {status: paths[:3] for status, paths in wrong.items()} == {}


def asked(line: socket.socket, target: bytes) -> int:
    line.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    response = http.client.HTTPResponse(line)
    response.begin()
    response.read()
    assert response.getheader("X-Content-Type-Options") == "nosniff", target
    assert not response.getheader("X-Injected")
    return response.status


@pytest.mark.parametrize("part", ["bytes=100-199", "bytes=-50", "bytes=0-"])
def test_a_part_arrives_and_the_line_stays_usable(caller, session, part):
    url = caller.get(f"/session/{session}/").json["files"][0]["url"]
    whole = caller.get(url).data

    answer = caller.get(url, Range=part)

    first, _, last = answer.headers["Content-Range"].removeprefix("bytes ").partition("/")[0].partition("-")
    assert (answer.status, answer.data) == (206, whole[int(first) : int(last) + 1])
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    head = caller.head(url)
    assert (head.status, head.data, int(head.headers["Content-Length"])) == (200, b"", len(whole))
    assert caller.get(url, Range="bytes=99999999-").status == 416


class Line:
    """A TCP line to an S3 server, which can be cut once so many bytes have come back over it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.left: float = float("inf")
        Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                Thread(target=self._pass, args=(near, far, lambda _: True), daemon=True).start()
                Thread(target=self._pass, args=(far, near, self._may_pass), daemon=True).start()

    def _may_pass(self, count: int) -> bool:
        self.left -= count
        return self.left > 0

    def _pass(self, source: socket.socket, sink: socket.socket, may_pass: Callable[[int], bool]) -> None:
        with suppress(OSError), source, sink:
            while (data := source.recv(65536)) and may_pass(len(data)):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def noise() -> bytes:
    """A picture whose file has some megabytes."""
    file = BytesIO()
    Image.fromarray(np.random.default_rng(7).integers(0, 256, (1200, 1200, 3), np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_bucket_that_falls_silent_cuts_the_file_short_and_says_so_afterwards(start, tmp_path, noise):
    with servers.s3(tmp_path / "s3") as storage, closing(Line(_port_of(storage))) as line:
        engine = start("studio", **storage | {"S3_ENDPOINT_URL": f"http://127.0.0.1:{line.port}"})
        engine.wait_until_ready()
        with closing(Caller(engine.port)) as caller:
            session = open_session(caller, {"noise.png": noise})
            shown = caller.get(f"/session/{session}/").json["files"][0]
            part = caller.get(shown["url"], Range="bytes=1000000-1000099")
            assert (part.status, len(part.data)) == (206, 100)

            line.left = 2_500_000
            with pytest.raises(http.client.IncompleteRead) as short:
                caller.get(shown["url"])
        with closing(Caller(engine.port)) as another:
            told = another.get(shown["url"])
            assert (told.status, told.json["code"], told.headers["Retry-After"]) == (503, "unavailable", "5")
            line.left = float("inf")
            assert len(another.get(shown["url"]).data) == shown["bytes"]
    assert 0 < len(short.value.partial) < 2_500_000
    assert "taken up again" in (engine.home / "var" / "logs" / "web.log").read_text()


def test_a_bucket_can_send_its_files_itself(start, tmp_path, noise):
    """The studio decides who may have a file; its bytes never pass through it."""
    with servers.s3(tmp_path / "s3") as storage:
        engine = start("studio", **storage, S3_SIGNED_URLS="1")
        engine.wait_until_ready()
        with closing(Caller(engine.port)) as caller:
            session = open_session(caller, {"noise.png": noise})
            shown = caller.get(f"/session/{session}/").json["files"][0]
            sent_on = caller.get(f"{shown['url']}?download=1")
            policy = caller.get("/").headers["Content-Security-Policy"]
            assert caller.head(shown["url"]).headers["Content-Length"] == str(shown["bytes"])
        with closing(Caller(_port_of(storage))) as bucket:
            path = sent_on.headers["Location"].removeprefix(storage["S3_ENDPOINT_URL"])
            file = bucket.get(path)
            forged = bucket.get(path.replace("output", "uploads").replace("image%2Fpng", "text%2Fhtml"))

    assert sent_on.status == 302
    assert (file.status, len(file.data), file.headers["Content-Type"]) == (200, shown["bytes"], "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert forged.status == 403
    assert storage["S3_ENDPOINT_URL"] in policy.partition("img-src")[2].partition(";")[0]


def _port_of(storage: dict[str, str]) -> int:
    return int(storage["S3_ENDPOINT_URL"].rpartition(":")[2])
