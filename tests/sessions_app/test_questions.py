"""How many questions a call asks the database, with the work it waits for. Whoever adds one raises its ceiling here,
and says for what."""

import base64
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_app.models import Session
from sessions_app.services import mirrors
from tests.sessions_app.calling import post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.fixture(autouse=True)
def mirrors_beside_the_work(monkeypatch) -> None:
    """As in a running studio: a thread writes them, for all changes of a third of a second together."""
    monkeypatch.setattr(mirrors._soon, "write", lambda pk: None)


@pytest.fixture
def generate(client: Client, picture) -> Callable[..., object]:
    """Asks for one sector, and not for the first time: what is there once for each caller is there already."""
    body = {"image_base64": base64.b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1}
    return lambda **headers: post(client, "/generate", body, **headers)


@pytest.fixture
def recording(client: Client, generate) -> None:
    """The recording "lab", of two steps, that goes on."""
    client.post("/session/start?session_id=lab&scope=all")
    for _ in range(2):
        assert generate()["X-Session-Id"] == "lab"


def questions(call: Callable[[], object]) -> int:
    """How many statements the call sends, but for the beginnings and ends of transactions."""
    with CaptureQueriesContext(connection) as asked:
        answer = call()
    assert answer.status_code in (200, 201)
    answer.close()
    return sum(not one["sql"].startswith(("BEGIN", "COMMIT")) for one in asked)


def test_one_sector_that_is_recorded(generate, recording):
    assert questions(generate) <= 30


def test_one_sector_that_is_recorded_under_a_key(generate, recording):
    assert questions(lambda: generate(idempotency_key="a")) <= 33


def test_one_sector_that_nobody_records(generate, recording, client):
    client.post("/session/stop")
    generate()
    assert Session.objects.filter(kind=Session.Kind.LIVE).count() == 1
    assert questions(generate) <= 29


def test_one_sector_that_a_replay_answers(generate, recording, client):
    post(client, "/session/replay/lab?mode=strict", {})
    assert questions(generate) <= 3
    assert questions(lambda: generate(idempotency_key="a")) <= 7


@pytest.mark.parametrize(("recorded", "most"), [(False, 27), (True, 37)])
def test_a_picture_of_the_studio(client, studio, recording, recorded, most):
    if not recorded:
        client.post("/session/stop")
    wish = {"prompt": "@logo in the center of 60x60"}
    assert questions(lambda: post(client, f"{studio}generate/", wish)) <= most


@pytest.mark.parametrize(("path", "most"), [("/session/replay/next", 2), ("/session/lab/frames/1", 1)])
def test_a_frame(client, recording, path, most):
    post(client, "/session/replay/lab", {})
    assert questions(lambda: client.get(path)) <= most


@pytest.mark.parametrize(
    ("path", "most"),
    [
        pytest.param("/jobs/?from=From+scripts", 5, id="jobs"),
        pytest.param("/jobs/running/", 1, id="running"),
        pytest.param("/recordings/", 4, id="recordings"),
        pytest.param("/recordings/lab/?step=2", 18, id="player"),
        pytest.param("/recordings/lab/compare/?with=lab&step=2", 14, id="comparison"),
        pytest.param("/recordings/lab/study/", 4, id="study"),
    ],
)
def test_a_page(client, recording, path, most):
    client.get("/live/")
    assert questions(lambda: client.get(path)) <= most


def test_the_studio(client, studio):
    address = studio.replace("/session/", "/studio/")
    client.get("/live/")
    assert questions(lambda: client.get(address)) <= 7
