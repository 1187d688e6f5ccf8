"""What arrives half, in a strange dress or not at all: refused in words, and nothing of it is kept."""

import errno

import pytest
from django.test import Client
from rest_framework.views import APIView

from prompt_media.web import gateway, routes, sizes
from prompt_media.web.arrival import TooSlow
from sessions_app.models import Image

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "xyzzy"


@pytest.fixture
def path(client: Client, worker) -> str:
    return f"/upload/{client.post('/session/create/').json()['session_id']}/"


def part(data: bytes, disposition: str = 'form-data; name="files"; filename="a.png"') -> bytes:
    return f"--{MARK}\r\nContent-Disposition: {disposition}\r\n\r\n".encode("latin-1") + data + b"\r\n"


def send(client: Client, path: str, body: bytes, **headers: str):
    return client.generic("POST", path, body, content_type=f"multipart/form-data; boundary={MARK}", headers=headers)


END = f"--{MARK}--\r\n".encode()


def test_a_whole_form_is_taken(client, path, picture):
    assert send(client, path, part(picture()) + part(picture()) + END).json()["count"] == 2


def test_a_delimiter_on_the_edge_of_two_chunks_is_counted_once(client, path, picture):
    padded = picture() + b"\0" * (64 * 1024)
    assert send(client, path, part(padded) + part(padded) + part(padded) + END).json()["count"] == 3


def test_words_before_and_behind_the_parts_are_nobodys(client, path, picture):
    body = b"Once upon a time\r\n" + part(picture()) + END + b"and they lived happily ever after\r\n"
    assert send(client, path, body).json()["count"] == 1


def test_the_type_may_be_written_in_capitals(client, path, picture):
    told = f"Multipart/Form-Data; BOUNDARY={MARK}"
    assert client.generic("POST", path, part(picture()) + END, content_type=told).json()["count"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda one: one + one[:-20], id="in the middle of a file"),
        pytest.param(lambda one: one + one, id="before the closing delimiter"),
        pytest.param(lambda one: one + END[:-4], id="in the closing delimiter"),
    ],
)
def test_an_upload_that_broke_off_is_refused_whole(client, path, picture, broken):
    response = send(client, path, broken(part(picture())))
    assert (response.status_code, response.json()["code"]) == (422, "unreadable_body")
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    "disposition",
    [
        pytest.param('form-data; name="files"; filename=""', id="empty file name"),
        pytest.param('form-data; name="files"; filename=".."', id="no file's name"),
        pytest.param("form-data; filename=a.png", id="no field name"),
        pytest.param('form-data; name="file"; filename="a.png"', id="another field"),
    ],
)
def test_a_file_that_cannot_be_read_keeps_the_others_out(client, path, picture, disposition):
    response = send(client, path, part(picture()) + part(picture(), disposition) + END)
    assert response.status_code in (400, 422)
    assert not Image.objects.exists()
    assert send(client, path, part(picture()) + END).status_code == 201


def test_json_that_is_nested_too_deeply_is_refused(client, path):
    response = client.post(path.replace("upload", "session") + "generate/", "[" * 100_000, "application/json")
    assert (response.status_code, response.json()["code"]) == (422, "unreadable_body")


def test_a_body_without_its_length_is_asked_for_one(client):
    response = client.generic("POST", "/session/create/", b"", headers={"transfer-encoding": "chunked"})
    assert (response.status_code, response.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        pytest.param("POST", "/session/create/", {"origin": "http://["}, id="an origin that is no URL"),
        pytest.param("POST", "/session/create/", {"content-length": "0" * 5000 + "2"}, id="5,000 digits of length"),
        pytest.param("GET", "/api/v1/jobs/?cursor=cD0yMDI2", {}, id="a cursor that is no date"),
        pytest.param("GET", "/api/v1/jobs/?cursor=x", {}, id="a cursor that is nothing"),
    ],
)
def test_odd_requests_are_refused_and_not_stumbled_over(client, method, path, headers):
    response = client.generic(method, path, headers=headers)
    assert 400 <= response.status_code < 500
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["image/png", "text/html", "application/xml", "application/problem+json"])
def test_whatever_a_caller_accepts_it_gets_an_answer(client, accept):
    assert client.get("/api/v1/jobs/", headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize("body", [{"generate_gif": "yes"}, {"width": "200"}, {"frames": True}, {"prompt": 5}])
def test_a_value_of_another_type_is_no_value(client, path, body):
    wish = {"prompt": "@a", **body}
    response = client.post(path.replace("upload", "session") + "generate/", wish, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (422, "unprocessable")


@pytest.mark.parametrize("path", ["/upload/\u2028/", "/session/créer/", "/\N{SNOWMAN}"])
def test_a_body_sent_to_an_address_of_other_letters_finds_nobody(client, path):
    assert client.post(path, "{}", content_type="application/json").status_code == 404


def test_ids_are_read_in_either_case(client, path):
    session = path.removeprefix("/upload/")
    assert client.get(f"/session/{session.upper()}").status_code == 200


def test_a_body_that_the_gateway_gave_up_is_refused_before_anything_else(client, path):
    response = client.post(path, **{gateway.REFUSAL: TooSlow(3)})
    assert (response.status_code, response.json()["code"]) == (408, "too_slow_to_send")
    assert response["X-Request-ID"]


@pytest.mark.parametrize("media_type", [f"multipart/form-data; boundary={MARK}", "application/json"])
def test_a_body_larger_than_its_limit_is_refused_by_what_it_announces(client, path, settings, media_type):
    settings.BODY_MB = settings.JSON_MB = 5
    answer = client.generic("POST", path, b" " * (5 * 1024 * 1024 + 1), content_type=media_type)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "5 MB" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("media_type", "megabytes"),
    [
        pytest.param("Multipart/Form-Data ; boundary=x", 100, id="an upload"),
        pytest.param("application/json", 2, id="json"),
        pytest.param("application/json; multipart/form-data", 2, id="json that names another"),
        pytest.param("", 2, id="nothing said"),
    ],
)
def test_how_much_is_read_is_decided_by_what_it_is(media_type, megabytes):
    assert sizes.most_bytes({"CONTENT_TYPE": media_type}) == megabytes * 1024 * 1024


def test_a_temporary_folder_that_is_full_is_told_as_one(client, path, picture, monkeypatch):
    def full(self, *args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk", full)
    answer = send(client, path, part(picture()) + END)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_no_more_is_read_than_was_announced(client, path, picture):
    first = part(picture()) + END
    answer = client.generic(
        "POST",
        path,
        first + part(picture()) * 3 + END,
        content_type=f"multipart/form-data; boundary={MARK}",
        CONTENT_LENGTH=str(len(first)),
    )
    assert answer.json()["count"] == 1


def test_json_with_a_picture_in_it_may_be_as_large_as_the_picture_makes_it(monkeypatch, settings):
    @sizes.with_picture
    class TakesPictures(APIView):
        pass

    settings.UPLOAD_MB = 20
    told = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "1", "PATH_INFO": "/anywhere"}
    assert sizes.most_bytes(told) == 2 * 1024 * 1024
    monkeypatch.setattr(routes, "view_at", lambda address: TakesPictures)
    assert sizes.most_bytes(told) == 30 * 1024 * 1024
