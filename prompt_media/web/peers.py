"""Hanging up on a client, which the web server has no word for."""

import os
import socket
import struct
from contextlib import suppress

_OPEN_FILES = "/dev/fd"
# Linger on, for no time: what still waits to be sent is thrown away when the server closes its end.
_AT_ONCE = struct.pack("ii", 1, 0)


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
