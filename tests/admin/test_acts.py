"""What an operator may do: keep, rename, delete with the files, retry and cancel. Always through the services."""

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from prompt_media.jobs import services
from prompt_media.jobs.models import Job
from sessions_app.models import Image, Session
from tests.admin.looking import list_of, page_of, sessions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What would have gone to the broker."""
    sent: list[Job] = []
    monkeypatch.setattr(services, "publish", sent.append)
    return sent


def act(client, action: str, *rows, **confirmed: str):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(list_of(type(rows[0])), chosen | confirmed)


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def job(**columns: object) -> Job:
    return Job.objects.create(**{"kind": "compose", "owner": "house", "title": "A picture"} | columns)


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_sessions_are_kept_and_let_go(staff):
    one, other = sessions(2)
    assert told(act(staff, "keep", one, other)) == ["Kept: 2 sessions."]
    assert Session.objects.filter(expires_at=None).count() == 2
    assert told(act(staff, "let_go", one))[-1] == "Let go: 1 session."
    assert set(Session.objects.filter(expires_at=None)) == {other}
    assert LogEntry.objects.count() == 3


def test_keeping_a_kept_session_does_nothing(staff):
    (kept,) = sessions(1, expires_at=None)
    assert told(act(staff, "keep", kept)) == ["Kept: 0 sessions."]
    assert Session.objects.get().last_active_at == kept.last_active_at


def test_a_session_is_renamed_and_kept_on_its_page_and_nothing_else_is_changed(staff):
    (session,) = sessions(1)
    staff.post(page_of(session), {"name": "Poster", "kept": "on", "owner": "user:1", "public_id": "mine"})
    changed = Session.objects.get()
    assert (changed.name, changed.is_kept) == ("Poster", True)
    assert (changed.owner, changed.public_id) == (session.owner, session.public_id)


def test_renaming_alone_leaves_the_expiry_alone(staff):
    (session,) = sessions(1)
    staff.post(page_of(session), {"name": "Poster"})
    assert Session.objects.get().expires_at == session.expires_at


def test_who_may_only_look_can_neither_keep_nor_delete(staff_with):
    (session,) = sessions(1)
    member = staff_with("view_session")
    act(member, "keep", session)
    act(member, "delete_selected", session, post="yes")
    assert member.post(page_of(session), {"name": "Mine"}).status_code == 403
    assert (Session.objects.get().name, Session.objects.get().is_kept) == ("", False)


def test_deleting_asks_first_and_tells_what_goes(staff):
    (session,) = sessions(1, images=2)
    page = act(staff, "delete_selected", session).content.decode()
    assert "2 images with their files (2.0\xa0KB)" in page
    assert Session.objects.exists()


def test_the_bulk_delete_takes_files_and_ends_jobs(picture_of_a_session, staff, settings):
    session = picture_of_a_session.session
    waiting = job(subject=session.subject)
    assert len(stored(settings)) >= 2
    act(staff, "delete_selected", session, post="yes")
    assert not Session.objects.exists()
    assert stored(settings) == []
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"


def test_the_delete_button_takes_the_files_too(picture_of_a_session, staff, settings):
    session = picture_of_a_session.session
    staff.post(reverse("admin:sessions_app_session_delete", args=[session.pk]), {"post": "yes"})
    assert not Session.objects.exists()
    assert stored(settings) == []


def test_an_image_goes_with_its_files_and_its_session_stays(picture_of_a_session, staff, settings):
    image = picture_of_a_session
    act(staff, "delete_selected", image, post="yes")
    assert not Image.objects.exists()
    assert stored(settings) == []
    assert Session.objects.filter(pk=image.session_id).exists()


@pytest.mark.parametrize("right", ["delete_session", "change_session"])
def test_each_right_allows_its_own_acts(staff_with, right):
    (session,) = sessions(1)
    member = staff_with("view_session", right)
    act(member, "keep", session)
    assert Session.objects.get().is_kept == (right == "change_session")
    act(member, "delete_selected", session, post="yes")
    assert Session.objects.exists() == (right == "change_session")


def test_failed_jobs_are_retried_and_the_others_told_of(staff, published, django_capture_on_commit_callbacks):
    failed, done = job(status="failed", attempts=3), job(status="done", title="A GIF")
    with django_capture_on_commit_callbacks(execute=True):
        answer = act(staff, "retry_selected", failed, done)
    failed.refresh_from_db()
    assert (failed.status, failed.attempts, published) == ("queued", 0, [failed])
    retried, refused = told(answer)
    assert retried == "Retried: 1 job."
    assert refused.startswith("A GIF: This job is done")


def test_more_jobs_than_may_wait_are_retried_as_far_as_there_is_room(staff, published, settings):
    settings.OWNER_JOBS = 1
    answer = act(staff, "retry_selected", job(status="failed"), job(status="failed"))
    assert sorted(Job.objects.values_list("status", flat=True)) == ["failed", "queued"]
    retried, refused = told(answer)
    assert retried == "Retried: 1 job."
    assert "1 jobs of yours wait already" in refused


def test_living_jobs_are_cancelled_and_the_others_told_of(staff):
    waiting, running, done = job(), job(status="running"), job(status="done")
    answer = act(staff, "cancel_selected", waiting, running, done)
    assert Job.objects.filter(status="cancelled").count() == 2
    cancelled, refused = told(answer)
    assert cancelled == "Cancelled: 2 jobs."
    assert "nothing left to cancel" in refused


def test_many_refusals_are_summed_up(staff):
    answer = act(staff, "cancel_selected", *(job(status="done") for _ in range(8)))
    assert len(told(answer)) == 6
    assert told(answer)[-1] == "And 3 more, for such reasons."


@pytest.mark.parametrize(
    ("status", "button"),
    [("queued", "cancel"), ("running", "cancel"), ("failed", "retry"), ("cancelled", "retry"), ("done", "")],
)
def test_a_job_page_offers_the_button_that_would_do_something(staff, status, button):
    page = staff.get(page_of(job(status=status)))
    assert [action["title"].lower() for action in page.context["actions_detail"]] == ([button] if button else [])


def test_opening_the_question_changes_nothing_and_answering_it_does(staff):
    failed = job(status="failed")
    retry = reverse("admin:jobs_job_retry", args=[failed.pk])
    assert b"Retry this job?" in staff.get(retry).content
    assert Job.objects.get().status == "failed"
    answer = staff.post(retry, {"_form_submitted": "True"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == page_of(failed)
    assert Job.objects.get().status == "queued"
    assert LogEntry.objects.get().change_message == "Retried."


def test_who_may_only_look_at_jobs_cannot_act_on_them(staff_with):
    failed = job(status="failed")
    member = staff_with("view_job")
    act(member, "retry_selected", failed)
    url = reverse("admin:jobs_job_retry", args=[failed.pk])
    assert member.post(url, {"_form_submitted": "True"}).status_code == 403
    assert member.get(page_of(failed)).context["actions_detail"] == []
    assert Job.objects.get().status == "failed"


def test_a_job_that_never_was_cannot_be_retried(staff):
    url = "/admin/jobs/job/not-a-job/retry/"
    assert staff.post(url, {"_form_submitted": "True"}).status_code == 404
