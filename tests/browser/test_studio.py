"""The studio as a person uses it: pictures in, names, a sentence, a picture out."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

LONG = "@BG is the background and @vase moves from left to right, 600 frames"


def upload(page: Page, *files) -> None:
    before = page.locator("#tray .shot").count()
    page.locator("[data-pick]").first.set_input_files([file.payload for file in files])
    expect(page.locator("#tray .shot")).to_have_count(before + len(files))


def rename(page: Page, old: str, new: str) -> None:
    page.get_by_role("button", name=f"Tag {old}, change it").click()
    page.keyboard.type(new)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Tag {new}, change it")).to_be_visible()


def write(page: Page, sentence: str) -> None:
    """Type a sentence and wait until it was read."""
    page.locator("#prompt").fill(sentence)
    expect(page.locator("[data-read]")).to_have_attribute("data-read", sentence)


def make(page: Page, sentence: str, button: str) -> None:
    """Make what the sentence says, and wait for it."""
    write(page, sentence)
    results = page.locator("#results li > a")
    before = results.count()
    page.get_by_role("button", name=button, exact=True).click()
    expect(results).to_have_count(before + 1)


def fetched(page: Page, number: int = 0) -> Image.Image:
    """The result's own file; 0 is the newest."""
    url = page.locator("#results li > a").nth(number).get_attribute("href")
    return Image.open(BytesIO(page.request.get(url).body()))


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


