"""Reading a stream of server-sent events as any client would, line by line."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    job: dict[str, Any]


class Stream:
    """An open stream; entered, it is closed at the end."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()
        self._connection.close()

    def shut(self) -> None:
        """From another thread: whoever reads is told that there is no more."""
        self._connection.sock.shutdown(socket.SHUT_RDWR)

    def lines(self) -> Iterator[str]:
        while line := self.response.readline():
            yield line.decode().rstrip("\n")

    def events(self) -> Iterator[Event]:
        """Each event as it comes, until the server ends the stream."""
        told: dict[str, str] = {}
        for line in self.lines():
            name, _, value = line.partition(": ")
            if line:
                told[name] = value
            elif "data" in told:
                yield Event(told["id"], json.loads(told["data"]))
                told = {}
