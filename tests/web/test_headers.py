"""What every answer carries, whatever it answers: nothing is ever taken for something else than it says it is."""

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


def test_not_even_where_there_is_no_request_to_speak_of():
    told: dict[str, str] = {}
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "CONTENT_TYPE": "text/html; charset=no-such-thing"}

    application(environ, lambda status, headers: told.update(headers, status=status))

    assert told["status"] == "400 Bad Request"
    assert told["X-Content-Type-Options"] == "nosniff"
