"""The live page and its sector prompts, as a browser without scripts meets them."""

from html import unescape

import pytest
from django.test import Client

from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck
from sessions_app.services import recordings

pytestmark = pytest.mark.django_db

SAVE, FORGET, REWIND = (f"/live/prompts/{act}/" for act in ("save", "forget", "rewind"))


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept": "text/html"})


def page(browser: Client, address: str = "/live/prompts/") -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_live_page_shows_a_picture_its_sectors_and_whether_it_is_recorded(browser):
    shown = page(browser, "/live/")
    assert "lake.webp" in shown
    assert shown.count('aria-label="TL"') == 1
    assert 'data-recording=""' in shown

    browser.post(SAVE, {"default": "a star"})
    recordings.start(owner=Deck.objects.get().owner, public_id="gaze-1")
    assert 'data-recording="gaze-1"' in page(browser, "/live/")


def test_a_prompt_can_be_brought_along(browser):
    assert ">a red boat</textarea>" in page(browser, "/live/?prompt=a%20red%20boat")


def test_what_another_records_lights_no_light_here(browser):
    recordings.start(owner=HOUSE, public_id="by-a-script")
    assert "by-a-script" not in page(browser, "/live/")


def test_who_has_no_prompts_sees_those_of_the_house(browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert "the house's (built-in)" in page(browser)

    (tmp_path / "prompts.txt").write_text("a fern\n")
    shown = page(browser)
    assert "the house's (prompts.txt)" in shown
    assert ">a fern</textarea>" in shown


def test_prompts_that_are_saved_are_ones_own_until_they_are_forgotten(browser):
    browser.post(SAVE, {"default": "a star", "TL": " a fish\r\n\r\na bee "})
    assert Deck.objects.get().prompts == {"default": ["a star"], "sectors": {"TL": ["a fish", "a bee"]}}
    assert "These are <strong>yours</strong>" in page(browser)
    assert ">a fish\na bee</textarea>" in page(browser)
    assert "yours</strong>" not in page(Client())

    browser.post(FORGET)
    assert Deck.objects.get().prompts is None


def test_lists_of_other_grids_outlive_a_save(browser):
    browser.post(SAVE, {"default": "a star"})
    Deck.objects.update(prompts={"default": ["a star"], "sectors": {"r4c4": ["a moth"], "TL": ["a bee"]}})
    browser.post(SAVE, {"default": "a moon"})
    assert Deck.objects.get().prompts == {"default": ["a moon"], "sectors": {"r4c4": ["a moth"]}}


def test_lists_begin_again(browser):
    browser.post(SAVE, {"default": "a star\na moon"})
    Deck.objects.update(turns={"default": 1})
    assert browser.post(REWIND).status_code == 302
    assert Deck.objects.get().turns == {}


def test_a_prompt_that_is_refused_comes_back_with_the_reason(browser):
    answer = browser.post(SAVE, {"default": "x" * 4001, "BR": "a shell"})

    assert answer.status_code == 422
    shown = unescape(answer.content.decode())
    assert "default[0] is" in shown
    assert ">a shell</textarea>" in shown
    assert not Deck.objects.exists()


def test_a_broken_file_of_the_house_is_told_and_ones_own_still_help(browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "sector_prompts.json").write_text("{")
    assert "sector_prompts.json cannot be read" in page(browser)

    assert browser.post(SAVE, {"default": "a star"}).status_code == 302
    assert ">a star</textarea>" in page(browser)
