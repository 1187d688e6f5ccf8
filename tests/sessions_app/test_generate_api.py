"""/generate at its door: what is sent, what comes back, and what is refused."""

import base64
import json

import numpy as np
import pytest
from django.test import Client

from prompt_media import backends
from prompt_media.imaging import decode, encode
from prompt_media.jobs import runner, services
from prompt_media.jobs.models import Job
from sessions_app.models import Step
from sessions_app.services import live
from tests.generating.hostile import Hostile
from tests.sessions_app.calling import content, post, refused

STYLE = "data:text/css;base64,AA=="
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.fixture
def body(picture) -> dict[str, object]:
    return {"image_base64": encoded(picture()), "focus_x": 0.1, "focus_y": 0.1}


@pytest.fixture
def fails(monkeypatch) -> None:
    monkeypatch.setattr(backends, "current", lambda: Hostile("hostile:busy"))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_the_picture_comes_back_with_what_was_done_to_it(client, body):
    answer = post(client, "/generate", body | {"prompt": "ein Käfer\naus Glas"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert decode.picture(answer.content).size.width == 60
    told = {name: answer[name] for name in ("X-Target-Sector", "X-Outside-Delta", "X-Prompt-Index", "X-Prompt-Used")}
    assert told == {
        "X-Target-Sector": "BR",
        "X-Outside-Delta": "0",
        "X-Prompt-Index": "-1",
        "X-Prompt-Used": "ein K%C3%A4fer%0Aaus Glas",
    }
    assert (answer["X-Generation-Status"], 0 < float(answer["X-Change"]) < 1) == ("made", True)
    assert "X-Session-Id" not in answer
    assert "Set-Cookie" not in answer


def test_both_forms_of_the_address_and_of_the_picture_are_taken(client, body, picture):
    bare = post(client, "/generate/", body)
    wrapped = "\n".join(encoded(picture())[start : start + 76] for start in range(0, 400, 76))
    url = post(client, "/generate", body | {"image_base64": f"data:image/png;base64,{wrapped}"})
    assert bare.content == url.content or bare["X-Prompt-Used"] != url["X-Prompt-Used"]
    assert url.status_code == 200


def test_while_recording_it_is_a_step(client, body):
    client.post("/session/start?session_id=study")
    answers = [post(client, "/generate", body) for _ in range(2)]
    assert [(one["X-Session-Id"], one["X-Index"]) for one in answers] == [("study", "0"), ("study", "1")]
    assert content(client.get("/session/study/frames/1")) == answers[1].content
    told = client.get("/session/study").json()["sequence"]
    assert [(one["filename"], one["target_sector"], one["focus_sector"]) for one in told] == [
        ("0000_BR.png", "BR", "TL"),
        ("0001_BR.png", "BR", "TL"),
    ]


def test_who_does_not_wait_finds_it_in_the_job(client, body):
    client.post("/session/start?session_id=study")
    accepted = post(client, "/generate", body | {"seed": 2**62}, prefer="respond-async")
    assert accepted.status_code == 202
    result = client.get(accepted["Location"]).json()["result"]
    assert (result["session_id"], result["index"], result["url"]) == ("study", 0, "/session/study/frames/0/")
    assert (result["target_sector"], result["outside_delta"], result["seed"]) == ("BR", 0, 2**62)


def test_unrecorded_its_job_tells_where_it_lies(client, body):
    accepted = post(client, "/generate", body, prefer="respond-async")
    result = client.get(accepted["Location"]).json()["result"]
    assert (result["session_id"], result["index"]) == (None, None)
    assert content(client.get(result["url"])).startswith(b"\x89PNG")


def test_a_failing_backend_gives_the_picture_back(client, body, picture, fails):
    client.post("/session/start?session_id=study")
    answer = post(client, "/generate", body)
    assert (answer.status_code, answer["X-Generation-Status"], answer["X-Outside-Delta"]) == (200, "fallback", "0")
    assert answer.content == picture()
    (entry,) = client.get("/session/study").json()["sequence"]
    assert entry["status"] == "fallback"


def test_who_asks_for_failure_gets_it(client, body, fails):
    client.post("/session/start?session_id=study")
    answer = post(client, "/generate?on_error=fail", body)
    refused(answer, 503, "backend_failed")
    assert answer["Retry-After"] == "7"
    assert not Step.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        pytest.param({"image_base64": "no base64 at all!"}, 422, "bad_encoding", "image_base64", id="rubbish"),
        pytest.param({"image_base64": "AAA"}, 422, "bad_encoding", "image_base64", id="cut off"),
        pytest.param({"image_base64": "data:image/png,abc"}, 422, "bad_encoding", "image_base64", id="a bare URL"),
        pytest.param({"image_base64": "data:"}, 422, "bad_encoding", "image_base64", id="a URL of nothing"),
        pytest.param({"image_base64": STYLE}, 415, "unsupported_picture", "image_base64", id="a style"),
        pytest.param({"image_base64": "aGVsbG8="}, 415, "unsupported_picture", None, id="no picture"),
        pytest.param({"image_base64": ""}, 400, "invalid", "image_base64", id="nothing"),
        pytest.param({"image_base64": None}, 400, "invalid", "image_base64", id="null"),
        pytest.param({"image_base64": 7}, 422, "unprocessable", "image_base64", id="a number"),
        pytest.param({"focus_x": 1.01}, 422, "unprocessable", "focus_x", id="right of it"),
        pytest.param({"focus_y": "0.5"}, 422, "unprocessable", "focus_y", id="a text"),
        pytest.param({"focus_y": True}, 422, "unprocessable", "focus_y", id="a truth"),
        pytest.param({"focus_x": None}, 400, "invalid", "focus_x", id="no focus"),
        pytest.param({"focus_x": 10**400}, 422, "unprocessable", "focus_x", id="more digits than a number has"),
        pytest.param({"strength": -0.1}, 422, "unprocessable", "strength", id="weaker than not at all"),
        pytest.param({"grid_size": 1}, 422, "unprocessable", "grid_size", id="one sector"),
        pytest.param({"grid_size": 3.5}, 422, "unprocessable", "grid_size", id="half a sector"),
        pytest.param({"target_row": 1}, 422, "half_a_target", "target_col", id="half a target"),
        pytest.param({"target_row": 0, "target_col": 3}, 422, "out_of_range", "target_col", id="right of the grid"),
        pytest.param({"target_row": 10**30, "target_col": 3}, 422, "unprocessable", "target_row", id="far below"),
        pytest.param({"prompt": "  "}, 400, "empty_prompt", "prompt", id="an empty prompt"),
        pytest.param({"prompt": "x" * 4001}, 422, "prompt_too_long", "prompt", id="an endless prompt"),
        pytest.param({"seed": -1}, 422, "unprocessable", "seed", id="a seed below nought"),
        pytest.param({"seed": 2**63}, 422, "unprocessable", "seed", id="a seed too large"),
        pytest.param({"seed": 1.5}, 422, "unprocessable", "seed", id="half a seed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, body, change, status, code, field):
    problem = refused(post(client, "/generate", body | change), status, code)
    assert [error["field"] for error in problem["errors"]] == ([field] if field else [])
    assert not Job.objects.exists()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(client, body, number):
    text = json.dumps(body | {"focus_x": 4711}).replace("4711", number)
    answer = client.post("/generate", text, content_type="application/json")
    assert answer.status_code == 422


def test_a_picture_of_one_pixel_is_refused_in_words(client, body, picture):
    problem = refused(
        post(client, "/generate", body | {"image_base64": encoded(picture(size=(1, 1)))}), 422, "unprocessable"
    )
    assert "1 × 1 pixels cannot be cut into 3 × 3" in problem["detail"]


def test_a_picture_larger_than_any_file_is_refused_and_one_as_large_is_read(client, body, settings):
    settings.UPLOAD_MB = 4
    noise = np.random.default_rng(1).integers(0, 256, (1000, 1200, 3), np.uint8)
    assert post(client, "/generate", body | {"image_base64": encoded(encode.png(noise))}).status_code == 200
    settings.UPLOAD_MB = 3
    refused(post(client, "/generate", body | {"image_base64": encoded(encode.png(noise))}), 413, "file_too_large")
    settings.UPLOAD_MB = 1
    refused(post(client, "/generate", body | {"image_base64": encoded(encode.png(noise))}), 413, "too_large")
    refused(post(client, "/session/start", {"x": "y" * 2_200_000}), 413, "too_large")


def test_asked_twice_under_one_key_it_is_made_once(client, body):
    client.post("/session/start?session_id=study")
    first, second = (post(client, "/generate", body, idempotency_key="k") for _ in range(2))
    assert second["Idempotent-Replayed"] == "true"
    same = ("X-Index", "X-Prompt-Used", "ETag", "Content-Type")
    assert [second[name] for name in same] == [first[name] for name in same]
    assert second.content == first.content
    assert Step.objects.count() == 1
    refused(post(client, "/generate", body | {"seed": 1}, idempotency_key="k"), 422, "idempotency_key_reused")


def test_a_running_backend_is_stopped_by_cancelling(client, body, monkeypatch):
    def cancelled_meanwhile(self, wish, progress):
        services.cancel(Job.objects.get())
        progress.advance(1, 2)
        raise AssertionError("It went on.")

    monkeypatch.setattr(Hostile, "inpaint", cancelled_meanwhile)
    monkeypatch.setattr(backends, "current", Hostile)
    client.post("/session/start?session_id=study")
    refused(post(client, "/generate", body), 409, "cancelled")
    assert not Step.objects.exists()


def test_a_cancelled_one_can_be_tried_again(client, body, monkeypatch):
    published = []
    monkeypatch.setattr(services, "publish", published.append)
    client.post("/session/start?session_id=study")
    location = post(client, "/generate", body, prefer="respond-async")["Location"]
    assert client.post(f"{location}cancel/").status_code == 200
    assert client.post(f"{location}retry/").status_code == 202
    runner.run(str(published[-1].pk))
    assert client.get(location).json()["result"]["index"] == 0


def test_prompts_are_told_set_used_in_turn_reset_and_forgotten(client, body):
    assert client.get("/prompts").json()["source"] == "built-in"
    own = {"default": ["a", "b"], "sectors": {"TL": "c"}}
    assert client.put("/api/v1/prompts/", json.dumps(own), content_type="application/json").status_code == 200
    used = [post(client, "/generate", body) for _ in range(3)]
    assert [(one["X-Prompt-Used"], one["X-Prompt-Index"]) for one in used] == [("a", "0"), ("b", "1"), ("a", "0")]
    told = client.get("/api/v1/prompts/").json()
    assert (told["default"], told["sectors"], told["source"], told["turns"]) == (
        ["a", "b"],
        {"TL": ["c"]},
        "page",
        {"default": 1},
    )
    assert client.post("/reset").json()["status"] == "reset"
    assert post(client, "/generate", body)["X-Prompt-Used"] == "a"
    assert client.delete("/api/v1/prompts/").json()["source"] == "built-in"


@pytest.mark.parametrize(
    "prompts", [{"default": 7}, {"sectors": {"XX": "a"}}, {"sectors": {"TL": [7]}}, {"default": "x" * 4001}]
)
def test_prompts_that_are_none_are_refused(client, prompts):
    refused(client.put("/api/v1/prompts/", json.dumps(prompts), content_type="application/json"), 422, "bad_prompts")


def test_prompts_are_each_identity_s_own(client, body, django_user_model):
    client.put("/api/v1/prompts/", json.dumps({"default": "ours"}), content_type="application/json")
    other = Client()
    other.force_login(django_user_model.objects.create(username="ada"))
    assert other.get("/prompts").json()["source"] == "built-in"


def test_who_makes_the_pictures_is_told(client, monkeypatch):
    client.post("/session/start?session_id=study")
    told = client.get("/health").json()
    assert (told["status"], told["backend"]["name"], told["recording"]) == ("ok", "procedural", "study")


def test_a_strict_replay_answers_what_was_recorded_and_refuses_what_differs(client, body):
    client.post("/session/start?session_id=study")
    recorded = post(client, "/generate", body)
    client.post("/session/stop")
    post(client, "/session/replay/study?mode=strict", {})
    problem = refused(post(client, "/generate", body | {"strength": 0.5}), 409, "replay_mismatch")
    assert [error["field"] for error in problem["errors"]] == ["strength"]
    again = post(client, "/generate", body)
    assert again.content == recorded.content
    assert (again["X-Session-Id"], again["X-Index"], again["X-Seed"]) == ("study", "0", recorded["X-Seed"])
    assert Job.objects.count() == 1


def test_what_is_not_kept_any_more_is_told_as_gone(client, body, monkeypatch):
    monkeypatch.setattr(live, "NEWEST", 1)
    first = post(client, "/generate", body, idempotency_key="k")
    post(client, "/generate", body)
    assert first.status_code == 200
    refused(post(client, "/generate", body, idempotency_key="k"), 404, "unknown_image")
