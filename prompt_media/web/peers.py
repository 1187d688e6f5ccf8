"""The connections of this process: room for them, and hanging up on one, which the web server has no word for."""

import os
import resource
import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

Address = tuple[str, int]

_OWN_FILES = 500
_OPEN_FILES = "/dev/fd"
# Linger on, for no time: what still waits to be sent is thrown away when the server closes its end.
_AT_ONCE = struct.pack("ii", 1, 0)


def address(host: str, port: int | str) -> Address:
    """One name for a client, whoever tells it: a socket for both kinds of addresses tells the old in the new one's
    words, and the web server tells the port as text."""
    return host.removeprefix("::ffff:"), int(port)


def room_for(connections: int) -> int:
    """How many of them a process may hold: each is an open file."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return connections if most == resource.RLIM_INFINITY else min(connections, most - _OWN_FILES)


def make_room(connections: int) -> None:
    """Let this process open as many files as so many connections need, as far as the machine allows it."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, room_for(connections) + _OWN_FILES), most))


def hang_up(clients: Collection[Address]) -> None:
    """End this process's connections to these clients: what waits for them to read or write is freed at once."""
    for name in os.listdir(_OPEN_FILES):
        with suppress(OSError), _lent(int(name)) as ours:
            if _address(ours) in clients:
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                ours.shutdown(socket.SHUT_RDWR)


@contextmanager
def _lent(descriptor: int) -> Iterator[socket.socket]:
    """The server's own socket, given back unclosed. Never a copy: to close one of a database's file, which this may
    be, gives up all locks that the process holds on it. Raises OSError where it is no socket."""
    ours = socket.socket(fileno=descriptor)
    try:
        yield ours
    finally:
        ours.detach()


def _address(ours: socket.socket) -> Address | None:
    peer = ours.getpeername()
    return address(peer[0], peer[1]) if isinstance(peer, tuple) else None
