"""Recordings out and in through the API's doors."""

import base64
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from prompt_media.files import store
from prompt_media.web.identity import HOUSE
from sessions_app.models import Generation, Session
from sessions_app.services import mirrors
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post, refused

IMPORT = "/api/v1/recordings/import/"


@pytest.fixture
def recording(transactional_db) -> Session:
    made = recorded.recording(owner=HOUSE)
    mirrors.render_anew(made.pk)
    return made


@pytest.fixture
def send(client: Client, worker) -> Callable:
    def send(data: bytes, query: str = "", **headers: str):
        file = SimpleUploadedFile("recording.zip", data)
        return client.post(IMPORT + query, {"archive": file}, headers=headers)

    return send


@pytest.mark.parametrize("path", ["/session/gaze-study-04/archive", "/session/gaze-study-04/archive/"])
def test_both_forms_of_the_address_give_the_archive(client, recording, path):
    response = client.get(path)
    data = content(response)

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="gaze-study-04.zip"'
    assert int(response["Content-Length"]) == len(data)
    with ZipFile(BytesIO(data)) as archive:
        assert archive.namelist()[:3] == [f"gaze-study-04/{name}.json" for name in ("metadata", "recipes", "manifest")]


@pytest.mark.parametrize(
    ("called", "folder", "file"),
    [
        pytest.param("con", "_con", "_con.zip", id="a device of Windows"),
        pytest.param("aux.1", "_aux.1", "_aux.1.zip", id="a device with an ending"),
        pytest.param("lab.", "lab", "lab..zip", id="a dot at the end, which Windows drops"),
    ],
)
def test_the_archive_unpacks_on_every_system_and_comes_back_under_its_id(
    transactional_db, client, send, called, folder, file
):
    mirrors.render_anew(recorded.recording(owner=HOUSE, public_id=called).pk)
    response = client.get(f"/session/{called}/archive")
    data = content(response)
    client.delete(f"/session/{called}")

    assert response["Content-Disposition"] == f'attachment; filename="{file}"'
    with ZipFile(BytesIO(data)) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {folder}
    assert send(data).json()["session_id"] == called


def test_what_is_imported_answers_as_what_was_exported(client, recording, send):
    def answers() -> list[object]:
        frames = [client.get(f"/session/gaze-study-04/frames/{index}") for index in range(4)]
        told = [(one["ETag"], one["X-Sector"], one["X-Prompt"], one["X-Index"], content(one)) for one in frames]
        return [client.get("/session/gaze-study-04").json(), told]

    before, archive = answers(), content(client.get("/session/gaze-study-04/archive"))
    assert client.delete("/session/gaze-study-04").status_code == 200

    response = send(archive)

    assert response.status_code == 201, response.content
    assert response.json() == {
        "session_id": "gaze-study-04",
        "created_at": before[0]["created_at"],
        "total_generations": 4,
        "left_out": [],
        "renamed": {},
    }
    assert answers() == before
    assert content(client.get("/session/gaze-study-04/archive")) == archive


def test_an_import_that_nobody_waits_for_tells_its_result_later(client, recording, send):
    archive = content(client.get("/session/gaze-study-04/archive"))

    response = send(archive, "?session_id=another", prefer="respond-async")

    assert response.status_code == 202
    assert client.get(response["Location"]).json()["result"]["session_id"] == "another"


