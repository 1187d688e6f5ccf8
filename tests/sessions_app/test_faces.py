"""How the work for recordings looks in lists of jobs: a small picture, and where its result is."""

import pytest

from prompt_media.jobs import faces, services
from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.services import recordings, sectors, verification
from tests.sessions_app import recorded

pytestmark = pytest.mark.django_db(transaction=True)


def face(job: Job) -> faces.Face:
    return faces.of([job])[job.pk]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_sector_shows_what_came_out(worker, picture, client, is_recorded):
    if is_recorded:
        recordings.start(owner=HOUSE, public_id="lab")
    job = sectors.request(owner=HOUSE, demand=sectors.understood(picture(), sectors.Wish(focus_x=0.1, focus_y=0.1)))
    job.refresh_from_db()

    shown = face(job)

    assert shown.place == ("Recordings" if is_recorded else "Live")
    assert shown.url == sectors.made_by(job).image.url
    for url in (shown.url, shown.picture):
        answer = client.get(url)
        assert answer.status_code == 200
        answer.close()


def test_work_for_a_whole_recording_shows_its_first_frame_and_leads_to_it(monkeypatch):
    monkeypatch.setattr(services, "publish", lambda job: None)
    made = recorded.recording(owner=HOUSE, public_id="lab", steps=3)
    verifying = verification.request(recording=made)
    imported = services.submit(kind="import", owner=HOUSE, title="Import", payload={}, subject=made.subject)
    importing = services.submit(kind="import", owner=HOUSE, title="Import", payload={}, subject="import:somewhere")

    for job in (verifying, imported):
        assert face(job) == faces.Face("Recordings", made.steps.get(index=0).image.thumbnail_url, "/recordings/lab/")
    assert face(importing) == faces.Face("Recordings")


def test_an_empty_recording_has_a_face_without_a_picture(monkeypatch):
    monkeypatch.setattr(services, "publish", lambda job: None)
    job = verification.request(recording=recordings.start(owner=HOUSE, public_id="lab"))
    assert face(job) == faces.Face("Recordings", "", "/recordings/lab/")
