"""A session with pictures in it, made through the same services the doors call."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from prompt_media.files.intake import Arrival
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Session
from sessions_app.services import uploads, workspace
from tests.sessions_app.calling import post


@pytest.fixture
def session(transactional_db) -> Session:
    return workspace.open_session(owner=HOUSE)


@pytest.fixture
def add(session: Session, worker, picture) -> Callable[..., list[Image]]:
    """Uploads pictures: `add("logo", "bg")` names them; `add(None)` leaves one without a name."""

    def add(*tags: str | None, into: Session = session, data: bytes | None = None, **options: object) -> list[Image]:
        arrivals = [Arrival(f"{tag or 'photo'}.png", data or picture()) for tag in tags]
        job = uploads.take_in(session=into, arrivals=arrivals, tags=tags, **options)
        job.refresh_from_db()
        assert job.status == "done", job.error
        return uploads.made_by(job)

    return add


@pytest.fixture
def new(client: Client) -> str:
    """A fresh session's path."""
    return f"/session/{client.post('/session/create/').json()['session_id']}/"


@pytest.fixture
def upload(client: Client, new: str, worker, picture):
    """Uploads files of the given names to the session and answers the response."""

    def upload(*files: tuple[str, bytes] | str, query: str = "", **headers: str):
        named = [(file, picture()) if isinstance(file, str) else file for file in files]
        body = {"files": [SimpleUploadedFile(name, data) for name, data in named]}
        return client.post(new.replace("/session/", "/upload/") + query, body, headers=headers)

    return upload


@pytest.fixture
def studio(client: Client, new: str, upload, picture) -> str:
    """A session with @BG (red) and @logo (blue)."""
    files = upload(("bg.jpg", picture("JPEG", (400, 300), "red")), ("l.png", picture("PNG", (50, 50), "blue"))).json()
    tags = [{"filename": name, "tag": tag} for name, tag in zip(files["files"], ("BG", "logo"), strict=True)]
    assert post(client, new + "tags/batch/", {"assignments": tags}).status_code == 200
    return new
