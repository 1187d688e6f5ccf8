"""The pages of studies as plain forms; tests/browser has a participant sit."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from prompt_media.web.identity import HOUSE
from sessions_app.models import Session, Sitting, Step, Study
from sessions_app.services import studies, workspace
from sessions_app.studying.design import Design
from tests.sessions_app.recorded import recording as made

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/recordings/gaze-study-04/study/"
FORM = {"name": "Pilot", "mask": "blank", "show_ms": "300", "catch_trials": "1", "seed": ""}


@pytest.fixture
def recording(transactional_db) -> Session:
    return made(owner=HOUSE, steps=3)


@pytest.fixture
def study(recording) -> Study:
    return studies.set_up(recording=recording, owner=HOUSE, design=Design(name="Pilot", seed=5, catch_trials=1))


def words(response) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_a_recording_without_studies_offers_to_set_one_up(client, recording):
    page = words(client.get(PAGE))

    assert "3 steps of this recording changed something" in page
    assert "Set up the study" in page


def test_what_is_no_trial_is_said_with_its_reason(client, recording):
    recording.steps.filter(index=1).update(status=Step.Status.FALLBACK)

    assert "Step 2 The backend failed, so its picture is the one it came from." in words(client.get(PAGE))


def test_a_recording_without_changes_cannot_be_studied_and_says_so(client, recording):
    recording.steps.update(target_sector="")

    assert "No step of this recording shows a change." in words(client.get(PAGE))


def test_a_study_is_set_up_by_a_plain_form(client, recording):
    answer = client.post(PAGE + "new/", FORM)

    study = Study.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?study={study.pk}")
    assert (study.name, study.mask, study.show_ms, study.mask_ms, study.catch_trials) == ("Pilot", "blank", 300, 80, 1)
    assert study.owner.startswith("visitor:")


def test_a_wrong_number_is_told_by_its_field(client, recording):
    answer = client.post(PAGE + "new/", FORM | {"show_ms": "5"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "show_ms"
    assert not Study.objects.exists()


def test_a_seat_is_opened_and_its_address_stands_on_the_page(client, study):
    client.post(f"{PAGE}{study.pk}/seats/", {"participant": "P 07"})

    page = client.get(PAGE)
    assert "P 07" in words(page)
    assert f"http://testserver/studies/{Sitting.objects.get().pk}/sit/" in page.content.decode()


def test_a_study_of_another_recording_is_not_found(client, study):
    made(owner=HOUSE, public_id="another", steps=1)

    for part in ("seats", "delete"):
        assert client.post(f"/recordings/another/study/{study.pk}/{part}/").status_code == 404
    assert Study.objects.exists()


def test_a_deleted_study_says_beforehand_what_goes_with_it(client, study):
    studies.open_sitting(study=study)

    assert "Its 1 sitting and all 0 answers go with it." in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{study.pk}/delete/")["Location"] == PAGE
    assert not Study.objects.exists()


def test_results_stand_on_the_page(client, study):
    sitting = studies.open_sitting(study=study)
    for trial in sitting.trials.all():
        studies.answer(sitting=sitting, place=trial.place, sector=trial.sector or None, reaction_ms=812)

    page = words(client.get(f"{PAGE}?study={study.pk}"))

    assert "4 of 4 answers were right" in page
    assert "BR 1 0 0 3 1.82 0.24 812" in page  # z(1.5 / 2) = 0.674, z(0.5 / 4) = -1.150
    assert "MC 0 0 0 4 unknown" in page


def test_what_all_came_to_stands_beside_the_map(client, study):
    sitting = studies.open_sitting(study=study)
    for trial in sitting.trials.all():
        found = trial.sector if trial.sector in ("TL", "MR") else None
        studies.answer(sitting=sitting, place=trial.place, sector=found, reaction_ms=812)

    page = client.get(f"{PAGE}?study={study.pk}")

    said = "right 3 of 4 Changes noticed at all 2 of 3 False alarms 0 of 1 Sensitivity, d′ 0.99"
    assert said in words(page)
    veils = re.findall(r'class="spot"[^>]* fill-opacity="([\d.]+)"', page.content.decode())
    assert sorted(veils) == ["0.25", "0.25", "0.65"]  # what nobody found lies in the dark


def test_a_participants_page_tells_nothing_of_the_study(client, study, recording):
    sitting = studies.open_sitting(study=study, participant="P 07")

    page = client.get(f"/studies/{sitting.pk}/sit/").content.decode()

    for secret in ("Pilot", "P 07", str(study.pk), recording.public_id, "0000_BR"):
        assert secret not in page
    assert "4 trials, 20 seconds at most for each." in words(client.get(f"/studies/{sitting.pk}/sit/"))


def test_a_participant_comes_back_to_where_it_was(client, study):
    sitting = studies.open_sitting(study=study)
    studies.answer(sitting=sitting, place=0, sector="TL", reaction_ms=500)

    assert "Go on with trial 2" in words(client.get(f"/studies/{sitting.pk}/sit/"))
    assert 'data-next="1"' in client.get(f"/studies/{sitting.pk}/sit/").content.decode()


def test_who_flickers_is_warned_of(client, study):
    sitting = studies.open_sitting(study=study)
    assert "This page flickers about 1.7 times a second" in words(client.get(f"/studies/{sitting.pk}/sit/"))

    Study.objects.update(mask=Study.Mask.BLANK)
    assert "flickers" not in words(client.get(f"/studies/{sitting.pk}/sit/"))


def test_a_seat_that_is_not_there_is_a_page_that_says_so(client, recording):
    answer = client.get(f"/studies/{uuid4()}/sit/", headers={"accept": "text/html"})

    assert answer.status_code == 404
    assert "This seat is gone" in words(answer)


def test_with_a_sign_in_a_participants_page_asks_for_one(client, study, settings):
    settings.ACCESS = "login"
    sitting = studies.open_sitting(study=study)

    for path in (f"/studies/{sitting.pk}/sit/", f"/studies/{sitting.pk}/trials/0/before"):
        assert client.get(path, headers={"accept": "text/html"})["Location"].startswith("/login/")


def test_studies_go_along_at_sign_in(recording):
    browser = Client()
    browser.post(PAGE + "new/", FORM)
    visitor = Study.objects.get().owner

    workspace.hand_over(giver=visitor, taker="user:7")

    assert Study.objects.get().owner == "user:7"


def test_every_sitting_is_reached(client, recording, study):
    Sitting.objects.bulk_create(Sitting(study=study, number=number) for number in range(1, 61))
    Study.objects.update(sittings_numbered=60)

    first = unescape(client.get(PAGE).content.decode())
    [older] = re.findall(r'href="(\?[^"]*older=[^"]*)"', first)
    second = unescape(client.get(PAGE + older).content.decode())

    numbers = [int(number) for number in re.findall(r"Sit at seat (\d+)", first + second)]
    assert numbers == list(range(60, 0, -1))
    assert "10 more" in first
    assert "51 to 60 of 60" in second
    assert "Show older" not in second
