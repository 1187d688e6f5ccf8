"""/readyz tells each part apart, answers in time whatever hangs, and does not let a flood through."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import OperationalError, ProgrammingError, connection
from redis import ConnectionError as BrokerGone

from prompt_media.errors import StorageFull
from prompt_media.files import disk, store
from prompt_media.health import readiness, views
from prompt_media.health.findings import Finding, State, worst
from prompt_media.health.readiness import Lookout, Probe
from prompt_media.jobs.models import Job
from tests.access.conftest import PASSWORD
from tests.engine.running import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

FINE = Finding(State.OK, "It answers.")


def fails(error):
    def ask():
        raise error

    return ask


def at(**asked):
    """Has as long as it takes: whatever is asked here answers."""
    return Lookout(tuple(Probe(name, ask) for name, ask in asked.items()), patience_seconds=60)


def look(**asked):
    return at(**asked).look()


@pytest.fixture
def parts(monkeypatch):
    """Makes /readyz ask these parts."""

    def parts(**asked):
        monkeypatch.setattr(views, "lookout", at(**asked))

    return parts


def test_each_part_is_told_with_its_state_and_a_sentence(client, parts):
    parts(database=lambda: FINE, broker=fails(BrokerGone("no")))

    told = client.get("/readyz")

    assert (told.status_code, told.json()["status"]) == (503, "down")
    assert told.json()["parts"]["database"] == {"state": "ok", "detail": "It answers."}
    assert told.json()["parts"]["broker"]["state"] == "down"


def test_a_warning_does_not_take_the_studio_away(client, parts):
    parts(database=lambda: FINE, queue=lambda: Finding(State.WARNING, "A long line."))

    told = client.get("/readyz")

    assert (told.status_code, told.json()["status"]) == (200, "warning")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(OperationalError("password=secret"), "The database is not answering.", id="database"),
        pytest.param(BrokerGone("redis://:secret@host"), "The broker is not answering.", id="broker"),
        pytest.param(StorageFull("The disk is full."), "The disk is full.", id="ours"),
        pytest.param(KeyError("secret"), "(KeyError)", id="a bug"),
    ],
)
def test_an_error_is_told_in_words_without_what_it_holds(error, words):
    found = look(part=fails(error))["part"]

    assert found.state is State.DOWN
    assert words in found.detail
    assert "secret" not in found.detail


def no_such_table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")


@pytest.mark.parametrize("ask", [no_such_table, fails(ProgrammingError("relation does not exist"))])
def test_a_database_that_lacks_a_table_is_not_told_as_one_that_is_away(ask):
    found = look(part=ask)["part"]

    assert (found.state, found.advice) == (State.DOWN, "Run ./pm migrate.")
    assert "not answering" not in found.detail


def test_what_is_written_to_try_the_storage_is_no_file_of_the_studio():
    assert readiness.probes.storage().state is State.OK
    assert default_storage.exists(readiness.probes.PROBE_KEY)
    assert list(store.walk()) == []


def test_a_part_that_hangs_holds_nobody_up_and_is_asked_once():
    asked, let_go = [], Event()

    def hangs():
        asked.append(1)
        let_go.wait(200)
        return FINE

    lookout = Lookout((Probe("stuck", hangs), Probe("fine", lambda: FINE)), patience_seconds=0.2)
    told = wait_for(lambda: (seen := lookout.look())["fine"].state is State.OK and seen, what="the other")
    time.sleep(1.1)  # what a part was told as holds for a second; then it is due again
    lookout.look()
    let_go.set()

    assert told["stuck"].state is State.DOWN
    assert asked == [1]


def test_a_flood_of_questions_reaches_each_part_once():
    asked = []

    def ask():
        asked.append(1)
        return FINE

    lookout = Lookout((Probe("part", ask, holds_seconds=60),))
    with ThreadPoolExecutor(8) as flood:
        found = list(flood.map(lambda _: lookout.look(), range(200)))

    assert len(asked) == 1
    assert all(one["part"] == FINE for one in found)


def test_nothing_known_is_nothing_wrong():
    assert worst([]) is State.OK


@pytest.mark.parametrize("name", ["database", "migrations", "storage", "disk", "queue"])
def test_each_probe_answers_well_where_all_is_well(name):
    (probe,) = [one for one in readiness.PROBES if one.name == name]

    found = probe.ask()

    assert found.state is State.OK, found
    assert found.detail.endswith(".")


def test_the_storage_is_asked_by_writing(settings, tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")

    found = look(storage=readiness.probes.storage)["storage"]

    assert found.state is State.DOWN
    assert str(tmp_path) not in found.detail


def test_a_disk_without_room_is_told_with_a_way_out(monkeypatch, settings):
    settings.FREE_DISK_MB = 10**9
    monkeypatch.setattr(disk, "_MOST_KEPT", 1)

    found = readiness.probes.free_room()

    assert found.state is State.DOWN
    assert "no upload is taken" in found.detail
    assert "free some room" in found.advice


def test_a_job_that_waits_too_long_is_a_warning():
    job = Job.objects.create(kind="x", owner="house", title="x")
    Job.objects.filter(pk=job.pk).update(sent_at=job.sent_at - 2 * readiness.probes.LATE)

    found = readiness.probes.queue()

    assert found.state is State.WARNING
    assert "quick" in found.detail


@pytest.mark.parametrize("door", ["/readyz", "/metrics"])
def test_staff_alone_may_look_where_accounts_are_asked_for(client, settings, door, bearing, parts):
    settings.ACCESS = "login"
    parts(database=lambda: FINE)
    User.objects.create_user("ada", password=PASSWORD)
    root = User.objects.create_user("root", password=PASSWORD, is_staff=True)
    ada = User.objects.get(username="ada")

    answers = {who: caller.get(door) for who, caller in (("nobody", client), ("ada", bearing(ada)))}

    if door == "/metrics":
        assert [one.status_code for one in answers.values()] == [401, 403]
    else:
        assert [one.json() for one in answers.values()] == [{"status": "ok"}] * 2
    assert b"database" in bearing(root).get(door).content


def test_a_studio_the_network_reaches_shows_its_parts_to_staff_alone(client, settings, parts):
    settings.HOST = "0.0.0.0"
    parts(database=lambda: FINE)

    assert client.get("/readyz").json() == {"status": "ok"}
    assert client.get("/metrics").status_code == 401


def test_alive_asks_nothing(client, django_assert_num_queries, settings):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok", "version": settings.VERSION}
