"""Many at once: callers that know nothing of each other work in one session, and none loses anything."""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle, islice

import pytest

from tests.engine.calling import Answer, Caller

CALLERS = 6


@pytest.fixture
def at_once(studio) -> Callable[[Callable[[Caller], Answer]], list[Answer]]:
    """What as many callers are answered who all do the same, each over a connection of its own."""

    def at_once(call: Callable[[Caller], Answer]) -> list[Answer]:
        def alone(port: int) -> Answer:
            with closing(Caller(port)) as caller:
                return call(caller)

        with ThreadPoolExecutor(CALLERS) as callers:
            return list(callers.map(alone, islice(cycle(studio.ports), CALLERS)))

    return at_once


@pytest.fixture
def session(stranger) -> str:
    return stranger.post("/session/create/").json["session_id"]


def statuses(answers: list[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def test_uploads_at_once_all_arrive_each_under_a_number_of_its_own(stranger, session, at_once, picture):
    answers = at_once(lambda caller: caller.upload(f"/upload/{session}/?auto_tag=1", {"a.png": picture()}))

    assert statuses(answers) == [201] * CALLERS
    told = stranger.get(f"/session/{session}/").json
    assert told["image_count"] == CALLERS
    assert sorted(told["images"].values()) == [f"Image{number}" for number in range(1, CALLERS + 1)]


def test_a_tag_that_all_want_goes_to_one(stranger, session, at_once, picture):
    uploaded = stranger.upload(f"/upload/{session}/", {f"{one}.png": picture() for one in range(CALLERS)})
    names = iter(uploaded.json["files"])

    answers = at_once(lambda caller: caller.post(f"/session/{session}/tag/", {"filename": next(names), "tag": "logo"}))

    assert statuses(answers) == [200, *[409] * (CALLERS - 1)]
    assert Counter(stranger.get(f"/session/{session}/").json["images"].values()) == {"logo": 1, None: CALLERS - 1}


def test_makings_at_once_are_all_made(stranger, session, at_once, picture):
    stranger.upload(f"/upload/{session}/?auto_tag=1", {"a.png": picture()})

    answers = at_once(
        lambda caller: caller.post(f"/session/{session}/generate/", {"prompt": "@Image1 in the center of 200x200"})
    )

    assert statuses(answers) == [201] * CALLERS
    outputs = stranger.get(f"/session/{session}/").json["outputs"]
    assert {output["url"] for output in outputs} == {answer.json["url"] for answer in answers}
    assert len({output["url"] for output in outputs}) == CALLERS


def test_frames_made_at_once_while_recording_get_each_a_number_of_its_own(stranger, at_once, picture):
    wish = {"image_base64": b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1}
    recording = stranger.post("/session/start").json["session_id"]

    answers = at_once(lambda caller: caller.post("/generate", wish))

    stranger.post("/session/stop")
    assert statuses(answers) == [200] * CALLERS
    frames = {int(answer.headers["X-Index"]): answer.data for answer in answers}
    told = stranger.get(f"/session/{recording}").json["sequence"]
    assert [step["index"] for step in told] == sorted(frames) == list(range(CALLERS))
    assert [stranger.get(f"/session/{recording}/frames/{index}").data for index in sorted(frames)] == [
        frames[index] for index in sorted(frames)
    ]


def test_a_replay_that_all_step_serves_each_frame_once(stranger, at_once, picture):
    wish = {"image_base64": b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1}
    recording = stranger.post("/session/start").json["session_id"]
    assert [stranger.post("/generate", wish).status for _ in range(CALLERS + 2)] == [200] * (CALLERS + 2)
    stranger.post("/session/stop")
    stranger.post(f"/session/replay/{recording}")

    first = at_once(lambda caller: caller.get("/session/replay/next"))
    second = at_once(lambda caller: caller.get("/session/replay/next"))

    served = [answer.headers["X-Index"] for answer in first + second if "X-Index" in answer.headers]
    assert sorted(map(int, served)) == list(range(CALLERS + 2))
    told = [answer.json for answer in first + second if "X-Index" not in answer.headers]
    assert told == [{"status": "complete", "image": None}] * (CALLERS - 2)


def test_a_session_that_all_delete_is_deleted(stranger, session, at_once):
    answers = at_once(lambda caller: caller.delete(f"/session/{session}/"))

    assert statuses(answers) == [200] * CALLERS
    assert stranger.get(f"/session/{session}/").status == 404
