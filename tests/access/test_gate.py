"""With ACCESS=login nobody works here without an account; what stays open is written down in docs/security.md."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError

from sessions_app.models import Session
from tests.sessions_app.calling import refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def login_only(settings) -> None:
    settings.ACCESS = "login"


def test_a_program_without_a_token_is_refused(client):
    answer = client.post("/session/create/")
    refused(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not Session.objects.exists()


def test_a_visitors_cookie_is_no_account(client, settings):
    settings.ACCESS = "open"
    client.get("/")
    settings.ACCESS = "login"
    refused(client.get("/api/v1/sessions/"), 401, "not_signed_in")


def test_a_person_is_sent_to_sign_in_and_comes_back(browser):
    answer = browser.get("/jobs/?state=failed")
    assert (answer.status_code, answer.url) == (302, "/login/?next=/jobs/%3Fstate%3Dfailed")
    assert "identity" not in browser.cookies


def test_a_page_is_a_page_also_to_curl(client):
    assert client.get("/").url == "/login/?next=/"


def test_the_documentation_sends_a_person_to_sign_in_and_refuses_a_program(browser, client):
    assert browser.get("/api/v1/docs/").url == "/login/?next=/api/v1/docs/"
    refused(client.get("/api/v1/schema/"), 401, "not_signed_in")


def test_a_part_of_a_page_sends_its_whole_page_to_sign_in(client):
    asked = {"hx-request": "true", "hx-current-url": "https://elsewhere.example/jobs/?q=a"}
    answer = client.get("/jobs/running/", headers=asked)
    refused(answer, 401, "not_signed_in")
    assert answer["HX-Redirect"] == "/login/?next=/jobs/%3Fq%3Da"


def test_an_account_comes_in_by_session_and_by_token(ada, client, bearing):
    client.force_login(ada)
    assert client.get("/").status_code == 200
    assert bearing(ada).post("/session/create/").status_code == 201


@pytest.mark.parametrize("door", ["/healthz", "/login/", "/admin/login/", "/static/css/base.css"])
def test_some_doors_stay_open(client, door):
    answer = client.get(door)
    assert answer.status_code == 200
    answer.close()


def test_what_was_never_there_is_not_there(client):
    assert client.get("/nowhere/").status_code == 404


def raising(error: Exception) -> Callable[..., None]:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_while_the_database_is_down_nobody_is_taken_for_a_stranger(ada, client, bearing, monkeypatch, error):
    with_token = bearing(ada)
    client.force_login(ada)
    cut_off = raising(error("the server closed the connection"))
    monkeypatch.setattr("prompt_media.access.selectors.usable", cut_off)
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", cut_off)
    for caller in (client, with_token):
        answer = caller.get("/api/v1/jobs/")
        refused(answer, 503, "unavailable")
        assert answer["Retry-After"]
    assert client.get("/healthz").status_code == 200


def test_a_query_that_is_wrong_is_no_database_that_is_down(ada, client, bearing, monkeypatch):
    with_token = bearing(ada)
    client.force_login(ada)
    wrong = raising(ProgrammingError("no such column"))
    monkeypatch.setattr("prompt_media.access.selectors.usable", wrong)
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", wrong)
    for caller in (client, with_token):
        refused(caller.get("/api/v1/jobs/"), 500, "error")


def test_a_call_is_answered_also_when_its_tokens_use_cannot_be_noted(ada, bearing, monkeypatch, caplog):
    with_token = bearing(ada)

    class Tokens:
        filter = staticmethod(raising(OperationalError("database is locked")))

    monkeypatch.setattr("prompt_media.access.services.Token", SimpleNamespace(objects=Tokens))
    assert with_token.get("/api/v1/jobs/").status_code == 200
    assert "use of a token not noted" in caplog.text
