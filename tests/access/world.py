"""One account with a thing of every kind, and everybody else who might come by."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import get_cookie_signer
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image as Pillow

from prompt_media.access import services as access
from prompt_media.access.models import Token
from prompt_media.files import store
from prompt_media.jobs.models import Job
from prompt_media.web.identity import of_user
from sessions_app.models import Generation, Image, Session, Tag
from sessions_app.services import decks, prompting, replays, studies, workspace
from sessions_app.studying.design import Design
from tests.sessions_app import recorded

PROMPT = "a word the owner alone would think of"
# A picture of 3 × 3 pixels.
PIXELS = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAADCAIAAADZSiLoAAAAF0lEQVR4nGNkYGhgYGBgYGBgYoABBAsADfgAhm1rWtMAAAAASUVORK5CYII="
# Bodies without which a route cannot answer well; {…} is the world's. A dict goes as JSON, a form as a form.
JSON: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/session/{session_id}/"): {"name": "Renamed"},
    ("POST", "/session/{session_id}/tag/"): {"filename": "{upload}", "tag": "Another"},
    ("POST", "/session/{session_id}/tags/batch/"): {"assignments": [{"filename": "{upload}", "tag": "Another"}]},
    ("POST", "/session/{session_id}/generate/"): {"prompt": "@Logo in center"},
    ("POST", "/session/{session_id}/preview/"): {"prompt": "@Logo in center"},
    ("POST", "/session/{session_id}/zip/"): {"include_uploads": True},
    ("POST", "/generate/"): {"image_base64": PIXELS, "focus_x": 0.1, "focus_y": 0.1},
    ("PUT", "/api/v1/prompts/"): {"default": "a dot"},
    ("POST", "/session/replay/{recording_id}/"): {"mode": "cassette"},
    ("POST", "/session/replay/{recording_id}/fork/"): {"at": 1},
    ("POST", "/api/v1/recordings/"): {"name": "made in a test"},
    ("PATCH", "/api/v1/recordings/{recording_id}/"): {"name": "Renamed"},
    ("POST", "/api/v1/recordings/{recording_id}/studies/"): {"name": "made in a test"},
    ("POST", "/api/v1/studies/{study_id}/sittings/"): {"participant": "P 02"},
    ("POST", "/api/v1/sittings/{sitting_id}/trials/{place}/"): {"sector": "TL", "reaction_ms": 500},
    ("POST", "/api/v1/recordings/{recording_id}/verify/"): {"index": 0},
    ("POST", "/api/v1/tokens/"): {"name": "made in a test"},
}
FORMS: dict[str, dict[str, Any]] = {
    "/upload/{session_id}/": {"files": b"a picture"},
    "/api/v1/recordings/import/": {"archive": b"judged later, by a worker"},
    "/studio/new/": {"session": "{session_id}"},
    "/studio/{session_id}/pictures/": {"files": b"a picture"},
    "/studio/{session_id}/tag/": {"filename": "{upload}", "tag": "Another"},
    "/studio/{session_id}/remove/": {"filename": "{upload}"},
    "/studio/{session_id}/reading/": {"prompt": "@Logo in center", "kind": "auto"},
    "/studio/{session_id}/make/": {"prompt": "@Logo in center", "kind": "auto"},
    "/studio/{session_id}/keep/": {"kept": "1"},
    "/recordings/{recording_id}/study/new/": {"name": "made in a test", "mask": "blank"},
    "/recordings/{recording_id}/study/{study_id}/seats/": {"participant": "P 02"},
    "/recordings/{recording_id}/study/{study_id}/delete/": {},
    "/live/prompts/save/": {"default": "a dot"},
    "/live/prompts/forget/": {},
    "/live/prompts/rewind/": {},
    "/recordings/": {"archive": b"judged later, by a worker"},
    "/recordings/start/": {"session_id": ""},
    "/recordings/stop/": {},
    "/recordings/{recording_id}/verdicts/": {},
    "/recordings/{recording_id}/rename/": {"name": "Renamed"},
    "/recordings/{recording_id}/remove/": {},
    "/recordings/{recording_id}/replay/": {"mode": "cassette"},
    "/login/": {"username": "nobody", "password": "wrong"},
    "/admin/login/": {"username": "nobody", "password": "wrong"},
    "/account/password/": {"old_password": "wrong", "new_password1": "x", "new_password2": "x"},
    "/account/tokens/": {"name": "made in a test", "scope": "read", "days": "30"},
}
# What an address asks, without which it cannot answer well.
QUERIES = {
    "/api/v1/recordings/{recording_id}/compare/": "?with={recording_id}",
    "/recordings/{recording_id}/compare/stills/": "?with={recording_id}",
}
BROWSER = {"accept": "text/html"}


def png() -> bytes:
    file = BytesIO()
    Pillow.new("RGB", (8, 6), "navy").save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class World:
    """The owner's things, by what a path or a body calls them."""

    owner: User
    account: User
    staff: User
    values: dict[str, str]
    secrets: dict[str, str]

    def path(self, route: str, **others: str) -> str:
        """A route with the owner's ids in it. Which job or file fits, its route says."""
        fitting = {"filename": self.values[_file_for(route)]}
        fitting |= {"job_id": self.values[_job_for(route)]} | others
        try:
            return (route + QUERIES.get(route, "")).format_map(self.values | fitting)
        except KeyError as unknown:
            raise AssertionError(f"{route}: tell tests/access/world.py a {unknown} of the owner's.") from unknown

    def marks(self) -> list[bytes]:
        """What gives the owner away in an answer."""
        kinds = ("session_id", "recording_id", "upload", "output", "queued", "failed", "done", "prefix", "prompt")
        return [self.values[kind].encode() for kind in kinds]

    def body(self, method: str, route: str) -> dict[str, Any]:
        """The arguments for the test client."""
        if (method, route) in JSON:
            filled = _filled(JSON[method, route], self.values)
            return {"data": json.dumps(filled), "content_type": "application/json"}
        if method == "POST":
            return {"data": _filled(FORMS.get(route, {}), self.values)}
        return {}

    def is_known(self, method: str, route: str) -> bool:
        """Whether the call is whole, so that it must succeed."""
        if route in ("/readyz", "/session/replay/next/"):  # no broker runs here, and only the owner replays
            return False
        return method in ("GET", "DELETE") or (method, route) in JSON or route in FORMS


