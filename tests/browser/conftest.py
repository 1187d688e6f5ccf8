"""A real browser on a real engine. Without a browser these tests are skipped, unless one was asked for.

Playwright drives the machine's own Chromium. Its event loop stands in the way of Django's database access, so it lives
no longer than a module, and no test here asks the database: they see what a person sees.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.engine.running import Engine, up

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What Playwright turns off itself, for only the last such list counts; and two pages of the address bar, which
    # nobody sees and each context would load: they cost a browser two fifths of its work.
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
IS_ASKED_FOR = (
    os.environ.get("BROWSER_TESTS") == "required" or os.environ.get("PM_BROWSER") == "1" or "CI" in os.environ
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, also when only this folder is asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They share one engine, so they stay in one process; and a page needs longer than a function."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and IS_ASKED_FOR:
        pytest.fail("A browser test was asked for, and no Chromium is installed: try `./pm test --browser`.")
    if found is None:
        pytest.skip("no Chromium here; `./pm test --browser` installs one")
    return found


@pytest.fixture(scope="session")
def engine(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The whole studio, as `./pm up` starts it."""
    with up(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, timeout=120_000)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, engine: Engine) -> Iterator[BrowserContext]:
    """A visitor who was never here."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{engine.port}",
        viewport={"width": 1440, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    # Nobody waits that long where all is well: they bound what hangs, on the slowest machine too.
    context.set_default_timeout(60_000)
    expect.set_options(timeout=45_000)
    yield context
    context.close()


def _is_complaint(said: ConsoleMessage) -> bool:
    # HTMX also logs the requests that a reload cuts off; one that failed is logged by the browser itself.
    return said.type in ("error", "warning") and not said.text.startswith("htmx:")


@dataclass(slots=True)
class Complaints:
    """What the browser complained about: errors of scripts, refusals by the policy, answers that failed."""

    heard: list[str]

    def expect(self, words: str) -> None:
        """A complaint the test means to cause."""
        assert any(words in one for one in self.heard), self.heard
        self.heard[:] = [one for one in self.heard if words not in one]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints([])


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A page that must not complain."""
    page = context.new_page()
    page.on("console", lambda said: complaints.heard.append(said.text) if _is_complaint(said) else None)
    page.on("pageerror", lambda error: complaints.heard.append(str(error)))
    yield page
    assert complaints.heard == []


@pytest.fixture
def studio(page: Page) -> Page:
    """The studio on a first visit."""
    page.goto("/")
    return page


@pytest.fixture
def samples(page: Page, context: BrowserContext) -> Page:
    """The studio with its three samples: @BG, @vase, @mark. Not by its button: to load the page twice takes a while."""
    first = context.request.get("/").text()
    path = re.search(r'action="(/studio/[^"]+/samples/)"', first)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', first)
    assert path
    assert token
    context.request.post(path[1], form={"csrfmiddlewaretoken": token[1]}, fail_on_status_code=True, max_redirects=0)
    page.goto("/")
    assert page.locator("#tray .shot").count() == 3
    return page


@dataclass(frozen=True, slots=True)
class File:
    """A file as Playwright hands it to a page."""

    name: str
    mime: str
    data: bytes

    @property
    def payload(self) -> dict[str, object]:
        return {"name": self.name, "mimeType": self.mime, "buffer": self.data}


@pytest.fixture
def photo() -> File:
    """A background: 640 × 480, two fields of colour."""
    picture = Image.new("RGB", (640, 480), "#3b6ea5")
    ImageDraw.Draw(picture).rectangle([0, 300, 640, 480], fill="#3f7d4f")
    return File("meadow.jpg", "image/jpeg", _bytes(picture, "JPEG"))


@pytest.fixture
def logo() -> File:
    """A disc on nothing."""
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse([10, 10, 190, 190], fill="#d6338f")
    return File("logo.png", "image/png", _bytes(picture, "PNG"))


@pytest.fixture
def product() -> File:
    picture = Image.new("RGBA", (120, 240), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle([20, 20, 100, 220], fill="#e2b33c")
    return File("product.png", "image/png", _bytes(picture, "PNG"))


def _bytes(picture: Image.Image, kind: str) -> bytes:
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()
