"""Whatever a call is about, it may be deleted before any question that the call asks the database; nothing breaks."""

import base64
import json
import logging
from collections.abc import Callable
from functools import partial

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from prompt_media.files.intake import Arrival
from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck, Image, Session, Sitting, Study
from sessions_app.services import composition, decks, studies, uploads, workspace
from sessions_app.services.composition import Wish
from sessions_app.studying.design import Design
from tests.sessions_app import recorded
from tests.sessions_app.interrupting import at_each_place

pytestmark = pytest.mark.django_db(transaction=True)


PAGE = {"Accept": "text/html"}
COMPOSED = {"prompt": "Put @dot on 64x64"}
CHANGED = {"focus_x": 0.1, "focus_y": 0.1, "prompt": "a leaf"}
OF_A_RECORDING = [
    ("GET", "/session/lab", ""),
    ("DELETE", "/session/lab", ""),
    ("GET", "/session/lab/frames/1", ""),
    ("GET", "/session/lab/frames/1/difference", ""),
    ("GET", "/session/lab/frames/1/difference?to=input", ""),
    ("GET", "/session/lab/archive", ""),
    ("POST", "/session/stop", "record"),
    ("POST", "/session/replay/lab", ""),
    ("POST", "/session/replay/lab/fork", ""),
    ("GET", "/session/replay/next", Deck.Mode.CASSETTE),
    ("HEAD", "/session/replay/next", Deck.Mode.CASSETTE),
    ("GET", "/session/replay/next", Deck.Mode.VERIFY),
    ("POST", "/generate", "record"),
    ("POST", "/generate", Deck.Mode.STRICT),
    ("POST", "/generate", Deck.Mode.FORK),
    ("POST", "/generate", Deck.Mode.NEW_ONLY),
    ("GET", "/health", Deck.Mode.CASSETTE),
    ("GET", "/api/v1/recordings/", "record"),
    ("GET", "/api/v1/recordings/lab/", ""),
    ("GET", "/api/v1/recordings/other/compare/?with=lab", ""),
    ("GET", "/api/v1/recordings/lab/verify/", ""),
    ("POST", "/api/v1/recordings/lab/verify/", ""),
    ("GET", "/api/v1/recordings/lab/studies/", ""),
    ("POST", "/api/v1/recordings/lab/studies/", ""),
    ("PAGE", "/recordings/", "record"),
    ("PAGE", "/recordings/lab/?step=2", Deck.Mode.CASSETTE),
    ("PAGE", "/recordings/lab/verdicts/", ""),
    ("PAGE", "/recordings/lab/compare/?with=other", ""),
    ("PAGE", "/live/", "record"),
]
OF_A_STUDY = [
    ("GET", "/api/v1/studies/{study}/", ""),
    ("DELETE", "/api/v1/studies/{study}/", ""),
    ("GET", "/api/v1/studies/{study}/results/", ""),
    ("GET", "/api/v1/studies/{study}/trials.csv", ""),
    ("POST", "/api/v1/studies/{study}/sittings/", ""),
    ("GET", "/api/v1/sittings/{sitting}/", ""),
    ("POST", "/api/v1/sittings/{sitting}/trials/0/", ""),
    ("GET", "/studies/{sitting}/trials/0/before", ""),
    ("PAGE", "/studies/{sitting}/sit/", ""),
    ("PAGE", "/recordings/lab/study/?study={study}", ""),
]
OF_A_SESSION = [
    ("DELETE", "/session/{session}/", ""),
    ("GET", "/session/{session}/uploads/{upload}", ""),
    ("GET", "/session/{session}/output/{output}?thumbnail=1", ""),
    ("POST", "/session/{session}/tag/", ""),
    ("POST", "/session/{session}/generate/", ""),
    ("POST", "/session/{session}/preview/", ""),
    ("POST", "/session/{session}/zip/", ""),
    ("PAGE", "/studio/{session}/results/{output}/", ""),
]


def recordings_and_a_study(deck: str) -> None:
    """The recordings "lab", which the deck records or replays, and "other"; and a sitting of a study of the first."""
    for name in ("lab", "other"):
        recorded.recording(owner=HOUSE, public_id=name, steps=2)
    lab = Session.objects.get(public_id="lab")
    studies.open_sitting(study=studies.set_up(recording=lab, owner=HOUSE, design=Design()))
    if deck == "record":
        decks.record(owner=HOUSE, recording=lab)
    elif deck:
        decks.play(owner=HOUSE, recording=lab, mode=deck)


