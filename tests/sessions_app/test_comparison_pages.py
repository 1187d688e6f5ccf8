"""The pages on which two recordings lie side by side."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from prompt_media.web.identity import HOUSE
from tests.sessions_app.browsing import following, numbers, page, shelved
from tests.sessions_app.recorded import recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept": "text/html"})


def test_two_recordings_lie_side_by_side(browser):
    recording(owner=HOUSE, public_id="one", steps=2)
    recording(owner=HOUSE, public_id="two", steps=3)

    assert "Which other?" in page(browser, "/recordings/one/compare/")
    same = page(browser, "/recordings/one/compare/?with=two&step=1")
    alone = page(browser, "/recordings/one/compare/?with=two&step=3")

    assert "Identical, byte for byte" in same
    assert 'data-by="1" href="?with=two&step=2"' in same
    assert re.sub(r"<[^>]+>", "", same).count("1 of 3, 1 differs") == 1
    assert re.findall(r'class="(?:meta|drifted)">(same|only one)<', same) == ["same", "same", "only one"]
    assert "Only one of the two has this step." in alone
    assert browser.get("/recordings/one/compare/?with=nowhere").status_code == 404


def test_a_long_film_of_both_comes_in_parts(browser, django_assert_max_num_queries):
    recording(owner=HOUSE, public_id="one", steps=60)
    recording(owner=HOUSE, public_id="two", steps=100, picture=Picture.new("RGB", (60, 60), "#4a6a8b"))

    with django_assert_max_num_queries(25):
        shown = page(browser, "/recordings/one/compare/?with=two&step=50")
    [(address, *_), (behind, *_)] = re.findall(r'data-gap="([^"]+)" data-from="(\d+)" data-to="(\d+)"', shown)

    assert numbers(shown) == list(range(49, 97))
    assert numbers(page(browser, address)) + numbers(page(browser, behind)) == [*range(1, 49), *range(97, 101)]
    assert "50 of 100" in shown
    assert "100 differ" in shown


def test_the_other_is_searched_among_all(browser):
    shelved(130)
    shelved(1, name="vase")

    choice = page(browser, "/recordings/vase-000/compare/")
    found = page(browser, "/recordings/vase-000/compare/?q=lake-00")

    assert re.findall(r'href="\?with=([^"]+)"', choice)[0] == "lake-129"
    assert "70 more" in choice
    assert len(re.findall(r'href="\?with=lake-', page(browser, following(choice)))) == 60
    assert re.findall(r'href="\?with=([^"]+)"', found) == [f"lake-00{at}" for at in range(9, -1, -1)]
    assert "No other recording is called" in page(browser, "/recordings/vase-000/compare/?q=vase")


def test_the_other_is_named_however_old_it_is(browser):
    recording(owner=HOUSE, public_id="old-1", steps=1)
    shelved(70)

    shown = page(browser, "/recordings/lake-069/compare/?with=old-1")

    assert re.findall(r'<option value="([^"]+)" selected', shown) == ["old-1"]


def test_what_was_asked_otherwise_is_named(browser):
    recording(owner=HOUSE, public_id="one", steps=1)
    other = recording(owner=HOUSE, public_id="two", steps=1, began=timezone.now() - timedelta(days=1))
    step = other.steps.get()
    step.recipe["asked"] |= {"strength": 0.5}
    step.save()

    shown = page(browser, "/recordings/one/compare/?with=two")

    assert "<dt>Asked otherwise</dt><dd>strength</dd>" in shown
