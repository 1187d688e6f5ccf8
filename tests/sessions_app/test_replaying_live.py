"""Replays that answer a /generate: what is recorded comes back as it was, and what is not is made."""

import base64
from contextlib import suppress

import pytest
from django.db import connection
from django.test import Client

from prompt_media.errors import StorageFull
from prompt_media.files import store
from prompt_media.files.store import StorageAway
from prompt_media.jobs import receipts
from prompt_media.jobs.models import Job, Receipt
from sessions_app.api import generate
from sessions_app.models import Deck
from sessions_app.services import decks
from tests.sessions_app.calling import content, post, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(client: Client, worker, picture):
    """Generates: `ask(strength=0.5)`, `ask(key="a")`; returns the answer."""

    def ask(*, key: str | None = None, status: int = 200, **wish: object):
        data = base64.b64encode(picture(size=(30, 30), colour="teal")).decode()
        body = {"image_base64": data, "focus_x": 0.1, "focus_y": 0.1, "prompt": "a leaf", **wish}
        answer = post(client, "/generate", body, **({"Idempotency-Key": key} if key else {}))
        assert answer.status_code == status, answer.content
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


# One key moves the playhead once


def test_a_strict_replay_that_stops_meanwhile_refuses_nothing(client, ask, frames, monkeypatch):
    post(client, "/session/replay/lab?mode=strict", {})
    look = decks.of

    def look_and_stop(owner: str) -> Deck:
        deck = look(owner)
        client.post("/session/replay/stop")
        return deck

    monkeypatch.setattr(decks, "of", look_and_stop)

    assert place(ask(seed=9)) == (None, None), "it is made, and no step of a recording"


MODES = ["mode=strict", "mode=fork&at=3&session_id=other", "mode=new_only"]


def is_replay_of(first, second) -> bool:
    """The same answer to the byte and the header; and only the second says that it is told again."""
    assert "Idempotent-Replayed" not in first
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (told(first), first.content) == (told(second), second.content)
    return True


def told(answer) -> dict[str, str]:
    """Its headers, but for those that each answer has of its own."""
    return {name: value for name, value in answer.items() if name not in ("X-Request-ID", "Idempotent-Replayed")}


@pytest.mark.parametrize("mode", MODES)
def test_what_a_replay_answered_under_a_key_is_told_again_and_the_playhead_moves_once(client, ask, frames, mode):
    post(client, f"/session/replay/lab?{mode}", {})
    made_before = Job.objects.count()

    first, again, once_more = (ask(seed=0, key="a") for _ in range(3))

    assert is_replay_of(first, again)
    assert is_replay_of(first, once_more)
    assert first.content == frames[0]
    assert Deck.objects.get().position == 1
    assert ask(seed=1, key="b").content == frames[1]
    assert Job.objects.count() == made_before


def test_a_key_counts_when_the_replay_has_gone_on_or_ended(client, ask, frames):
    post(client, "/session/replay/lab?mode=strict", {})
    first, _ = ask(seed=0, key="a"), ask(seed=1, key="b")
    assert is_replay_of(first, ask(seed=0, key="a"))
    client.post("/session/replay/stop")
    assert is_replay_of(first, ask(seed=0, key="a"))
    refused(ask(seed=1, key="a", status=422), 422, "idempotency_key_reused")


def test_who_dies_before_answering_has_moved_the_playhead_once(client, ask, frames, monkeypatch):
    post(client, "/session/replay/lab?mode=strict", {})
    with monkeypatch.context() as patch:

        def die(step: object) -> None:
            raise SystemExit

        patch.setattr(generate, "_replayed", die)
        with suppress(SystemExit):
            ask(seed=0, key="a")
    assert Deck.objects.get().position == 1

    again = ask(seed=0, key="a")

    assert (again.content, again["Idempotent-Replayed"]) == (frames[0], "true")
    assert Deck.objects.get().position == 1


@pytest.mark.parametrize("mode", MODES)
def test_of_two_equal_ones_that_cross_the_later_is_told_what_the_first_was(client, ask, frames, mode, monkeypatch):
    """Both looked before either had filed, and the playhead has moved on when the later one comes to it."""
    post(client, f"/session/replay/lab?{mode}", {})
    real, raced = receipts.find, []

    def find(slip):
        found = real(slip)
        if not raced:
            raced.append(None)
            raced[0] = ask(seed=0, key="a")
        return found

    monkeypatch.setattr(receipts, "find", find)
    later = ask(seed=0, key="a")

    assert is_replay_of(raced[0], later)
    assert Deck.objects.get().position == 1


