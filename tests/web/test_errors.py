"""Errors at the door: problems for programs, pages for people, an id for both, never a traceback."""

import pytest
from django.test import RequestFactory

from prompt_media.web import errors, preferences, routes

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


@pytest.mark.parametrize(
    ("path", "is_for_programs"),
    [
        pytest.param("/api/v1/jobs/", True, id="the API"),
        pytest.param("/api/v1/nowhere/", True, id="nothing beside the API"),
        pytest.param("/session/create", True, id="the studio's own, bare"),
        pytest.param("/upload/nowhere/", True, id="nothing beside the studio's own"),
        pytest.param("/static/nowhere.css", True, id="a file that is none"),
        pytest.param("/jobs/", False, id="a page"),
        pytest.param("/sessions/", False, id="a page that begins alike"),
        pytest.param("/studio/nowhere/", False, id="nothing beside a page"),
        pytest.param("/nowhere/", False, id="nothing at all"),
        pytest.param("/admin/nowhere/", False, id="the admin"),
        pytest.param("/healthz", False, id="the house's own"),
    ],
)
def test_whom_an_address_is_for_is_known_before_its_view_is(rf, path, is_for_programs):
    assert routes.is_for_programs(rf.get(path)) is is_for_programs


def test_a_new_route_of_the_api_is_for_programs_wherever_it_lies(rf, settings):
    settings.ROOT_URLCONF = "tests.web.other_routes"
    assert routes.is_for_programs(rf.get("/generate"))
    assert not routes.is_for_programs(rf.get("/prompts/"))


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
