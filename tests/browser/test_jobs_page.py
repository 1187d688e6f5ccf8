"""The jobs page, with work going on."""

import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import LONG, start_long_job, stop


def test_a_running_job_is_followed_cancelled_and_tried_again(samples):
    start_long_job(samples)
    expect(samples.locator("#running a")).to_have_text(re.compile("1"))
    samples.goto("/jobs/")

    row = samples.locator(".joblist tr", has_text=LONG)
    expect(row.locator("progress")).to_be_visible()
    row.get_by_role("link").click()
    expect(samples.get_by_role("heading", name="What happened")).to_be_visible()
    samples.get_by_role("button", name="Cancel this job").click()
    expect(row.get_by_text("Cancelled")).to_be_visible()
    row.get_by_role("button", name="Retry").click()
    expect(row.get_by_role("button", name="Cancel")).to_be_visible()
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_text("Cancelled")).to_be_visible()


def asked_for(page: Page) -> list[str]:
    """The paths of every request from now on."""
    paths: list[str] = []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    return paths


def expect_progress(card: Locator) -> None:
    """Wait until the card has told two different shares."""
    expect(card).to_have_attribute("data-percent", re.compile(r"\d"))
    expect(card).not_to_have_attribute("data-percent", card.get_attribute("data-percent"))


def test_a_followed_job_is_shown_as_it_comes_and_hardly_asked_for(samples):
    paths = asked_for(samples)
    with samples.expect_response("**/api/v1/jobs/*/events"):
        start_long_job(samples)
    card = samples.locator("#jobs .job")
    job = card.get_attribute("data-follows")
    # Until the stream is open and has told that it runs, the card asks.
    expect(card).to_have_attribute("data-status", "running")
    began, before = time.monotonic(), len(paths)
    expect_progress(card)
    expect(samples).to_have_title(re.compile(r"^\(\d+ %\)"))
    looks = [path for path in paths[before:] if path.endswith(f"/jobs/{job}/")]

    assert paths.count(f"/api/v1/jobs/{job}/events") == 1
    # Every ten seconds the odd look that a stream does not spare, and one that was on its way.
    assert len(looks) <= 2 + (time.monotonic() - began) / 10
    samples.keyboard.press("Escape")
    expect(card).to_have_class(re.compile("cancelled"))


def test_a_refused_stream_is_made_up_for_by_asking(samples, complaints):
    samples.route("**/api/v1/jobs/*/events", lambda route: route.fulfill(status=503, body="full"))
    start_long_job(samples)
    card = samples.locator("#jobs .job")
    expect_progress(card)
    samples.keyboard.press("Escape")
    expect(card).to_have_class(re.compile("cancelled"))
    complaints.expect("503")


def test_a_page_nobody_sees_holds_no_stream(samples):
    start_long_job(samples)
    expect_progress(samples.locator("#jobs .job"))
    job = samples.locator("#jobs .job").get_attribute("data-follows")
    # A stream that the page closes itself is, to the browser, a request that failed.
    with samples.expect_event("requestfailed", lambda request: request.url.endswith("/events")) as left:
        samples.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
        samples.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert job in left.value.url
    samples.keyboard.press("Escape")
    expect(samples.locator("#jobs .job")).to_have_class(re.compile("cancelled"))


def test_a_server_that_is_away_is_told_once_and_only_to_who_did_something(samples, complaints):
    samples.route("**/jobs/**", lambda route: route.abort())
    start_long_job(samples)
    for _ in range(4):
        samples.wait_for_event("requestfailed", lambda request: request.resource_type == "xhr")
    toasts = samples.locator("#toasts > *")
    expect(toasts).to_have_count(0)

    for _ in range(2):
        with samples.expect_event("requestfailed", lambda request: request.method == "POST"):
            samples.keyboard.press("Escape")
    expect(toasts).to_have_text([re.compile("No connection")])

    samples.unroute("**/jobs/**")
    samples.keyboard.press("Escape")
    expect(samples.locator("#jobs .job")).to_have_class(re.compile("cancelled"))
    complaints.expect("ERR_FAILED")


def test_a_job_that_is_not_there_any_more_is_not_asked_for_again(samples, complaints):
    samples.route("**/api/v1/jobs/*/events", lambda route: route.fulfill(status=404))
    start_long_job(samples)
    card = samples.locator("#jobs .job")
    samples.route("**/jobs/*/", lambda route: route.fulfill(status=404) if route.request.method == "GET" else None)
    expect(card).to_have_attribute("data-gone", "")

    paths = asked_for(samples)
    samples.unroute("**/jobs/*/")
    samples.wait_for_timeout(3 * int(card.get_attribute("data-every")))
    assert not [path for path in paths if path.endswith(f"/jobs/{card.get_attribute('data-follows')}/")]
    expect(samples.locator("#toasts > *")).to_have_count(0)
    samples.goto("/jobs/")
    stop(samples.locator(".joblist tr", has_text=LONG))
    complaints.expect("404")


def test_jobs_beside_the_followed_one_do_not_stand_still(samples, context):
    start_long_job(samples)
    samples.locator("#prompt").press("Control+Enter")
    expect(samples.locator("#jobs .job")).to_have_count(2)
    samples.goto("/jobs/")
    # As if a stream spared every look: what still comes came because there is a second job.
    samples.evaluate(
        """() => {
            const spare = () => { document.querySelector(".listed").dataset.quiet = 1e9; };
            document.addEventListener("htmx:afterSettle", spare);
            spare();
        }"""
    )
    rows = samples.locator(".joblist tr[id]", has_text=LONG)
    expect(rows.locator("progress").first).to_be_visible()

    other = context.new_page()
    other.goto("/jobs/")
    expect(samples.locator("#running")).to_have_attribute("data-follows", re.compile("."))
    followed = samples.locator("#running").get_attribute("data-follows")
    other.locator(f".joblist tr[data-follows]:not(#row-{followed})").get_by_role("button", name="Cancel").click()
    expect(rows.get_by_text("Cancelled")).to_have_count(1)
    other.locator(f"#row-{followed}").get_by_role("button", name="Cancel").click()
    expect(rows.get_by_text("Cancelled")).to_have_count(2)


def test_jobs_are_found_by_state_and_by_words(samples):
    samples.goto("/jobs/")
    expect(samples.locator(".joblist tbody tr:not(.group)")).to_have_count(1)

    samples.get_by_role("radio", name="Failed").check()
    expect(samples.get_by_role("heading", name="Nothing here")).to_be_visible()
    samples.get_by_role("radio", name="All").check()
    samples.get_by_role("searchbox", name="Search jobs").fill("no such words")
    expect(samples.get_by_role("heading", name="No job matches “no such words”")).to_be_visible()
    samples.get_by_role("searchbox", name="Search jobs").fill("vase.webp")
    expect(samples.locator(".joblist tbody tr:not(.group)")).to_have_count(1)
