"""Pages for everyone: axe-core finds nothing serious, keys reach everything, nothing is cut off on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SENTENCE = "@BG is the background, @vase moves from left to right, @mark on the top rihgt fades in and @v"
SIZES = {"wide": (1440, 900), "phone": (390, 844)}


def open_first_start(page: Page) -> None:
    page.goto("/")


def open_studio(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Start with these three").click()
    page.locator("#tray .shot").nth(2).wait_for()
    page.wait_for_load_state()
    page.locator("#prompt").fill("@BG as background")
    expect(page.locator(".reading li")).to_have_count(1)
    page.locator("#prompt").press("Control+Enter")
    page.locator("#results li > a").wait_for()
    page.locator("#prompt").fill(SENTENCE)
    expect(page.locator("[data-read]")).to_have_attribute("data-read", SENTENCE)


def open_completion(page: Page) -> None:
    open_studio(page)
    page.locator("#prompt").press("End")
    page.keyboard.type("a")
    expect(page.get_by_role("listbox")).to_be_visible()


def open_viewer(page: Page) -> None:
    open_studio(page)
    page.locator("#results li > a").click()
    expect(page.get_by_role("dialog", name="Result")).to_be_visible()


def open_menus(page: Page) -> None:
    open_studio(page)
    page.locator("summary").first.click()


def open_question(page: Page) -> None:
    open_studio(page)
    page.get_by_role("button", name="New session").click()


def open_keys(page: Page) -> None:
    page.goto("/")
    page.locator("body").press("?")


def open_jobs(page: Page) -> None:
    open_studio(page)
    page.goto("/jobs/")
    page.locator(".joblist a").first.click()
    page.locator(".job-pane").wait_for()
    page.wait_for_load_state()


def open_jobs_without_any(page: Page) -> None:
    page.goto("/jobs/")


def open_sessions(page: Page) -> None:
    open_studio(page)
    page.goto("/sessions/")
    page.locator(".shelf a").first.wait_for()


def open_recordings(page: Page) -> None:
    page.goto("/recordings/")
    page.get_by_role("button", name="Record", exact=True).click()
    page.locator("#record[open]").wait_for()


def open_live(page: Page) -> None:
    page.goto("/live/")
    page.get_by_label("Prompt").fill("a large red balloon")
    page.get_by_role("button", name="TL, top left").click()
    page.locator("[data-steps] li").wait_for()


def open_sector_prompts(page: Page) -> None:
    page.goto("/live/prompts/")


def open_sign_in(page: Page) -> None:
    page.goto("/login/")


def open_missing_page(page: Page) -> None:
    page.goto("/there/is/nothing/")


def open_ended_session(page: Page) -> None:
    page.goto("/studio/6b1f4d7e-0000-4000-8000-000000000000/")


PLACES = {
    opened.__name__.removeprefix("open_").replace("_", " "): opened
    for opened in (
        open_first_start,
        open_studio,
        open_completion,
        open_viewer,
        open_menus,
        open_question,
        open_keys,
        open_jobs,
        open_jobs_without_any,
        open_sessions,
        open_recordings,
        open_live,
        open_sector_prompts,
        open_sign_in,
        open_missing_page,
        open_ended_session,
    )
}


@pytest.fixture(params=[pytest.param(size, id=name) for name, size in SIZES.items()])
def sized(request: pytest.FixtureRequest, page: Page) -> Page:
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return page


@pytest.fixture(params=[pytest.param(place, id=name) for name, place in PLACES.items()])
def place(request: pytest.FixtureRequest, sized: Page, complaints) -> Page:
    """Every page and every layer over one, on a screen and on a phone."""
    request.param(sized)
    # The browser reports an answer of 404 as an error; here it is what was asked for.
    complaints.heard[:] = [one for one in complaints.heard if "404" not in one]
    return sized


def test_nothing_is_cut_off_and_axe_finds_nothing_serious_in_light_and_dark(place):
    # Both of one visit, for most places take seconds to come to.
    found = {"wider than the screen": wider_than_the_screen(place)}
    for scheme in ("light", "dark"):
        place.emulate_media(color_scheme=scheme)
        found[scheme] = found_by_axe(place)

    assert found == {"wider than the screen": 0, "light": [], "dark": []}


def wider_than_the_screen(page: Page) -> int:
    """By how many pixels; none where all of it fits."""
    return page.evaluate("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)")


def found_by_axe(page: Page) -> list[str]:
    # Without motion: a colour half-way between two states would be judged.
    page.emulate_media(reduced_motion="reduce")
    # Through the protocol, which the page's policy does not bind.
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_the_work_can_be_done_by_keys_alone(studio):
    def tab_to(name: str) -> None:
        for _ in range(60):
            studio.keyboard.press("Tab")
            focused = studio.evaluate("(document.activeElement.ariaLabel || document.activeElement.textContent).trim()")
            if focused == name:
                return
        raise AssertionError(f"Tab never came to {name}")

    tab_to("Start with these three")
    studio.keyboard.press("Enter")
    studio.locator("#tray .shot").nth(2).wait_for()
    studio.wait_for_load_state()
    studio.keyboard.press("/")
    studio.keyboard.type("@BG as background")
    expect(studio.get_by_role("button", name="Make the picture")).to_be_enabled()
    studio.keyboard.press("Control+Enter")
    studio.locator("#results li > a").wait_for()
    tab_to("Open PNG 1: @BG as background")
    studio.keyboard.press("Enter")
    expect(studio.get_by_role("link", name="Download PNG")).to_be_focused()
    studio.keyboard.press("Escape")

    expect(studio.get_by_role("dialog", name="Result")).to_be_hidden()


def test_every_stop_of_the_tab_key_can_be_seen(samples):
    unseen = []
    for _ in range(40):
        samples.keyboard.press("Tab")
        unseen += samples.evaluate(
            """() => {
                const at = document.activeElement;
                const marked = at.closest("label, .compose") ?? at;
                const shows = [at, marked].some((one) => {
                    const style = getComputedStyle(one);
                    return style.outlineStyle !== "none" || style.boxShadow.includes("inset");
                });
                return at === document.body || shows ? [] : [at.outerHTML.slice(0, 120)];
            }"""
        )

    assert unseen == []


def test_a_finger_finds_room_on_a_tablet(browser, engine):
    tablet = {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(base_url=f"http://127.0.0.1:{engine.port}", **tablet)
    page = context.new_page()
    small = {}
    for address in ("/live/", "/recordings/", "/jobs/"):
        page.goto(address)
        small[address] = page.evaluate(
            """() => [...document.querySelectorAll(".btn, .seg input, select, .check")]
                .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 40)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
    context.close()

    assert small == {"/live/": [], "/recordings/": [], "/jobs/": []}


def test_nothing_moves_for_who_wants_no_motion(samples):
    samples.emulate_media(reduced_motion="reduce")
    samples.locator("#prompt").fill("@vase moves from left to right")
    samples.get_by_role("slider", name="Frame").wait_for()

    moving = samples.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length")

    assert moving == 0


def test_an_opened_operation_fits_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/api/v1/docs/")
    page.locator(".opblock-summary-control").nth(3).click()
    page.locator(".responses-table").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
