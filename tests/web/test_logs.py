"""A line in the log is found by the id that the caller got, also where nobody had thought of the error."""

import io
import json
import logging

import pytest

from prompt_media import logs
from sessions_app.services import workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(settings):
    """All lines of all loggers, as they would be written."""
    settings.LOG_JSON = True
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_an_error_nobody_thought_of_is_told_under_the_callers_id(client, told, monkeypatch):
    def stumble(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(workspace, "open_session", stumble)

    answer = client.post("/session/create/")

    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.json()["detail"]
    (line,) = [one for one in told() if one["level"] == "error"]
    assert line["request"] == answer["X-Request-ID"]
    assert "ZeroDivisionError" in line["exception"]


def test_lines_of_others_have_the_same_form(told):
    logging.getLogger("somebody.else").warning("%s is %s", "this", "theirs")

    (line,) = told()
    assert (line["event"], line["level"], line["logger"]) == ("this is theirs", "warning", "somebody.else")
    assert line["timestamp"].endswith("Z")


def test_a_line_of_text_holds_the_same(settings):
    settings.LOG_JSON = False
    record = logging.LogRecord("ours", logging.INFO, "", 0, "it happened", (), None)

    assert "it happened" in logs.formatter().format(record)
