"""What an operator asks and does from the shell about room: usage and cleanup."""

import io
import json
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from prompt_media.files import store
from prompt_media.files.found import Found
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app.models import Session
from sessions_app.services import mirrors, workspace
from tests.sessions_app import recorded
from tests.sessions_app.conftest import HOUSE


def told(*command: str) -> dict:
    out = io.StringIO()
    call_command(*command, "--json", stdout=out)
    return json.loads(out.getvalue())


def in_words(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def unused(session: Session, days: float) -> Session:
    then = timezone.now() - timedelta(days=days)
    expires = then + timedelta(hours=1) if session.expires_at else None
    Session.objects.filter(pk=session.pk).update(last_active_at=then, expires_at=expires)
    return session


def kept() -> Session:
    return workspace.keep(session=workspace.open_session(owner="user:1"), kept=True)


def files(settings) -> dict[str, int]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def left_over(settings) -> str:
    key = f"uploads/{uuid4()}/{uuid4().hex}.png"
    path = Path(settings.MEDIA_ROOT, key)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"left behind")
    os.utime(path, (0, 0))
    return key


def test_usage_counts_every_byte_by_session(session, add, picture, settings, left_over):
    large = kept()
    add("a", "b", into=large, data=picture("JPEG", (900, 900), "red"))
    add(None)

    report = told("usage")

    assert [one["session"] for one in report["sessions"]] == [
        large.public_id,
        session.public_id,
        left_over.split("/")[1],
    ]
    assert report["total"] == {"sessions": 3, "files": 7, "bytes": sum(files(settings).values())}
    assert report["sessions"][0]["owner"] == "user:1"
    assert report["sessions"][0]["files"] == 4
    assert report["sessions"][2]["owner"] is None


def test_usage_tells_what_nobody_has_used_for_long(session, add):
    old = unused(kept(), days=40)
    older = unused(kept(), days=50)
    for one in (session, old, older):
        add(None, into=one)
    unused(old, days=40)
    unused(older, days=50)

    assert [one["session"] for one in told("usage", "--older-than", "45")["sessions"]] == [older.public_id]
    by_age = told("usage", "--sort", "age", "--limit", "2")
    assert [one["session"] for one in by_age["sessions"]] == [older.public_id, old.public_id]
    assert by_age["total"]["sessions"] == 3


def test_usage_counts_a_session_that_is_used_while_it_is_told(session, add, monkeypatch):
    add(None)
    walk = store.walk

    def used_meanwhile(*place: str) -> Iterator[Found]:
        yield from walk(*place)
        unused(session, days=-0.001)

    monkeypatch.setattr(store, "walk", used_meanwhile)
    assert [one["session"] for one in told("usage")["sessions"]] == [session.public_id]


@pytest.mark.parametrize("command", ["usage", "cleanup"])
@pytest.mark.parametrize("age", ["nan", "inf", "1e6", "0", "-90", "old"])
def test_an_age_that_is_none_is_refused_in_words(command, age, session):
    with pytest.raises(CommandError, match=r"--older-than: '.+' is no age; give days"):
        told(command, "--older-than", age)
    assert Session.objects.filter(pk=session.pk).exists()


def test_both_tell_the_time_by_the_studios_own_clock(session, add, settings):
    add(None)
    unused(session, days=1)
    with timezone.override("Asia/Kolkata"):
        used = f"{timezone.localtime(Session.objects.get().last_active_at):%Y-%m-%d %H:%M}"
        assert used in in_words("usage")
        assert f"last used {used}" in in_words("cleanup")


def test_what_becomes_a_left_over_while_cleaning_is_not_deleted_untold(session, settings, left_over, monkeypatch):
    discard = store.discard
    late = Path(settings.MEDIA_ROOT, f"uploads/{session.public_id}/{uuid4().hex}.png")

    def another_appears(keys: Iterable[str]) -> None:
        discard(keys)
        late.parent.mkdir(parents=True, exist_ok=True)
        late.write_bytes(b"left behind")
        os.utime(late, (0, 0))

    monkeypatch.setattr(store, "discard", another_appears)
    assert [one["key"] for one in told("cleanup")["files"]] == [left_over]
    assert late.exists()


def test_usage_speaks_to_people(session, add):
    add(None)
    head, line, total = in_words("usage").splitlines()
    assert head.split()[:2] == ["size", "files"]
    assert session.public_id in line
    assert HOUSE in line
    assert total.startswith("1 session, 2 files, ")


def test_a_dry_run_tells_what_cleaning_would_do_and_changes_nothing(session, add, settings, left_over):
    add(None)
    unused(session, days=1)
    before = files(settings)

    would = told("cleanup", "--dry-run")

    assert files(settings) == before
    assert Session.objects.filter(pk=session.pk).exists()
    did = told("cleanup")
    assert {**would, "dry_run": False} == did
    assert did["sessions"][0]["session"] == session.public_id
    assert sum(one["bytes"] for one in (*did["sessions"], *did["files"])) == sum(before.values())
    assert files(settings) == {}
    assert told("cleanup") == {"dry_run": False, "sessions": [], "files": [], "jobs": 0}


def test_cleaning_takes_kept_sessions_only_when_their_age_is_named(transactional_db):
    long_kept, kept_lately = kept(), kept()
    unused(long_kept, days=100)
    assert told("cleanup")["sessions"] == []

    ended = told("cleanup", "--older-than", "90")["sessions"]

    assert [one["session"] for one in ended] == [long_kept.public_id]
    assert Session.objects.get() == kept_lately


def test_cleaning_leaves_what_a_job_works_for(monkeypatch, transactional_db):
    at_work = kept()
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    jobs.submit(kind="compose", owner=HOUSE, title="slow", payload={}, subject=at_work.subject)
    unused(at_work, days=100)
    assert told("cleanup", "--older-than", "1")["sessions"] == []


def test_cleaning_forgets_the_bare_rows_of_old_jobs(transactional_db, settings, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    job = jobs.submit(kind="compose", owner=HOUSE, title="old", payload={})
    then = timezone.now() - timedelta(days=settings.JOB_DAYS + 1)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.DONE, finished_at=then)

    assert told("cleanup", "--dry-run")["jobs"] == 1
    assert Job.objects.exists()
    assert "1 row of old jobs deleted" in in_words("cleanup")
    assert not Job.objects.exists()


def test_a_recording_is_told_with_all_its_folders_and_never_cleaned_away(transactional_db, settings):
    made = recorded.recording(owner=HOUSE, public_id="gaze-study-04", steps=3)
    mirrors.render(made.pk)
    Session.objects.filter(pk=made.pk).update(last_active_at=timezone.now() - timedelta(days=400))
    before = files(settings)

    (one,) = told("usage", "--older-than", "300")["sessions"]

    assert (one["session"], one["owner"], one["expires_at"]) == ("gaze-study-04", HOUSE, None)
    assert (one["files"], one["bytes"]) == (len(before), sum(before.values()))
    assert told("cleanup", "--older-than", "1")["sessions"] == []
    assert files(settings) == before
