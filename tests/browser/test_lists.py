"""A list that is longer than what is shown of it."""

from playwright.sync_api import Page, expect

MAKE_SESSIONS = """async (count) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const made = Array.from({ length: count }, () => fetch("/session/create/", { method: "POST", headers }));
    return (await Promise.all(made)).filter((answer) => answer.ok).length;
}"""


def test_older_rows_come_into_the_list_and_take_the_focus(page: Page):
    page.goto("/sessions/")
    assert page.evaluate(MAKE_SESSIONS, 31) == 31
    page.reload()
    rows = page.locator(".shelf > li:not(.older)")
    expect(rows).to_have_count(30)

    page.get_by_role("link", name="Show older").focus()
    page.keyboard.press("Enter")

    expect(rows).to_have_count(31)
    expect(rows.last.get_by_role("link")).to_be_focused()
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
