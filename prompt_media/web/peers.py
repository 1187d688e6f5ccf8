"""The connections of this process: room for them, and hanging up on one, which the web server has no word for."""

import os
import resource
import socket
import struct
from contextlib import suppress

_OWN_FILES = 500
_OPEN_FILES = "/dev/fd"
# Linger on, for no time: what still waits to be sent is thrown away when the server closes its end.
_AT_ONCE = struct.pack("ii", 1, 0)


def room_for(connections: int) -> int:
    """How many of them a process may hold: each is an open file."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return connections if most == resource.RLIM_INFINITY else min(connections, most - _OWN_FILES)


def make_room(connections: int) -> None:
    """Let this process open as many files as so many connections need, as far as the machine allows it."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, room_for(connections) + _OWN_FILES), most))


def hang_up(host: str, port: int) -> None:
    """End this process's connection to a client: what waits for it to read or write is freed at once."""
    for name in os.listdir(_OPEN_FILES):
        # Of a copy: shutting it down ends the connection, and closing it leaves the server its own.
        with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as ours:
            if _is(ours.getpeername(), host, port):
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                ours.shutdown(socket.SHUT_RDWR)


def _is(peer: object, host: str, port: int) -> bool:
    # A socket for both kinds of addresses tells the old kind in the new kind's words.
    return isinstance(peer, tuple) and peer[1] == port and peer[0].removeprefix("::ffff:") == host
