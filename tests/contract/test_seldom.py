"""Answers that drawn calls seldom meet: each as the schema tells it."""

import pytest
from schemathesis import Case, Response
from schemathesis.core import NOT_SET

from prompt_media.health import readiness
from prompt_media.health.findings import Finding, State
from prompt_media.jobs.models import Job
from tests.contract.lived_in import JOBS, PROMPT, SECRET, SESSION, House
from tests.contract.promised import checks, schema

SIZE = {"width": 40, "height": 40}


@pytest.fixture
def house(house: House) -> House:
    house.tidy()
    return house


def ask(
    method: str,
    path: str,
    *,
    status: int,
    body: object = NOT_SET,
    names: dict[str, str] | None = None,
    **headers: str,
) -> Response:
    """The answer to one call: it has the status, and is what the schema tells of it."""
    own = {"session_id": SESSION} if "{session_id}" in path else {}
    case: Case = schema[path][method].Case(
        path_parameters=own | (names or {}),
        headers={name.replace("_", "-"): value for name, value in headers.items()}
        | {"Authorization": f"Bearer {SECRET}"},
        body=body,
        media_type="application/json" if body is not NOT_SET else None,
    )
    response = case.call()
    assert response.status_code == status, response.text
    case.validate_response(response, checks=checks("not_a_server_error"))  # some are meant: 503
    return response


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Range": "bytes=0-9"}, 206, id="a part"),
        pytest.param({"Range": "bytes=-5"}, 206, id="the end"),
        pytest.param({"Range": "bytes=99999999-"}, 416, id="behind the end"),
        pytest.param({"Range": "lines=1-2"}, 200, id="no range of ours"),
        pytest.param({"If_None_Match": "*"}, 304, id="known already"),
    ],
)
def test_a_file(house, headers, status):
    names = {"filename": house.outputs[0]}
    ask("GET", "/session/{session_id}/output/{filename}", names=names, status=status, **headers)


def test_a_making_that_nobody_waits_for(house):
    path = "/session/{session_id}/generate/"
    ask("POST", path, body={"prompt": PROMPT} | SIZE, status=202, Prefer="respond-async")


def test_a_making_under_a_key(house):
    path, body = "/session/{session_id}/generate/", {"prompt": PROMPT} | SIZE
    first = ask("POST", path, body=body, status=201, Idempotency_Key="one")
    again = ask("POST", path, body=body, status=201, Idempotency_Key="one")
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == ["true"]
    ask("POST", path, body=body | {"width": 50}, status=422, Idempotency_Key="one")


@pytest.mark.parametrize(
    ("status", "verb", "answer"),
    [
        (Job.Status.DONE, "cancel", 409),
        (Job.Status.RUNNING, "retry", 409),
        (Job.Status.CANCELLED, "retry", 202),
        (Job.Status.QUEUED, "cancel", 200),
    ],
)
def test_what_can_be_done_with_a_job(house, status, verb, answer):
    ask("POST", f"/api/v1/jobs/{{job_id}}/{verb}/", names={"job_id": str(JOBS[status])}, status=answer)


def test_a_line_that_is_long_enough(house, settings):
    settings.SERVER_JOBS = 0
    ask("POST", "/session/{session_id}/generate/", body={"prompt": PROMPT} | SIZE, status=429)


def test_a_studio_that_is_not_ready(house, monkeypatch):
    monkeypatch.setattr(readiness.lookout, "look", lambda: {"broker": Finding(State.DOWN, "It does not answer.")})
    ask("GET", "/readyz", status=503)


def test_events_of_a_live_job_from_a_server_that_does_not_stream(house):
    ask("GET", "/api/v1/jobs/{job_id}/events/", names={"job_id": str(JOBS[Job.Status.RUNNING])}, status=503)


def test_a_session_that_may_hold_no_more(house, settings):
    settings.SESSION_FILES = 1
    ask("POST", "/session/{session_id}/generate/", body={"prompt": PROMPT} | SIZE, status=409)
