"""A cursor is ours, or it is refused; an error behind it is not the caller's."""

from base64 import b64encode
from urllib.parse import urlencode

import pytest
from django.db.models import QuerySet

from prompt_media.jobs import services
from tests.sessions_app.calling import refused

pytestmark = pytest.mark.django_db(transaction=True)


def cursor(position: str) -> str:
    return b64encode(urlencode({"p": position}).encode()).decode()


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("x", id="nothing"),
        pytest.param(cursor("2026"), id="no moment"),
        pytest.param(cursor("2026-11-20 10:00:00"), id="in no time zone"),
        pytest.param(cursor("2026-02-31 10:00:00+00:00"), id="a day that is none"),
        pytest.param(cursor("0001-01-01 00:00:00+14:00"), id="before all moments"),
        pytest.param(cursor("2026-11-20\0"), id="a nul"),
    ],
)
def test_a_cursor_of_somebody_else_is_refused(client, told):
    refused(client.get("/api/v1/jobs/", {"cursor": told}), 404, "bad_cursor")


def test_the_next_page_goes_on_where_the_last_one_ended(client, monkeypatch):
    monkeypatch.setattr(services, "publish", lambda job: None)
    made = {str(services.submit(kind="test", owner="house", title="", payload={}).pk) for _ in range(3)}
    first = client.get("/api/v1/jobs/?page_size=2").json()
    second = client.get(first["next"]).json()
    assert {job["id"] for job in first["results"] + second["results"]} == made


def test_a_bug_in_the_query_is_no_bad_cursor(client, monkeypatch):
    def broken(self):
        raise ValueError("a bug")

    monkeypatch.setattr(QuerySet, "__iter__", broken)
    refused(client.get("/api/v1/jobs/"), 500, "error")
