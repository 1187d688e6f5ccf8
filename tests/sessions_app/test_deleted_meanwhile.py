"""What somebody deletes while another call is at work with it: that call is told, and nothing breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from prompt_media.errors import NotFound
from prompt_media.jobs import answers
from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.models import Session
from sessions_app.selectors import recordings as found
from sessions_app.selectors import studies as shown
from sessions_app.services import recordings, replays, workspace
from tests.sessions_app import recorded
from tests.sessions_app.calling import post, refused


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("call", "path", "room", "step", "code"),
    [
        ("get", "/api/v1/recordings/lab/", found, "recording", "unknown_recording"),
        ("post", "/api/v1/recordings/lab/studies/", shown, "material", "unknown_recording"),
        ("post", "/session/replay/lab", found, "recording", "unknown_recording"),
        ("post", "/session/replay/lab/fork", replays, "_within", "unknown_recording"),
    ],
)
def test_who_is_at_work_with_it_is_told(client, monkeypatch, call, path, room, step, code):
    recorded.recording(owner=HOUSE, public_id="lab", steps=2)
    real = getattr(room, step)

    def deleted_behind(*arguments: object, **options: object) -> object:
        result = real(*arguments, **options)
        recordings.delete(recording=Session.objects.get(public_id="lab"))
        return result

    monkeypatch.setattr(room, step, deleted_behind)

    refused(client.generic(call.upper(), path), 404, code)
    assert not Session.objects.exists()


def behind_each_question(ask: Callable[[], object]) -> None:
    """Ask again and again: each time the session is deleted behind a later one of the questions this puts."""
    is_asked = True
    number = 0
    while is_asked:
        number += 1
        deleting = Deleting(number)
        with transaction.atomic(), connection.execute_wrapper(deleting):
            ask()
            is_asked = deleting.left <= 0
            transaction.set_rollback(True)
    assert number > 1, "it asked nothing"


class Deleting:
    """Deletes the session behind the question of this number."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        self.left -= sql.startswith("SELECT")
        if self.left == 0 and sql.startswith("SELECT"):
            self.left = -1_000_000  # what the deletion itself asks is not counted
            workspace.close(session=Session.objects.get())
        return answer


@pytest.fixture
def made(transactional_db, worker, studio: str, client: Client) -> Job:
    """The job of a picture that is there."""
    assert post(client, studio + "generate/", {"prompt": "@BG as background"}).status_code == 201
    return Job.objects.get(kind="compose")


def test_who_waited_for_a_picture_is_answered(made):
    def wait_for_it() -> None:
        job = Job.objects.get(pk=made.pk)
        try:
            answers.of_ended(job)
        except NotFound:
            return

    behind_each_question(wait_for_it)


@pytest.mark.parametrize(
    "path",
    [
        "/session/ID/", "/studio/ID/", "/sessions/", "/jobs/", "/jobs/JOB/", "/api/v1/jobs/", "/api/v1/jobs/JOB/",
        "/api/v1/sessions/", "/api/v1/images/", "/api/v1/generations/",
    ],
)  # fmt: skip
def test_who_looks_is_shown_what_is_left(made, studio, client, path):
    address = path.replace("ID", studio.split("/")[2]).replace("JOB", str(made.pk))

    def look() -> None:
        answer = client.get(address)
        assert answer.status_code in (200, 404), answer.content[:500]

    behind_each_question(look)
