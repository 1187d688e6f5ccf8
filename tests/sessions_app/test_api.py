"""The studio's routes, called as a stranger would call them."""

import json
import re
import struct
import zlib
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow

from prompt_media.jobs import runner, services
from sessions_app.models import Generation, Image, Session

pytestmark = pytest.mark.django_db(transaction=True)


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


# Making


def test_background_and_front(client, studio):
    body = post(client, studio + "generate/", {"prompt": "Set @BG as background and @logo as front image"}).json()
    assert {"message", "session_id", "generation_id", "image_path", "url", "scene", "diagnostics"} <= set(body)
    assert (body["format"], body["width"], body["height"], body["frames"]) == ("png", 1080, 1080, 1)
    assert body["url"] == body["image_path"]
    assert "gif_path" not in body
    made = pixels(client, body["url"])
    assert made.size == (1080, 1080)
    assert is_near(made.getpixel((5, 5)), (254, 0, 0))
    assert is_near(made.getpixel((540, 540)), (0, 0, 255))


def test_words_of_motion_make_a_gif(client, studio):
    prompt = "@BG is stable background and @logo is moving from left to right"
    body = post(client, studio + "generate/", {"prompt": prompt, "frames": 5}).json()
    assert (body["format"], body["frames"]) == ("gif", 5)
    assert body["url"] == body["gif_path"]
    assert "image_path" not in body
    animation = Pillow.open(BytesIO(content(client.get(body["url"]))))
    assert (animation.format, animation.n_frames) == ("GIF", 5)


def test_generate_gif_is_obeyed(client, studio):
    still = post(client, studio + "generate/", {"prompt": "@logo moves left to right", "generate_gif": False}).json()
    assert still["format"] == "png"
    moving = post(client, studio + "generate/", {"prompt": "@logo in the center", "generate_gif": True}).json()
    assert moving["format"] == "gif"
    assert "gif_path" in moving


