"""A bucket whose server does not answer, or stops in the middle: told as such within seconds, and not as a bug."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from prompt_media.errors import Unavailable
from prompt_media.files import delivery, store
from tests.engine import servers
from tests.engine.running import free_port
from tests.sessions_app.calling import content


@pytest.fixture(autouse=True)
def nobody_there(settings) -> None:
    """The files are in a bucket at an address where nothing listens."""
    environment = servers.environment(free_port())
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(environment)}


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: store.put("output/a.png", b"bytes"), id="write"),
        pytest.param(lambda: store.read("output/a.png"), id="read"),
        pytest.param(lambda: store.discard(["output/a.png"]), id="delete"),
        pytest.param(lambda: store.folders("output"), id="list"),
        pytest.param(lambda: store.last_change("output"), id="look"),
    ],
)
def test_an_outage_is_told_as_one(ask: Callable[[], object]):
    with pytest.raises(Unavailable) as told:
        ask()

    assert (told.value.status, told.value.retry_after) == (503, 5)


DATA = bytes(range(251)) * 20_000


class Cutting(BaseHTTPRequestHandler):
    """An S3 server with one object, whose line breaks off after `cut` bytes as often as `cuts` says."""

    protocol_version = "HTTP/1.1"
    cut, cuts = 1_000_000, 0
    asked: list[str]

    def do_HEAD(self) -> None:
        self._head(200, len(DATA))

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        type(self).asked.append(asked)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        part = DATA[int(first) : int(last) + 1] if asked else DATA
        self._head(206 if asked else 200, len(part))
        if self.cuts:
            type(self).cuts -= 1
            part = part[: self.cut]
            self.close_connection = True
        with suppress(ConnectionError):
            self.wfile.write(part)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", '"e"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def cutting(settings) -> Iterator[type[Cutting]]:
    """The files are with a server whose line breaks off."""
    handler = type("Handler", (Cutting,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        storage = servers.as_storage(servers.environment(server.server_address[1]))
        settings.STORAGES = settings.STORAGES | {"default": storage}
        yield handler
        server.shutdown()


@pytest.mark.parametrize("cuts", [0, 1, 2])
def test_a_download_that_breaks_off_is_taken_up_where_it_did(cutting, cuts):
    cutting.cuts = cuts

    assert store.read("output/a.png") == DATA
    assert len(cutting.asked) == cuts + 1
    # Nothing that has arrived is asked for again.
    begins = [int(asked.removeprefix("bytes=").partition("-")[0] or 0) for asked in cutting.asked]
    assert begins == sorted(set(begins))


def test_a_line_that_keeps_breaking_is_told_as_an_outage(cutting):
    cutting.cuts = 9

    with closing(store.opened("output/a.png")) as file, pytest.raises(Unavailable):
        file.read()


def test_of_a_part_only_the_part_is_asked(cutting, rf, db):
    request = rf.get("/", headers={"range": "bytes=300-305"})

    response = delivery.send(request, key="output/a.png", media_type="image/png", etag="f00d")

    assert (response.status_code, content(response)) == (206, DATA[300:306])
    assert cutting.asked == ["bytes=300-305"]


def test_what_a_caller_knows_is_not_fetched_to_tell_so(cutting, rf, db):
    for method, headers in (("GET", {"if-none-match": "*"}), ("HEAD", {}), ("GET", {"range": "bytes=99999999-"})):
        request = rf.generic(method, "/", headers=headers)
        delivery.send(request, key="output/a.png", media_type="image/png", etag="f00d").close()

    assert cutting.asked == []


def test_a_bucket_can_send_the_file_itself(settings, rf):
    """To whoever was let through to here, for five minutes, as the type and under the name we give it."""
    settings.S3_SIGNED_URLS = True
    request = rf.get("/", headers={"range": "bytes=0-1"})

    response = delivery.send(
        request, key="output/a.png", media_type="image/png", etag="f00d", save_as="K\u00f6ln\r\n.png"
    )

    address = urlsplit(response["Location"])
    asked = parse_qs(address.query)
    assert (response.status_code, address.path) == (302, "/studio/output/a.png")
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["response-content-type"] == ["image/png"]
    assert asked["response-content-disposition"] == ["attachment; filename*=utf-8''K%C3%B6ln%0D%0A.png"]
    assert response["Cache-Control"] == "private, max-age=150"


def test_a_thumbnail_comes_from_here_all_the_same(settings, cutting, rf, db):
    """A page reads its pixels, which it may not when they are another origin's."""
    settings.S3_SIGNED_URLS = True

    response = delivery.send(rf.get("/"), key="output/a.webp", media_type="image/webp", etag="f00d", is_small=True)

    assert content(response) == DATA
