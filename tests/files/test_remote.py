"""Fetching strangers' addresses: nothing inward is ever connected to, and whatever comes ends in time and in bounds."""

import gzip
import ipaddress
import random
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from prompt_media.errors import TooLarge
from prompt_media.files import remote
from prompt_media.files.remote import AddressRefused, NotFetched, Rules

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
SPELLINGS = 10_000

# Whose addresses no stranger may make us knock at.
INWARD = [
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8"),
    *("192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "255.255.255.255/32"),
]


def in_ipv6(address: int, rng: random.Random) -> list[str]:
    """An IPv4 address inside others: mapped, compatible, NAT64, 6to4, translated; hexadecimal and dotted."""
    dotted, high, low = str(ipaddress.IPv4Address(address)), address >> 16, address & 0xFFFF
    return [
        f"[::ffff:{dotted}]",
        f"[::ffff:{high:x}:{low:x}]",
        f"[0:0:0:0:0:FFFF:{dotted}]",
        f"[::{dotted}]",
        f"[::{high:x}:{low:x}]",
        f"[64:ff9b::{dotted}]",
        f"[64:ff9b::{high:x}:{low:x}]",
        f"[2002:{high:x}:{low:x}::{rng.randrange(9)}]",
        f"[::ffff:0:{dotted}]",
        f"[::ffff:{dotted}%25eth0]",
    ]


def in_ipv4(address: int, rng: random.Random) -> list[str]:
    """An IPv4 address as inet_aton reads it: decimal, octal, hexadecimal, short, filled up, and mixed."""
    a, b, c, d = address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255
    dotted = f"{a}.{b}.{c}.{d}"
    return [
        dotted,
        f"{dotted}.",
        str(address),
        f"0x{address:x}",
        f"0X{address:08X}",
        f"0{address:o}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"{a:04d}.{b:03d}.{c}.{d}",
        f"{a}.{b << 16 | c << 8 | d}",
        f"{a}.{b}.{c << 8 | d}",
        f"0{a:o}.{b}.0x{c << 8 | d:x}",
        f"{address + (1 << 32) * rng.randrange(1, 9)}",
    ]


def disguised(host: str, rng: random.Random) -> str:
    """The same host in letters that some reader somewhere takes for the same."""
    match rng.randrange(8):
        case 0:
            return "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in host)
        case 1:
            return host.replace(".", rng.choice("\u3002\uff0e\uff61"))
        case 2:
            return "".join(f"%{ord(one):02x}" if one.isalnum() and rng.random() < 0.4 else one for one in host)
        case 3:
            return f"good.example@{host}"
        case 4:
            return f"good.example\\@{host}"
        case 5:
            return f"{host}\\.good.example" if "[" not in host else host
        case 6:
            return rng.choice(["\t", " ", "\n", "\u200b", "\u00ad"]) + host
    return host


def spellings(count: int) -> Iterator[str]:
    rng = random.Random(7)
    for _ in range(count):
        network = ipaddress.ip_network(rng.choice(INWARD))
        address = int(network.network_address) + rng.randrange(network.num_addresses)
        host = rng.choice(rng.choice([in_ipv4, in_ipv6])(address, rng))
        scheme, port = rng.choice([("http", ""), ("https", ""), ("HTTP", ":80"), ("https", ":443"), ("http", ":")])
        yield f"{scheme}://{disguised(host, rng)}{port}/{rng.choice(['', 'latest/meta-data/', '?x', '#x'])}"


NAMED = [
    *("http://localhost/", "http://LOCALHOST./", "http://localhost.localdomain/", "http://ip6-localhost/"),
    *("http://[::1]/", "http://[::]/", "http://[0000::1]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/"),
    *("http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[fec0::1]/", "http://[ff02::1]/", "http://[100::1]/"),
    *("http://[2001:db8::1]/", "http://[64:ff9b:1::7f00:1]/", "http://[2001:0:7f00:1::]/", "http://[::ffff:0:0]/"),
    *(
        "http://metadata.google.internal/",
        "http://169.254.169.254/",
        "http://168.63.129.16/",
        "http://100.100.100.200/",
    ),
    *("http://0/", "http://127.1/", "http://0x7f.1/", "http://0177.1/", "http://2130706433/", "http://00/"),
    *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://ⓛocalhost/", "http://user:word@127.0.0.1/"),
    *("http://127.0.0.1:22/", "http://127.0.0.1:6379/", "http://good.example:8001/", "http://good.example:0/"),
    *("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "unix:///run/x.sock", "dict://127.0.0.1/"),
    *("//127.0.0.1/", "http:127.0.0.1", "http:/127.0.0.1/", "http:///127.0.0.1/", "http://", "", "x", "http://[::1"),
    *("http://127.0.0.1\\@good.example/", "http://good.example@127.0.0.1/", "http://127.0.0.1#@good.example/"),
    *("http://127.0.0.1%00.good.example/", "http://127.0.0.1\r\nHost: x/", "http://" + "a." * 5000 + "example/"),
]


class Watched:
    """Counts every connection that is tried, and lets none of them happen."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def connect(self, _: socket.socket, address: tuple[str, int]) -> None:
        self.tried.append(address[0])
        raise ConnectionRefusedError

    @property
    def inward(self) -> list[str]:
        return [one for one in self.tried if not ipaddress.ip_address(one).is_global or one == "168.63.129.16"]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched()
    monkeypatch.setattr(socket.socket, "connect", lambda *asked: watched.connect(*asked))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *asked: watched.connect(*asked))
    return watched


def answering(*answers: list[str]) -> Callable[..., list[tuple]]:
    """A resolver that gives these answers, one after the other and then the last for ever, whatever it is asked."""
    left = list(answers)

    def resolve(host: str, port: int, *_: object) -> list[tuple]:
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    return resolve


def test_no_spelling_of_an_inward_address_is_connected_to(watched):
    """As if every name and odd number led inward: so would a resolver that reads them as old C programs do."""
    rules = Rules(resolver=answering(["127.0.0.1"]))

    fetched = [url for url in [*NAMED, *spellings(SPELLINGS)] if not _is_refused(url, rules)]

    assert fetched == []
    assert watched.tried == []


def _is_refused(url: str, rules: Rules) -> bool:
    try:
        remote.fetch(url, rules)
    except (AddressRefused, NotFetched):
        return True
    return False


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([["10.0.0.1"]], id="inward"),
        pytest.param([["8.8.8.8", "10.0.0.1"]], id="mixed"),
        pytest.param([["10.0.0.1", "8.8.8.8"]], id="mixed, inward first"),
        pytest.param([["8.8.8.8", "::1"]], id="mixed families"),
        pytest.param([["168.63.129.16"]], id="the host of Azure"),
        pytest.param([["::ffff:8.8.8.8", "64:ff9b::a00:1"]], id="wrapped"),
    ],
)
def test_a_name_with_any_inward_answer_is_refused(watched, answers):
    with pytest.raises(AddressRefused) as told:
        remote.fetch("http://good.example/", Rules(resolver=answering(*answers)))

    assert (told.value.status, told.value.code) == (400, "address_refused")
    assert watched.tried == []
    # A caller must not learn from us what an inward name stands for.
    assert "10.0.0" not in told.value.detail


def test_a_name_that_turns_inward_is_asked_once_and_connected_to_as_judged(watched):
    with pytest.raises(NotFetched):
        remote.fetch("http://good.example/", Rules(resolver=answering(["8.8.8.8"], ["127.0.0.1"])))

    assert watched.tried == ["8.8.8.8"]


def test_proxies_of_the_environment_are_passed_by(watched, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")

    with pytest.raises(NotFetched):
        remote.fetch("https://good.example/", Rules(resolver=answering(["8.8.8.8"])))

    assert watched.tried == ["8.8.8.8"]


def test_a_name_nobody_knows_is_told(monkeypatch):
    def unknown(*_: object) -> list[tuple]:
        raise socket.gaierror("unknown")

    with pytest.raises(NotFetched):
        remote.fetch("http://good.example/", Rules(resolver=unknown))


# A server on this machine, which the rules of these tests let through


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, str]]

    def do_GET(self) -> None:
        self.asked.append(dict(self.headers) | {"path": self.path})
        kind, _, rest = self.path.lstrip("/").partition("/")
        try:
            getattr(self, f"_{kind}")(rest)
        except OSError:
            self.close_connection = True

    def _whole(self, rest: str) -> None:
        self._answer(200, b"x" * int(rest))

    def _status(self, rest: str) -> None:
        self._answer(int(rest), b"words")

    def _to(self, rest: str) -> None:
        """Sent on to this address, by an answer with an endless body."""
        self._head(302, Location=rest)
        self._pour(b"\0" * 65536)

    def _hop(self, rest: str) -> None:
        left = int(rest)
        self._answer(307, b"", Location=f"/hop/{left - 1}" if left else "/whole/3")

    def _packed(self, _: str) -> None:
        self._answer(200, gzip.compress(bytes(50_000_000)), **{"Content-Encoding": "gzip"})

    def _endless(self, _: str) -> None:
        self._head(200)
        self._pour(b"x" * 65536)

    def _drip(self, _: str) -> None:
        self._head(200)
        self._pour(b"x", pause=0.1)

    def _drip_head(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._pour(b"x", pause=0.1)

    def _silent(self, _: str) -> None:
        time.sleep(3)

    def _pour(self, piece: bytes, pause: float = 0) -> None:
        for _ in range(20_000):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self._head(status, **headers, **{"Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    handler = type("Asked", (Handler,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.socket.close()


@pytest.fixture
def asked(server) -> list[dict[str, str]]:
    return server.RequestHandlerClass.asked


@pytest.fixture
def near(server) -> Rules:
    """The usual rules, and this one server besides."""
    return Rules(networks=(LOOPBACK,), ports=frozenset({80, 443, server.server_address[1]}), seconds=20)


@pytest.fixture
def get(server, near) -> Callable[..., bytes]:
    return lambda path, **rules: remote.fetch(
        f"http://127.0.0.1:{server.server_address[1]}/{path}", replace(near, **rules)
    )


def test_bytes_come_as_they_are(get, asked):
    assert get("whole/100000") == b"x" * 100_000
    assert asked[0]["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & set(asked[0])


def test_three_redirects_are_followed_and_no_more(get, asked):
    assert get("hop/2") == b"xxx"
    with pytest.raises(NotFetched, match="more than 3 times"):
        get("hop/99")
    assert len(asked) == 4 + 4


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://0xa000001/", "file:///etc/passwd", "http://10.0.0.1:22/"],
)
def test_each_redirect_is_judged_anew(get, asked, monkeypatch, target):
    connected = []
    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: connected.append(to[0]) or real(self, to))

    with pytest.raises((AddressRefused, NotFetched)):
        get(f"to/{target}")

    assert set(connected) == {"127.0.0.1"}
    assert len(asked) == 1


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_only_a_whole_file_counts(get, status):
    with pytest.raises(NotFetched, match=str(status)):
        get(f"status/{status}")


def test_what_comes_packed_is_refused_unpacked(get):
    with pytest.raises(NotFetched, match="packed"):
        get("packed/")


def test_more_bytes_than_allowed_are_not_read(get):
    with pytest.raises(TooLarge) as told:
        get("endless/", bytes=1_000_000)

    assert (told.value.status, told.value.code) == (413, "file_too_large")
    assert len(get("whole/1000000", bytes=1_000_000)) == 1_000_000


@pytest.mark.parametrize("path", ["drip/", "drip_head/", "silent/"], ids=["its body", "its head", "nothing"])
def test_a_server_that_drips_is_left_at_the_deadline(get, path):
    """It would drip for half an hour."""
    began = time.monotonic()

    with pytest.raises(NotFetched) as told:
        get(path, seconds=1)

    assert told.value.code == "fetch_too_slow"
    assert time.monotonic() - began < 20


def test_a_handshake_that_never_ends_is_left_at_the_deadline(near):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        rules = replace(near, ports=frozenset({port}), seconds=1)

        with pytest.raises(NotFetched) as told:
            remote.fetch(f"https://127.0.0.1:{port}/", rules)

    assert told.value.code == "fetch_too_slow"


def test_a_name_server_that_never_answers_is_left_at_the_deadline():
    def stalled(*_: object) -> list[tuple]:
        time.sleep(3)
        return []

    with pytest.raises(NotFetched) as told:
        remote.fetch("http://good.example/", Rules(resolver=stalled, seconds=1))

    assert told.value.code == "fetch_too_slow"


def test_a_caller_may_ask_for_https_alone(watched):
    with pytest.raises(AddressRefused):
        remote.fetch("http://8.8.8.8/", Rules(schemes=frozenset({"https"})))

    assert watched.tried == []