def populated() -> World:
    """One session with an upload and a result, jobs in three states, tokens of all kinds; and two other accounts."""
    owner, account, staff = (User.objects.create(username=name) for name in ("owner", "account", "staff"))
    User.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True)
    staff.refresh_from_db()
    secrets = {
        "token": access.create(user=owner).secret,
        "read token": access.create(user=owner, scope=Token.Scope.READ).secret,
        "its token": access.create(user=account).secret,
        "dead token": access.create(user=owner).secret,
    }
    Token.objects.update(last_used_at=timezone.now())  # so that no refused call has a use to note
    dead = Token.objects.get(digest=hashlib.sha256(secrets["dead token"].encode()).hexdigest())
    Token.objects.filter(pk=dead.pk).update(expires_at=timezone.now() - timedelta(days=1))
    other = access.create(user=owner, name="to be revoked").token
    return World(owner, account, staff, _things(owner) | {"token_id": str(other.pk), "prefix": other.prefix}, secrets)


def _things(owner: User) -> dict[str, str]:
    session = workspace.open_session(owner=of_user(owner))
    jobs = {status: _job(session, status) for status in ("queued", "failed", "done")}
    upload = _image(session, 1)
    Tag.objects.create(session=session, image=upload, name="Logo", folded="logo")
    made = Generation.objects.create(
        session=session, number=1, job=jobs["done"], prompt="@Logo", scene={}, format="png", width=8, height=6
    )
    output = _image(session, 2, made_by=made)
    Session.objects.filter(pk=session.pk).update(images_numbered=2, generations_numbered=1)
    recording = recorded.recording(owner=of_user(owner), steps=1)
    decks.record(owner=of_user(owner), recording=recording)
    replays.start(owner=of_user(owner), recording=recording)
    study = studies.set_up(recording=recording, owner=of_user(owner), design=Design())
    sitting = studies.open_sitting(study=study)
    prompting.replace(owner=of_user(owner), lists=prompting.read({"default": PROMPT}))
    return {
        "session_id": session.public_id,
        "recording_id": recording.public_id,
        "prompt": PROMPT,
        "index": "0",
        "frame": "0000_BR.png",
        "study_id": str(study.pk),
        "sitting_id": str(sitting.pk),
        "place": "0",
        "upload": upload.name,
        "output": output.name,
        **{status: str(job.pk) for status, job in jobs.items()},
    }


