"""The admin in a real browser: its theme works under its policy, without a complaint."""

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.engine.running import PROJECT, Engine, surroundings

NAME, PASSWORD = "operator", "a long word for the admin"


@pytest.fixture(scope="session")
def operator(engine: Engine) -> None:
    """The first account, made as the docs tell."""
    subprocess.run(
        (sys.executable, "manage.py", "createsuperuser", "--noinput", f"--username={NAME}", "--email=o@studio.example"),
        cwd=PROJECT,
        env=surroundings(engine.home) | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def admin(operator: None, samples: Page) -> Page:
    """The admin's front page, with a session of three pictures to look at."""
    samples.goto("/admin/")
    samples.get_by_label("Username").fill(NAME)
    samples.get_by_label("Password").fill(PASSWORD)
    samples.get_by_role("button", name="Log in").click()
    samples.wait_for_url("**/admin/")
    return samples


@pytest.mark.parametrize(
    "place", ["sessions_app/session", "sessions_app/image", "sessions_app/tag", "jobs/job", "auth/user"]
)
def test_every_list_leads_to_a_page_without_a_complaint(admin, place):
    admin.goto(f"/admin/{place}/")
    admin.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    admin.wait_for_load_state("networkidle")

    expect(admin.get_by_role("heading").or_(admin.locator("fieldset")).first).to_be_visible()


def test_the_theme_works_under_its_policy(admin):
    """Its menus and bars are drawn by expressions in attributes, which a policy can keep from running."""
    admin.goto("/admin/sessions_app/session/")
    expect(admin.locator("select[name=action]")).to_be_hidden()
    admin.locator("#result_list input.action-select").first.check()
    expect(admin.locator("select[name=action]")).to_be_visible()

    expect(admin.get_by_role("link", name="Over, not swept yet")).to_be_hidden()
    admin.get_by_text("Filters").first.click()
    expect(admin.get_by_role("link", name="Over, not swept yet")).to_be_visible()
