"""The studio as a person uses it: pictures in, names, a sentence, a picture out."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.steps import LONG, fetched, make, rename, upload, write


def test_three_pictures_three_tags_and_the_three_sentences(studio, photo, logo, product):
    upload(studio, photo, logo, product)
    rename(studio, "Image1", "BG")
    rename(studio, "Image2", "logo")
    rename(studio, "Image3", "product")

    make(studio, "Set @BG as background and @logo as front image", "Make the picture")
    still = fetched(studio)
    make(studio, "@BG is stable background and @logo is moving from left to right", "Make the GIF")
    moving = fetched(studio)
    make(studio, "Place @product in center, @logo on top right, and @BG as background", "Make the picture")

    assert (still.format, still.size) == ("PNG", (1080, 1080))
    assert (moving.format, moving.size, moving.n_frames) == ("GIF", (1080, 1080), 30)
    assert fetched(studio).size == (1080, 1080)
    assert studio.locator("#results .badge").all_inner_texts() == ["PNG", "GIF", "PNG"]


def test_the_stage_shows_what_is_painted(samples):
    sentence = "@BG as background, @vase in center and @mark on the bottom left"
    write(samples, sentence)
    samples.evaluate("document.querySelectorAll('.layer').forEach((part) => part.remove())")
    # A picture that is still on its way would not be on the photograph.
    samples.evaluate("Promise.all([...document.querySelectorAll('[data-stage] image')].map((image) => image.decode()))")
    shown = Image.open(BytesIO(samples.locator("[data-stage]").screenshot())).convert("RGB")
    make(samples, sentence, "Make the picture")

    painted = fetched(samples).convert("RGB").resize(shown.size, Image.Resampling.BOX)
    difference = np.abs(np.asarray(shown, int) - np.asarray(painted, int))[4:-4, 4:-4]
    assert difference.mean() < 3


def test_a_download_has_a_time_stamped_name(samples):
    make(samples, "@BG as background", "Make the picture")
    samples.locator("#results a").click()

    with samples.expect_download() as download:
        samples.get_by_role("link", name="Download PNG").click()

    assert re.fullmatch(r".+_\d{8}_\d{6}\.png", download.value.suggested_filename)


def test_the_zip_holds_the_results(samples):
    make(samples, "@BG as background", "Make the picture")

    with samples.expect_download() as download:
        samples.get_by_role("button", name="ZIP").click()

    assert download.value.suggested_filename.endswith(".zip")


def test_ctrl_enter_makes_and_escape_stops(samples):
    write(samples, LONG)
    samples.get_by_text("1080 × 1080").first.click()
    samples.get_by_role("spinbutton", name="Width").fill("2400")
    samples.get_by_role("spinbutton", name="Height").fill("2400")
    samples.keyboard.press("Tab")
    expect(samples.locator("[data-stage]")).to_have_attribute("viewBox", "0 0 2400 2400")

    samples.locator("#prompt").focus()
    samples.keyboard.press("Control+Enter")
    expect(samples.locator("#jobs progress")).to_be_visible()
    expect(samples).to_have_title(re.compile(r"^\((\d+ %|…)\) Studio"))
    samples.reload()
    expect(samples.locator("#jobs progress")).to_be_visible()
    samples.keyboard.press("Escape")

    expect(samples.locator("#jobs .job")).to_have_class(re.compile("cancelled"))
    expect(samples).to_have_title(re.compile("^Studio"))
    samples.get_by_role("button", name="Dismiss").click()
    expect(samples.locator("#jobs .job")).to_have_count(0)
    expect(samples.locator("#results li > a")).to_have_count(0)


def test_ctrl_enter_right_after_the_last_letter_makes_the_whole_sentence(samples):
    samples.locator("#prompt").focus()
    samples.keyboard.type("@BG as background and @vase in center")
    samples.keyboard.press("Control+Enter")

    samples.locator("#results li > a").first.click()
    viewer = samples.get_by_role("dialog", name="Result")
    expect(viewer.locator(".viewer-prompt")).to_have_text("@BG as background and @vase in center")


def test_a_result_opens_large_with_its_prompt(samples):
    make(samples, "@BG as background", "Make the picture")
    make(samples, "@vase in center", "Make the picture")

    samples.locator("#results a").first.click()
    viewer = samples.get_by_role("dialog", name="Result")
    expect(viewer.get_by_text("@vase in center")).to_be_visible()
    samples.keyboard.press("ArrowRight")
    expect(viewer.get_by_text("@BG as background")).to_be_visible()
    samples.keyboard.press("ArrowLeft")
    expect(viewer.get_by_text("@vase in center")).to_be_visible()
    samples.keyboard.press("ArrowRight")
    expect(viewer.get_by_text("@BG as background")).to_be_visible()
    viewer.get_by_role("button", name="Use this prompt").click()

    expect(viewer).to_be_hidden()
    expect(samples.locator("#prompt")).to_have_value("@BG as background")


def test_a_result_can_be_deleted_after_a_question(samples):
    make(samples, "@BG as background", "Make the picture")
    samples.locator("#results a").first.click()
    samples.get_by_role("dialog", name="Result").get_by_role("button", name="Delete").click()
    question = samples.get_by_role("dialog", name="Delete result 1?")
    expect(question.get_by_role("button", name="Leave it")).to_be_focused()

    question.get_by_role("button", name="Delete").click()

    expect(samples.locator("#results li > a")).to_have_count(0)
    expect(samples.locator("dialog[open]")).to_have_count(0)


def test_a_picture_can_be_removed_after_a_question(samples):
    samples.get_by_role("button", name="Tag mark, change it").click()
    samples.locator(".shot.editing").get_by_role("button", name="Remove").click()
    samples.get_by_role("dialog", name="Remove mark.png?").get_by_role("button", name="Remove").click()

    expect(samples.locator("#tray .shot")).to_have_count(2)
    expect(samples.locator("#insert .tag")).to_have_text(["BG", "vase"])


def test_keep_is_told_in_the_bar(samples):
    expect(samples.locator("#gauge")).to_have_text("60 min left")

    samples.get_by_role("button", name="Keep").click()
    expect(samples.locator("#gauge")).to_have_text("Kept")
    expect(samples.get_by_role("button", name="Keep")).to_have_attribute("aria-pressed", "true")
    samples.get_by_role("button", name="Keep").click()
    expect(samples.locator("#gauge")).to_have_text("60 min left")


def test_a_new_session_is_asked_about_first(samples):
    samples.get_by_role("button", name="New session").click()
    question = samples.get_by_role("dialog", name="Start a new session?")
    expect(question.get_by_role("button", name="Leave it")).to_be_focused()
    question.get_by_role("button", name="Leave it").click()
    expect(samples.locator("#tray .shot")).to_have_count(3)

    samples.get_by_role("button", name="New session").click()
    question.get_by_role("button", name="Delete and start anew").click()

    expect(samples.get_by_role("button", name="Start with these three")).to_be_visible()
    expect(samples.locator("#tray .shot")).to_have_count(0)


def test_what_was_typed_outlives_a_reload(samples):
    write(samples, "@BG as background and @vase in center")

    samples.reload()

    expect(samples.locator("#prompt")).to_have_value("@BG as background and @vase in center")
    expect(samples.locator(".reading li")).to_have_count(2)


def test_the_theme_is_switched_and_remembered(studio):
    studio.get_by_role("button", name="Switch between light and dark").click()
    expect(studio.locator("html")).to_have_attribute("data-theme", "dark")
    studio.goto("/jobs/")
    expect(studio.locator("html")).to_have_attribute("data-theme", "dark")
    studio.keyboard.type("gt")  # in one go: the second counts for a moment only
    expect(studio.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_are_listed_and_letters_can_be_switched_off(studio):
    studio.locator("body").press("?")
    keys = studio.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    keys.get_by_role("checkbox").uncheck()
    studio.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    studio.locator("body").press("?")

    expect(keys).to_be_hidden()


def test_letters_in_a_field_are_only_letters(samples):
    samples.locator("#prompt").focus()
    samples.keyboard.type("g?j")

    expect(samples.locator("#prompt")).to_have_value("g?j")
    expect(samples.locator("dialog[open]")).to_have_count(0)


def test_without_scripts_the_page_still_makes_pictures(browser, engine, photo):
    context = browser.new_context(base_url=f"http://127.0.0.1:{engine.port}", java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("[data-pick][name=files]").set_input_files(photo.payload)
    page.get_by_role("button", name="Upload").click()
    page.locator("#prompt").fill("@Image1 as background")
    page.get_by_role("button", name="Make the").click()
    for _ in range(160):
        if page.locator("#results li > a").count():
            break
        page.wait_for_timeout(250)
        page.reload()

    assert page.locator("#results li > a").count() == 1
    context.close()


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        pytest.param("ab @x cd", "ab! @x cd", [4, 6], id="typed before it"),
        pytest.param("ab @x cd", "ab @x cd!", [3, 5], id="typed behind it"),
        pytest.param("ab @x cd", "ab @xy cd", [3, 6], id="typed at its end"),
        pytest.param("ab @xy cd", "ab @xzy cd", [3, 7], id="typed inside it"),
        pytest.param("ab @x cd", "ab cd", None, id="taken away with it"),
        pytest.param("🎈 @x", "🎈🎈 @x", [3, 5], id="a character of two units counts once"),
    ],
)
def test_spans_follow_an_edit_until_the_next_reading(studio, before, after, moved):
    found = studio.evaluate(
        """async ([before, after]) => {
            const { edit, moved } = await import("/static/js/spans.js");
            const chars = [...before];
            const start = chars.indexOf("@");
            const end = chars.findIndex((char, at) => at > start && char === " ");
            const spans = [{ start, end: end < 0 ? chars.length : end }];
            return moved(spans, edit(chars, [...after])).map(({ start, end }) => [start, end]);
        }""",
        [before, after],
    )

    assert found == ([] if moved is None else [moved])
