"""Any text through any door: nobody's words break anything, and nobody's words become anything but words.

tests/engine/test_grown_text.py runs them on PostgreSQL too, which refuses what SQLite takes.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from prompt_media.jobs.models import Job
from sessions_app.models import Image, Session
from tests.contract.calling import CSRF, Answer, call, on_the_wire, quoted
from tests.contract.lived_in import JOBS, RECORDING, SECRET, SESSION, House
from tests.contract.naughty import BODIES, FOR_DATABASES, TEXTS

BEARER = {"Authorization": f"Bearer {SECRET}"}
# What must never stand in a page as it is: it would run.
RUNS = (b"<script>alert", b"<img src=x", b"<svg/onload", b"<!--><!]]>")
STRANGER = {"Cookie": f"csrftoken={CSRF}", "X-CSRFToken": CSRF, "Accept": "text/html"}
# A server takes no header with these.
NO_HEADER = ("\0", "\r", "\n")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Door:
    """A place where a text comes in: `at` leads there, `others` stand beside it."""

    method: str
    path: str
    at: str
    others: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.at}"


def _studio(part: str, at: str, **others: object) -> Door:
    return Door("POST", f"/studio/{SESSION}/{part}/", at, others)


IN_JSON = [
    Door("PATCH", f"/session/{SESSION}/", "name"),
    Door("POST", f"/session/{SESSION}/tag/", "tag", {"filename": "UPLOAD"}),
    Door("POST", f"/session/{SESSION}/tag/", "filename", {"tag": "a"}),
    Door("POST", f"/session/{SESSION}/generate/", "prompt"),
    Door("POST", f"/session/{SESSION}/generate/", "format", {"prompt": "@BG"}),
    Door("POST", f"/session/{SESSION}/preview/", "prompt"),
    Door("POST", f"/session/{SESSION}/zip/", "include_outputs"),
    Door("POST", f"/api/v1/recordings/{RECORDING}/studies/", "name"),
    Door("POST", "/api/v1/tokens/", "name"),
    Door("POST", "/api/v1/tokens/", "scope"),
    Door("POST", "/api/v1/tokens/", "expires_at"),
]
IN_FORMS = [
    Door("POST", "/studio/new/", "session"),
    _studio("tag", "tag", filename="UPLOAD"),
    _studio("tag", "filename", tag="a"),
    _studio("remove", "filename"),
    _studio("reading", "prompt", kind="auto"),
    _studio("reading", "kind", prompt="@BG"),
    _studio("make", "prompt", kind="still"),
    _studio("make", "width", prompt="@BG", kind="still"),
    _studio("keep", "kept"),
    Door("POST", f"/recordings/{RECORDING}/study/new/", "name", {"mask": "blank"}),
    Door("POST", f"/recordings/{RECORDING}/study/new/", "show_ms", {"mask": "blank"}),
    Door("POST", "/login/", "username", {"password": "a"}),
    Door("POST", "/login/", "password", {"username": "ada"}),
    Door("POST", "/login/", "next", {"username": "ada", "password": "a long enough one"}),
    Door("POST", "/account/tokens/", "name", {"scope": "read"}),
    Door("POST", "/account/password/", "new_password1", {"old_password": "a"}),
    Door("POST", "/admin/login/", "username", {"password": "a"}),
]
IN_ADDRESSES = {
    "GET /api/v1/jobs/": ["q", "kind", "status", "queue", "cursor", "page_size", "format"],
    "GET /api/v1/images/": ["session", "tag", "made", "media_type", "sha256"],
    "GET /api/v1/generations/": ["session", "prompt", "format"],
    "GET /api/v1/sessions/": ["kind"],
    "GET /api/v1/tokens/": ["cursor"],
    f"POST /upload/{SESSION}/": ["auto_tag"],
    "GET OUTPUT": ["download", "thumbnail"],
    f"GET /studio/{SESSION}/": ["prompt"],
    "GET /jobs/": ["q", "state", "from"],
    f"GET /recordings/{RECORDING}/study/": ["study"],
    "GET /login/": ["next"],
    "GET /admin/jobs/job/": ["q", "status", "p", "o", "created_at__gte", "nobody__knows"],
    "GET /admin/sessions_app/image/": ["q"],
    "GET /admin/sessions_app/generation/": ["q"],
}
IN_PATHS = [
    "/TEXT",
    "/session/TEXT/",
    f"/session/{SESSION}/uploads/TEXT",
    f"/session/{SESSION}/output/TEXT",
    f"/session/{SESSION}/TEXT/",
    "/upload/TEXT/",
    "/studio/TEXT/",
    f"/studio/{SESSION}/results/TEXT/",
    "/studies/TEXT/sit/",
    "/jobs/TEXT/",
    "/api/v1/jobs/TEXT/",
    "/api/v1/tokens/TEXT/",
    "/static/TEXT",
    "/admin/sessions_app/session/TEXT/change/",
]
OF_ANY = ["Accept", "Accept-Language", "Accept-Encoding", "Host", "Origin", "Referer", "X-Request-ID"]
IN_HEADERS = {
    "POST /session/create/": ["Idempotency-Key", "Origin", "X-CSRFToken", "X-HTTP-Method-Override"],
    f"POST /session/{SESSION}/generate/": ["Prefer", "Idempotency-Key"],
    "GET OUTPUT": ["Range", "If-Range", "If-None-Match", "If-Modified-Since"],
    "GET /api/v1/jobs/": ["Authorization", *OF_ANY],
    f"GET /api/v1/jobs/{JOBS[Job.Status.DONE]}/events/": ["Last-Event-ID"],
    "GET /jobs/": ["HX-Current-URL", "HX-Target", "HX-Trigger", *OF_ANY],
    "POST /login/": ["X-Forwarded-For", "User-Agent"],
    "GET /admin/login/": OF_ANY,
}
IN_COOKIES = [settings.IDENTITY_COOKIE, settings.SESSION_COOKIE_NAME, "csrftoken", "messages", "nobodys"]


@pytest.fixture
def house(house: House) -> House:
    house.tidy()
    return house


@pytest.fixture
def signed_in(house: House) -> dict[str, str]:
    """A browser's headers: its cookies, and the token its pages carry."""
    client = Client()
    client.force_login(get_user_model().objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"csrftoken={CSRF}; {settings.SESSION_COOKIE_NAME}={session}"
    return {"Cookie": cookies, "X-CSRFToken": CSRF, "Accept": "text/html"}


def texts(*never: str) -> Iterator[tuple[str, str]]:
    """All of them that hold none of these characters, which the way there cannot carry."""
    chosen = TEXTS if connection.vendor == "sqlite" else FOR_DATABASES
    return ((name, TEXTS[name]) for name in chosen if not any(character in TEXTS[name] for character in never))


def is_sound(answer: Answer) -> bool:
    """Whether an answer is what it should be, whatever it answers: no bug, no words that became more than words."""
    is_told = answer.status < 400 or answer.type in ("application/problem+json", "text/html")
    runs = answer.type == "text/html" and any(one in answer.body for one in RUNS)
    split = any(character in value for value in answer.headers.values() for character in "\r\n")
    return answer.status < 500 and is_told and not runs and not split and b"Traceback" not in answer.body


def unsound(ask: Callable[[str], Answer], *never: str) -> dict[str, object]:
    """What came of the texts that were not taken as texts."""
    answers = {name: ask(text) for name, text in texts(*never)}
    return {name: (one.status, one.headers, one.body[:300]) for name, one in answers.items() if not is_sound(one)}


def pages(signed_in: dict[str, str]) -> dict[str, object]:
    """Every page that shows what people wrote, and is not as it should be."""
    shown = ["/", "/sessions/", f"/studio/{SESSION}/", "/jobs/", "/account/", "/admin/", "/admin/jobs/job/"]
    shown += [f"/recordings/{RECORDING}/study/", "/admin/sessions_app/study/"]
    shown += [f"/admin/sessions_app/{model}/" for model in ("session", "image", "tag", "generation")]
    answers = {path: call("GET", path, headers=signed_in) for path in shown}
    return {path: one.body[:300] for path, one in answers.items() if one.status != 200 or not is_sound(one)}


@pytest.mark.parametrize("door", IN_JSON, ids=str)
def test_in_json(door, house, signed_in):
    others = door.others | ({"filename": house.uploads[0]} if "filename" in door.others else {})

    def ask(text: str) -> Answer:
        body = json.dumps(others | {door.at: text}).encode()
        return call(door.method, door.path, body, "application/json", BEARER)

    assert unsound(ask) == {}
    assert pages(signed_in) == {}


@pytest.mark.parametrize("path", [f"/session/{SESSION}/generate/", f"/session/{SESSION}/preview/"])
def test_in_a_sentence_that_is_made(path, house, signed_in):
    def ask(text: str) -> Answer:
        body = json.dumps({"prompt": f"@BG is the background {text}", "width": 40, "height": 40}).encode()
        return call("POST", path, body, "application/json", BEARER)

    assert unsound(ask) == {}
    assert pages(signed_in) == {}


@pytest.mark.parametrize("door", IN_FORMS, ids=str)
def test_in_forms(door, house, signed_in):
    headers = STRANGER if "login" in door.path else signed_in
    others = {name: house.uploads[0] if value == "UPLOAD" else value for name, value in door.others.items()}

    def ask(text: str) -> Answer:
        fields = others | {door.at: text}
        body = "&".join(f"{name}={quoted(str(value))}" for name, value in fields.items()).encode()
        return call(door.method, door.path, body, FORM, headers)

    assert unsound(ask) == {}
    assert pages(signed_in) == {}


def test_in_the_prompt_that_comes_with_samples(house, signed_in):
    # Each of these loads pictures, so a few texts stand for all.
    for name in ("nul", "line ends", "a half of a pair", "out of an attribute", "long"):
        body = f"prompt={quoted(TEXTS[name])}".encode()
        answer = call("POST", f"/studio/{SESSION}/samples/", body, FORM, signed_in)
        assert is_sound(answer), name


@pytest.mark.parametrize("door", IN_ADDRESSES)
def test_in_the_address(door, house, signed_in):
    method, path = door.replace("OUTPUT", f"/session/{SESSION}/output/{house.outputs[0]}").split()
    headers = BEARER if path.startswith(("/api/", "/upload/")) else signed_in
    for name in IN_ADDRESSES[door]:
        assert unsound(lambda text, name=name: call(method, f"{path}?{name}={quoted(text)}", headers=headers)) == {}
    assert unsound(lambda text: call(method, f"{path}?{quoted(text)}=1", headers=headers)) == {}


@pytest.mark.parametrize("path", IN_PATHS)
def test_in_the_path(path, house, signed_in):
    assert unsound(lambda text: call("GET", path.replace("TEXT", quoted(text)), headers=signed_in)) == {}
    assert unsound(lambda text: call("GET", path.replace("TEXT", quoted(text)))) == {}


@pytest.mark.parametrize("door", IN_HEADERS)
def test_in_headers(door, house):
    method, path = door.replace("OUTPUT", f"/session/{SESSION}/output/{house.outputs[0]}").split()
    body = b'{"prompt": "@BG", "width": 40, "height": 40}' if method == "POST" else b""

    def ask(text: str, name: str) -> Answer:
        return call(method, path, body, "application/json", {name: on_the_wire(text)})

    for name in IN_HEADERS[door]:
        assert unsound(partial(ask, name=name), *NO_HEADER) == {}


@pytest.mark.parametrize("path", ["/jobs/", "/api/v1/jobs/", "/account/", "/admin/", "/login/"])
def test_in_cookies(path, house):
    def in_quotes(text: str) -> str:
        # Cookies may say any byte in octal, so that even a NUL comes through.
        return "".join(f"\\{ord(letter):03o}" for letter in on_the_wire(text)[:1000])

    def ask(value: str, name: str) -> Answer:
        return call("GET", path, headers={"Cookie": f"{name}={value}"})

    for name in IN_COOKIES:
        assert unsound(lambda text, name=name: ask(on_the_wire(text), name), *NO_HEADER) == {}
        assert unsound(lambda text, name=name: ask(f'"{in_quotes(text)}"', name)) == {}


@pytest.mark.parametrize("damage", [lambda cookie: cookie[:-1], lambda cookie: cookie[1:], lambda cookie: cookie * 500])
def test_a_cookie_that_was_damaged_is_nobodys(damage, house):
    whole = call("GET", "/", headers={"Accept": "text/html"}).headers["Set-Cookie"]
    assert is_sound(answer := call("GET", "/api/v1/sessions/", headers={"Cookie": damage(whole.split(";")[0])}))
    assert json.loads(answer.body)["results"] == []


def test_as_the_name_of_a_file(house, signed_in, picture):
    def ask(text: str, parameter: str = "filename") -> Answer:
        name = f"UTF-8''{quoted(text)}" if parameter.endswith("*") else '"' + text.replace('"', "%22") + '"'
        head = f'--x\r\nContent-Disposition: form-data; name="files"; {parameter}={name}\r\n\r\n'
        body = head.encode("utf-8", "surrogatepass") + picture() + b"\r\n--x--\r\n"
        return call("POST", f"/upload/{SESSION}/?auto_tag=1", body, "multipart/form-data; boundary=x", BEARER)

    assert unsound(ask) == {}
    assert unsound(lambda text: ask(text, "filename*")) == {}
    assert pages(signed_in) == {}
    labels = Image.objects.values_list("label", flat=True)
    assert all(label.isprintable() and "/" not in label for label in labels)


@pytest.mark.parametrize("path", [f"/session/{SESSION}/generate/", f"/session/{SESSION}/zip/", f"/upload/{SESSION}/"])
def test_whatever_a_body_is(path, house):
    answers = {name: call("POST", path, content, type_, BEARER) for name, (type_, content) in BODIES.items()}
    assert {name: answer for name, answer in answers.items() if not is_sound(answer)} == {}


@pytest.mark.parametrize("path", ["/login/", f"/studio/{SESSION}/reading/", "/studio/new/"])
def test_whatever_a_form_is(path, house, signed_in):
    answers = {name: call("POST", path, content, type_, signed_in) for name, (type_, content) in BODIES.items()}
    assert {name: answer for name, answer in answers.items() if not is_sound(answer)} == {}


def test_a_name_comes_back_as_it_was_sent_or_not_at_all(house):
    for text in TEXTS.values():
        before = Session.objects.get(public_id=SESSION).name
        answer = call("PATCH", f"/session/{SESSION}/", json.dumps({"name": text}).encode(), "application/json")
        kept = Session.objects.get(public_id=SESSION).name
        assert (answer.status, kept) in ((200, text.strip()), (422, before))
