"""Words that would run if a page took them for more than words: as prompts, names of files, sessions and searches."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import upload, write
from tests.contract.naughty import TEXTS

WORDS = [
    TEXTS[name]
    for name in (
        "a script",
        "out of an attribute",
        "out of a script",
        "a drawing that runs",
        "a comment",
        "entities",
        "a template",
        "an address that runs",
        "right to left",
        "line ends of Unicode",
        "JSON",
    )
]
HARMFUL = "'\"><img src=x onerror=alert(1)><svg/onload=alert(1)><script>alert(1)</script>"


@pytest.fixture
def wary(page: Page, complaints) -> Page:
    """A page on which no dialog opens and nothing is refused by its policy (see `complaints`)."""

    def heard(dialog) -> None:
        complaints.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", heard)
    page.goto("/")
    return page


def test_what_would_run_is_heard(wary, complaints):
    wary.evaluate("alert(1)")
    complaints.expect("dialog: 1")
    # Playwright's own waiting asks with eval, which the page's policy refuses: here a promise is waited for.
    wary.evaluate("""() => new Promise((over) => {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>');
        document.querySelector('img[src=x]').addEventListener('error', over, { once: true });
    })""")
    complaints.expect("Content Security Policy")
    complaints.expect("404")


def test_as_a_prompt_that_is_typed(wary, logo):
    upload(wary, logo)
    tag = wary.locator("#tray .tag").first.inner_text()
    for words in WORDS:
        # A field of the page keeps no line ends but its own.
        sentence = " ".join(f"@{tag} is the background {words}".split())
        write(wary, sentence)
        expect(wary.locator("#prompt")).to_have_value(sentence)


def test_as_a_prompt_that_is_made_and_shown_everywhere(wary, logo):
    upload(wary, logo)
    tag = wary.locator("#tray .tag").first.inner_text()
    sentence = f"@{tag} is the background {HARMFUL}"
    write(wary, sentence)
    wary.get_by_role("button", name="Make", exact=False).first.click()
    expect(wary.locator("#results li > a")).to_have_count(1)

    for path in ("/", "/jobs/", "/sessions/"):
        wary.goto(path)
    wary.goto("/jobs/")
    expect(wary.locator("body")).to_contain_text("onerror=alert(1)")


def test_as_the_name_of_a_file_and_of_a_session(wary, logo):
    session = wary.request.get("/api/v1/sessions/").json()["results"][0]["session_id"]
    for words in (HARMFUL, TEXTS["right to left"]):
        part = {"name": f"{words}.png", "mimeType": logo.mime, "buffer": logo.data}
        token = next(cookie["value"] for cookie in wary.context.cookies() if cookie["name"] == "csrftoken")
        headers = {"X-CSRFToken": token}
        assert wary.request.post(f"/upload/{session}/?auto_tag=1", multipart={"files": part}, headers=headers).ok
        assert wary.request.patch(f"/session/{session}/", data={"name": words}, headers=headers).ok
        for path in ("/", "/sessions/"):
            wary.goto(path)
            wary.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", ["/jobs/?q=", "/jobs/?state=", "/?prompt=", "/login/?next=", "/nowhere/"])
def test_in_an_address(path, wary, complaints):
    for words in (HARMFUL, *WORDS):
        wary.goto(path + quote(words, safe=""))
    if path == "/nowhere/":
        complaints.expect("404")
