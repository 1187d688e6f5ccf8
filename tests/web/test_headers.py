"""What every answer carries, whatever it answers: nothing is ever taken for something else than it says it is."""

import json

import pytest

from prompt_media.wsgi import application

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/api/v1/jobs/", 200),
        ("GET", "/api/v1/schema/", 200),
        ("GET", "/static/css/tokens.css", 200),
        ("POST", "/session/create/", 201),
        ("GET", "/nowhere", 404),
        ("GET", "/static/../settings.py", 404),
        ("PUT", "/session/create/", 405),
        ("GET", "/session/%00/", 400),
        ("POST", "/upload/00000000-0000-0000-0000-000000000000/", 404),
    ],
)
def test_no_answer_may_be_guessed_at(client, method, path, status):
    response = client.generic(method, path)
    response.close()

    assert response.status_code == status
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("parameter", ["charset*=klingon''x", "charset*=klingon''%41"])
def test_not_even_where_there_is_no_request_to_speak_of(rf, parameter):
    told: dict[str, str] = {}
    environ = rf._base_environ(REQUEST_METHOD="POST", PATH_INFO="/session/create/", HTTP_HOST="localhost")
    environ["CONTENT_TYPE"] = f"text/html; {parameter}"

    answer = application(environ, lambda status, headers: told.update(headers, status=status))
    problem = json.loads(b"".join(answer))
    answer.close()

    assert told["status"] == "400 Bad Request"
    assert told["Content-Type"] == "application/problem+json"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert len(told["X-Request-ID"]) == 12
    assert (problem["code"], problem["instance"]) == ("invalid", "/session/create/")
