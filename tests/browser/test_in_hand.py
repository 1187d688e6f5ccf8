"""What somebody has in hand: a page that looks for news by itself takes nothing of it away."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.steps import LONG, start_long_job, stop, write

# As soon as it stands there, before anything else can happen on the page.
STOP_AT_ONCE = """() => new MutationObserver(() => document.querySelector("#jobs [data-cancel]")?.click())
    .observe(document.getElementById("jobs"), { childList: true })"""
MAKE_AT_ONCE = """() => new MutationObserver((_, watch) => {
    const field = document.getElementById("prompt");
    if (document.querySelector("[data-read]").dataset.read !== field.value) return;
    watch.disconnect();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
}).observe(document.getElementById("reading"), { childList: true })"""
LIST = re.compile(r"/jobs/\?")
LOOK = """([id, ends]) => new Promise((over) => {
    document.addEventListener(ends, function heard({ detail }) {
        if (detail.target.id !== id) return;
        document.removeEventListener(ends, heard);
        over();
    });
    htmx.trigger(document.body, "jobs");
})"""


@pytest.fixture
def row(samples: Page) -> Locator:
    """The row of a job that is being made."""
    start_long_job(samples)
    samples.goto("/jobs/")
    return samples.locator(".joblist tr", has_text=LONG)


def look(page: Page, part: str, ends: str = "htmx:afterRequest") -> None:
    """Have the page look for news, and wait until this part of it has its answer."""
    page.evaluate(LOOK, [part, ends])


def test_a_job_can_be_stopped_in_the_moment_it_appears(samples):
    samples.evaluate(STOP_AT_ONCE)

    start_long_job(samples)

    expect(samples.locator("#jobs .job")).to_have_class(re.compile("cancelled"))


def test_a_sentence_can_be_made_in_the_moment_it_is_read(samples):
    samples.evaluate(MAKE_AT_ONCE)

    samples.locator("#prompt").fill("@BG as background")

    expect(samples.locator("#results li > a")).to_have_count(1)


def test_a_button_stays_from_press_to_release(samples, row):
    row.get_by_role("button", name="Cancel").hover()
    samples.mouse.down()
    look(samples, "list")
    samples.mouse.up()
    again = row.get_by_role("button", name="Retry")
    expect(again).to_be_visible()

    again.focus()
    samples.keyboard.down(" ")
    look(samples, "list")
    samples.keyboard.up(" ")

    stop(row)


def test_what_was_not_shown_under_a_press_is_looked_for_after_it(samples, row, context):
    other = context.new_page()
    other.goto("/jobs/")
    # The list of this page does not ask by itself: it is shown anew because of the release, or never.
    samples.evaluate("document.querySelector('.listed').dataset.every = 1e9")
    samples.mouse.move(5, 400)
    samples.mouse.down()
    stop(other.locator(".joblist tr", has_text=LONG))
    look(samples, "list")
    again = row.get_by_role("button", name="Retry")
    expect(again).to_have_count(0)

    samples.mouse.up()

    expect(again).to_be_visible()


def test_who_asked_is_answered_although_the_page_looked_meanwhile(samples, row, complaints):
    held: list[Route] = []
    samples.route("**/cancel/", lambda route: held.append(route))
    with samples.expect_request("**/cancel/"):
        row.get_by_role("button", name="Cancel").click()
    look(samples, "list")

    held[0].fulfill(status=409, content_type="application/problem+json", body='{"detail": "It ended by itself."}')
    expect(samples.get_by_role("alert")).to_contain_text("It ended by itself.")
    complaints.expect("409")
    samples.unroute("**/cancel/")
    stop(row)


def test_what_happens_during_a_look_is_looked_for_anew(samples, row):
    held: list[Route] = []
    samples.route(LIST, lambda route: route.continue_() if held else held.append(route))
    with samples.expect_request(LIST):
        samples.evaluate("htmx.trigger(document.querySelector('.listed'), 'look')")

    # The look that is on its way is never answered.
    stop(row)


def test_a_name_that_is_typed_outlives_an_upload(samples, photo):
    samples.get_by_role("button", name="Tag vase, change it").click()
    samples.keyboard.type("am")
    with samples.expect_response("**/tray/"):
        samples.locator("[data-pick]").first.set_input_files(photo.payload)
    samples.keyboard.type("phora")
    samples.keyboard.press("Enter")

    expect(samples.get_by_role("button", name="Tag amphora, change it")).to_be_visible()
    expect(samples.locator("#tray .shot")).to_have_count(4)
    expect(samples.locator("#uploading li")).to_have_count(0)


def test_a_question_outlives_an_upload(samples, photo):
    samples.get_by_role("button", name="Tag mark, change it").click()
    samples.locator(".shot.editing").get_by_role("button", name="Remove").click()
    with samples.expect_response("**/tray/"):
        samples.locator("[data-pick]").first.set_input_files(photo.payload)
    samples.get_by_role("dialog", name="Remove mark.png?").get_by_role("button", name="Remove").click()

    expect(samples.locator("#insert .tag")).to_have_text(["BG", "vase", re.compile("Image")])


def test_what_is_lit_under_the_pointer_stays_lit(samples):
    write(samples, "@BG is the background and @vase moves from left to right")
    samples.locator(".reading [data-clause='2']").hover()
    lit = samples.locator(".mirror .clause.lit")
    expect(lit).to_have_attribute("data-clause", "2")

    look(samples, "running", "htmx:afterSettle")

    expect(lit).to_have_attribute("data-clause", "2")


def test_a_result_keeps_the_focus_when_another_comes(samples):
    write(samples, "@BG as background")
    samples.get_by_role("button", name="Make the picture").click()
    first = samples.locator("#results li > a")
    expect(first).to_have_count(1)
    first.focus()

    samples.evaluate("document.getElementById('make').click()")

    expect(samples.locator("#results li > a")).to_have_count(2)
    expect(samples.locator("#results li > a").last).to_be_focused()


def test_whatever_can_have_the_focus_is_known_by_an_id(samples):
    """By that HTMX focuses it again; what is typed or answered is not taken away in the first place."""
    assert nameless(samples) == []
    for address in ("/jobs/?state=failed", "/jobs/?q=nothing", "/jobs/"):
        samples.goto(address)
        assert nameless(samples) == [], address
    samples.locator(".joblist a").first.click()
    samples.wait_for_url("**/jobs/*-*/")
    assert nameless(samples) == []


def nameless(page: Page) -> list[str]:
    within = page.locator("[hx-trigger~=look] :is(a, button, summary)")
    assert within.count() > 0
    return [one for one in within.evaluate_all("(all) => all.map((one) => one.id || one.outerHTML)") if "<" in one]