def test_files_can_be_dropped_anywhere(studio, photo, logo):
    carried = studio.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, type, data] of files) {
                transfer.items.add(new File([Uint8Array.from(data)], name, { type }));
            }
            return transfer;
        }""",
        [[file.name, file.mime, list(file.data)] for file in (photo, logo)],
    )

    studio.dispatch_event("#main", "dragover", {"dataTransfer": carried})
    expect(studio.locator("[data-drop]")).to_have_class(re.compile("over"))
    studio.dispatch_event("#main", "drop", {"dataTransfer": carried})

    expect(studio.locator("#tray .shot")).to_have_count(2)
    expect(studio.locator("[data-drop]")).not_to_have_class(re.compile("over"))


def test_a_picture_can_be_pasted(studio, logo):
    studio.evaluate(
        """async (data) => {
            const picture = new Blob([Uint8Array.from(data)], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        list(logo.data),
    )

    studio.locator("#prompt").focus()
    studio.keyboard.press("Control+V")

    expect(studio.locator("#tray .shot")).to_have_count(1)


def test_each_file_has_its_own_bar_and_its_own_fate(studio, complaints, photo, logo):
    studio.route("**/upload/**", lambda route: (studio.wait_for_timeout(300), route.continue_()))
    text = {"name": "notes.png", "mimeType": "image/png", "buffer": b"These are notes."}

    studio.locator("[data-pick]").first.set_input_files([photo.payload, text, logo.payload])

    expect(studio.locator("#uploading progress")).to_have_count(3)
    expect(studio.locator("#tray .shot")).to_have_count(2)
    expect(studio.locator("#uploading li")).to_have_count(0)
    expect(studio.locator("#refused .note")).to_have_count(1)
    expect(studio.locator("#refused strong")).to_have_text("notes.png")
    studio.get_by_role("button", name="Dismiss").click()
    expect(studio.locator("#refused .note")).to_have_count(0)
    complaints.expect("415")


def test_an_upload_that_lost_its_connection_can_be_tried_again(studio, complaints, photo):
    studio.route("**/upload/**", lambda route: route.abort(), times=1)

    studio.locator("[data-pick]").first.set_input_files(photo.payload)
    studio.get_by_role("button", name="Try again").click()

    expect(studio.locator("#tray .shot")).to_have_count(1)
    expect(studio.locator("#refused .note")).to_have_count(0)
    complaints.expect("ERR_FAILED")


def test_a_first_visitor_can_try_the_sentence(studio):
    studio.get_by_role("button", name="@BG is the background and @vase moves").click()

    expect(studio.locator("#prompt")).to_have_value("@BG is the background and @vase moves from left to right")
    expect(studio.locator(".reading li")).to_have_count(2)
    expect(studio.get_by_role("button", name="Make the GIF")).to_be_enabled()


def test_a_taken_tag_is_refused_in_its_field_with_one_that_would_do(samples, complaints):
    samples.get_by_role("button", name="Tag vase, change it").click()
    samples.keyboard.type("bg")
    samples.keyboard.press("Enter")

    expect(samples.get_by_role("alert").filter(has_text="@bg")).to_be_visible()
    expect(samples.locator("[aria-invalid=true]")).to_be_focused()
    samples.get_by_role("button", name="Use bg_2").click()
    expect(samples.get_by_role("button", name="Tag bg_2, change it")).to_be_visible()
    expect(samples.locator("#insert .tag")).to_have_text(["BG", "bg_2", "mark"])
    complaints.expect("422")


def test_escape_leaves_a_tag_as_it_was(samples):
    chip = samples.get_by_role("button", name="Tag vase, change it")
    chip.click()
    samples.keyboard.type("something")
    samples.keyboard.press("Escape")

    expect(chip).to_be_focused()
    expect(chip).to_have_text("vase")


def test_a_tag_is_completed_by_keys_alone(samples):
    samples.locator("#prompt").focus()
    samples.keyboard.type("Set @")
    expect(samples.get_by_role("option")).to_have_text(["BG", "vase", "mark"])

    samples.keyboard.press("ArrowDown")
    expect(samples.get_by_role("option", selected=True)).to_have_text("vase")
    assert samples.locator("#prompt").get_attribute("aria-activedescendant") == samples.get_by_role(
        "option", selected=True
    ).get_attribute("id")
    samples.keyboard.press("Tab")
    expect(samples.locator("#prompt")).to_have_value("Set @vase ")
    samples.keyboard.type("as background and @ma")
    expect(samples.get_by_role("option")).to_have_text(["mark"])
    samples.keyboard.press("Escape")
    expect(samples.get_by_role("listbox")).to_be_hidden()
    expect(samples.locator("#prompt")).to_be_focused()


def test_tags_go_in_at_the_cursor(samples):
    samples.locator("#prompt").fill("Put in center")
    samples.evaluate("document.getElementById('prompt').setSelectionRange(3, 3)")

    samples.locator("#insert").get_by_text("vase").click()
    expect(samples.locator("#prompt")).to_have_value("Put @vase in center")
    samples.keyboard.press("Control+Z")
    expect(samples.locator("#prompt")).to_have_value("Put in center")
    samples.get_by_role("button", name="Put @mark into the prompt").first.click()
    expect(samples.locator("#prompt")).to_have_value(re.compile("@mark"))


def test_examples_are_made_of_the_sessions_own_tags(samples):
    samples.get_by_text("Examples", exact=True).click()
    samples.locator("#examples").get_by_text("Set @BG as background and @vase as front image").click()

    expect(samples.locator("#prompt")).to_have_value("Set @BG as background and @vase as front image")
    expect(samples.locator("#examples-menu")).not_to_have_attribute("open", "")


def test_clause_layer_and_line_light_up_together(samples):
    write(samples, "@BG is the background and @vase moves from left to right")

    samples.locator(".reading [data-clause='2']").hover()

    for part in (".mirror .clause", ".reading li", ".stage-picture .layer:not(.way-of)"):
        lit = samples.locator(f"{part}.lit")
        expect(lit).to_have_count(1)
        expect(lit).to_have_attribute("data-clause", "2")


def test_the_mirror_holds_the_very_words_of_the_field(samples):
    sentence = "Größe 🎈 @BG as background,\n@vase on the top rihgt"

    write(samples, sentence)

    assert samples.locator("#mirror").inner_text().rstrip("\u200b") == sentence
    assert samples.locator("#mirror .clause").first.inner_text().endswith("@BG as background")


def test_a_doubtful_word_can_be_corrected(samples):
    write(samples, "🎈 @BG as background and @vasse in center")
    expect(samples.get_by_role("button", name="Make the")).to_be_disabled()

    samples.locator("#diagnostics button").first.click()

    expect(samples.locator("#prompt")).to_have_value("🎈 @BG as background and @vase in center")
    expect(samples.get_by_role("button", name="Make the")).to_be_enabled()


def test_older_readings_never_overwrite_newer_ones(samples):
    samples.route("**/reading/", lambda route: (samples.wait_for_timeout(250), route.continue_()), times=1)
    samples.locator("#prompt").fill("@BG as background")
    samples.wait_for_timeout(150)

    write(samples, "@BG as background and @vase in center")

    samples.wait_for_timeout(400)
    expect(samples.locator(".reading li")).to_have_count(2)


def test_a_moving_scene_plays_stops_and_steps(samples):
    write(samples, "@vase moves from left to right")
    art = samples.locator(".art").first
    at_rest = art.get_attribute("transform")

    samples.get_by_role("button", name="Play").click()
    samples.wait_for_timeout(300)
    samples.get_by_role("button", name="Pause").click()
    assert art.get_attribute("transform") != at_rest
    samples.locator("h1").click()
    samples.get_by_role("slider", name="Frame").fill("1")
    samples.locator("body").press("ArrowRight")
    expect(samples.locator("[data-frame-now]")).to_have_text("2")
    samples.locator("body").press("Shift+ArrowRight")
    expect(samples.locator("[data-frame-now]")).to_have_text("12")


def test_the_size_can_be_chosen(samples):
    write(samples, "@BG as background")
    samples.get_by_text("1080 × 1080").first.click()
    samples.get_by_role("button", name="Wide 1920 × 1080").click()

    expect(samples.locator("[data-stage]")).to_have_attribute("viewBox", "0 0 1920 1080")
    samples.get_by_role("button", name="Make the picture").click()
    expect(samples.locator("#results li > a")).to_have_count(1)
    assert fetched(samples).size == (1920, 1080)


def test_frames_and_speed_can_be_chosen(samples):
    write(samples, "@vase moves from left to right")
    samples.get_by_text("30 frames at 20").click()
    samples.get_by_role("spinbutton", name="Frames").fill("12")
    samples.get_by_role("spinbutton", name="A second").fill("10")
    samples.keyboard.press("Tab")
    expect(samples.locator("[data-stage]")).to_have_attribute("data-frames", "12")
    samples.keyboard.press("Escape")

    samples.get_by_role("button", name="Make the GIF").click()

    expect(samples.locator("#results li > a")).to_have_count(1)
    made = fetched(samples)
    assert (made.n_frames, made.info["duration"]) == (12, 100)


def test_words_of_motion_can_be_overruled(samples):
    write(samples, "@vase moves from left to right")
    samples.get_by_label("Still").check()

    expect(samples.get_by_role("button", name="Make the picture")).to_be_enabled()
    expect(samples.get_by_role("slider", name="Frame")).to_have_count(0)


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
    studio.locator("body").press("g")
    studio.locator("body").press("t")
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
    for _ in range(40):
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
