"""Sessions, uploads and tags, called as a stranger would call them."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image as Pillow

from sessions_app.models import Image, Session
from sessions_app.services import workspace
from tests.sessions_app.calling import post, refused

pytestmark = pytest.mark.django_db(transaction=True)


# Sessions


def test_a_session_is_created_with_both_slash_forms(client):
    for path in ("/session/create/", "/session/create"):
        response = client.post(path)
        assert response.status_code == 201
        assert set(response.json()) == {"session_id", "message", "created_at", "expires_at"}
    assert Session.objects.count() == 2


def test_api_routes_set_no_cookie(client):
    assert not client.post("/session/create/").cookies


def test_a_session_tells_of_its_files(client, studio):
    body = client.get(studio).json()
    assert body["image_count"] == 2
    assert sorted(body["images"].values()) == ["BG", "logo"]
    promised = {"filename", "tag", "url", "thumbnail_url", "width", "height", "bytes", "media_type"}
    assert promised <= set(body["files"][0])
    assert client.get(studio.rstrip("/")).json()["files"] == body["files"]


@pytest.mark.parametrize("path", ["/session/{}/", "/session/{}", "/session/{}/output/a.png", "/session/{}/uploads/a"])
def test_an_unknown_session_is_not_found(client, path):
    refused(client.get(path.format(uuid4())), 404, "unknown_session")


def test_a_deleted_session_takes_its_files_with_it(client, studio, settings):
    url = client.get(studio).json()["files"][0]["url"]
    assert client.delete(studio).status_code == 200
    refused(client.get(url), 404, "unknown_session")
    assert not Image.objects.exists()


def test_deleting_what_is_not_there_is_fine(client):
    assert "message" in client.delete(f"/session/{uuid4()}").json()


def test_a_session_can_be_kept_and_let_go(client, new):
    kept = client.patch(new, '{"kept": true}', content_type="application/json").json()
    assert (kept["kept"], kept["expires_at"]) == (True, None)
    assert client.patch(new, '{"kept": false}', content_type="application/json").json()["expires_at"]


# Uploads


def test_an_upload_answers_with_the_stored_files(upload, new):
    response = upload("a.png", "b.png")
    body = response.json()
    assert response.status_code == 201
    assert body["count"] == 2
    assert body["files"] == [image["filename"] for image in body["images"]]
    assert [image["tag"] for image in body["images"]] == [None, None]
    assert [image["label"] for image in body["images"]] == ["a.png", "b.png"]


def test_names_are_given_only_when_asked(upload):
    assert [image["tag"] for image in upload("a.png", "b.png", query="?auto_tag=1").json()["images"]] == [
        "Image1",
        "Image2",
    ]


def test_an_upload_need_not_be_waited_for(upload, client):
    response = upload("a.png", prefer="respond-async")
    assert response.status_code == 202
    assert response["Location"] == response.json()["url"]
    assert client.get(response["Location"]).json()["kind"] == "upload"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"", 415, id="empty"),
        pytest.param(b"hello, I am text\n" * 9, 415, id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, id="svg"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, 415, id="png header only"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(upload, data, status):
    response = upload("good.png", ("bad.png", data))
    assert response.status_code == status
    problem = response.json()
    assert "bad.png" in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == ["files"]
    assert not Image.objects.exists()
    assert upload("good.png").status_code == 201


def test_a_truncated_picture_is_refused_by_the_worker(upload, picture):
    whole = picture("JPEG", (600, 600))
    refused(upload(("cut.jpg", whole[: len(whole) // 2])), 415, "broken_picture")
    assert not Image.objects.exists()


def test_a_picture_that_declares_too_many_pixels_is_refused_before_decoding(upload, picture):
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + picture()[33:]
    response = upload(("huge.png", bomb))
    assert response.status_code == 413
    assert "30" in response.json()["detail"]


def test_a_files_name_cannot_leave_the_session(upload, settings):
    (image,) = upload(("../../../etc/x.png", _png())).json()["images"]
    assert image["label"] == "x.png"
    assert "/" not in image["filename"]


def _png() -> bytes:
    file = BytesIO()
    Pillow.new("RGB", (5, 5)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(("door", "status"), [("/upload/{}/", 422), ("/studio/{}/pictures/", 400)])
def test_a_name_no_form_can_carry_is_refused_in_words(client, new, picture, door, status):
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{"x" * 5000}.png"\r\n\r\n'
    body = head.encode() + picture() + b"\r\n--b--\r\n"

    response = client.post(door.format(new.split("/")[2]), body, content_type="multipart/form-data; boundary=b")

    assert response.status_code == status
    assert "Shorten its file name" in response.json()["detail"]


def test_an_upload_needs_files(client, new):
    refused(client.post(new.replace("session", "upload", 1), {"other": "x"}), 400, "no_files")
    refused(post(client, new.replace("session", "upload", 1), {}), 415, "unsupported_media_type")


def test_too_many_files_and_too_large_ones_are_refused(upload, settings):
    settings.UPLOAD_FILES = 1
    refused(upload("a.png", "b.png"), 413, "too_many_files")
    settings.UPLOAD_MB = 0
    refused(upload("a.png"), 413, "file_too_large")


# Tags


def test_one_picture_is_named_and_unnamed(client, new, upload):
    (name,) = upload("a.png").json()["files"]
    for tag in ("product", None):
        body = post(client, new + "tag/", {"filename": name, "tag": tag}).json()
        assert (body["filename"], body["tag"]) == (name, tag)
        assert client.get(new).json()["images"] == {name: tag}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"tag": "x"}, 400, "invalid", id="no file"),
        pytest.param({"filename": "none.png", "tag": "x"}, 404, "unknown_image", id="unknown file"),
        pytest.param({"filename": "a", "tag": "two words"}, 422, "bad_tag", id="spaces"),
        pytest.param({"filename": "a", "tag": "x" * 500}, 422, "bad_tag", id="500 characters"),
        pytest.param({"filename": "a", "tag": ""}, 400, "empty_tag", id="empty"),
        pytest.param({"filename": "a", "tag": {"x": 1}}, 422, "unprocessable", id="an object"),
        pytest.param([], 422, "unprocessable", id="a list"),
    ],
)
def test_a_tag_that_cannot_be_is_refused(client, new, body, status, code):
    refused(post(client, new + "tag/", body), status, code)


def test_a_taken_tag_is_a_conflict_and_a_swap_is_not(client, studio):
    files = {tag: name for name, tag in client.get(studio).json()["images"].items()}
    clash = refused(post(client, studio + "tag/", {"filename": files["logo"], "tag": "bg"}), 409, "tag_taken")
    assert "bg.jpg" in clash["detail"]
    swap = [{"filename": files["BG"], "tag": "logo"}, {"filename": files["logo"], "tag": "BG"}]
    assert post(client, studio + "tags/batch/", {"assignments": swap}).json()["images"] == {
        files["BG"]: "logo",
        files["logo"]: "BG",
    }


# Races with a deletion


@pytest.fixture
def deleted_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call finds its session, and then somebody deletes it."""
    real = workspace.enter

    def enter_and_lose(public_id: object) -> Session:
        session = real(public_id)
        Session.objects.all().delete()
        return session

    monkeypatch.setattr(workspace, "enter", enter_and_lose)


