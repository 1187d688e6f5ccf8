"""The live page in a real browser: the eye looks, the sector changes, the light is on."""

import re

from playwright.sync_api import Page, expect


def changes(page: Page, number: int) -> None:
    expect(page.locator("[data-count]")).to_have_text(str(number))


def test_a_sector_changes_where_the_eye_is_and_a_recording_keeps_it(page, complaints):
    page.goto("/live/")
    page.get_by_label("Prompt").fill("a large red balloon")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("[data-light-says]")).to_have_text(re.compile(r"^Recording into session_\d+"))

    page.get_by_role("button", name="TL, top left").click()
    changes(page, 1)
    told = page.get_by_text("TL has changed: a large red balloon. Outside of it, not a pixel.")
    expect(told).to_be_visible()
    page.get_by_role("button", name="TL, top left").hover(position={"x": 9, "y": 9})
    expect(told).to_be_visible()

    # The keyboard's eye: right and down to the middle, up to the top; opposite of it, through a blank.
    page.get_by_text("The opposite", exact=True).click()
    page.get_by_text("Blank", exact=True).click()
    page.get_by_role("button", name="TL, top left").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    changes(page, 2)
    expect(page.get_by_text("BC has changed")).to_be_visible()

    # Resting is enough for the pointer.
    page.get_by_text("This sector", exact=True).click()
    page.get_by_label("By resting").select_option("500")
    page.get_by_role("button", name="BR, bottom right").hover()
    changes(page, 3)

    kept = page.locator("[data-light-link]").get_attribute("href").split("/")[-2]
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-light-says]")).to_have_text(f"Recorded: {kept}")
    steps = page.request.get(f"/session/{kept}").json()["sequence"]
    assert [step["target_sector"] for step in steps] == ["TL", "BC", "BR"]

    # A sample that does not arrive is not the picture.
    page.route("**/samples/*", lambda route: route.abort())
    page.locator("[data-sample][aria-pressed=false]").first.click()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(page.locator("[data-sample]").first).to_have_attribute("aria-pressed", "true")
    changes(page, 3)
    complaints.expect("ERR_FAILED")
