"""Values in addresses and forms: they are what they name, or they are refused."""

import json
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from prompt_media.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

IMAGES = "/api/v1/images/"


@pytest.fixture
def session(client, worker) -> str:
    return client.post("/session/create/").json()["session_id"]


def refused(response, field: str) -> str:
    assert response.status_code == 422, response.content
    problem = response.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    return problem["code"]


@pytest.mark.parametrize("word", ["1", "true", "True", "yes"])
def test_yes_has_several_words(client, session, picture, word):
    files = {"files": _file(picture())}
    [image] = client.post(f"/upload/{session}/?auto_tag={word}", files).json()["images"]
    assert image["tag"] == "Image1"


@pytest.mark.parametrize("word", ["0", "false", "no", ""])
def test_no_has_several_words_and_nothing_is_one(client, session, picture, word):
    files = {"files": _file(picture())}
    [image] = client.post(f"/upload/{session}/?auto_tag={word}", files).json()["images"]
    assert image["tag"] is None


def test_what_is_neither_yes_nor_no_is_refused(client, session, picture):
    files = {"files": _file(picture())}
    assert refused(client.post(f"/upload/{session}/?auto_tag=maybe", files), "auto_tag") == "unprocessable"
    assert refused(client.get(f"{IMAGES}?made=maybe"), "made") == "unprocessable"
    [image] = client.post(f"/upload/{session}/", {"files": _file(picture())}).json()["images"]
    assert refused(client.get(f"{image['url']}?download=maybe"), "download") == "unprocessable"


def test_in_json_a_word_is_no_truth(client, session):
    body = json.dumps({"include_uploads": "true"})
    response = client.post(f"/session/{session}/zip/", body, content_type="application/json")
    assert refused(response, "include_uploads") == "unprocessable"
    assert client.post(f"/session/{session}/zip/", {"include_uploads": "true"}).status_code == 200


@pytest.mark.parametrize("size", ["0", "201", "-1", "ten", "1e2", "٣", "9" * 5000])
def test_a_page_of_another_size_is_refused(client, size):
    assert refused(client.get(f"{IMAGES}?page_size={size}"), "page_size") == "out_of_range"


def test_a_page_has_the_size_that_was_asked_for(client):
    for number in range(3):
        Job.objects.create(kind="x", owner="house", title=str(number))
    first = client.get("/api/v1/jobs/?page_size=2").json()
    assert [job["title"] for job in first["results"]] == ["2", "1"]
    assert [job["title"] for job in client.get(first["next"]).json()["results"]] == ["0"]
    assert len(client.get("/api/v1/jobs/?page_size=").json()["results"]) == 3


def test_a_cursor_that_is_nothing_is_told_as_one(client):
    response = client.get("/api/v1/jobs/?cursor=x")
    assert (response.status_code, response.json()["code"]) == (404, "bad_cursor")


@pytest.mark.parametrize("name", ["jobs", "sessions", "images", "generations", "tokens"])
@pytest.mark.parametrize(
    "position",
    [
        pytest.param("9999-12-31 23:59:59.999999-14:00", id="past the last year"),
        pytest.param("0001-01-01 00:00:00+14:00", id="before the first year"),
        pytest.param("2026-13-01 00:00:00", id="no such month"),
    ],
)
def test_a_cursor_of_no_time_is_told_as_one(admin_client, name, position):
    cursor = b64encode(urlencode({"p": position}).encode()).decode()
    response = admin_client.get(f"/api/v1/{name}/", {"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (404, "bad_cursor")


def test_a_longer_search_than_anybody_types_is_refused(client):
    # SQLite takes no pattern of more than 50,000 bytes, and says so as if it were down.
    assert refused(client.get("/api/v1/jobs/?q=" + "a" * 60_000), "q") == "unprocessable"


def test_format_is_a_filter_and_no_type_of_answer(client):
    assert client.get("/api/v1/generations/?format=gif").json()["results"] == []


@pytest.mark.parametrize(("path", "allowed"), [("/healthz", "GET, HEAD"), ("/jobs/", "GET, HEAD")])
def test_a_wrong_method_is_told_with_the_right_ones(client, path, allowed):
    response = client.put(path)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response["Allow"] == allowed


def _file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", data)
