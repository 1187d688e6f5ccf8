"""The studio's page as plain forms and parts of HTML; tests/browser has it with scripts."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sessions_app.models import Generation, Image, Session

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}
WISH = {"kind": "auto", "width": 1080, "height": 1080, "frames": 30, "fps": 20}


@pytest.fixture
def studio(client: Client, worker) -> str:
    """The path of a session with the three samples: @BG, @vase, @mark."""
    client.get("/")
    path = f"/studio/{Session.objects.get().public_id}/"
    client.post(path + "samples/")
    return path


def read(client, studio, prompt, **values):
    answer = client.post(studio + "reading/", WISH | {"prompt": prompt} | values, headers=HTMX)
    assert answer.status_code == 200, answer.content
    return unescape(answer.content.decode())


def image(tag):
    return Image.objects.get(tag__name=tag)


def test_the_first_visit_makes_a_session_and_the_second_finds_it(client):
    client.get("/")
    client.get("/")

    session = Session.objects.get()
    assert session.owner.startswith("visitor:")


def test_two_browsers_have_a_session_each(client):
    client.get("/")
    Client().get("/")

    assert Session.objects.count() == 2


def test_a_first_start_offers_samples_and_a_sentence(client):
    page = client.get("/").content.decode()

    assert "Start with these three" in page
    assert "@BG is the background and @vase moves from left to right" in page


def test_the_samples_come_with_their_tags_and_the_sentence(client, worker):
    client.get("/")
    path = f"/studio/{Session.objects.get().public_id}/"

    answer = client.post(path + "samples/", {"prompt": "@BG alone"})

    assert [one.tag_name for one in Image.objects.all()] == ["BG", "vase", "mark"]
    assert "@BG alone" in client.get(answer.url).content.decode()


def test_pictures_come_in_without_scripts(client, worker, picture):
    client.get("/")
    path = f"/studio/{Session.objects.get().public_id}/"

    answer = client.post(path + "pictures/", {"files": [SimpleUploadedFile("barn.png", picture())]})

    assert answer.url == path
    assert "@Image1" in client.get(path).content.decode()


def test_a_session_that_is_over_says_so(client):
    answer = client.get("/studio/6b1f4d7e-0000-4000-8000-000000000000/")

    assert answer.status_code == 404
    assert "This session is over" in answer.content.decode()


def test_a_reading_numbers_its_clauses_and_brings_the_stage(client, studio):
    part = read(client, studio, "@BG is the background and @vase moves from left to right")

    assert re.findall(r'<li data-clause="(\d)"', part) == ["1", "2"]
    assert part.count('<g class="art"') == 2
    assert 'data-frames="30"' in part
    assert 'data-makes="GIF" data-ready' in part


def test_each_frame_of_a_moving_layer_has_a_pose(client, studio):
    part = read(client, studio, "@vase moves from left to right", frames=12)

    assert [poses.count(";") + 1 for poses in re.findall(r'<g class="art" data-poses="([^"]*)"', part)] == [12]


@pytest.mark.parametrize(
    ("kind", "makes"),
    [
        pytest.param("auto", "GIF", id="the words decide"),
        pytest.param("still", "picture", id="still"),
        pytest.param("moving", "GIF", id="moving"),
    ],
)
def test_a_reading_says_what_the_button_makes(client, studio, kind, makes):
    assert f'data-makes="{makes}"' in read(client, studio, "@vase is rotating", kind=kind)


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("", id="nothing yet"),
        pytest.param("no tag at all", id="no tag"),
        pytest.param("@vas", id="half a tag"),
        pytest.param('<b>@BG</b> & "@vase"', id="markup"),
        pytest.param("@", id="an @ alone"),
    ],
)
def test_a_sentence_that_is_not_finished_is_read_as_far_as_it_goes(client, studio, prompt):
    part = read(client, studio, prompt)

    assert "<b>@BG" not in part.split('data-read="')[1].split('">', 1)[1]


def test_an_unknown_tag_stops_the_button_and_offers_the_near_one(client, studio):
    part = read(client, studio, "@BG as background, @vasse in center")

    assert "data-ready" not in part
    assert 'data-correct="' in part


def test_a_line_end_counts_as_one_character(client, studio):
    part = read(client, studio, "@BG as background\r\n@vase in center")

    second = re.search(r'data-clause="2" data-start="(\d+)"', part)
    assert second is not None
    assert second[1] == "18"


def test_a_number_out_of_range_is_refused_by_its_name(client, studio):
    answer = client.post(studio + "reading/", WISH | {"prompt": "@BG", "frames": 1}, headers=HTMX)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "frames"


def test_making_shows_a_card_and_then_the_result(client, studio):
    answer = client.post(
        studio + "make/", WISH | {"prompt": "@BG as background", "width": 64, "height": 64}, headers=HTMX
    )
    job = Generation.objects.get().job

    assert "jobs" in json.loads(answer["HX-Trigger"])
    done = client.get(f"{studio}jobs/{job.pk}/", headers=HTMX)
    assert done.content == b""
    assert json.loads(done["HX-Trigger"])["made"]
    assert ">PNG<" in client.get(studio + "results/").content.decode()


def test_a_job_of_another_session_is_not_shown(client, studio):
    client.post(studio + "make/", WISH | {"prompt": "@BG as background", "width": 64, "height": 64})
    other = Client()
    other.get("/")
    theirs = Session.objects.exclude(images__isnull=False).get().public_id

    assert other.get(f"/studio/{theirs}/jobs/{Generation.objects.get().job_id}/").status_code == 404


def test_a_result_is_shown_with_its_neighbours(client, studio):
    for width in (40, 50, 60):
        client.post(studio + "make/", WISH | {"prompt": "@BG as background", "width": width, "height": 64})
    newest, middle, oldest = (one.output.name for one in Generation.objects.all())

    part = client.get(f"{studio}results/{middle}/").content.decode()

    assert part.index(newest) < part.index(oldest)
    assert f"{middle}?download=1" in part
    assert "50 × 64" in part


def test_a_tag_can_be_changed(client, studio):
    answer = client.post(studio + "tag/", {"filename": image("vase").name, "tag": "pot"}, headers=HTMX)

    assert (answer.status_code, json.loads(answer["HX-Trigger"])) == (200, {"tags": True})
    assert image("pot").width == 720


@pytest.mark.parametrize(
    ("wanted", "correction"),
    [
        pytest.param("bg", "bg_2", id="taken, in another case"),
        pytest.param("my logo!", "my_logo", id="not a name"),
        pytest.param("!!!", "picture", id="nothing in it can stay"),
        pytest.param("x" * 41, "x" * 40, id="too long"),
    ],
)
def test_a_refused_tag_comes_back_with_one_that_would_do(client, studio, wanted, correction):
    answer = client.post(studio + "tag/", {"filename": image("vase").name, "tag": wanted}, headers=HTMX)

    part = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in part
    assert f'value="{correction}">Use {correction}' in part
    assert image("vase")


def test_an_emptied_tag_is_taken_off(client, studio):
    client.post(studio + "tag/", {"filename": image("mark").name, "tag": " "}, headers=HTMX)

    assert [one.tag_name for one in Image.objects.all()] == ["BG", "vase", ""]


def test_a_picture_can_be_removed(client, studio):
    answer = client.post(studio + "remove/", {"filename": image("mark").name}, headers=HTMX)

    assert (answer.status_code, Image.objects.count()) == (204, 2)


def test_keep_lifts_the_expiry_and_lets_it_run_again(client, studio):
    client.post(studio + "keep/", {"kept": "1"})
    assert Session.objects.get().is_kept

    client.post(studio + "keep/", {"kept": "0"})
    assert not Session.objects.get().is_kept


def test_a_new_session_ends_the_old_one(client, studio):
    old = Session.objects.get().public_id

    client.post("/studio/new/", {"session": old})

    assert Session.objects.get().public_id != old
    assert not Image.objects.exists()


def test_pages_refuse_a_form_that_another_site_could_have_made(studio):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(studio + "keep/", {"kept": "1"}).status_code == 403


def test_the_page_holds_no_inline_script_and_no_style(client, studio):
    page = client.get("/").content.decode()

    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", page)


def test_a_page_of_many_pictures_needs_few_queries(client, studio, worker, picture, django_assert_max_num_queries):
    files = [SimpleUploadedFile(f"{number}.png", picture()) for number in range(12)]
    client.post(studio + "pictures/", {"files": files})

    with django_assert_max_num_queries(16):
        client.get("/")


@pytest.mark.parametrize("part", ["", "tray/"], ids=["the page", "its tray"])
def test_a_session_that_is_nearly_full_says_so(client, studio, settings, part):
    settings.SESSION_FILES = 4
    assert "files used" not in client.get(studio + part).content.decode()
    settings.SESSION_FILES = 3
    assert "3 of 3 files used" in client.get(studio + part).content.decode()


@pytest.mark.parametrize("letter", ["a", "ä", "🏔"])
def test_samples_are_not_loaded_for_words_that_no_address_can_carry(client, worker, letter):
    client.get("/")
    path = f"/studio/{Session.objects.get().public_id}/"

    answer = client.post(path + "samples/", {"prompt": letter * 20_000})

    assert (answer.status_code, answer.json()["code"]) == (422, "prompt_too_long")
    assert not Image.objects.exists()
