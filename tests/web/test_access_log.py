"""Each request leaves one line that can be found by its id, and that gives away nothing."""

import pytest
import structlog

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines(monkeypatch):
    """What was told of requests, as the values of each line."""
    told = []
    from prompt_media.web import access_log

    def note(event, **values):
        told.append(values | structlog.contextvars.get_contextvars())

    monkeypatch.setattr(access_log.log, "info", note, raising=False)
    return told


def test_a_request_is_told_by_its_route(client, lines):
    session = client.post("/session/create/").json()["session_id"]
    answer = client.get(f"/session/{session}/?secret=1")

    line = lines[-1]
    assert line.pop("ms") > 0
    assert line == {
        "method": "GET",
        "route": "/session/<id:session_id>/",
        "status": 200,
        "caller": "house",
        "request": answer["X-Request-ID"],
    }


def test_a_line_holds_no_prompt_no_cookie_no_token_and_no_id_of_a_session(client, lines):
    session = client.post("/session/create/").json()["session_id"]
    client.get("/")
    client.cookies["identity"] = "a-cookie"
    client.post(
        f"/session/{session}/generate/",
        {"prompt": "a prompt of mine"},
        content_type="application/json",
        headers={"authorization": "Bearer pm_a-token"},
    )
    told = str(lines)
    assert len(lines) == 3
    for secret in (session, "a-cookie", "prompt of mine", "pm_a-token"):
        assert secret not in told


@pytest.mark.parametrize(
    ("given", "address", "is_kept"),
    [
        pytest.param("from-my-proxy.1_2", "127.0.0.1", True, id="from this machine"),
        pytest.param("from-my-proxy", "203.0.113.9", False, id="from a stranger"),
        pytest.param("x" * 64, "::1", True, id="as long as may be"),
        pytest.param("x" * 65, "127.0.0.1", False, id="too long"),
        pytest.param("a b", "127.0.0.1", False, id="a space"),
        pytest.param("id\nevent=forged", "127.0.0.1", False, id="a line of its own"),
        pytest.param("", "127.0.0.1", False, id="empty"),
    ],
)
def test_an_id_that_a_trusted_caller_gives_is_kept(client, lines, given, address, is_kept):
    answer = client.get("/healthz", headers={"x-request-id": given}, REMOTE_ADDR=address)

    assert (answer["X-Request-ID"] == given) is is_kept
    assert lines[-1]["request"] == answer["X-Request-ID"]


def test_behind_a_proxy_its_id_is_kept_whoever_called_it(client, settings):
    settings.BEHIND_PROXY = True
    answer = client.get("/healthz", headers={"x-request-id": "abc"}, REMOTE_ADDR="10.0.0.2")
    assert answer["X-Request-ID"] == "abc"
