"""A house with things in it: a session with named pictures and results, and jobs of every state.

A call may change or delete any of it: it is put back, under the same ids, before the next.
"""

import importlib
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from copy import copy
from uuid import UUID
from zlib import crc32

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from schemathesis import Case, Response
from schemathesis.core.parameters import ParameterLocation

from prompt_media.access.models import Token
from prompt_media.access.selectors import digest
from prompt_media.files.intake import Arrival
from prompt_media.health import readiness
from prompt_media.health.findings import Finding, State
from prompt_media.jobs import runner, services
from prompt_media.jobs.models import Job
from prompt_media.web import identity
from sessions_app.models import Image, Session, Study
from sessions_app.services import composition, replays, studies, uploads, workspace
from sessions_app.services.composition import Wish
from sessions_app.studying.design import Design
from tests.sessions_app import recorded
from tests.unpacking import packing

SESSION = "5e55105e-5510-4e55-8510-5e55105e5510"
RECORDING = "my_experiment"
TAGS = ("BG", "logo")
PROMPT = "@BG is the background and @logo on the top right"
JOBS = {status: UUID(int=0x10B << 112 | place) for place, status in enumerate(Job.Status)}
IMPORTED = "bug_report_xyz"
FORM = ("files", "archive", "include_outputs", "include_uploads")
SECRET = "pm_contract"
CALLERS = "The caller's"
PROBLEM = {"status": 415, "code": "broken_picture", "title": "Not a picture", "detail": "It is damaged.", "errors": []}
# One picture of the default size is painted, and not what takes seconds.
MOST_PIXELS = 2_000_000


