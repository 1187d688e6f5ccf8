"""Signing in and out, and what of a browser's goes with it."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session as DjangoSession
from django.test import Client
from django.utils import timezone

from prompt_media.access import services
from prompt_media.access.models import Token
from sessions_app.models import Session
from tests.access.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN = "/login/"


def form(browser: Client, **fields: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value} | fields


def sign_in(browser: Client, name: str = "ada", password: str = PASSWORD, **fields: str):
    browser.get(LOGIN)
    return browser.post(LOGIN, form(browser, username=name, password=password, **fields))


def owners() -> list[str]:
    return list(Session.objects.order_by("id").values_list("owner", flat=True))


@pytest.mark.parametrize("access", ["open", "login"])
def test_somebody_signs_in_works_and_signs_out(ada, browser, settings, access):
    settings.ACCESS = access
    assert sign_in(browser).status_code == 302
    page = browser.get("/").content.decode()
    assert "Signed in as <b>ada</b>" in page
    assert owners() == [f"user:{ada.pk}"]
    assert browser.post("/logout/", form(browser)).status_code == 302
    assert browser.get("/account/").url == "/login/?next=/account/"


def test_what_a_browser_made_is_the_accounts_afterwards(ada, browser):
    browser.get("/")
    assert owners()[0].startswith("visitor:")
    sign_in(browser)
    browser.get("/")
    assert owners() == [f"user:{ada.pk}"], "the same session, and no second one"


def test_what_a_browser_records_and_replays_goes_on_after_it_signed_in(ada, browser):
    browser.get("/")
    prove = {"x-csrftoken": browser.cookies["csrftoken"].value}
    assert browser.post("/session/start?session_id=lab", headers=prove).status_code == 200
    assert browser.generic("POST", "/session/replay/lab", headers=prove).status_code == 200

    sign_in(browser)

    assert browser.get("/session/list").json() == {"sessions": ["lab"]}
    assert browser.get("/session/replay/next").json()["status"] == "complete"
    prove = {"x-csrftoken": browser.cookies["csrftoken"].value}
    assert browser.post("/session/stop", headers=prove).json()["session_id"] == "lab"


def test_who_comes_after_somebody_signed_out_is_somebody_else(ada, browser):
    browser.get("/")
    before = browser.cookies["identity"].value
    sign_in(browser)
    browser.get("/")
    browser.post("/logout/", form(browser))
    browser.get("/")
    assert browser.cookies["identity"].value != before
    mine, theirs = owners()
    assert mine == f"user:{ada.pk}"
    assert theirs.startswith("visitor:")


def test_the_admins_way_out_is_the_same(ada, browser):
    browser.get("/")
    sign_in(browser)
    browser.post("/admin/logout/", form(browser))
    assert browser.cookies["identity"].value == ""


def test_a_session_lasts_a_working_day(ada, browser):
    sign_in(browser)
    cookie = browser.cookies["sessionid"]
    assert cookie["max-age"] == 8 * 3600
    assert cookie["httponly"]


def test_a_session_gets_a_new_key_at_sign_in(ada, browser):
    sign_in(browser)
    first = browser.cookies["sessionid"].value
    browser.post("/logout/", form(browser))
    sign_in(browser)
    assert browser.cookies["sessionid"].value != first


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(ada, browser, goal):
    assert sign_in(browser, next=goal).url == "/"
    assert browser.post("/logout/", form(browser, next=goal)).url == "/"


def test_a_goal_of_ours_is_kept(ada, browser):
    assert sign_in(browser, next="/jobs/?state=failed").url == "/jobs/?state=failed"


def test_a_form_without_our_token_signs_nobody_in(ada, browser):
    browser.get(LOGIN)
    refused = browser.post(LOGIN, {"username": "ada", "password": PASSWORD})
    assert refused.status_code == 403
    assert "sessionid" not in browser.cookies


def test_signing_out_by_a_link_does_nothing(ada, browser):
    sign_in(browser)
    assert browser.get("/logout/").status_code == 405
    assert "Signed in as" in browser.get("/").content.decode()


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(ada, browser):
    known = sign_in(browser, "ada", "wrong").content.decode()
    unknown = sign_in(browser, "eve", "wrong").content.decode()
    said = "Please enter a correct username and password"
    assert said in known
    assert said in unknown


def test_a_new_password_signs_other_browsers_out_and_keeps_this_one(ada, browser):
    other = Client(headers={"accept": "text/html"})
    other.force_login(ada)
    sign_in(browser)
    browser.get("/account/password/")
    new = {"old_password": PASSWORD, "new_password1": "quite another one", "new_password2": "quite another one"}
    assert browser.post("/account/password/", form(browser, **new)).url == "/account/password/changed/"
    assert "The password is changed" in browser.get("/account/password/changed/").content.decode()
    assert other.get("/account/").status_code == 302


def test_a_person_makes_and_revokes_tokens_on_the_account_page(ada, browser, bearing):
    sign_in(browser)
    browser.get("/account/")
    made = browser.post("/account/tokens/", form(browser, name="nightly", scope="read", days="30"))
    secret = made.context["fresh"].secret
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    assert bearing(secret).get("/api/v1/jobs/").status_code == 200
    assert secret not in browser.get("/account/").content.decode()
    browser.post(f"/account/tokens/{Token.objects.get().pk}/revoke/", form(browser))
    assert bearing(secret).get("/api/v1/jobs/").status_code == 401


def test_somebody_elses_token_is_not_revoked_on_the_account_page(ada, bob, browser, bearing):
    theirs = bearing(bob)
    sign_in(browser)
    browser.get("/account/")
    there = browser.post(f"/account/tokens/{Token.objects.get().pk}/revoke/", form(browser))
    nowhere = browser.post("/account/tokens/404/revoke/", form(browser))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert theirs.get("/api/v1/jobs/").status_code == 200


def test_what_has_ended_is_forgotten_and_what_has_not_stays(ada, browser):
    sign_in(browser, password="wrong")
    sign_in(browser)
    services.forget()
    assert browser.get("/account/").status_code == 200
    hours = timezone.now() - timedelta(hours=2)
    DjangoSession.objects.update(expire_date=hours)
    sign_in(Client(headers={"accept": "text/html"}), "eve", "wrong")
    AccessAttempt.objects.update(attempt_time=hours)
    services.forget()
    assert not DjangoSession.objects.exists()
    assert not AccessAttempt.objects.exists()