def test_a_generation_knows_its_inputs_and_its_output(client, studio):
    post(client, studio + "generate/", {"prompt": "@BG as background and @logo on the top right"})
    made = Generation.objects.get()
    assert {one.tag: one.image.tag_name for one in made.ingredients.all()} == {"BG": "BG", "logo": "logo"}
    assert made.output.made_by == made
    assert client.get(studio).json()["outputs"][0]["filename"] == made.output.name


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({}, 400, "invalid", id="no prompt"),
        pytest.param({"prompt": ""}, 400, "invalid", id="empty prompt"),
        pytest.param({"prompt": "   "}, 400, "empty_prompt", id="blank prompt"),
        pytest.param({"prompt": "a red barn"}, 400, "no_tag", id="no tag"),
        pytest.param({"prompt": "@loga on the left"}, 400, "unknown_tag", id="unknown tag"),
        pytest.param({"prompt": "@logo", "format": "mp4"}, 422, "format_not_yet", id="a later format"),
        pytest.param({"prompt": "@logo", "format": "gif", "generate_gif": False}, 422, "contradiction", id="both"),
        pytest.param({"prompt": "@logo", "frames": 100_000}, 422, "out_of_range", id="frames"),
        pytest.param({"prompt": "@logo", "width": -4}, 422, "out_of_range", id="width"),
        pytest.param({"prompt": "@logo", "fps": "fast"}, 422, "unprocessable", id="fps"),
        pytest.param({"prompt": "@logo", "scene": {}}, 422, "scene_not_yet", id="scene"),
        pytest.param({"prompt": "@logo " + "x" * 5000}, 422, "prompt_too_long", id="long prompt"),
        pytest.param({"prompt": ["@logo"]}, 422, "unprocessable", id="a list"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_and_nothing_is_stored(client, studio, body, status, code):
    refused(post(client, studio + "generate/", body), status, code)
    assert not Generation.objects.exists()
    assert post(client, studio + "generate/", {"prompt": "@logo"}).status_code == 201


def test_an_unknown_tag_is_answered_with_the_nearest(client, studio):
    problem = post(client, studio + "generate/", {"prompt": "@loga on the left"}).json()
    assert "@logo" in problem["detail"]


def test_wrong_json_and_huge_bodies_are_refused(client, studio):
    wrong = client.post(studio + "generate/", "{", content_type="application/json")
    refused(wrong, 422, "unreadable_body")
    refused(post(client, studio + "generate/", {"prompt": "@logo " * 2_000_000}), 413, "too_large")


def test_a_making_need_not_be_waited_for(client, studio, monkeypatch):
    published = []
    monkeypatch.setattr(services, "publish", published.append)
    response = post(client, studio + "generate/", {"prompt": "@logo"}, prefer="respond-async")
    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert response.json()["place_in_line"] == 1
    runner.run(str(published[0].pk))
    assert client.get(response["Location"]).json()["status"] == "done"


def test_a_wait_that_runs_out_answers_with_the_job(client, studio, monkeypatch):
    monkeypatch.setattr(services, "publish", lambda job: None)
    assert post(client, studio + "generate/", {"prompt": "@logo"}, prefer="wait=0").status_code == 202


def test_a_preview_is_small_and_leaves_nothing(client, studio):
    response = post(client, studio + "preview/", {"prompt": "@BG as background and @logo on the left"})
    assert response["Content-Type"] == "image/png"
    assert Pillow.open(BytesIO(response.content)).size == (360, 360)
    assert not Generation.objects.exists()


def test_a_preview_moves_when_the_words_do_and_shows_one_frame_when_asked(client, studio):
    wish = {"prompt": "@BG as background and @logo moves left to right"}
    moving = post(client, studio + "preview/", wish)
    assert moving["Content-Type"] == "image/gif"
    frame = post(client, studio + "preview/", wish | {"frame": 7})
    assert frame["Content-Type"] == "image/png"
    still = post(client, studio + "preview/", wish | {"generate_gif": False})
    assert still["Content-Type"] == "image/png"


def test_a_preview_goes_as_far_as_the_words_are_typed(client, studio):
    assert post(client, studio + "preview/", {"prompt": "@BG as background and @lo"}).status_code == 200
    refused(post(client, studio + "preview/", {"prompt": "@lo"}), 400, "unknown_tag")


# Files


def test_a_file_is_served_as_it_is_and_cannot_harm(client, studio):
    image = client.get(studio).json()["files"][0]
    response = client.get(image["url"])
    assert len(content(response)) == image["bytes"]
    assert response["Content-Type"] == image["media_type"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert client.get(image["url"], headers={"if-none-match": response["ETag"]}).status_code == 304


def test_a_download_gets_a_name_with_its_time(client, studio):
    url = post(client, studio + "generate/", {"prompt": "@logo"}).json()["url"]
    response = client.get(f"{url}?download=1")
    response.close()
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment")
    stem = url.rsplit("/", 1)[1].removesuffix(".png")
    assert re.search(rf'"{stem}_\d{{8}}_\d{{6}}\.png"', disposition)


def test_thumbnails_are_served(client, studio):
    for image in client.get(studio).json()["files"]:
        response = client.get(image["thumbnail_url"])
        assert response["Content-Type"] == "image/webp"
        assert Pillow.open(BytesIO(content(response))).format == "WEBP"


@pytest.mark.parametrize("name", ["..%2f..%2fmanage.py", "....//x", "%2e%2e", "nothing.png"])
def test_a_file_is_found_by_its_row_alone(client, studio, name):
    assert client.get(f"{studio}uploads/{name}").status_code == 404


def test_a_zip_holds_what_was_asked_for(client, studio):
    post(client, studio + "generate/", {"prompt": "@logo"})
    response = post(client, studio + "zip/", {"include_uploads": True})
    data = content(response)
    assert int(response["Content-Length"]) == len(data)
    names = ZipFile(BytesIO(data)).namelist()
    assert sorted(name.split("/")[0] for name in names) == ["outputs", "uploads", "uploads"]
    assert ZipFile(BytesIO(data)).testzip() is None


# The caller's own


def test_lists_show_the_callers_own(client, studio):
    post(client, studio + "generate/", {"prompt": "@logo"})
    for path, count in (("sessions", 1), ("images", 3), ("generations", 1), ("jobs", 2)):
        assert len(client.get(f"/api/v1/{path}/").json()["results"]) == count, path
    stranger = Client()
    stranger.get("/")
    for path in ("images", "generations", "jobs"):
        assert stranger.get(f"/api/v1/{path}/").json()["results"] == []


def test_a_job_can_be_cancelled_and_retried(client, studio, monkeypatch):
    monkeypatch.setattr(services, "publish", lambda job: None)
    job = post(client, studio + "generate/", {"prompt": "@logo"}, prefer="respond-async").json()
    assert client.post(f"{job['url']}cancel/").json()["status"] == "cancelled"
    refused(client.post(f"{job['url']}cancel/"), 409, "job_ended")
    assert client.post(f"{job['url']}retry/").status_code == 202
    refused(client.get(f"/api/v1/jobs/{uuid4()}/"), 404, "unknown_job")
