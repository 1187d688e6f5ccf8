"""Recordings, decks and studies in the admin: seen whole, cheap however many, ended through their services alone."""

import re
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck, Image, Recording, Session, Sitting, Step, Study, Verdict
from tests.admin.looking import list_of, page_of
from tests.sessions_app import recorded
from tests.sessions_app.calling import content

pytestmark = pytest.mark.django_db
MODELS = (Recording, Step, Deck, Study, Sitting)
each_model = pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])


@pytest.fixture
def recording(db) -> Session:
    return recorded.recording(owner=HOUSE, public_id="gaze-study-04", steps=4)


def several(count: int) -> None:
    """So many recordings of two steps, each with its deck, a study and a sitting of three trials."""
    for number in range(count):
        made = recorded.recording(owner=f"user:{number}", public_id=f"session_{number}", steps=2)
        step = made.steps.get(index=0)
        Verdict.objects.create(step=step, word=Verdict.Word.DRIFTED, reason="another version", at=timezone.now())
        Deck.objects.create(owner=f"user:{number}", recording=made, replaying=made, position=1)
        sitting = Study.objects.create(recording=made, owner=HOUSE, seed=1, name="Pilot").sittings.create(number=1)
        for place in range(3):
            sitting.trials.create(place=place, step=step, step_index=0, sector="BR")


def queries_of(staff, url: str, django_assert_max_num_queries, most: int) -> str:
    with django_assert_max_num_queries(most):
        return staff.get(url).content.decode()


@each_model
def test_lists_and_pages_cost_the_same_for_many_as_for_few(staff, model, django_assert_max_num_queries):
    several(15)
    queries_of(staff, list_of(model), django_assert_max_num_queries, 14)
    queries_of(staff, list_of(model, q="session_1"), django_assert_max_num_queries, 14)
    queries_of(staff, page_of(model.objects.order_by("pk").first()), django_assert_max_num_queries, 25)


@each_model
def test_who_may_not_look_is_refused(client, staff_with, model):
    several(1)
    pages = [list_of(model), page_of(model.objects.get() if model is not Step else Step.objects.get(index=0))]
    member = staff_with("view_session")
    for url in pages:
        assert client.get(url).status_code == 302
        assert member.get(url).status_code == 403


@each_model
def test_nothing_is_added_or_changed_by_hand(staff, model):
    several(1)
    name = f"admin:sessions_app_{model._meta.model_name}"
    row = model.objects.order_by("pk").first()
    assert staff.get(reverse(f"{name}_add")).status_code == 403
    assert staff.post(page_of(row), {"owner": "user:1", "prompt": "other"}).status_code == 403


def test_a_recording_shows_its_sequence(staff, recording):
    Deck.objects.create(owner="user:7", recording=recording)
    Step.objects.filter(recording=recording, index=3).update(status=Step.Status.FALLBACK)
    Verdict.objects.create(step=recording.steps.get(index=0), word=Verdict.Word.IDENTICAL, at=timezone.now())

    listed = staff.get(list_of(Recording)).content.decode()
    page = staff.get(page_of(recording.recording)).content.decode()

    assert listed.count("/thumbnail/") == 4
    assert "user:7" in listed
    thumbnails = [reverse("admin:sessions_app_image_thumbnail", args=[step.image_id]) for step in recording.steps.all()]
    assert [page.index(url) for url in thumbnails] == sorted(page.index(url) for url in thumbnails)
    for shown in ("user:7", "Step 4, TC", "fallback, ", "identical, ", "a small disc, number 1"):
        assert shown in page
    assert content(staff.get(thumbnails[0])).startswith(b"RIFF")


def test_who_may_not_see_steps_sees_none_on_a_recording_s_page(staff_with, recording):
    page = staff_with("view_recording").get(page_of(recording.recording)).content.decode()
    assert "a small disc" not in page


