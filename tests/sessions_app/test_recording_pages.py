"""The pages of recordings, as a browser without scripts and HTMX meet them."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from model_bakery import baker

from prompt_media.files import store
from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck, Recording, Session, Step, Study, Verdict
from tests.sessions_app.browsing import following, listed, numbers, page, shelved
from tests.sessions_app.recorded import recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept": "text/html"})


def test_the_list_has_what_scripts_recorded_and_is_searched_by_name_and_id(browser):
    recording(owner=HOUSE, public_id="lake-1", steps=1)
    Session.objects.filter(public_id="lake-1").update(name="The first lake")
    recording(owner=HOUSE, public_id="vase-1", steps=0)

    whole = page(browser, "/recordings/")
    found = page(browser, "/recordings/?q=first", hx_request="true", hx_target="shelves")

    assert "From scripts" in whole
    assert "The first lake" in whole
    assert "vase-1" in whole
    assert "The first lake" in found
    assert "vase-1" not in found
    assert "<html" not in found
    assert "No recording is called “nothing”" in page(browser, "/recordings/?q=nothing")


def test_every_recording_is_reached_by_links_that_keep_the_search(browser):
    shelved(130)
    shelved(3, name="vase")

    first = page(browser, "/recordings/?q=lake")
    second = page(browser, following(first))
    third = page(browser, following(second))

    assert listed(first) + listed(second) + listed(third) == [f"lake-{at:03}" for at in range(129, -1, -1)]
    assert '<span class="meta num">130</span>' in re.sub(r"\s*\n\s*", "", first)
    assert "70 more" in first
    assert "61 to 120 of 130" in second
    assert "Show older" not in third
    assert 'href="/recordings/?q=lake">To the newest' in third


def test_older_ones_of_one_shelf_bring_none_of_another(browser):
    shelved(61)
    browser.post("/recordings/start/", {"session_id": "minealone"})

    assert listed(page(browser, following(page(browser, "/recordings/")))) == ["lake-000"]


def test_older_ones_come_into_the_list_beside_the_player(browser):
    shelved(61)

    address = following(page(browser, "/recordings/lake-060/"), "hx-get")
    part = page(browser, address, hx_request="true")

    assert listed(part) == ["lake-000"]
    assert "autofocus" in part
    assert "rec-list" in part
    assert "<html" not in part


def test_a_place_in_the_list_that_is_none_is_refused(browser):
    assert browser.get("/recordings/?older=before").status_code == 404


def test_the_first_visit_tells_how_to_record(browser):
    assert "Nothing is recorded yet" in page(browser, "/recordings/")


def test_the_player_stands_at_the_step_that_is_asked_for(browser):
    recording(owner=HOUSE, public_id="gaze", steps=4)

    shown = page(browser, "/recordings/gaze/?step=2&view=difference")

    assert "<h2>Step 2</h2>" in shown
    assert "number 2, that fits its surroundings" in shown
    assert "TL, mirrored from BR" in shown
    assert "0001_TL.png" in shown
    assert "outside TL: 0 of 3\u202f200 px" in shown
    assert 'href="?step=1&view=difference"' in shown
    assert 'href="?step=3&view=difference"' in shown
    assert "/session/gaze/frames/1/difference/?to=previous" in shown or "/frames/1/difference?to=previous" in shown


def test_before_all_steps_there_is_the_picture_it_began_with(browser):
    recording(owner=HOUSE, public_id="gaze", steps=2)

    shown = page(browser, "/recordings/gaze/?step=0")

    assert "<h2>Before</h2>" in shown
    assert numbers(shown) == [0, 1, 2]


def test_a_step_that_is_not_there_is_a_page_of_its_own(browser):
    recording(owner=HOUSE, public_id="gaze", steps=2)

    assert browser.get("/recordings/gaze/?step=9").status_code == 404
    assert browser.get("/recordings/nowhere/").status_code == 404


def test_a_long_film_comes_in_parts(browser, django_assert_max_num_queries):
    recording(owner=HOUSE, public_id="long", steps=500)

    with django_assert_max_num_queries(25):
        shown = page(browser, "/recordings/long/?step=250")
    gaps = [(int(first), int(last)) for first, last in re.findall(r'data-from="(\d+)" data-to="(\d+)"', shown)]
    rest = [number for first, _ in gaps for number in numbers(page(browser, f"/recordings/long/stills/?from={first}"))]

    assert numbers(shown) == [0, *range(241, 289)]
    assert sorted(rest + numbers(shown)[1:]) == list(range(1, 501))
    assert all(last - first < 48 for first, last in gaps)


def test_a_recording_that_lacks_steps_is_shown_with_those_it_has(browser):
    gone = recording(owner=HOUSE, public_id="holes", steps=60)
    Step.objects.filter(recording=gone, index__lt=50).delete()

    assert "<h2>Step 51</h2>" in page(browser, "/recordings/holes/")
    assert numbers(page(browser, "/recordings/holes/stills/?from=1")) == []


def test_a_name_that_no_row_holds_is_refused(browser):
    recording(owner=HOUSE, public_id="gaze", steps=0)

    answer = browser.post("/recordings/gaze/rename/", {"name": "n" * 201})

    assert (answer.status_code, Session.objects.get().name) == (422, "")


def test_steps_numbered_far_apart_leave_no_places_between_them(browser):
    far = recording(owner=HOUSE, public_id="far", steps=2)
    Step.objects.filter(recording=far, index=1).update(index=10**9)
    Recording.objects.filter(session=far).update(steps_numbered=10**9 + 1)

    assert re.findall(r'data-from="(\d+)"', page(browser, "/recordings/far/")) == ["999999985"]


def test_a_folder_that_was_removed_is_told(browser):
    lost = recording(owner=HOUSE, public_id="lost", steps=1)
    store.discard([lost.steps.get().image.key])

    shown = page(browser, "/recordings/lost/")

    assert "Its pictures are gone from the storage." in shown
    assert "number 1, that fits" in shown


def test_a_recording_without_steps_says_what_to_do(browser):
    empty = recording(owner=HOUSE, public_id="empty", steps=0)

    assert "Nothing was recorded yet" in page(browser, "/recordings/empty/")

    # As a fork that begins within a gap of what it is made of.
    Recording.objects.filter(session=empty).update(steps_numbered=3)
    assert "Nothing was recorded yet" in page(browser, "/recordings/empty/")


def test_what_another_system_made_has_no_sectors(browser):
    heard = recording(owner=HOUSE, public_id="heard", steps=1)
    heard.steps.update(system="compose", target_sector="", focus_sector="", recipe={}, outside_delta=None, change=None)

    shown = page(browser, "/recordings/heard/")

    assert "made by compose" in shown
    assert "Target" not in re.findall(r"<dt>(.*?)</dt>", shown)


def test_the_light_is_switched_on_and_off(browser):
    begun = browser.post("/recordings/start/", {"session_id": "mine"})
    assert begun.url == "/recordings/mine/"
    assert "Recording into" in page(browser, "/recordings/")
    assert "The light is on" in page(browser, "/recordings/mine/")

    assert browser.post("/recordings/stop/").url == "/recordings/mine/"
    assert "Recording into" not in page(browser, "/recordings/")
    assert "Its light was switched off" in page(browser, "/recordings/mine/")
    assert browser.post("/recordings/stop/").url == "/recordings/"


def test_what_is_being_recorded_says_so_over_its_player(browser):
    browser.post("/recordings/start/", {"session_id": "mine"})
    mine = Session.objects.get(public_id="mine")
    recording(owner=HOUSE, public_id="gaze", steps=2).steps.filter(index=0).update(recording=mine)
    Recording.objects.filter(session=mine).update(steps_numbered=1)

    assert "Recording now." in page(browser, "/recordings/mine/")
    assert "Recording now." not in page(browser, "/recordings/gaze/?step=2")
    browser.post("/recordings/stop/")
    assert "Recording now." not in page(browser, "/recordings/mine/")


def test_what_a_script_records_is_told_to_browsers(browser):
    begun = recording(owner=HOUSE, public_id="begun", steps=0)
    recorder = baker.make(Deck, owner=HOUSE, recording=begun)

    assert "Its light is on: a program" in page(browser, "/recordings/begun/")
    assert ">recording</b>" in page(browser, "/recordings/")

    recorder.recording = recording(owner=HOUSE, public_id="going-on", steps=2)
    recorder.save()
    assert "A program or another browser makes its next steps" in page(browser, "/recordings/going-on/")
    assert "Its light was switched off" in page(browser, "/recordings/begun/")


def test_whoever_made_a_step_is_told_only_where_it_is_known(browser):
    told = recording(owner=HOUSE, public_id="gaze", steps=1)
    assert "By" in re.findall(r"<dt>(.*?)</dt>", page(browser, "/recordings/gaze/"))

    told.steps.update(recipe={})
    assert "By" not in re.findall(r"<dt>(.*?)</dt>", page(browser, "/recordings/gaze/"))


def test_it_is_renamed_and_deleted(browser):
    recording(owner=HOUSE, public_id="gaze", steps=1)

    browser.post("/recordings/gaze/rename/", {"name": " Lake, second try "})
    assert '<h1 class="clip">Lake, second try</h1>' in page(browser, "/recordings/gaze/")
    assert browser.post("/recordings/gaze/remove/").url == "/recordings/"
    assert not Recording.objects.exists()


def test_it_is_renamed_on_a_page_of_its_own(browser):
    recording(owner=HOUSE, public_id="gaze", steps=1)

    assert 'href="/recordings/gaze/rename/"' in page(browser, "/recordings/gaze/")
    shown = page(browser, "/recordings/gaze/rename/")

    assert 'action="/recordings/gaze/rename/"' in shown
    assert 'action="/recordings/gaze/remove/"' in shown
    assert "cannot be brought back" in shown


def test_who_deletes_it_is_told_of_its_studies(browser):
    shown = recording(owner=HOUSE, public_id="gaze", steps=1)
    Study.objects.create(recording=shown, owner=HOUSE, seed=1)

    assert "Its study goes along, with every answer." in page(browser, "/recordings/gaze/")


def test_a_strict_replay_is_this_browsers(browser):
    recording(owner=HOUSE, public_id="gaze", steps=3)

    browser.post("/recordings/gaze/replay/", {"mode": "strict"})

    shown = page(browser, "/recordings/gaze/")
    assert "This browser replays it: strict, 0 served." in shown
    assert "This browser replays it" not in page(Client(headers={"accept": "text/html"}), "/recordings/gaze/")
    browser.post("/recordings/gaze/replay/", {"mode": "stop"})
    assert "This browser replays it" not in page(browser, "/recordings/gaze/")


def test_a_fork_is_a_recording_of_its_own(browser):
    recording(owner=HOUSE, public_id="gaze", steps=3)

    there = browser.post("/recordings/gaze/replay/", {"mode": "fork", "at": "2"}).url

    assert not there.startswith("/recordings/gaze/")
    assert there.endswith("?step=2")
    assert numbers(page(browser, there))[1:] == [1, 2]


def test_an_unknown_mode_is_refused(browser):
    recording(owner=HOUSE, public_id="gaze", steps=1)

    assert browser.post("/recordings/gaze/replay/", {"mode": "backwards"}).status_code == 422
    assert not Deck.objects.exclude(replaying=None).exists()


def test_verifying_is_followed_until_its_end(browser):
    recording(owner=HOUSE, public_id="gaze", steps=3)

    part = browser.post("/recordings/gaze/verdicts/", headers={"hx-request": "true"}).content.decode()
    job = Job.objects.get(kind="verify")
    assert f'data-follows="{job.pk}"' in part
    assert "<html" not in part
    shown = page(browser, "/recordings/gaze/")
    assert f'data-follows="{job.pk}"' in shown
    assert 'data-verify="/recordings/gaze/verdicts/"' in shown

    Job.objects.update(status=Job.Status.FAILED, problem={"detail": "The worker broke down."})
    after = browser.get("/recordings/gaze/verdicts/", headers={"hx-request": "true"})
    assert after.headers["HX-Refresh"] == "true"
    assert "The worker broke down." in page(browser, "/recordings/gaze/")


def test_verdicts_stand_on_the_page(browser):
    judge(recording(owner=HOUSE, public_id="gaze", steps=3), drifted=1)

    shown = page(browser, "/recordings/gaze/?step=2")

    assert 'aria-label="2 identical, 1 drifted"' in shown
    assert '<a href="?step=2&view=picture">step 2 by 0.4 %</a>' in shown
    assert "Drifted by 0.4 %" in shown
    assert '<span class="num">2</span> <span class="drifted">drifted</span>' in shown


def test_what_cannot_be_made_again_says_why_where_it_is_the_same_for_all(browser):
    gaze = recording(owner=HOUSE, public_id="gaze", steps=2)
    first, second = gaze.steps.order_by("index")
    for step in (first, second):
        Verdict.objects.create(step=step, word="unverifiable", reason="Nobody wrote it down.", at=timezone.now())

    assert page(browser, "/recordings/gaze/").count("Nobody wrote it down.") == 2  # of all, and of the step
    Verdict.objects.filter(step=first).update(reason="It is broken.")
    assert "Nobody wrote it down." not in page(browser, "/recordings/gaze/")


def judge(verified: Session, *, drifted: int) -> None:
    for step in verified.steps.all():
        word = Verdict.Word.DRIFTED if step.index == drifted else Verdict.Word.IDENTICAL
        share = 0.004 if step.index == drifted else 0
        Verdict.objects.create(step=step, word=word, share=share, at=timezone.now())


def test_another_persons_recording_is_not_there(browser):
    recording(owner="visitor:somebody", public_id="theirs", steps=1)

    assert "theirs" not in page(browser, "/recordings/")
    assert browser.get("/recordings/theirs/").status_code == 404
    assert settings.ACCESS == "open"
