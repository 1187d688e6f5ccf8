"""A stranger's calls to a running studio: plain HTTP and nothing of ours."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

IDLE_SECONDS = 5
RESPOND_ASYNC = {"Prefer": "respond-async"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.data)


class Caller:
    """Speaks to one studio over kept connections, to each of its ports in turn: as behind a balancer of any kind.

    A connection that was idle for long is made anew, as clients do: the server lets go of such. What it shows at the
    door goes along with every call.
    """

    def __init__(self, *ports: int, door: Mapping[str, str] | None = None) -> None:
        self._door = dict(door or {})
        self._connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=120) for port in ports]
        self._turns = cycle(self._connections)
        self._used_at = dict.fromkeys(self._connections, 0.0)

    def get(self, path: str, **headers: str) -> Answer:
        return self._call("GET", path, headers=headers)

    def head(self, path: str) -> Answer:
        return self._call("HEAD", path)

    def post(self, path: str, body: Mapping[str, object] | None = None, **headers: str) -> Answer:
        return self._call("POST", path, json.dumps(body or {}).encode(), {"Content-Type": "application/json"} | headers)

    def fill_in(self, path: str, form: Mapping[str, str]) -> Answer:
        """A page's form, sent as a browser that had opened the page would."""
        mark = uuid4().hex
        body = urlencode(dict(form) | {"csrfmiddlewaretoken": mark}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={mark}"}
        return self._call("POST", path, body, headers | {"Accept": "text/html"})

    def put(self, path: str, body: Mapping[str, object]) -> Answer:
        return self._call("PUT", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def patch(self, path: str, body: Mapping[str, object]) -> Answer:
        return self._call("PATCH", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def delete(self, path: str) -> Answer:
        return self._call("DELETE", path)

    def upload(self, path: str, files: Mapping[str, bytes], field: str = "files", **headers: str) -> Answer:
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + data
            for name, data in files.items()
        ]
        body = b"\r\n".join([*parts, f"--{mark}--\r\n".encode()])
        return self._call("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"} | headers)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def _call(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        connection = next(self._turns)
        if time.monotonic() - self._used_at[connection] > IDLE_SECONDS:
            connection.close()
        connection.request(method, path, body, self._door | dict(headers or {}))
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        self._used_at[connection] = time.monotonic()
        return answer


def open_session(caller: Caller, files: Mapping[str, bytes]) -> str:
    """A new session in which each picture is tagged with the stem of its name; returns the session's path id."""
    session: str = caller.post("/session/create/").json["session_id"]
    uploaded = caller.upload(f"/upload/{session}/", files)
    assert uploaded.status == 201, uploaded.data
    assignments = [
        {"filename": stored, "tag": name.partition(".")[0]}
        for stored, name in zip(uploaded.json["files"], files, strict=True)
    ]
    tagged = caller.post(f"/session/{session}/tags/batch/", {"assignments": assignments})
    assert tagged.status == 200, tagged.data
    return session