def a_studio(data: bytes) -> None:
    """A session with @dot, and a picture that was made of it."""
    session = workspace.open_session(owner=HOUSE)
    uploads.take_in(session=session, arrivals=[Arrival("dot.png", data)], tags=["dot"])
    composition.request(session=session, wish=Wish(**COMPOSED, width=64, height=64))


def nothing() -> None:
    for session in Session.objects.all():
        workspace.close(session=session)
    Deck.objects.all().delete()


def names() -> dict[str, object]:
    """What stands in the addresses."""
    found = {"study": Study.objects.first(), "sitting": Sitting.objects.first()}
    told: dict[str, object] = {name: row.pk for name, row in found.items() if row}
    if session := Session.objects.filter(kind=Session.Kind.STUDIO).first():
        told |= {"session": session.public_id}
        told |= {"output" if image.made_by_id else "upload": image.name for image in session.images.all()}
    return told


def sent(path: str, data: bytes, told: dict[str, object]) -> dict[str, object]:
    """The body that the route wants."""
    match path.rstrip("/").rpartition("/")[2]:
        case "generate" if "{session}" in path:
            return {**COMPOSED, "width": 64, "height": 64}
        case "generate":
            return {**CHANGED, "image_base64": base64.b64encode(data).decode()}
        case "preview":
            return dict(COMPOSED)
        case "tag":
            return {"filename": told["upload"], "tag": "spot"}
        case "0":
            return {"sector": "TL", "reaction_ms": 400}
    return {}


class Asked:
    """One call on a world that is made anew each time."""

    def __init__(self, client: Client, method: str, path: str, data: bytes, furnish: Callable[[], None]) -> None:
        self._client, self._method, self._path, self._data, self._furnish = client, method, path, data, furnish
        self._told: dict[str, object] = {}

    def prepare(self) -> None:
        nothing()
        self._furnish()
        self._told = names()

    def call(self) -> HttpResponseBase:
        path, headers = self._path.format(**self._told), PAGE if self._method == "PAGE" else {}
        if self._method in ("PAGE", "GET", "HEAD"):
            answer = self._client.get(path, headers=headers)
        else:
            body = json.dumps(sent(self._path, self._data, self._told))
            answer = self._client.generic(self._method, path, body, content_type="application/json")
        answer.getvalue()
        return answer


@pytest.fixture
def stays_whole(caplog):
    """Wherever it is deleted, nothing breaks: neither at the door nor at work."""

    def stays_whole(asked: Asked, delete: Callable[[], object]) -> None:
        told = [(before, answer.status_code) for before, answer in at_each_place(asked.prepare, asked.call, delete)]
        assert told, "the call asks nothing"
        assert [one for one in told if one[1] >= 500] == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

    return stays_whole


@pytest.mark.parametrize(("method", "path", "deck"), OF_A_RECORDING + OF_A_STUDY)
def test_a_recording_may_go_at_any_moment(client, worker, picture, stays_whole, method, path, deck):
    asked = Asked(client, method, path, picture(size=(30, 30)), partial(recordings_and_a_study, deck))

    stays_whole(asked, lambda: [workspace.close(session=one) for one in Session.objects.filter(public_id="lab")])


@pytest.mark.parametrize(("method", "path", "deck"), OF_A_STUDY)
def test_a_study_may_go_at_any_moment(client, worker, picture, stays_whole, method, path, deck):
    asked = Asked(client, method, path, picture(), partial(recordings_and_a_study, deck))

    stays_whole(asked, lambda: [studies.delete(study=one) for one in Study.objects.all()])


@pytest.mark.parametrize(("method", "path", "deck"), OF_A_SESSION)
def test_a_session_may_go_at_any_moment(client, worker, picture, stays_whole, method, path, deck):
    data = picture()
    asked = Asked(client, method, path, data, partial(a_studio, data))

    stays_whole(asked, nothing)


@pytest.mark.parametrize(("method", "path", "deck"), OF_A_SESSION)
def test_a_picture_may_go_at_any_moment(client, worker, picture, stays_whole, method, path, deck):
    data = picture()
    asked = Asked(client, method, path, data, partial(a_studio, data))

    stays_whole(asked, lambda: [workspace.remove_image(image=one) for one in Image.objects.all()])
