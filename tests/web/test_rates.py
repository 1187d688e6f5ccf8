"""So many calls a minute from one address and of one caller, where strangers can come in."""

import math
from collections.abc import Iterator

import pytest
import redis
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from prompt_media.access import services as tokens
from prompt_media.web import rates
from sessions_app.models import Session
from tests.engine import servers
from tests.sessions_app.calling import post, refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("rates")]

NEAR, FAR = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with servers.valkey() as given:
        yield given["REDIS_URL"]


@pytest.fixture
def broker(server, settings, monkeypatch) -> Iterator[redis.Redis]:
    """A real one, and empty."""
    settings.BROKER_URL = server
    monkeypatch.setattr(rates, "_PATIENCE", 30)  # it may be slow here, and would not be asked for that
    rates._counter.cache_clear()
    with redis.Redis.from_url(server) as broker:
        broker.flushdb()
        yield broker
    rates._counter().broker.close()
    rates._counter.cache_clear()


@pytest.fixture
def public(settings, broker) -> None:
    """Strangers can come in, and few calls are taken."""
    settings.HOST = "0.0.0.0"
    settings.RATE_WRITES, settings.RATE_READS, settings.SESSIONS_AN_HOUR = 2, 3, 0


def write(client: Client, **meta: str):
    return client.delete("/session/00000000-0000-4000-8000-000000000000/", **meta)


def read(client: Client, **meta: str):
    return client.get("/api/v1/jobs/", **meta)


def test_a_minute_takes_so_many_writes_and_no_more(client, public):
    assert [write(client).status_code for _ in range(3)] == [200, 200, 429]
    problem = refused(write(client), 429, "rate_limited")
    assert "2 calls that change something came within a minute" in problem["detail"]


