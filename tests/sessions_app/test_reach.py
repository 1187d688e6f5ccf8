"""What a deck holds counts as long as its owner may open it: who is no more on the staff has lost a stranger's."""

import base64
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from prompt_media.access import services as tokens
from prompt_media.web.identity import HOUSE, of_user
from sessions_app.models import Deck, Step
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post, refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.fixture
def bob() -> User:
    """On the staff, until `demote`."""
    return User.objects.create_user("bob", is_staff=True)


@pytest.fixture
def caller(bob) -> Client:
    return Client(headers={"Authorization": f"Bearer {tokens.create(user=bob).secret}"})


@pytest.fixture
def demote(bob) -> Callable[[], None]:
    return lambda: User.objects.filter(pk=bob.pk).update(is_staff=False)


@pytest.fixture
def promote(bob) -> Callable[[], None]:
    return lambda: User.objects.filter(pk=bob.pk).update(is_staff=True)


@pytest.fixture
def theirs() -> str:
    """Ada's recording, of three steps; its id."""
    ada = User.objects.create_user("ada")
    return recorded.recording(owner=of_user(ada), public_id="theirs", steps=3).public_id


@pytest.fixture
def body(picture) -> dict[str, object]:
    data = base64.b64encode(picture(size=(30, 30))).decode()
    return {"image_base64": data, "focus_x": 0.1, "focus_y": 0.1, "prompt": "a leaf"}


def replay(caller: Client, recording: str) -> None:
    assert post(caller, f"/session/replay/{recording}", {}).status_code == 200


def test_a_replay_ends_with_the_right_to_see_it_and_goes_on_with_that(caller, theirs, demote, promote):
    replay(caller, theirs)
    content(caller.get("/session/replay/next"))

    demote()

    refused(caller.get("/session/replay/next"), 400, "not_replaying")
    assert caller.head("/session/replay/next").status_code == 400
    assert caller.get("/health").json()["replaying"] is None
    assert Deck.objects.get().position == 1, "nothing was passed"
    promote()
    served = caller.get("/session/replay/next")
    assert (served["X-Index"], content(served)[:4]) == ("1", b"\x89PNG")


def test_a_replay_at_its_end_is_none_either(caller, theirs, demote):
    replay(caller, theirs)
    for _ in range(3):
        content(caller.get("/session/replay/next"))
    assert caller.get("/session/replay/next").json()["status"] == "complete"
    demote()
    refused(caller.get("/session/replay/next"), 400, "not_replaying")


@pytest.mark.parametrize("mode", ["strict", "new_only"])
def test_no_answer_comes_from_it_and_nothing_is_added_to_it(caller, theirs, body, demote, mode):
    replay(caller, f"{theirs}?mode={mode}")
    demote()
    answer = post(caller, "/generate", body)
    assert (answer.status_code, "X-Session-Id" in answer) == (200, False)
    assert Step.objects.count() == 3


def test_what_it_answered_under_a_key_is_not_shown_again(caller, theirs, body, demote):
    caller.post("/session/start?session_id=own")
    first = post(caller, "/generate", body)
    caller.post("/session/stop")
    Step.objects.filter(recording__public_id=theirs, index=0).update(
        request_sha256=Step.objects.get(recording__public_id="own").request_sha256
    )
    replay(caller, f"{theirs}?mode=new_only")
    shown = post(caller, "/generate", body, idempotency_key="a")
    assert (first["X-Session-Id"], shown["X-Session-Id"]) == ("own", theirs)
    demote()
    refused(post(caller, "/generate", body, idempotency_key="a"), 404, "unknown_recording")


def test_nothing_is_recorded_into_it_any_more(caller, theirs, body, demote, promote):
    assert caller.post(f"/session/start?session_id={theirs}&resume=true&scope=all").status_code == 200
    assert post(caller, "/generate", body)["X-Session-Id"] == theirs
    demote()
    assert "X-Session-Id" not in post(caller, "/generate", body)
    assert caller.get("/health").json()["recording"] is None
    assert Step.objects.count() == 4
    promote()
    assert post(caller, "/generate", body)["X-Index"] == "4"


def test_the_house_s_recordings_are_the_house_s_when_the_studio_is_closed(caller, demote, settings):
    demote()
    recorded.recording(owner=HOUSE, public_id="lab", steps=2)
    replay(caller, "lab")
    content(caller.get("/session/replay/next"))
    settings.ACCESS = "login"
    refused(caller.get("/session/replay/next"), 400, "not_replaying")
