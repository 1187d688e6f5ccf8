"""Errors at the door: problems for programs, pages for people, an id for both, never a traceback."""

import pytest
from django.test import RequestFactory

from prompt_media.web import errors, preferences

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = {"accept": "text/html,application/xhtml+xml"}


def test_a_program_gets_a_problem(client):
    response = client.get("/nowhere/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["instance"] == "/nowhere/"


def test_a_person_gets_a_page(client):
    response = client.get("/nowhere/", headers=PERSON)
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_compat_route_answers_a_problem_even_to_a_browser(client):
    assert client.get("/session/nowhere/", headers=PERSON)["Content-Type"] == "application/problem+json"


def test_a_wrong_method_is_told_as_one(client):
    response = client.put("/session/create/")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_a_bug_shows_an_id_and_nothing_else(rf: RequestFactory):
    request = rf.get("/api/v1/x/")
    request.request_id = "abc123"
    response = errors.broken(request)
    assert response.status_code == 500
    assert b"abc123" in response.content


def test_every_answer_has_an_id(client):
    assert len(client.get("/healthz")["X-Request-ID"]) == 12


def test_pages_carry_a_strict_policy(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("", 120, id="nothing"),
        pytest.param("respond-async", 0, id="at once"),
        pytest.param("wait=7", 7, id="seven seconds"),
        pytest.param("respond-async, wait=7", 7, id="both: wait so long, then the job"),
        pytest.param('wait="3"', 3, id="quoted"),
        pytest.param("wait=9999", 120, id="no longer than the house allows"),
        pytest.param("wait=soon; x", 120, id="not a number"),
        pytest.param("handling=lenient", 120, id="somebody else's words"),
    ],
)
def test_how_long_a_caller_wants_to_wait(rf, header, seconds):
    assert preferences.patience(rf.get("/", headers={"prefer": header})) == seconds