def _job(session: Session, status: str) -> Job:
    return Job.objects.create(
        kind="compose",
        owner=session.owner,
        subject=session.subject,
        title=status,
        status=status,
    )


def _image(session: Session, number: int, **columns: Any) -> Image:
    data, name = png(), f"{uuid4().hex}.png"
    key = f"uploads/{session.public_id}/{name}"
    store.put(key, data)
    return Image.objects.create(
        session=session, number=number, name=name, key=key, media_type="image/png", width=8, height=6,
        bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), **columns,
    )  # fmt: skip


def _file_for(route: str) -> str:
    return "frame" if "pictures/{filename}" in route else "output" if re.search("output|results", route) else "upload"


def _job_for(route: str) -> str:
    return "queued" if "cancel" in route else "failed" if "retry" in route else "done"


def _filled(value: Any, values: dict[str, str]) -> Any:
    match value:
        case bytes():
            return SimpleUploadedFile("photo.png", png())
        case str():
            return value.format_map(values) if "{" in value else value
        case dict():
            return {key: _filled(inner, values) for key, inner in value.items()}
        case list():
            return [_filled(inner, values) for inner in value]
    return value


def caller(world: World, who: str) -> Iterator[Client]:
    """The clients that are this caller; each as its kind of program is, with its CSRF token where there is one."""
    if who in world.secrets:
        yield _client(authorization=f"Bearer {world.secrets[who]}")
    elif who == "script":
        yield _client()
    elif who == "visitor" or who == "login":
        yield _browser(visits=True)
    else:
        browser = _browser()
        browser.force_login(getattr(world, who))
        yield browser


def _client(**headers: str) -> Client:
    return Client(
        enforce_csrf_checks=True, raise_request_exception=False, headers={"prefer": "respond-async"} | headers
    )


def _browser(*, visits: bool = False) -> Client:
    token = "t" * 32
    browser = _client(**BROWSER, **{"x-csrftoken": token})
    browser.cookies[settings.CSRF_COOKIE_NAME] = token
    if visits:
        browser.cookies[settings.IDENTITY_COOKIE] = get_cookie_signer(salt=f"{settings.IDENTITY_COOKIE}identity").sign(
            UUID(int=1).hex
        )
    return browser


def checksum() -> str:
    """All rows of all tables, and the names of all files, in one short text."""
    rows = []
    with connection.cursor() as cursor:  # as they lie there: to read them as values took most of these tests' time
        for table, key in sorted({(model._meta.db_table, model._meta.pk.column) for model in apps.get_models()}):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            rows.append((table, cursor.fetchall()))
    files = sorted(str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    return hashlib.sha256(repr((rows, files)).encode()).hexdigest()


def likeness(response: HttpResponse, *ids: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what differs from call to call: the caller's own id, its request's."""
    headers = {name: value for name, value in response.items() if name not in ("X-Request-ID", "Content-Length")}
    body = re.sub(rb"\b\w{64}\b", b"<token of the form>", response.content)
    for one in ids:
        body = re.sub(rb"\b%b\b" % re.escape(one.encode()), b"<id>", body)
    return response.status_code, headers, body
