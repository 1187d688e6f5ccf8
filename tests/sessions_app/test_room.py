"""A session holds so much and no more; what ends gives its room back; what is refused leaves nothing."""

from pathlib import Path

import pytest
from django.test import Client

from prompt_media.errors import StorageFull
from prompt_media.files import disk, store
from prompt_media.files.intake import Arrival
from prompt_media.jobs import runner
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image
from sessions_app.services import composition, room, uploads, workspace
from sessions_app.services.composition import Wish
from tests.sessions_app.calling import post, refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]
ASYNC = {"Prefer": "respond-async"}


def files_below(settings) -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def stop_work(worker, monkeypatch):
    """From its call on, jobs wait."""
    return lambda: monkeypatch.setattr(jobs, "publish", lambda job: None)


@pytest.fixture
def send(session, picture):
    """Takes in uploads of so many files each."""

    def send(count: int = 1) -> Job:
        return uploads.take_in(session=session, arrivals=[Arrival(f"{n}.png", picture()) for n in range(count)])

    return send


@pytest.fixture
def full(settings, session) -> None:
    """The session has room for two files."""
    settings.SESSION_FILES = 2


def test_files_that_wait_for_a_worker_hold_their_room(session, send, full, stop_work):
    stop_work()
    send(2)
    with pytest.raises(room.SessionFull, match="2 files; with this it would have 3"):
        send()
    assert room.held(session).files == 2


def test_a_making_that_waits_holds_the_room_of_its_picture(session, add, full, stop_work):
    add("logo")
    stop_work()
    composition.request(session=session, wish=Wish(prompt="@logo in the center"))
    with pytest.raises(room.SessionFull):
        composition.request(session=session, wish=Wish(prompt="@logo in the center"))
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(jobs.cancel, id="cancelled"),
        pytest.param(lambda job: jobs.fail(jobs.claim(job.pk), StorageFull("No room.")), id="failed"),
    ],
)
def test_an_upload_that_ended_in_vain_gives_its_room_back(session, send, full, stop_work, settings, end):
    stop_work()
    send()
    end(send())
    send()
    with pytest.raises(room.SessionFull):
        send()
    assert len(files_below(settings)) == 2


def test_a_worker_that_died_too_often_gives_the_room_back(send, full, stop_work, settings):
    stop_work()
    settings.JOB_ATTEMPTS, settings.JOB_LEASE_SECONDS = 1, -1
    jobs.claim(send(2).pk)
    jobs.sweep()
    assert Job.objects.get().status == "failed"
    send(2)


def test_a_deleted_picture_gives_its_room_back(add, full):
    first, _ = add(None, None)
    workspace.remove_image(image=first)
    add(None)


def test_the_files_of_an_upload_that_failed_wait_for_its_retry_while_nobody_needs_their_room(
    session, send, full, stop_work
):
    stop_work()
    cancelled = jobs.cancel(send())
    send()
    jobs.retry(cancelled)
    runner.run(str(cancelled.pk))
    assert Image.objects.filter(session=session).count() == 1


def test_a_retry_whose_files_made_way_says_so(session, send, full, stop_work, settings):
    stop_work()
    cancelled = jobs.cancel(send())
    send(2)
    jobs.retry(cancelled)
    runner.run(str(cancelled.pk))
    cancelled.refresh_from_db()
    assert (cancelled.status, cancelled.problem["code"]) == ("failed", "file_gone")
    assert "Send it again" in cancelled.error


def test_bytes_count_as_they_wait_and_as_they_are_stored(session, add, send, settings, stop_work, picture):
    add(None)
    stored = Image.objects.get().bytes
    stop_work()
    send()
    assert room.held(session).bytes == stored + len(picture())
    settings.SESSION_MB = 0
    with pytest.raises(room.SessionFull, match="holds 0 MB"):
        send()


def test_a_picture_that_grew_beyond_the_room_is_not_kept(session, send, settings, stop_work, monkeypatch):
    """What it will be as stored is known only then."""
    stop_work()
    job = send()
    monkeypatch.setattr(room, "of_a_session", lambda: room.Room(10, 1))
    runner.run(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.problem["status"], job.problem["code"]) == ("failed", 409, "quota")
    assert not Image.objects.exists()
    assert len(files_below(settings)) == 1, "what was set aside is there for a retry"


