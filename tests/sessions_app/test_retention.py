"""How long a session lives: an idle hour, counted anew by every use, or until it is deleted."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from prompt_media.files import store
from prompt_media.files.intake import Arrival
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app import selectors
from sessions_app.models import Deck, Generation, Image, Recording, Session, Sitting, Step, Study, Trial
from sessions_app.services import composition, mirrors, retention, uploads, workspace
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post
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
    assert not retention.sweep_files(), "it may belong to a row that is being written"
    os.utime(orphan, (0, 0))
    assert len(retention.sweep_files()) == 1
    assert not orphan.parent.parent.exists()
    assert all(Path(settings.MEDIA_ROOT, image.key).exists() for image in selectors.uploads(session))


def left_behind(settings, key: str, hours: float) -> Path:
    """A file that nobody has touched for so long."""
    path = Path(settings.MEDIA_ROOT, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_what_a_crash_left_in_a_living_session_is_removed(session, add, settings):
    (photo,) = add("logo")
    os.utime(Path(settings.MEDIA_ROOT, photo.key), (0, 0))
    folder = f"uploads/{session.public_id}"
    attempt = left_behind(settings, f"{folder}/{uuid4().hex}.png", hours=2)
    cut_off = left_behind(settings, f"{folder}/.{uuid4().hex}.part", hours=2)
    being_written = left_behind(settings, f"{folder}/{uuid4().hex}.png", hours=0.5)
    loose = left_behind(settings, "uploads/notes.txt", hours=2000)

    assert len(retention.sweep_files()) == 2

    assert [path.exists() for path in (attempt, cut_off, being_written, loose)] == [False, False, True, True]
    assert Path(settings.MEDIA_ROOT, photo.key).exists()


def test_a_cancelled_upload_waits_a_day_for_its_retry(session, picture, settings, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    job = uploads.take_in(session=session, arrivals=[Arrival("a.png", picture())])
    waiting = Path(settings.MEDIA_ROOT, job.payload["files"][0]["key"])
    os.utime(waiting, (0, 0))
    assert not retention.sweep_files(), "it waits for a worker, however long none comes"
    jobs.cancel(job)
    assert not retention.sweep_files()

    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=1, minutes=1))

    assert len(retention.sweep_files()) == 1
    assert not waiting.exists()


def test_empty_folders_of_sessions_that_are_gone_are_removed(session, settings):
    for name in (session.public_id, str(uuid4())):
        Path(settings.MEDIA_ROOT, "output", name, "thumbnails").mkdir(parents=True)
    assert not retention.sweep_files()
    assert [folder.name for folder in Path(settings.MEDIA_ROOT, "output").iterdir()] == [session.public_id]


def folders_of(session: Session, settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if session.public_id in path.parts]


def end_when(monkeypatch: pytest.MonkeyPatch, module: object, call: str, session: Session) -> None:
    """The session is deleted by somebody else just before this function is called."""
    real = getattr(module, call)

    def end_first(*arguments: object, **options: object) -> object:
        monkeypatch.setattr(module, call, real)
        workspace.close(session=Session.objects.get(pk=session.pk))
        return real(*arguments, **options)

    monkeypatch.setattr(module, call, end_first)


@pytest.mark.parametrize("moment", ["put_together", "put"])
def test_an_upload_into_a_session_that_ends_meanwhile_leaves_no_folder(
    session, picture, settings, monkeypatch, client, moment
):
    end_when(monkeypatch, store, moment, session)
    file = SimpleUploadedFile("a.png", picture())

    answer = client.post(f"/upload/{session.public_id}/", {"files": [file]})

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_session")
    assert folders_of(session, settings) == []
    assert not Job.objects.exclude(subject="").exists()


@pytest.mark.parametrize("moment", ["put_together", "put"])
def test_a_making_for_a_session_that_ends_meanwhile_leaves_no_folder(
    session, add, settings, monkeypatch, client, moment
):
    add("logo")
    end_when(monkeypatch, store, moment, session)

    answer = post(client, f"/session/{session.public_id}/generate/", {"prompt": "@logo is the background"})

    assert answer.status_code == 409
    assert folders_of(session, settings) == []
    assert [job.status for job in Job.objects.all()] == ["done", "cancelled"][::-1]


def test_a_making_of_a_picture_that_is_deleted_meanwhile_is_refused(session, add, monkeypatch):
    (logo,) = add("logo")
    wish = composition.Wish(prompt="@logo is the background")
    planned = composition.plan(session=session, wish=wish)
    workspace.remove_image(image=logo)
    monkeypatch.setattr(composition, "plan", lambda **asked: planned)

    with pytest.raises(selectors.UnknownImage, match="@logo was deleted"):
        composition.request(session=session, wish=wish)

    assert not Generation.objects.exists()


def test_closing_a_session_twice_is_closing_it_once(session):
    again = Session.objects.get(pk=session.pk)
    workspace.close(session=session)
    workspace.close(session=again)
    assert not Session.objects.exists()


@pytest.fixture
def recording(transactional_db) -> Session:
    made = recorded.recording(owner=HOUSE, steps=3)
    mirrors.render(made.pk)
    return made


def test_a_recording_lives_until_it_is_deleted(recording, settings):
    Session.objects.filter(pk=recording.pk).update(last_active_at=timezone.now() - timedelta(days=4000))

    assert retention.sweep() == 0
    assert not selectors.unused_sessions(timezone.now()).exists()
    assert not retention.sweep_files()
    assert Path(settings.MEDIA_ROOT, mirrors.key(recording)).exists()


def test_a_deleted_recording_leaves_nothing(recording, settings):
    left_behind(settings, f"generation/sessions/{recording.public_id}/0009_BR.png", hours=0)
    step = recording.steps.get(index=0)
    study = Study.objects.create(recording=recording, owner=HOUSE, seed=1)
    study.sittings.create(number=1).trials.create(place=0, step=step, step_index=0)
    deck = Deck.objects.create(owner=HOUSE, recording=recording, replaying=recording, position=2)

    workspace.close(session=recording)

    assert folders_of(recording, settings) == []
    for model in (Session, Image, Step, Recording, Study, Sitting, Trial):
        assert not model.objects.exists(), model
    deck.refresh_from_db()
    assert (deck.recording, deck.replaying) == (None, None)


def test_what_was_sent_to_a_recording_waits_for_its_worker_and_goes_with_it(recording, settings, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    waiting = left_behind(settings, f"incoming/{recording.public_id}/{uuid4().hex}", hours=2)
    sent = {"files": [{"key": str(waiting.relative_to(settings.MEDIA_ROOT)), "bytes": 11}]}
    jobs.submit(kind="sector", owner=HOUSE, title="Sector BR", payload=sent, subject=recording.subject)
    assert not retention.sweep_files()

    workspace.close(session=recording)

    assert not waiting.parent.exists()


def test_empty_folders_of_recordings_that_are_gone_are_removed(recording, settings):
    for root in ("sessions", "thumbnails"):
        Path(settings.MEDIA_ROOT, "generation", root, "session_1").mkdir(parents=True)
    retention.sweep_files()
    assert [path.name for path in Path(settings.MEDIA_ROOT, "generation", "sessions").iterdir()] == [
        recording.public_id
    ]


def test_what_was_made_unrecorded_is_read_by_its_uuid_and_ends_with_its_idle_time(session, add, settings, client):
    Session.objects.filter(pk=session.pk).update(kind=Session.Kind.LIVE)
    (made,) = add("logo")
    assert len(content(client.get(made.url))) == made.bytes
    assert client.get(f"/session/{session.public_id}/").status_code == 404, "it is no studio"
    assert not retention.sweep_files()
    age(session, minutes=61)
    assert retention.sweep() == 1
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