def test_one_key_imports_once(client, recording, send):
    archive, key = content(client.get("/session/gaze-study-04/archive")), str(uuid4())

    first, second = (send(archive, "?session_id=another", idempotency_key=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotent-Replayed"] == "true"
    assert Session.objects.count() == 2


def test_somebody_elses_recording_is_not_there(client, recording):
    Session.objects.update(owner="user:4711")

    refused(client.get("/session/gaze-study-04/archive"), 404, "unknown_recording")


def test_a_folder_that_somebody_emptied_is_told(client, recording):
    store.discard_folder("generation/sessions/gaze-study-04")

    problem = refused(client.get("/session/gaze-study-04/archive"), 404, "file_gone")

    assert "0000_BR.png" in problem["detail"]


@pytest.mark.parametrize(
    ("form", "query", "status", "code"),
    [
        pytest.param({}, "", 400, "no_files", id="nothing"),
        pytest.param({"archive": "text"}, "", 400, "no_files", id="text"),
        pytest.param({"file": b"x"}, "", 400, "invalid", id="another field"),
        pytest.param({"archive": [b"x", b"y"]}, "", 400, "no_files", id="two archives"),
        pytest.param({"archive": b"x"}, "", 422, "bad_archive", id="no archive"),
        pytest.param({"archive": b"x"}, "?session_id=", 422, "bad_archive", id="no archive, its own id"),
        pytest.param({"archive": b"x"}, "?session_id=stop", 422, "bad_recording_id", id="a reserved id"),
        pytest.param({"archive": b"x"}, "?session_id=GAZE-study-04", 409, "recording_exists", id="an id that is taken"),
    ],
)
def test_what_cannot_be_imported_is_refused(client, worker, recording, form, query, status, code):
    def part(value: object) -> object:
        return SimpleUploadedFile("a.zip", value) if isinstance(value, bytes) else value

    body = {
        name: [part(one) for one in given] if isinstance(given, list) else part(given) for name, given in form.items()
    }

    refused(client.post(IMPORT + query, body), status, code)

    assert Session.objects.count() == 1


def test_what_was_recorded_comes_back_replays_and_can_be_proven(transactional_db, client, worker, picture, studio):
    """Two sectors, one made of the other's picture, and a GIF of the studio's, for everything is recorded."""

    def made(data: bytes, **wish: object) -> bytes:
        wish = {"image_base64": base64.b64encode(data).decode(), "focus_x": 0.1, "focus_y": 0.1} | wish
        response = post(client, "/generate", wish)
        assert response.status_code == 200, response.content
        return content(response)

    def answers() -> list[object]:
        frames = [client.get(f"/session/my_experiment/frames/{index}") for index in range(3)]
        told = [(one["ETag"], one["X-Prompt"], one["X-Index"], content(one)) for one in frames]
        return [client.get("/session/my_experiment").json(), told]

    client.post("/session/start?session_id=my_experiment&scope=all")
    first = made(picture(size=(48, 48)), prompt="a red disc", seed=7)
    second = made(first)
    rotating = {"prompt": "@BG is the background, @logo rotates", "frames": 2}
    assert post(client, studio + "generate/", rotating).status_code == 201
    client.post("/session/stop")
    before, archive = answers(), content(client.get("/session/my_experiment/archive"))
    client.delete("/session/my_experiment")

    response = client.post(IMPORT, {"archive": SimpleUploadedFile("my_experiment.zip", archive)})

    assert response.status_code == 201, response.content
    assert answers() == before
    assert content(client.get("/session/my_experiment/archive")) == archive
    assert post(client, "/session/replay/my_experiment", {"mode": "strict"}).status_code == 200
    ever_made = Generation.objects.count()
    assert (made(picture(size=(48, 48)), prompt="a red disc", seed=7), made(first)) == (first, second)
    assert Generation.objects.count() == ever_made, "the recording has answered"
    verdicts = post(client, "/api/v1/recordings/my_experiment/verify/", {}).json()["verdicts"]
    assert [(one["filename"], one["verdict"]) for one in verdicts] == [
        ("0000_BR.png", "identical"),
        ("0001_BR.png", "identical"),
        ("0002_STUDIO.gif", "identical"),
    ]
    client.delete(studio)
    studios = post(client, "/api/v1/recordings/my_experiment/verify/", {"index": 2}).json()["verdicts"][0]
    assert studios["verdict"] == "unverifiable", "what it was made of has gone with its session"
    assert content(client.get("/session/my_experiment/archive")) == archive, "verdicts do not travel"
