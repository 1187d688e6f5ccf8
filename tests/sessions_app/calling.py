"""How the API's tests call and what they look for in an answer."""

import json
from io import BytesIO

from django.test import Client
from PIL import Image as Pillow


def post(client: Client, path: str, body: object, **headers: str):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def refused(response, status: int, code: str) -> dict:
    """The response is a problem of that status and code; returns it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "detail", "code", "errors"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert isinstance(problem["detail"], str)
    assert "Traceback" not in problem["detail"]
    return problem


def content(response) -> bytes:
    """All of a streamed answer; its file is closed, as a server would."""
    data = response.getvalue()
    response.close()
    return data


def pixels(client: Client, path: str) -> Pillow.Image:
    return Pillow.open(BytesIO(content(client.get(path)))).convert("RGB")


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 4 for a, b in zip(colour, wanted, strict=True))
