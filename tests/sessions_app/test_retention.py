"""How long a session lives: an idle hour, counted anew by every use, or until it is deleted."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app import selectors
from sessions_app.models import Image, Session
from sessions_app.services import retention, workspace
from tests.sessions_app.conftest import HOUSE


def age(session: Session, **by: float) -> None:
    """Let the time pass for one row: the database's own clock cannot be moved."""
    past = timedelta(**by)
    Session.objects.filter(pk=session.pk).update(
        last_active_at=session.last_active_at - past,
        expires_at=session.expires_at - past if session.expires_at else None,
    )


def test_an_unused_session_ends_after_an_hour(session):
    assert session.expires_at - session.last_active_at == timedelta(minutes=60)
    age(session, minutes=61)
    with pytest.raises(selectors.UnknownSession):
        workspace.enter(session.public_id)


def test_every_use_winds_the_clock(session):
    age(session, minutes=59)
    again = workspace.enter(session.public_id)
    assert again.expires_at > timezone.now() + timedelta(minutes=59)
    assert Session.objects.get().expires_at == again.expires_at


def test_the_sweep_deletes_rows_and_files(session, add, settings):
    add("logo")
    age(session, minutes=61)
    assert retention.sweep() == 1
    assert not Session.objects.exists()
    assert not Image.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_sweep_leaves_what_is_used_or_kept(session):
    kept = workspace.keep(session=workspace.open_session(owner=HOUSE), kept=True)
    age(kept, days=400)
    assert retention.sweep() == 0
    assert workspace.enter(kept.public_id).is_kept


def test_a_session_with_work_in_hand_does_not_end(session, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    jobs.submit(kind="compose", owner=HOUSE, title="slow", payload={}, subject=session.subject)
    age(session, minutes=61)
    assert retention.sweep() == 0
    assert workspace.enter(session.public_id).pk == session.pk


def test_letting_a_kept_session_go_starts_its_hour(session):
    workspace.keep(session=session, kept=True)
    workspace.keep(session=session, kept=False)
    assert session.expires_at > timezone.now() + timedelta(minutes=59)


def test_a_use_does_not_undo_a_keep_that_came_in_between(session):
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        stale = Session.objects.get()
        workspace.keep(session=Session.objects.get(), kept=True)
        workspace.touch(stale)
    assert Session.objects.get().is_kept


def test_deleting_a_session_cancels_its_jobs(session, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    job = jobs.submit(kind="compose", owner=HOUSE, title="slow", payload={}, subject=session.subject)
    workspace.close(session=session)
    assert Job.objects.get(pk=job.pk).status == Job.Status.CANCELLED


def test_files_without_a_session_are_removed_once_they_are_settled(session, add, settings):
    add("logo")
    orphan = Path(settings.MEDIA_ROOT, "uploads", "00000000-0000-4000-8000-000000000000", "thumbnails", "a.webp")
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left behind")
    assert retention.sweep_files() == 0, "it may belong to a row that is being written"
    os.utime(orphan, (0, 0))
    assert retention.sweep_files() == 1
    assert not orphan.parent.parent.exists()
    assert all(Path(settings.MEDIA_ROOT, image.key).exists() for image in selectors.uploads(session))
