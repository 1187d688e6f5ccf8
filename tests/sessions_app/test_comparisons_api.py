"""The doors to comparisons and to pictures of differences."""

from io import BytesIO

import pytest
from PIL import Image as Pillow

from prompt_media.files import layers, store
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Step
from tests.sessions_app import recorded
from tests.sessions_app.calling import refused

pytestmark = pytest.mark.django_db

VERIFY, COMPARE = "/api/v1/recordings/film/verify/", "/api/v1/recordings/film/compare/"


@pytest.fixture
def film():
    return recorded.recording(owner=HOUSE, public_id="film", steps=3)


@pytest.fixture
def anothers():
    return recorded.recording(owner="visitor:b", public_id="anothers", steps=1)


def test_two_recordings_are_compared(film, client):
    recorded.recording(owner=HOUSE, public_id="other", steps=2, picture=Pillow.new("RGB", (60, 60), "white"))

    told = client.get(COMPARE, {"with": "other"}).json()

    assert (told["session_id"], told["other_id"], told["length"], told["next"]) == ("film", "other", 3, None)
    first, _, third = told["pairs"]
    assert (first["one"]["filename"], first["other"]["target_sector"], first["identical"]) == (
        "0000_BR.png", "BR", False,
    )  # fmt: skip
    assert 0.5 < first["share"] < 1
    assert 0 < first["change"] < first["share"]
    assert Pillow.open(BytesIO(client.get(first["difference_url"]).content)).size == (60, 60)
    assert (third["other"], third["share"], third["difference_url"]) == (None, None, None)
    assert third["reason"] == "Only one of the two has this step."


def test_a_comparison_of_many_steps_asks_no_more_of_the_database_than_of_few(client, django_assert_max_num_queries):
    for name in ("one", "other"):
        recorded.recording(owner=HOUSE, public_id=name, steps=20)

    with django_assert_max_num_queries(10):
        told = client.get("/api/v1/recordings/one/compare/", {"with": "other"}).json()

    assert all(pair["difference_url"] for pair in told["pairs"])


def test_a_comparison_has_pages(film, client):
    told = client.get(COMPARE, {"with": "film", "first": "1", "count": "1"}).json()

    assert ([pair["index"] for pair in told["pairs"]], told["next"]) == ([1], 2)
    assert told["pairs"][0]["identical"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        pytest.param({}, 400, "invalid", id="with nobody"),
        pytest.param({"with": "never_was"}, 404, "unknown_recording", id="with what never was"),
        pytest.param({"with": "anothers"}, 404, "unknown_recording", id="with somebody else's"),
        pytest.param({"with": "film", "first": "-1"}, 422, "out_of_range", id="before the first"),
        pytest.param({"with": "film", "count": "101"}, 422, "out_of_range", id="too many"),
        pytest.param({"with": "film", "count": "٣"}, 422, "out_of_range", id="other digits"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(film, anothers, client, query, status, code):
    refused(client.get(COMPARE, query), status, code)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_step_shows_what_it_changed(film, client, slash):
    answer = client.get(f"/session/film/frames/1/difference{slash}")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "sandbox" in answer["Content-Security-Policy"]
    seen = Pillow.open(BytesIO(answer.content)).convert("RGB")
    inked = {(x // 20, y // 20) for x in range(60) for y in range(60) if len(set(seen.getpixel((x, y)))) > 1}
    assert inked == {(0, 0)}, "step 1 of these recordings changes the top left"


def test_who_has_the_picture_of_a_difference_is_not_sent_it(film, client, monkeypatch):
    etag = client.get("/session/film/frames/1/difference")["ETag"]
    monkeypatch.setattr(layers, "layer", lambda *told: pytest.fail("nothing is computed for it"))

    again = client.get("/session/film/frames/1/difference", headers={"If-None-Match": etag})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_a_difference_has_another_mark_for_another_partner(film, client):
    first, second = (client.get(f"/session/film/frames/2/difference?to={to}")["ETag"] for to in ("previous", "film"))

    assert first != second


def test_a_difference_to_what_is_not_there_is_refused(film, anothers, client):
    route = "/session/film/frames/{}/difference"
    refused(client.get(route.format(3)), 404, "unknown_frame")
    refused(client.get(route.format(0), {"to": "anothers"}), 404, "unknown_recording")
    refused(client.get("/session/anothers/frames/0/difference"), 404, "unknown_recording")
    Step.objects.filter(recording=film, index=0).update(recipe={})
    refused(client.get(route.format(0), {"to": "input"}), 404, "unknown_frame")


def test_a_difference_to_a_lost_file_says_so(film, client):
    first = Image.objects.get(session=film, name="0000_BR.png")
    store.discard([first.key])

    refused(client.get("/session/film/frames/1/difference"), 404, "file_gone")