def test_a_step_tells_how_it_is_made_again(staff, recording):
    page = staff.get(page_of(recording.steps.get(index=1))).content.decode()
    for shown in ("backend_version", "90418", "looked at BR", "0 pixels"):
        assert shown in page


def test_a_recording_is_deleted_with_its_files(staff, recording, settings, django_capture_on_commit_callbacks):
    url = reverse("admin:sessions_app_recording_delete", args=[recording.pk])
    assert "4 steps with their frames" in staff.get(url).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        staff.post(url, {"post": "yes"})

    assert not Session.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_step_s_picture_cannot_be_deleted_by_itself(staff, recording):
    frame, kept = recording.steps.get(index=2).image, recording.images.get(step=None)
    for image in (frame, kept):
        staff.post(reverse("admin:sessions_app_image_delete", args=[image.pk]), {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
        staff.post(list_of(Image), chosen)

    assert Image.objects.filter(pk=frame.pk).exists()
    assert not Image.objects.filter(pk=kept.pk).exists()


def test_a_recording_is_not_let_go(staff, recording):
    staff.post(list_of(Session), {"action": "let_go", "_selected_action": [recording.pk]})
    staff.post(page_of(recording), {"name": "Gaze", "kept": ""})

    recording.refresh_from_db()
    assert (recording.expires_at, recording.name) == (None, "Gaze")


@pytest.mark.parametrize(("action", "stops"), [("stop_recording", "recording"), ("stop_replay", "replaying")])
def test_what_a_deck_is_at_is_stopped(staff, staff_with, recording, action, stops):
    at_it = Deck.objects.create(owner=HOUSE, recording=recording, replaying=recording)
    idle = Deck.objects.create(owner="user:2")
    chosen = {"action": action, "_selected_action": [at_it.pk, idle.pk]}
    staff_with("view_deck").post(list_of(Deck), chosen)
    at_it.refresh_from_db()
    assert getattr(at_it, stops) == recording, "who may only look stops nothing"

    answer = staff.post(list_of(Deck), chosen)

    at_it.refresh_from_db()
    assert [one for one in ("recording", "replaying") if getattr(at_it, one) is None] == [stops]
    assert [str(message) for message in get_messages(answer.wsgi_request)][-1].endswith("stopped: 1 deck.")
    assert LogEntry.objects.count() == 1


def test_a_study_leads_to_its_sittings_and_a_sitting_to_its_trials(staff):
    several(1)
    Sitting.objects.get().trials.filter(place=0).update(
        is_answered=True, answer="TL", reaction_ms=812.4, answered_at=timezone.now()
    )
    assert "1 of 3" in staff.get(page_of(Study.objects.get())).content.decode()
    page = staff.get(page_of(Sitting.objects.get())).content.decode()
    assert "812 ms" in page
    assert page.count("not yet") == 2


def test_a_page_that_shows_some_of_them_leads_to_all(staff):
    several(1)
    study, recording = Study.objects.get(), Recording.objects.get()
    Sitting.objects.bulk_create(Sitting(study=study, number=number) for number in range(2, 122))
    Study.objects.bulk_create(Study(recording=recording.session, owner=HOUSE, seed=1) for _ in range(30))
    first = Sitting.objects.get(number=1)
    first.trials.model.objects.bulk_create(
        first.trials.model(sitting=first, place=place, step_index=0, sector="BR") for place in range(3, 120)
    )

    for row, words in ((study, "All 121 sittings"), (recording, "All 31")):
        [there] = re.findall(rf'href="([^"]+)"[^>]*>{words}<', staff.get(page_of(row)).content.decode())
        assert staff.get(there).context["cl"].result_count == int(words.split()[1])
    assert staff.get(page_of(first)).content.decode().count("not yet") == 120


def test_the_sidebar_names_them(staff):
    page = staff.get(reverse("admin:index")).content.decode()
    for name in ("Recordings", "Steps", "Decks", "Studies", "Sittings"):
        assert name in page
