"""Recordings: taken in from an archive, played, looked at in three ways, compared, renamed and deleted."""

import json
import re
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.steps import remember
from tests.browser.test_access import found_by_axe

SECTORS = {"BR": (2, 2), "TL": (0, 0), "MR": (2, 1), "TC": (1, 0)}


def archive(public_id: str) -> dict[str, object]:
    """A plain recording of four steps, two seconds apart, as Playwright hands it to a page."""
    picture, sequence, file = Image.new("RGB", (90, 90), "#4a6a8a"), [], BytesIO()
    with ZipFile(file, "w") as packed:
        for index, (sector, (column, row)) in enumerate(SECTORS.items()):
            ImageDraw.Draw(picture).ellipse(
                [column * 30 + 5, row * 30 + 5, column * 30 + 25, row * 30 + 25], fill="#e2b33c"
            )
            name, frame = f"{index:04}_{sector}.png", BytesIO()
            picture.save(frame, "PNG")
            packed.writestr(f"{public_id}/{name}", frame.getvalue())
            sequence.append(
                {
                    "index": index,
                    "filename": name,
                    "target_sector": sector,
                    "focus_sector": "MC",
                    "prompt": f"a disc at {sector}",
                    "timestamp": 1736155240.25 + 2 * index,
                }
            )
        told = {"session_id": public_id, "created_at": 1736155234.5, "sequence": sequence}
        packed.writestr(f"{public_id}/metadata.json", json.dumps(told))
    return {"name": f"{public_id}.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def take_in(page: Page) -> str:
    """Import a recording; its id."""
    public_id = f"discs-{uuid4().hex[:8]}"
    page.goto("/recordings/")
    page.locator("[data-pick]").set_input_files(archive(public_id))
    page.wait_for_url(f"**/recordings/{public_id}/")
    return public_id


def expect_step(page: Page, title: str) -> None:
    """Wait until picture, strip and what is known of the step agree."""
    expect(page.locator("[data-caption]")).to_have_text(title)
    expect(page.locator("#step h2")).to_have_text(title)
    expect(page.locator(".film [aria-current]")).to_contain_text(title)


def expect_played(page: Page) -> None:
    """Play it by key, and wait until it has come to its end."""
    page.get_by_role("radio", name="2×").check()
    expect(page.get_by_role("button", name="Play", exact=True).first).to_be_visible()
    remember(page, "[data-player] [data-play]", "aria-label")
    page.keyboard.press(" ")
    expect(page.locator("html")).to_have_attribute("data-passed", "Pause, Play")


def test_an_archive_is_taken_in_and_played_by_keys(page, complaints):
    take_in(page)
    expect_step(page, "Step 1")
    page.keyboard.press("ArrowRight")
    expect_step(page, "Step 2")
    expect(page.locator("[data-target] .target")).to_have_attribute("width", "200")
    page.keyboard.press("End")
    expect_step(page, "Step 4")
    expect(page).to_have_url(re.compile(r"step=4"))
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Difference")).to_be_checked()
    expect(page.locator("[data-other] image")).to_have_attribute("href", re.compile(r"/frames/3/difference"))
    page.keyboard.press("o")
    expect(page.locator(".over").first).to_be_hidden()

    # The only step that was not shown yet: the browser may still have the picture of any other.
    page.route("**/pictures/**", lambda route: route.abort())
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("This picture did not arrive.")).to_be_visible()
    page.unroute("**/pictures/**")
    page.keyboard.press("End")
    expect_step(page, "Step 4")

    expect_played(page)
    expect_step(page, "Step 4")
    complaints.expect("ERR_FAILED")