def test_reads_are_counted_by_themselves(client, public):
    for _ in range(3):
        write(client)
    assert [read(client).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_each_address_has_calls_of_its_own(client, public):
    assert [write(client, **NEAR).status_code for _ in range(3)] == [200, 200, 429]
    assert write(client, **FAR).status_code == 200


def test_an_account_has_no_more_calls_from_many_addresses(client, public):
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {tokens.create(user=User.objects.create_user('ada')).secret}"}
    statuses = [write(client, REMOTE_ADDR=f"203.0.113.{host}", **bearer).status_code for host in range(3)]
    assert statuses == [200, 200, 429]


def test_when_to_come_back_is_when_the_window_ends(client, public, broker):
    """Not before, and not a second after: the clock is moved, not waited for."""
    for _ in range(2):
        write(client)
    [key] = broker.keys("rate:writes:*")

    for left_ms in (41_500, 1_900):
        broker.pexpire(key, left_ms)
        told = int(write(client)["Retry-After"])
        assert broker.pttl(key) / 1000 <= told <= math.ceil(left_ms / 1000)
    broker.delete(key)  # as its end does

    assert write(client).status_code == 200


def test_asking_while_refused_does_not_make_the_wait_longer(client, public, broker):
    for _ in range(2):
        write(client)
    [key] = broker.keys("rate:writes:*")
    broker.pexpire(key, 30_000)
    waits = [int(write(client)["Retry-After"]) for _ in range(5)]
    assert max(waits) <= 30


def test_previews_change_nothing_and_count_as_reads(client, public):
    nowhere = "/session/00000000-0000-4000-8000-000000000000/preview/"
    assert [post(client, nowhere, {"prompt": "@a"}).status_code for _ in range(4)] == [404, 404, 404, 429]


def test_an_address_opens_so_many_sessions_an_hour(client, public, settings):
    settings.SESSIONS_AN_HOUR, settings.RATE_WRITES = 2, 0
    assert [client.post("/session/create/", **NEAR).status_code for _ in range(3)] == [201, 201, 429]
    assert 3500 < int(client.post("/session/create/", **NEAR)["Retry-After"]) <= 3600
    assert client.get("/", headers=PAGE, **NEAR).status_code == 429, "the page opens a session too"
    assert client.post("/session/create/", **FAR).status_code == 201
    assert Session.objects.count() == 3


def test_recordings_that_pages_open_count_among_them(client, public, settings):
    settings.SESSIONS_AN_HOUR, settings.RATE_WRITES = 1, 0
    assert client.post("/recordings/start/", {"session_id": "first"}).status_code == 302
    archive = SimpleUploadedFile("one.zip", b"PK")
    assert client.post("/recordings/", {"archive": archive}, headers=PAGE).status_code == 429
    assert client.post("/recordings/first/replay/", {"mode": "fork"}, headers=PAGE).status_code == 429
    assert client.post("/recordings/first/replay/", {"mode": "cassette"}).status_code == 302


def test_who_may_open_no_more_keeps_the_session_that_is_open(client, public, settings):
    settings.SESSIONS_AN_HOUR, settings.RATE_WRITES = 1, 0
    open_now = client.post("/session/create/").json()["session_id"]
    assert client.post("/studio/new/", {"session": open_now}).status_code == 429
    assert client.get(f"/session/{open_now}/").status_code == 200


def test_a_request_told_again_opens_no_session(client, public, settings):
    settings.SESSIONS_AN_HOUR, settings.RATE_WRITES = 1, 0
    key = {"Idempotency-Key": "a"}
    assert [client.post("/session/create/", headers=key).status_code for _ in range(3)] == [201, 201, 201]


def test_a_person_is_told_on_a_page(client, public, settings):
    settings.RATE_READS = 1
    client.get("/jobs/", headers=PAGE)
    answer = client.get("/jobs/", headers=PAGE)
    assert (answer.status_code, answer["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Come back in" in answer.content.decode()
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_part_of_a_page_is_told_as_a_problem_for_its_toast(client, public, settings):
    settings.RATE_READS = 1
    htmx = PAGE | {"HX-Request": "true"}
    client.get("/jobs/", headers=htmx)
    refused(client.get("/jobs/", headers=htmx), 429, "rate_limited")


def test_whoever_watches_over_the_studio_is_never_counted(client, public, settings, broker):
    settings.RATE_READS = 1
    assert {client.get("/healthz").status_code for _ in range(3)} == {200}
    assert broker.keys("rate:*") == []


def test_whoever_shows_a_false_token_is_counted_too(client, public):
    false = {"HTTP_AUTHORIZATION": "Bearer pm_nobody"}
    assert [read(client, **false).status_code for _ in range(4)] == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("counted", "changed"),
    [
        pytest.param(False, {}, id="only this machine"),
        pytest.param(False, {"HOST": "localhost"}, id="only this machine, by name"),
        pytest.param(True, {"HOST": "0.0.0.0"}, id="a network"),
        pytest.param(True, {"ACCESS": "login"}, id="accounts"),
        pytest.param(True, {"BEHIND_PROXY": True}, id="a proxy, which stands for others"),
    ],
)
def test_calls_are_counted_where_strangers_can_come_in(client, settings, broker, counted, changed):
    for name, value in changed.items():
        setattr(settings, name, value)
    read(client)
    assert bool(broker.keys("rate:*")) is counted


def test_without_a_broker_everybody_may_and_the_log_says_so(client, public, settings, caplog):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    rates._counter.cache_clear()
    assert {write(client).status_code for _ in range(5)} == {200}
    assert [record for record in caplog.messages if "rates not counted" in record]
    assert len([record for record in caplog.messages if "rates not counted" in record]) == 1, (
        "it is not asked each time"
    )


@pytest.mark.parametrize(
    ("behind_proxy", "meta", "place"),
    [
        pytest.param(False, {"HTTP_X_FORWARDED_FOR": "192.0.2.9"}, "127.0.0.1", id="nobody to believe"),
        pytest.param(True, {"HTTP_X_FORWARDED_FOR": "192.0.2.9"}, "192.0.2.9", id="the proxy's word"),
        pytest.param(True, {"HTTP_X_FORWARDED_FOR": "10.9.9.9, 192.0.2.9"}, "192.0.2.9", id="made up before it"),
        pytest.param(True, {}, "127.0.0.1", id="a proxy that says nothing"),
        pytest.param(True, {"HTTP_X_FORWARDED_FOR": "unknown"}, None, id="no address"),
        pytest.param(False, {"REMOTE_ADDR": "::ffff:192.0.2.9"}, "192.0.2.9", id="IPv4 at a socket for both kinds"),
        pytest.param(False, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::", id="a whole /64"),
    ],
)
def test_where_a_call_comes_from(rf, settings, behind_proxy, meta, place):
    settings.BEHIND_PROXY = behind_proxy
    assert rates.place(rf.get("/", **meta)) == place