def test_what_no_replay_knows_is_made_once_under_its_key(client, ask, frames):
    post(client, "/session/replay/lab?mode=new_only", {})
    first, again = (ask(seed=9, key="a") for _ in range(2))
    assert is_replay_of(first, again)
    assert place(first) == ("lab", "3")
    assert Receipt.objects.get().job is not None


def test_a_refusal_of_a_strict_replay_is_not_kept(client, ask, frames):
    post(client, "/session/replay/lab?mode=strict", {})
    refused(ask(seed=9, key="a", status=409), 409, "replay_mismatch")
    assert not Receipt.objects.exists()
    assert ask(seed=0, key="a").content == frames[0]


def test_a_picture_that_is_gone_is_told_as_gone_again_and_passed_once(client, ask, frames):
    store.discard(["generation/sessions/lab/0000_BR.png"])
    post(client, "/session/replay/lab?mode=strict", {})
    first, again = (ask(seed=0, key="a", status=404) for _ in range(2))
    refused(first, 404, "file_gone")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert Deck.objects.get().position == 1


def test_a_storage_that_is_away_is_no_answer_that_is_kept(client, ask, frames, monkeypatch):
    post(client, "/session/replay/lab?mode=strict", {})
    with monkeypatch.context() as patch:
        patch.setattr(store, "read", lambda key: (_ for _ in ()).throw(StorageAway("Away.")))
        for _ in range(2):
            refused(ask(seed=0, key="a", status=503), 503, "unavailable")
    assert ask(seed=0, key="a").content == frames[0]
    assert Deck.objects.get().position == 1


def test_what_was_shown_goes_with_its_recording(client, ask, frames):
    post(client, "/session/replay/lab?mode=strict", {})
    ask(seed=0, key="a")
    client.delete("/session/lab")
    assert not Receipt.objects.exists()
    assert place(ask(seed=0, key="a")) == (None, None), "it is made anew"


# One key makes one fork


def fork(client: Client, key: str, query: str = "at=2&session_id=other"):
    return post(client, f"/session/replay/lab/fork?{query}", {}, **{"Idempotency-Key": key})


def test_a_fork_under_a_key_is_made_once_and_its_files_are_copied_before_any_row_is_held(client, frames, monkeypatch):
    really, copied = store.put, []

    def put(key: str, data: bytes) -> None:
        if key.startswith("incoming/"):
            copied.append(connection.in_atomic_block)
        really(key, data)

    monkeypatch.setattr(store, "put", put)
    first, again = fork(client, "a"), fork(client, "a")

    assert first.json() == {"session_id": "other", "status": "replaying", "total_generations": 2, "mode": "fork"}
    assert is_replay_of(first, again)
    assert len(copied) == 5, "two frames, their thumbnails, and what the first was made from"
    assert not any(copied)


def test_of_two_equal_forks_that_cross_the_later_is_told_of_the_first(client, frames, monkeypatch):
    """Its id is taken by then, by nobody but itself."""
    real, raced = receipts.find, []

    def find(slip):
        found = real(slip)
        if not raced:
            raced.append(None)
            raced[0] = fork(client, "a")
        return found

    monkeypatch.setattr(receipts, "find", find)
    later = fork(client, "a")

    assert is_replay_of(raced[0], later)


def test_an_id_that_another_took_is_refused_under_a_key_too(client, frames):
    client.post("/session/start?session_id=other")
    refused(fork(client, "a"), 409, "recording_exists")
    assert fork(client, "a", "at=2&session_id=another").status_code == 200


def test_a_fork_that_fails_at_its_end_leaves_nothing(client, frames, monkeypatch):
    before = {found.key for found in store.walk()}

    def fail(**options: object) -> None:
        raise StorageFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(decks, "play", fail)
        refused(fork(client, "a"), 507, "storage_full")

    assert {found.key for found in store.walk()} == before
    assert fork(client, "a").status_code == 200