def test_a_making_that_grew_beyond_the_room_is_not_kept(session, add, settings, stop_work, monkeypatch):
    (logo,) = add("logo")
    stop_work()
    _, job = composition.request(session=session, wish=Wish(prompt="@logo in the center"))
    monkeypatch.setattr(room, "of_a_session", lambda: room.Room(10, logo.bytes + 1))
    runner.run(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.problem["code"]) == ("failed", "quota")
    assert sorted(files_below(settings)) == sorted([logo.key, logo.thumbnail_key])


def test_all_sessions_together_hold_what_the_operator_allows(session, add, send, settings, monkeypatch):
    settings.SERVER_MB = 1
    add(None)
    Image.objects.update(bytes=1024 * 1024)
    with pytest.raises(StorageFull, match="All sessions together hold 1 MB"):
        send()


@pytest.fixture
def large(picture) -> bytes:
    """A file of a bit more than 400 KB."""
    return picture() + bytes(400 * 1024)


def test_files_kept_for_a_retry_count_in_all_sessions_together_and_make_way_for_others(large, settings, stop_work):
    stop_work()
    settings.SERVER_MB = 1
    sent = []
    for owner in range(6):
        session = workspace.open_session(owner=f"visitor:{owner}")
        sent.append(jobs.cancel(uploads.take_in(session=session, arrivals=[Arrival("a.png", large)])))
        held = sum(Path(settings.MEDIA_ROOT, file).stat().st_size for file in files_below(settings))
        assert held <= 1024 * 1024

    kept = [bool(Job.objects.get(pk=job.pk).payload["files"]) for job in sent]
    assert kept == [False, False, False, False, True, True], "the oldest made way"


def test_nothing_makes_way_where_it_would_not_help(large, settings, stop_work):
    stop_work()
    settings.SERVER_MB = 1
    for end in (jobs.cancel, lambda job: job):
        end(uploads.take_in(session=workspace.open_session(owner="a"), arrivals=[Arrival("a.png", large)]))
    before = files_below(settings)
    with pytest.raises(StorageFull):
        uploads.take_in(session=workspace.open_session(owner="b"), arrivals=[Arrival("a.png", large)] * 2)
    assert files_below(settings) == before
    assert all(job.payload["files"] for job in Job.objects.all())


# At the door


def test_a_full_session_is_told_as_a_quota_and_keeps_no_file(client, new, upload, settings):
    settings.SESSION_FILES = 1
    assert upload("a.png").status_code == 201
    before = files_below(settings)
    problem = refused(upload("b.png"), 409, "quota")
    assert "Delete some files, or open a new session" in problem["detail"]
    assert files_below(settings) == before


def test_the_room_is_told_with_the_session(client, new, upload):
    upload("a.png", "b.png")
    told = client.get(new).json()
    assert told["room"] == {
        "files": {"used": 2, "limit": 500},
        "bytes": {"used": sum(file["bytes"] for file in told["files"]), "limit": 500 * 1024 * 1024},
    }


def test_a_line_that_is_full_says_when_to_come_back(client: Client, studio, settings, stop_work):
    stop_work()
    settings.SESSION_JOBS = 1
    wish = {"prompt": "@logo in the center"}
    assert post(client, studio + "generate/", wish, **ASYNC).status_code == 202
    answer = post(client, studio + "generate/", wish, **ASYNC)
    refused(answer, 429, "too_many_jobs")
    assert int(answer["Retry-After"]) >= 1
    assert Generation.objects.count() == 1


def test_an_upload_refused_for_a_full_line_leaves_no_file(client, new, upload, settings):
    settings.SESSION_JOBS = 0
    refused(upload("a.png"), 429, "too_many_jobs")
    assert files_below(settings) == []


def test_a_disk_that_is_nearly_full_takes_nothing_in(client, studio, upload, settings, monkeypatch):
    before = files_below(settings)

    def full(arriving: int = 0) -> None:
        raise StorageFull("The disk is nearly full.")

    monkeypatch.setattr(disk, "require", full)
    refused(upload("a.png"), 507, "storage_full")
    refused(post(client, studio + "generate/", {"prompt": "@logo in the center"}), 507, "storage_full")
    assert files_below(settings) == before
    assert not Job.objects.exclude(status="done").exists()


def test_a_session_that_was_deleted_meanwhile_gets_no_files(session, send, settings, monkeypatch):
    real = store.put_together
    monkeypatch.setattr(store, "put_together", lambda files: (real(files), workspace.close(session=session)))
    with pytest.raises(Exception, match="No session has this id"):
        send()
    assert files_below(settings) == []
    assert not Job.objects.exists()
