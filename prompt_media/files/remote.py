"""Fetching what a stranger's address points to, from the inside of somebody's network.

Nothing uses it yet: pictures named by address, and calls back to a caller's server, will go through here and nowhere
else.

Only a worker does it. Which addresses may be reached is ssrfguard's to say: it resolves a name once, judges every
answer, and connects to what it judged, at each redirect anew. Ours are the bounds: so many bytes, redirects and seconds
in all, however slowly they arrive.
"""

import functools
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from threading import Thread
from typing import Any

import httpcore
import httpx
import structlog
from ssrfguard import DEFAULT_DENIED, AddressTable, Block, Policy, Reach, Resolver, SSRFGuardError
from ssrfguard.httpx import Client, SafeBackend, SafeTransport

from prompt_media.errors import InvalidInput, TooLarge, Unprocessable

log = structlog.get_logger(__name__)

# Azure's host service: a public address, answered by the machine's own host. The registries do not know it.
_AZURE_HOST = Block(ip_network("168.63.129.16/32"), "Azure host service", "none", Reach.DENIED)
_DENIED = AddressTable((*DEFAULT_DENIED.blocks, _AZURE_HOST))
_ATTEMPTS = 2
_REDIRECTS = {301, 302, 303, 307, 308}


class AddressRefused(InvalidInput):
    """Not fetched, whatever is there: an inward address, another port, a user in the URL."""

    code = "address_refused"


class NotFetched(Unprocessable):
    """It was tried: nobody answered, or with something else than a file."""

    code = "not_fetched"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is fetched, and for how long. Tests open networks, ports and certificates; nobody else does."""

    schemes: frozenset[str] = frozenset({"http", "https"})
    ports: frozenset[int] = frozenset({80, 443})
    redirects: int = 3
    bytes: int = 20 * 1024 * 1024
    seconds: float = 10.0
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    resolver: Resolver = socket.getaddrinfo

    def policy(self) -> Policy:
        return Policy(
            allowed_schemes=self.schemes,
            allowed_ports=self.ports,
            allowed_networks=self.networks,
            denied_networks=_DENIED,
            max_connection_attempts=_ATTEMPTS,
        )


DEFAULT = Rules()


def fetch(url: str, rules: Rules = DEFAULT) -> bytes:
    """The bytes behind an address. Raises AddressRefused, NotFetched, or TooLarge beyond the bytes allowed."""
    deadline = _Deadline(rules.seconds)
    try:
        rules.policy().check_url(url)
        with _client(rules, deadline) as client:
            return _followed(client, client.build_request("GET", url), rules)
    except SSRFGuardError as error:
        log.warning("remote address refused", reason=str(error))
        raise AddressRefused(
            "This address is not fetched: it leads inward, to another port than a web server's, or names a user."
        ) from error
    except (httpx.TimeoutException, TimeoutError) as error:
        raise NotFetched(f"It did not arrive within {rules.seconds:g} seconds.", code="fetch_too_slow") from error
    # What httpx says of an address that it cannot read is not all of one family.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        log.info("remote file not fetched", reason=str(error))
        raise NotFetched("Nothing can be fetched there: no such host, or it is no web server.") from error


def _followed(client: Client, request: httpx.Request, rules: Rules) -> bytes:
    # By hand: httpx would read the whole body of each redirect, unpacked, before it goes on.
    for _ in range(rules.redirects + 1):
        response = client.send(request, stream=True)
        try:
            if response.status_code not in _REDIRECTS or response.next_request is None:
                return _body(response, rules.bytes)
            request = response.next_request
        finally:
            response.close()
    raise NotFetched(f"It was sent on more than {rules.redirects} times.")


def _body(response: httpx.Response, most: int) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise NotFetched(f"It was answered with status {response.status_code}.")
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotFetched("It came packed although it was asked for as it is.")
    body = bytearray()
    # As it arrives: given a size, httpx waits until each piece is full.
    for piece in response.iter_raw():
        body += piece
        if len(body) > most:
            raise TooLarge(f"It is larger than {most / 1024 / 1024:.3g} MB.", code="file_too_large")
    return bytes(body)


def _client(rules: Rules, deadline: "_Deadline") -> Client:
    # Proxies of the environment would resolve names out of our sight.
    return Client(
        transport=_Transport(rules, deadline),
        trust_env=False,
        timeout=rules.seconds,
        headers={"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Prompt Media"},
    )


class _Transport(SafeTransport):
    """ssrfguard's, with connections that know the deadline."""

    def __init__(self, rules: Rules, deadline: "_Deadline") -> None:
        policy = rules.policy()
        super().__init__(policy=policy, trust_env=False, verify=_certificates())
        backend = SafeBackend(policy=policy, resolver=deadline.held_to(rules.resolver))
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates(), max_connections=1, network_backend=_Backend(backend, deadline)
        )


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Deadline:
    """One moment by which everything is done. A timeout alone begins anew with every byte."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left

    def held_to(self, resolver: Resolver) -> Resolver:
        """The resolver, given up on in time. The system's own has no timeout; it ends by itself, unheard."""

        def resolve(*asked: Any) -> Any:
            answer: Future[Any] = Future()
            Thread(target=_answer, args=(answer, resolver, asked), daemon=True).start()
            return answer.result(timeout=self.left())

        return resolve


def _answer(answer: Future[Any], resolver: Callable[..., Any], asked: tuple[Any, ...]) -> None:
    try:
        answer.set_result(resolver(*asked))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: SafeBackend, deadline: _Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, self._deadline.left() / _ATTEMPTS, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
