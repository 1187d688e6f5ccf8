"""The door to verdicts."""

from io import BytesIO

import pytest
from PIL import Image as Pillow

from prompt_media.web.identity import HOUSE
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post, refused

pytestmark = pytest.mark.django_db(transaction=True)

VERIFY, COMPARE = "/api/v1/recordings/film/verify/", "/api/v1/recordings/film/compare/"


@pytest.fixture
def film():
    return recorded.recording(owner=HOUSE, public_id="film", steps=3)


@pytest.fixture
def anothers():
    return recorded.recording(owner="visitor:b", public_id="anothers", steps=1)


def test_verdicts_are_told_step_by_step(film, client, worker):
    before = client.get(VERIFY).json()
    assert (before["unjudged"], [one["verdict"] for one in before["verdicts"]]) == (3, [None] * 3)

    answer = post(client, VERIFY, {})

    # These frames were drawn by the tests themselves, so no backend makes them again.
    assert answer.status_code == 201
    told = answer.json()
    assert (told["session_id"], told["drifted"], told["identical"], told["unjudged"]) == ("film", 3, 0, 0)
    first = told["verdicts"][0]
    assert (first["index"], first["filename"], first["verdict"]) == (0, "0000_BR.png", "drifted")
    assert 0 < first["share"] < 1
    assert first["reason"]
    assert Pillow.open(BytesIO(content(client.get(first["picture_url"])))).size == (60, 60)
    assert client.get(VERIFY).json() == told


def test_one_step_is_told_alone(film, client, worker):
    told = post(client, VERIFY, {"index": 1}).json()

    assert [one["index"] for one in told["verdicts"]] == [1]
    assert client.get(VERIFY).json()["unjudged"] == 2


def test_nobody_need_wait(film, client):
    answer = post(client, VERIFY, {}, prefer="respond-async")

    assert answer.status_code == 202
    job = client.get(answer["Location"]).json()
    assert (job["kind"], job["queue"], job["title"]) == ("verify", "bulk", "Recording verified")


def test_asked_twice_under_one_key_it_is_done_once(film, client, worker):
    first, again = (post(client, VERIFY, {"index": 0}, idempotency_key="one") for _ in "ab")

    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"


def test_what_is_not_there_is_told(film, anothers, client):
    refused(post(client, VERIFY, {"index": 3}), 404, "unknown_frame")
    refused(post(client, VERIFY, {"index": "1"}), 422, "unprocessable")
    for name in ("never_was", "anothers"):
        route = f"/api/v1/recordings/{name}/verify/"
        refused(client.get(route), 404, "unknown_recording")
        refused(post(client, route, {}), 404, "unknown_recording")
