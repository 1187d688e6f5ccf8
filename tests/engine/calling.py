"""A stranger's calls to a running studio: plain HTTP and nothing of ours."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

RESPOND_ASYNC = {"Prefer": "respond-async"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.data)


@dataclass(slots=True)
class Caller:
    """Speaks to one studio, over one kept connection."""

    port: int
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path: str) -> Answer:
        return self._call("GET", path)

    def post(self, path: str, body: Mapping[str, object] | None = None, **headers: str) -> Answer:
        return self._call("POST", path, json.dumps(body or {}).encode(), {"Content-Type": "application/json"} | headers)

    def delete(self, path: str) -> Answer:
        return self._call("DELETE", path)

    def upload(self, path: str, files: Mapping[str, bytes]) -> Answer:
        mark = uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode() + data
            for name, data in files.items()
        ]
        body = b"\r\n".join([*parts, f"--{mark}--\r\n".encode()])
        return self._call("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())


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