@pytest.mark.parametrize("change", ['{"kept": true}', '{"name": "x"}'])
def test_a_change_that_meets_a_deletion_finds_the_session_gone(client, new, deleted_meanwhile, change):
    refused(client.patch(new, change, content_type="application/json"), 404, "unknown_session")


def test_a_tag_that_meets_a_deletion_finds_the_session_gone(client, new, deleted_meanwhile):
    refused(post(client, new + "tag/", {"filename": "a.png", "tag": "x"}), 404, "unknown_session")


def test_an_upload_that_meets_a_deletion_leaves_nothing(upload, deleted_meanwhile, settings):
    refused(upload("a.png"), 404, "unknown_session")
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_damage_is_told_with_the_files_name(upload, picture):
    whole = picture("JPEG", (600, 600))
    problem = upload("a.png", ("holiday.jpg", whole[: len(whole) // 2]), "c.png").json()
    assert "holiday.jpg" in problem["detail"]
    assert [error["field"] for error in problem["errors"]] == ["files"]


def test_a_batch_tells_which_of_its_assignments_is_wrong(client, new, upload):
    names = upload("a.png", "b.png").json()["files"]
    assignments = [{"filename": names[0], "tag": "fine"}, {"filename": names[1], "tag": "not fine"}]
    problem = post(client, new + "tags/batch/", {"assignments": assignments}).json()
    assert [error["field"] for error in problem["errors"]] == ["assignments.1.tag"]
