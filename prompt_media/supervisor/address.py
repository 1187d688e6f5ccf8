"""Where the web listens: whether that place is free, and under which name this machine reaches it."""

import errno
import ipaddress
import socket

from prompt_media.errors import Conflict


class PortTaken(Conflict):
    code = "port_taken"


def require_free(host: str, port: int) -> None:
    """Raise PortTaken, in words for the operator, unless somebody may listen there."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            # A port whose last owner has just gone is free in every sense but the kernel's.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as refusal:
        raise PortTaken(_advice(host, port, refusal)) from refusal


def _advice(host: str, port: int, refusal: OSError) -> str:
    if refusal.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program. Choose a free one with --port, as in --port 8002."
    if refusal.errno == errno.EACCES:
        return f"This user may not open port {port}. Choose one above 1023 with --port, as in --port 8001."
    return (
        f"{host} is no address of this machine ({refusal.strerror}). Choose another with --host, as in --host 0.0.0.0."
    )


def caller_host(host: str) -> str:
    """The host under which this machine itself reaches what listens on `host`, ready for a URL."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"
