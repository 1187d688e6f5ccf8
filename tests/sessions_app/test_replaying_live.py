"""Replays that answer a /generate: what is recorded comes back as it was, and what is not is made."""

import base64

import pytest
from django.test import Client

from prompt_media.files import store
from prompt_media.jobs.models import Job
from tests.sessions_app.calling import content, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(client: Client, worker, picture):
    """Generates: `ask(strength=0.5)`; returns the answer."""

    def ask(**wish: object):
        data = base64.b64encode(picture(size=(30, 30), colour="teal")).decode()
        body = {"image_base64": data, "focus_x": 0.1, "focus_y": 0.1, "prompt": "a leaf", **wish}
        answer = post(client, "/generate", body)
        assert answer.status_code == 200, answer.content
        return answer

    return ask


@pytest.fixture
def frames(client: Client, ask) -> list[bytes]:
    """The recording "lab", of the seeds 0, 1 and 2; and nothing is recorded any more."""
    client.post("/session/start?session_id=lab")
    made = [ask(seed=seed).content for seed in range(3)]
    client.post("/session/stop")
    return made


def place(answer) -> tuple[str | None, str | None]:
    """Of which recording it is a step, and which."""
    return answer.get("X-Session-Id"), answer.get("X-Index")


def test_a_fork_gives_its_beginning_and_goes_on_live(client, ask, frames):
    post(client, "/session/replay/lab?mode=fork&at=2&session_id=other", {})
    made_before = Job.objects.count()

    begun = [ask(seed=9) for _ in range(2)]
    live = ask(seed=9)

    assert [answer.content for answer in begun] == frames[:2]
    assert [place(answer) for answer in (*begun, live)] == [("other", "0"), ("other", "1"), ("other", "2")]
    assert Job.objects.count() == made_before + 1
    assert live.content not in frames
    stored = [content(client.get(f"/session/other/frames/{index}")) for index in range(3)]
    assert stored == [*frames[:2], live.content]
    assert len(client.get("/session/lab").json()["sequence"]) == 3, "it is as it was"


def test_new_only_makes_what_it_does_not_know_once(client, ask, frames):
    post(client, "/session/replay/lab?mode=new_only", {})

    known, new, again = ask(seed=1), ask(seed=9), ask(seed=9)

    assert (known.content, place(known)) == (frames[1], ("lab", "1"))
    assert [place(answer) for answer in (new, again)] == [("lab", "3")] * 2
    assert again.content == new.content
    client.post("/session/replay/stop")
    assert place(ask(seed=10)) == (None, None), "nothing is added any more"


def test_what_a_replay_answers_is_no_step_of_what_is_recorded_meanwhile(client, ask, frames):
    client.post("/session/start?session_id=mine")
    post(client, "/session/replay/lab?mode=strict", {})
    assert [place(ask(seed=seed)) for seed in range(3)] == [("lab", "0"), ("lab", "1"), ("lab", "2")]
    post(client, "/session/replay/stop", {})
    assert place(ask(seed=0)) == ("mine", "0")
    assert len(client.get("/session/mine").json()["sequence"]) == 1


def test_a_cassette_is_replayed_while_another_is_recorded(client, ask, frames):
    client.post("/session/start?session_id=mine")
    post(client, "/session/replay/lab", {})
    for index in range(3):
        assert content(client.get("/session/replay/next")) == frames[index]
        assert place(ask(seed=index)) == ("mine", str(index))
    assert client.get("/session/replay/next").json()["status"] == "complete"


def test_what_was_made_here_is_proved_step_by_step(client, ask, frames):
    post(client, "/session/replay/lab?mode=verify", {})
    for frame in frames:
        sent = client.get("/session/replay/next")
        assert content(sent) == frame
        assert (sent["X-Verdict"], sent["X-Drift"]) == ("identical", "0.000000")


def test_a_recording_that_is_deleted_lets_go_of_who_makes_and_who_replays(client, ask, frames):
    post(client, "/session/replay/lab?mode=new_only", {})
    assert client.delete("/session/lab").status_code == 200
    assert place(ask(seed=1)) == (None, None)
    assert client.get("/session/replay/next").json()["code"] == "not_replaying"
    assert list(store.walk("generation/sessions")) == []
