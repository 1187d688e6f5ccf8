"""Who may see what in the admin, and that looking changes nothing."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image, Session, Tag
from tests.admin.looking import MODELS, each_model, list_of, page_of, sessions

pytestmark = pytest.mark.django_db


def urls() -> list[str]:
    """Every page there is for one filled session."""
    sessions(1, images=1, generations=1)
    rows = [model.objects.first() for model in MODELS]
    files = [
        reverse(f"admin:sessions_app_image_{what}", args=[Image.objects.first().pk]) for what in ("thumbnail", "file")
    ]
    steps = [reverse(f"admin:jobs_job_{step}", args=[Job.objects.first().pk]) for step in ("retry", "cancel")]
    return [list_of(model) for model in MODELS] + [page_of(row) for row in rows] + files + steps


def test_a_stranger_is_sent_to_the_login(client):
    for url in urls():
        answer = client.get(url)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("admin:login")), url


def test_staff_without_rights_are_refused(staff_with):
    member = staff_with()
    for url in urls():
        assert member.get(url).status_code == 403, url


@each_model
def test_nothing_can_be_added_by_hand(staff, model):
    add = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    assert staff.get(add).status_code == 403


@pytest.mark.parametrize("model", [Tag, Generation, Job], ids=["Tag", "Generation", "Job"])
def test_what_only_a_service_may_end_cannot_be_deleted_by_hand(staff, model):
    sessions(1, images=1, generations=1)
    row = model.objects.first()
    delete = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[row.pk])
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_who_may_only_look_finds_no_form(staff_with):
    (session,) = sessions(1)
    page = staff_with("view_session").get(page_of(session)).content.decode()
    assert 'name="kept"' not in page
    assert 'name="_save"' not in page


def test_a_session_page_hides_what_this_person_may_not_see(staff_with):
    (session,) = sessions(1, images=1, generations=1)
    contents = staff_with("view_session", "view_job").get(page_of(session)).context["contents"]
    assert (contents.images, contents.generations) == (None, None)
    assert len(contents.jobs.rows) == 1


def test_the_sidebar_and_the_front_page_offer_what_this_person_may_open(staff_with):
    page = staff_with("view_job").get(reverse("admin:index"))
    offered = [item["link"] for group in page.context["sidebar_navigation"] for item in group["items"]]
    assert offered == [list_of(Job)]
    assert page.context["overview"] is None


def test_looking_at_a_thumbnail_does_not_keep_a_session_alive(picture_of_a_session, staff):
    image = picture_of_a_session
    answer = staff.get(reverse("admin:sessions_app_image_thumbnail", args=[image.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    assert "private" in answer["Cache-Control"]
    session = Session.objects.get(pk=image.session_id)
    assert session.last_active_at < timezone.now() - timedelta(minutes=29)


def test_opening_a_whole_file_is_noted(picture_of_a_session, staff, operator):
    image = picture_of_a_session
    answer = staff.get(reverse("admin:sessions_app_image_file", args=[image.pk]))
    assert len(b"".join(answer.streaming_content)) == image.bytes
    noted = LogEntry.objects.get()
    assert (noted.user, noted.object_id, noted.change_message) == (operator, str(image.pk), "Opened the file.")
    assert Session.objects.get(pk=image.session_id).last_active_at < timezone.now() - timedelta(minutes=29)


def test_a_picture_that_never_was_is_not_found(staff):
    assert staff.get(reverse("admin:sessions_app_image_thumbnail", args=[404])).status_code == 404


def test_a_login_that_began_at_the_login_page_ends_in_the_admin(operator, client):
    operator.set_password("an open secret")
    operator.save()
    page = client.get(reverse("admin:login")).content.decode()
    assert 'action="/admin/login/?next=/admin/"' in page
    answer = client.post("/admin/login/?next=/admin/", {"username": "operator", "password": "an open secret"})
    assert (answer.status_code, answer.url) == (302, "/admin/")


def test_a_login_on_the_way_to_a_list_keeps_its_filter(db):
    page = Client().get(list_of(Job, status__exact="failed", kind="compose"), follow=True).content.decode()
    assert "status__exact%3Dfailed%26kind%3Dcompose" in page
