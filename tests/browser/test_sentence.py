"""A sentence while it is written: completed, read, shown and corrected."""

import re

from playwright.sync_api import expect

from tests.browser.steps import fetched, write


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
    with samples.expect_request("**/reading/"):
        samples.locator("#prompt").fill("@BG as background")

    write(samples, "@BG as background and @vase in center")

    samples.wait_for_timeout(400)
    expect(samples.locator(".reading li")).to_have_count(2)


def test_a_moving_scene_plays_stops_and_steps(samples):
    write(samples, "@vase moves from left to right")
    art = samples.locator(".art").first
    at_rest = art.get_attribute("transform")

    samples.get_by_role("button", name="Play").click()
    expect(art).not_to_have_attribute("transform", at_rest)
    samples.get_by_role("button", name="Pause").click()
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
