"""The jobs page, with work going on."""

import re

from playwright.sync_api import Page, expect

LONG = "@BG is the background and @vase moves from left to right"


def start_long_job(page: Page) -> None:
    page.locator("#prompt").fill(LONG)
    for name, value in (("width", "2400"), ("height", "2400"), ("frames", "600")):
        page.evaluate("([name, value]) => { document.querySelector(`[name=${name}]`).value = value; }", [name, value])
    expect(page.get_by_role("button", name="Make the GIF")).to_be_enabled()
    page.locator("#prompt").press("Control+Enter")
    page.locator("#jobs .job").wait_for()


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
