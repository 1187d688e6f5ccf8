"""What a person does on the studio page, and waits to see, in one word each."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Locator, Page, expect

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


def remember(page: Page, part: str, attribute: str) -> None:
    """From now on `html[data-passed]` lists what the attribute becomes: some values pass before anybody looks."""
    page.evaluate(
        """([part, attribute]) => {
            const element = document.querySelector(part);
            const passed = [];
            let last = element.getAttribute(attribute);
            new MutationObserver(() => {
                const now = element.getAttribute(attribute);
                if (now === last) return;
                passed.push(last = now);
                document.documentElement.dataset.passed = passed.join(", ");
            }).observe(element, { attributes: true });
        }""",
        [part, attribute],
    )


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


def start_long_job(page: Page) -> None:
    """Begin what takes longer than any test; each stops it, for others wait behind it."""
    page.locator("#prompt").fill(LONG)
    for name in ("width", "height"):
        page.evaluate("(name) => { document.querySelector(`[name=${name}]`).value = 2400; }", name)
    expect(page.get_by_role("button", name="Make the GIF")).to_be_enabled()
    page.locator("#prompt").press("Control+Enter")
    page.locator("#jobs .job").first.wait_for()


def stop(row: Locator) -> None:
    """Cancel a job by its row on the jobs page, and wait until it says so."""
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_text("Cancelled")).to_be_visible()
