"""Making pictures and taking them away, called as a stranger would."""

import re
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from prompt_media.jobs import runner, services
from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image
from sessions_app.services import composition, workspace
from tests.sessions_app.calling import content, is_near, pixels, post, refused

pytestmark = pytest.mark.django_db(transaction=True)


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
        pytest.param({"prompt": ""}, 400, "empty_prompt", id="empty prompt"),
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


def test_a_thumbnail_can_be_downloaded(client, studio):
    shown = client.get(studio).json()["files"][0]
    response = client.get(f"{shown['thumbnail_url']}&download=1")
    stem = shown["filename"].partition(".")[0]
    assert re.fullmatch(rf'attachment; filename="{stem}_\d{{8}}_\d{{6}}\.webp"', response["Content-Disposition"])
    assert content(response).startswith(b"RIFF")


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


def test_a_picture_deleted_before_its_turn_is_told_by_its_tag(client, studio, monkeypatch):
    published = []
    monkeypatch.setattr(services, "publish", published.append)
    job = post(client, studio + "generate/", {"prompt": "@logo"}, prefer="respond-async").json()
    Image.objects.filter(tag__name="logo").delete()
    runner.run(str(published[0].pk))
    told = client.get(job["url"]).json()
    assert (told["status"], told["problem"]["code"]) == ("failed", "unknown_image")
    assert "@logo" in told["error"]


def test_a_job_retried_after_its_session_has_gone_says_so(client, studio, worker):
    url = post(client, studio + "generate/", {"prompt": "@logo"}, prefer="respond-async").json()["url"]
    Job.objects.update(status="failed", finished_at=timezone.now())
    client.delete(studio)
    for kind in ("compose", "upload"):
        job = Job.objects.get(kind=kind)
        assert client.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 202
        job.refresh_from_db()
        assert job.problem["code"] == "unknown_session"
    assert client.get(url).json()["about"] == ""


def test_a_making_belongs_to_whoever_signed_in_while_it_was_asked_for(session, add, monkeypatch):
    add("logo")
    plan = composition.plan

    def signs_in_meanwhile(**asked: object) -> composition.Plan:
        workspace.hand_over(giver=session.owner, taker="user:1")
        return plan(**asked)

    monkeypatch.setattr(composition, "plan", signs_in_meanwhile)
    _, job = composition.request(session=session, wish=composition.Wish(prompt="@logo in the center"))
    assert job.owner == "user:1"
