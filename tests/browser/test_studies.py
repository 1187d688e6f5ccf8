"""A participant sits through a small study by keyboard, and the owner reads what came of it."""

import csv
import io
import json
import re
import urllib.request
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.test_access import found_by_axe
from tests.engine.running import Engine
from tests.unpacking import packing

KEYS = {"TL": "q", "BR": "c", "": "0"}
SECTORS = ("TL", "BR")


def call(engine: Engine, path: str, data: bytes | None = None, kind: str = "application/json"):
    request = urllib.request.Request(f"http://127.0.0.1:{engine.port}{path}", data, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=60) as answer:
        body = answer.read()
        return json.loads(body) if answer.headers["Content-Type"].startswith("application/json") else body.decode()


def frames() -> Iterator[bytes]:
    """A field, then one disc more in each."""
    picture = Image.new("RGB", (300, 300), "#4a6a8a")
    for corner in (None, (20, 20), (220, 220)):
        if corner:
            ImageDraw.Draw(picture).ellipse([*corner, corner[0] + 60, corner[1] + 60], fill="#e2b33c")
        file = io.BytesIO()
        picture.save(file, "PNG")
        yield file.getvalue()


@pytest.fixture(scope="module")
def recording(engine: Engine) -> str:
    """A recording that came from elsewhere: a change in TL, and one in BR."""
    names = ("0000_MC.png", "0001_TL.png", "0002_BR.png")
    entries = [packing.entry(index=at, filename=name, target_sector=name[5:7]) for at, name in enumerate(names)]
    files = {"metadata.json": json.dumps(packing.metadata(session_id="pilot", sequence=entries)).encode()}
    files |= dict(zip(names, frames(), strict=True))
    archive = packing.zipped({f"pilot/{name}": data for name, data in files.items()}).getvalue()
    part = b'--x\r\nContent-Disposition: form-data; name="archive"; filename="pilot.zip"\r\n\r\n' + archive
    call(engine, "/api/v1/recordings/import/", part + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")
    return "pilot"


@pytest.fixture
def study(engine: Engine, recording: str) -> str:
    """A study of it, with one trial in which nothing changes."""
    design = {"name": "Pilot", "mask": "blank", "show_ms": 100, "mask_ms": 50, "catch_trials": 1, "seed": 3}
    told = call(engine, f"/api/v1/recordings/{recording}/studies/", json.dumps(design).encode())
    assert [one["sector"] for one in told["changes"]] == list(SECTORS)
    return f"/api/v1/studies/{told['study_id']}/"


@pytest.fixture
def seat(engine: Engine, study: str) -> str:
    return call(engine, f"{study}sittings/", b'{"participant": "P 01"}')["url"]


def wait_for_change(page: Page, trial: int) -> None:
    """Until the trial shows its second picture, which it does until somebody answers."""
    expect(page.get_by_role("status").filter(has_text="Trial")).to_have_text(f"Trial {trial} of 3")
    page.locator("canvas[data-shows=after]").wait_for()


def press_too_early(page: Page) -> None:
    """From now on a sector is named whenever a first picture comes."""
    page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          const key = { code: "KeyX", key: "x", bubbles: true };
          const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", key));
          const look = () => { if (canvas.dataset.shows === "before") press(); };
          new MutationObserver(look).observe(canvas, { attributes: true });
        }"""
    )


def change_seen(page: Page) -> str:
    """Which sector differs between the two pictures of this trial, by their pixels alone; "" is none."""
    return page.evaluate(
        """async () => {
          const place = document.querySelector("[data-status]").textContent.match(/\\d+/)[0] - 1;
          const pixels = async (which) => {
            const response = await fetch(`${document.getElementById("main").dataset.pictures}${place}/${which}`);
            const canvas = new OffscreenCanvas(300, 300).getContext("2d", { willReadFrequently: true });
            canvas.drawImage(await createImageBitmap(await response.blob()), 0, 0);
            return [[50, 50], [250, 250]].map(([x, y]) => canvas.getImageData(x, y, 1, 1).data.join());
          };
          const [before, after] = [await pixels("before"), await pixels("after")];
          return ["TL", "BR"].find((name, at) => before[at] !== after[at]) ?? "";
        }"""
    )


def test_a_participant_answers_by_keys_and_the_sheets_have_it(page, engine, study, seat):
    page.goto(seat)
    assert found_by_axe(page) == []
    press_too_early(page)
    page.get_by_role("button", name="Begin").press("Enter")
    said: dict[int, str] = {}
    for trial in (1, 2, 3):
        wait_for_change(page, trial)
        said[trial - 1] = change_seen(page)
        page.keyboard.press(KEYS[said[trial - 1]])
        if trial == 2:
            wait_for_change(page, 3)
            page.reload()
            page.get_by_role("button", name="Go on with trial 3").click()
    expect(page.get_by_role("heading", name="That was all. Thank you")).to_be_visible()

    rows = list(csv.DictReader(call(engine, f"{study}trials.csv").splitlines()))
    assert {int(row["trial"]): row["answer"] for row in rows} == said
    assert sorted(said.values()) == ["", "BR", "TL"]
    assert all(row["right"] == "yes" and float(row["reaction_ms"]) > 0 for row in rows)

    page.goto("/recordings/pilot/study/")
    expect(page.get_by_role("row", name=re.compile(r"^TL 1 0 0 2 1\.64 0\.15 \d+$"))).to_be_visible()
    expect(page.get_by_role("img", name="Of each sector’s changes")).to_contain_text("100 %")
    assert found_by_axe(page) == []


def test_who_answered_elsewhere_goes_on_where_the_sitting_is(page, engine, seat):
    page.goto(seat)
    page.get_by_role("button", name="Begin").click()
    wait_for_change(page, 1)
    answers = f"/api/v1/sittings/{seat.split('/')[2]}/trials"
    for trial in (0, 1):
        call(engine, f"{answers}/{trial}/", b'{"sector": null, "reaction_ms": 400, "in_time": true}')

    # What lay ready were the pictures of the second trial.
    with page.expect_request("**/trials/2/after"):
        page.keyboard.press("0")
    wait_for_change(page, 3)


def test_the_pointer_and_the_arrows_answer_too_and_escape_begins_a_trial_anew(page, engine, study, seat):
    page.goto(seat)
    page.get_by_role("button", name="Begin").click()
    wait_for_change(page, 1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on").click()
    wait_for_change(page, 1)
    page.get_by_role("button", name="BR").click()
    wait_for_change(page, 2)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    wait_for_change(page, 3)
    page.get_by_role("button", name="Nothing changed").click()
    expect(page.get_by_role("heading", name="That was all. Thank you")).to_be_visible()

    rows = list(csv.DictReader(call(engine, f"{study}trials.csv").splitlines()))
    assert [row["answer"] for row in rows] == ["BR", "TL", ""]