def test_two_pictures_alternate_unless_motion_is_unwelcome(page):
    take_in(page)
    page.goto(f"{page.url}?step=3&view=flicker")
    page.locator("[data-frame]:has(.then[visibility=inherit]) [data-caption]", has_text="Step 2").wait_for()

    page.emulate_media(reduced_motion="reduce")
    expect(page.locator("[data-alternate]")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Turn over").click()
    page.get_by_role("button", name="Turn over").click()
    expect(page.locator("[data-caption]")).to_have_text(re.compile("Step [23]"))


def test_it_is_compared_renamed_and_deleted(page):
    first, second = take_in(page), take_in(page)
    page.goto(f"/recordings/{first}/compare/?with={second}")
    expect(page.get_by_text("Identical, byte for byte")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Step 2")).to_be_visible()
    expect_played(page)
    expect(page.get_by_role("heading", name="Step 4")).to_be_visible()
    expect(page.locator("[data-side=other] image")).to_have_attribute("href", re.compile("0003_TC"))
    expect(page.locator("[data-between] img")).to_have_attribute("src", re.compile(f"/frames/3/difference.*{second}"))
    page.get_by_role("slider", name="Step").fill("2")
    expect(page.get_by_role("heading", name="Step 2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"step=2"))
    assert found_by_axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/recordings/{first}/?view=difference")
    assert found_by_axe(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    page.goto(f"/recordings/{first}/")
    page.get_by_label("More about this recording").click()
    page.get_by_role("button", name="Rename").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Rename")).to_be_hidden()
    page.get_by_label("More about this recording").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Four discs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Four discs")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("More about this recording").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete Four discs?").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/recordings/")
    expect(page.get_by_text(second)).to_be_visible()
    expect(page.get_by_text("Four discs")).to_have_count(0)


def test_what_is_no_archive_is_refused_in_words(page, complaints):
    page.goto("/recordings/")
    rubbish = """() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["not an archive"], "notes.zip", { type: "application/zip" }));
        return transfer;
    }"""
    page.dispatch_event("#main", "drop", {"dataTransfer": page.evaluate_handle(rubbish)})

    refusal = page.locator("[data-refused]")
    expect(refusal).to_contain_text("notes.zip")
    expect(refusal.locator("p span")).not_to_be_empty()
    complaints.heard.clear()  # the browser reports the refused request


def test_the_reel_counts_and_waits(page):
    page.goto("/recordings/")
    reel = re.search(r'/static/[^"]*js/', page.content())
    assert reel
    found = page.evaluate(
        """async (folder) => {
          const r = await import(`${folder}reel.js`);
          const film = r.reel(0, 8, 5);
          const upTo = (from) => {
            let [now, steps] = [r.played({ ...film, at: from }), 0];
            for (; now.playing; steps++) now = r.advanced(now);
            return [now.at, steps];
          };
          const rests = [["1", 0, 9000], ["0.5", 0, 1], ["made", 0, 2500], ["made", 0, 60000], ["made", 5, 0],
            ["made", null, 0]];
          return {
            keys: ["ArrowLeft", "ArrowRight", "Home", "End", "x"].map((key) => r.led(film, key, false)?.at ?? null),
            tenfold: [r.led(film, "ArrowLeft", true).at, r.led(film, "ArrowRight", true).at],
            ends: [upTo(5), upTo(8)],
            alone: r.played(r.reel(1, 1, 1)).playing,
            stops: r.moved(r.played(film), 2).playing,
            rests: rests.map((one) => r.rest(...one)).map(({ wait, isCut }) => [wait, isCut]),
            calm: [["2", 0, 1], ["made", 5, 0], ["0.5", 0, 1]].map((one) => r.rest(...one, true).wait),
            clocks: [0, 27_400, 725_000, 3_729_000, -5].map(r.clock),
          };
        }""",
        reel.group(),
    )
    assert found == {
        "keys": [4, 6, 0, 8, None],
        "tenfold": [0, 8],
        "ends": [[8, 3], [8, 8]],
        "alone": False,
        "stops": False,
        "rests": [[1000, False], [2000, False], [2500, False], [5000, True], [0, False], [1000, False]],
        "calm": [1000, 1000, 2000],
        "clocks": ["0:00", "0:27", "12:05", "1:02:09", "0:00"],
    }