class House:
    """What stands behind the schema's ids."""

    def __init__(self, picture: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        importlib.import_module("sessions_app.tasks")  # Celery would: it tells the runner who does what
        monkeypatch.setattr(services, "publish", _work)
        # Neither broker nor worker stand beside these tests.
        found = {probe.name: Finding(State.OK, "It answers.") for probe in readiness.PROBES}
        monkeypatch.setattr(readiness.lookout, "look", lambda: found)
        self._picture = picture
        metadata = packing.metadata(session_id=IMPORTED, sequence=[packing.entry()])
        self._archive = packing.zipped(
            {"metadata.json": json.dumps(metadata).encode(), "0000_BR.png": picture()}
        ).getvalue()
        self._user = get_user_model().objects.create_superuser("ada", password="a long enough one")
        self._owner = identity.of_user(self._user)
        Token.objects.create(user=self._user, digest=digest(SECRET), name=CALLERS)
        self.answers: list[int] = []
        self._is_tidy = False

    def answer(self, case: Case) -> Response:
        """The call as drawn, with what it names being there."""
        if not self._is_tidy:
            self.tidy()
        generation, components = copy(case.meta.generation), dict(case.meta.components)
        self._direct(case)
        response = case.call()
        # What was put in is as well-formed as what was drawn, which schemathesis cannot tell of a file.
        case.meta.generation, case.meta.components = generation, components
        self.answers.append(response.status_code)
        # Who is refused or looks changes nothing, but for whoever looks at the next step of a replay.
        self._is_tidy = response.status_code in range(400, 500) or (
            case.method in ("GET", "HEAD") and not case.path.startswith("/session/replay/next")
        )
        return response

    def tidy(self) -> None:
        """Everything is there again."""
        if not Session.objects.filter(public_id=SESSION).exists():
            self._furnish()
        recording = Session.objects.filter(public_id=RECORDING).first()
        recording = recording or recorded.recording(owner=self._owner, public_id=RECORDING, steps=2)
        replays.start(owner=self._owner, recording=recording)
        Session.objects.filter(public_id=IMPORTED).delete()
        self._study = Study.objects.first() or studies.set_up(recording=recording, owner=self._owner, design=Design())
        self._sitting = self._study.sittings.first() or studies.open_sitting(study=self._study)
        Study.objects.exclude(pk=self._study.pk).delete()
        for status, job in JOBS.items():
            told = {"status": status, "problem": PROBLEM if status == Job.Status.FAILED else None}
            Job.objects.update_or_create(
                pk=job, defaults=told | {"kind": "nothing", "owner": self._owner, "title": "A job"}
            )
        Token.objects.exclude(name=CALLERS).delete()
        self._spare = Token.objects.create(user=self._user, digest="spare", name="To be revoked")

    def _direct(self, case: Case) -> None:
        """Point a well-formed call at what is there; a few go astray, so that "not found" is seen too."""
        path_is_wrong = case.meta.is_negative_at(ParameterLocation.PATH)
        body_is_wrong = case.meta.is_negative_at(ParameterLocation.BODY)
        # Copies: drawn calls share what they are made of.
        if not path_is_wrong:
            case.path_parameters = {
                name: _one_of(self._known(name, case.path), value) for name, value in case.path_parameters.items()
            }
        if not case.meta.is_negative_at(ParameterLocation.QUERY):
            case.query = {name: _one_of(self._known(name, case.path), value) for name, value in case.query.items()}
        if isinstance(case.body, dict) and not body_is_wrong:
            case.body = {name: self._sent(name, value) for name, value in case.body.items()}
            if case.media_type == "multipart/form-data":
                # Parts without a name of their own or of a file are refused, for which JSON Schema has no word.
                case.body = {name: value for name, value in case.body.items() if name in FORM}

    @property
    def uploads(self) -> list[str]:
        return self._names(Q(made_by=None))

    @property
    def outputs(self) -> list[str]:
        return self._names(~Q(made_by=None))

    def _names(self, which: Q) -> list[str]:
        return list(Image.objects.filter(which, session__public_id=SESSION).values_list("name", flat=True))

    def _known(self, name: str, path: str) -> Sequence[object]:
        return {
            "session_id": [SESSION],
            "recording_id": [RECORDING],
            "with": [RECORDING],
            "to": ["previous", "input", RECORDING],
            "index": [0, 1],
            "study_id": [str(self._study.pk)],
            "sitting_id": [str(self._sitting.pk)],
            "place": [0],
            "token_id": [self._spare.pk],
            # A live job's events come from a server that streams, which a WSGI call is not.
            "job_id": [
                str(job) for status, job in JOBS.items() if status not in Job.LIVE or not path.endswith("/events/")
            ],
            "filename": ["0000_BR.png"]
            if "/pictures/" in path
            else self.outputs
            if "/output/" in path
            else self.uploads,
        }.get(name, [])

    def _sent(self, name: str, value: object) -> object:
        match name:
            case "sector":
                return _one_of(["TL", "BR", None], value)
            case "filename":
                return _one_of(self._known(name, ""), value)
            case "prompt":
                return _one_of([PROMPT, f"{PROMPT}, slowly rotating"], value)
            case "image_base64":
                return _one_of([b64encode(self._picture()).decode()], value)
            case "files":
                return [_one_of([self._picture(), self._picture("JPEG")], one) for one in value]
            case "archive":
                return _one_of([self._archive], value)
            case "assignments":
                return [one | {"filename": self._sent("filename", one["filename"])} for one in value]
        return value

    def _furnish(self) -> None:
        session = workspace.open_session(owner=self._owner)
        Session.objects.filter(pk=session.pk).update(public_id=SESSION)
        session.refresh_from_db()
        arrivals = [
            Arrival(f"{tag}.png", self._picture(colour=colour))
            for tag, colour in zip(TAGS, ("red", "blue"), strict=True)
        ]
        uploads.take_in(session=session, arrivals=arrivals, tags=TAGS)
        for wish in (Wish(PROMPT, width=60, height=60), Wish(f"{PROMPT}, rotating", width=60, height=60, frames=2)):
            composition.request(session=session, wish=wish)


def _work(job: Job) -> None:
    made = getattr(job, "generation", None)
    if made and made.width * made.height * made.frames > MOST_PIXELS:
        services.cancel(job)
    elif job.kind != "nothing":
        runner.run(str(job.pk))


def _one_of(known: Sequence[object], value: object) -> object:
    """By chance that is the same each time: seven times in eight one that is known, else what was drawn."""
    chance = crc32(repr(value).encode())
    return known[chance % len(known)] if known and chance % 8 else value
