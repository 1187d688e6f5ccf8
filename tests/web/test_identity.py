"""Who may drive the studio: the house's own callers, a visitor's own pages, and nobody else's page."""

import pytest
from django.test import Client

from sessions_app.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "/session/create/"


@pytest.fixture
def browser() -> Client:
    """A browser that has opened the studio page, and is checked for CSRF as a real one is."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.get("/")
    return browser


def owners() -> list[str]:
    return list(Session.objects.order_by("id").values_list("owner", flat=True))


def test_a_caller_without_a_cookie_is_the_house(client):
    client.post(CREATE)
    assert owners() == ["house"]


def test_a_page_gives_its_browser_an_identity_that_counts_at_once(browser):
    assert browser.cookies["identity"]["httponly"]
    assert [owner.partition(":")[0] for owner in owners()] == ["visitor"]


def test_a_visitors_call_needs_the_pages_token(browser):
    refused = browser.post(CREATE)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    token = browser.cookies["csrftoken"].value
    assert browser.post(CREATE, headers={"x-csrftoken": token}).status_code == 201
    assert len(set(owners())) == 1


def test_a_forged_cookie_is_no_identity(client):
    client.cookies["identity"] = "0123:forged:signature"
    client.post(CREATE)
    assert owners() == ["house"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_another_sites_page_cannot_drive_the_studio(client, origin):
    response = client.post(CREATE, headers={"origin": origin})
    assert (response.status_code, response.json()["code"]) == (403, "origin")
    assert owners() == []


def test_our_own_origin_and_trusted_ones_can(client, settings):
    settings.TRUSTED_ORIGINS = ["https://app.example"]
    assert client.post(CREATE, headers={"origin": "http://testserver"}).status_code == 201
    assert client.post(CREATE, headers={"origin": "https://app.example"}).status_code == 201


def test_a_host_that_is_not_ours_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    response = client.post(CREATE, headers={"host": "rebound.example"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_what_a_browser_made_goes_along_when_somebody_signs_in(browser, django_user_model):
    user = django_user_model.objects.create_superuser("ada", password="a long enough one")
    token = browser.cookies["csrftoken"].value
    form = {"username": "ada", "password": "a long enough one", "csrfmiddlewaretoken": token}
    browser.post("/admin/login/?next=/admin/", form)
    browser.get("/")
    assert owners() == [f"user:{user.pk}"], "the same session, and no second one"
