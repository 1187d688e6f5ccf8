"""The jobs page, seen by its owner and by others."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import strip_tags
from model_bakery import baker

from prompt_media.jobs.models import Job
from tests.sessions_app.interrupting import at_each_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> str:
    """Whose jobs this browser sees: it has visited a page before."""
    client.get("/jobs/")
    return "visitor:" + client.cookies["identity"].value.split(":")[0]


@pytest.fixture
def job(owner):
    """Makes a job of this browser."""

    def job(**values) -> Job:
        return baker.make(Job, **({"kind": "compose", "owner": owner, "title": "GIF, 30 frames"} | values))

    return job


def test_jobs_stand_under_what_they_do(client, job):
    job(status="running", title="now", done=3, total=10)
    job(title="next")
    job(status="failed", title="broken", problem={"detail": "No room left."})

    page = client.get("/jobs/").content.decode()

    places = [
        page.index(word) for word in ("Running", ">now<", "Waiting", ">next<", "Earlier", ">broken<", "No room left.")
    ]
    assert places == sorted(places)
    assert 'value="30"' in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "later"),
    [
        pytest.param("queued", "running", id="it begins"),
        pytest.param("running", "done", id="it ends"),
        pytest.param("cancelled", "queued", id="it is tried again"),
    ],
)
def test_a_job_is_told_once_whatever_happens_to_it_meanwhile(client, job, status, later):
    one, _ = job(), job(title="waits beside it")
    changed = at_each_place(
        prepare=lambda: Job.objects.filter(pk=one.pk).update(status=status),
        call=lambda: client.get("/jobs/"),
        act=lambda: Job.objects.filter(pk=one.pk).update(status=later),
    )

    told = [(before, page.content.decode().count(f'id="row-{one.pk}"')) for before, page in changed]

    assert len(told) > 3
    assert [answer for answer in told if answer[1] != 1] == []


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        pytest.param("", {"waits", "broken", "ready"}, id="all"),
        pytest.param("?state=active", {"waits"}, id="active"),
        pytest.param("?state=failed", {"broken"}, id="failed"),
        pytest.param("?state=done", {"ready"}, id="done"),
        pytest.param("?state=nonsense", {"waits", "broken", "ready"}, id="an unknown state is all"),
        pytest.param("?q=barn", {"ready"}, id="words of the prompt"),
        pytest.param("?q=barn&state=failed", set(), id="words and state"),
    ],
)
def test_the_list_can_be_narrowed(client, job, query, titles):
    job(title="waits")
    job(title="broken", status="failed", problem={"detail": "x"})
    job(title="ready", status="done", about="a red barn")

    page = client.get(f"/jobs/{query}").content.decode()

    assert {title for title in ("waits", "broken", "ready") if f">{title}<" in page} == titles


def test_others_jobs_are_not_listed(client, job):
    baker.make(Job, kind="compose", owner="visitor:somebody", title="theirs")

    assert "theirs" not in client.get("/jobs/").content.decode()


def test_an_empty_page_shows_the_first_step(client):
    assert "No work yet" in client.get("/jobs/").content.decode()


def test_a_job_can_be_looked_at(client, job):
    one = job(status="failed", about="@BG as background", problem={"detail": "The disk is full."})

    page = client.get(f"/jobs/{one.pk}/").content.decode()

    assert "What happened" in page
    assert page.count("The disk is full.") == 2
    assert str(one.pk) in page


def test_htmx_gets_the_list_alone(client, job):
    job(title="waits")

    part = client.get("/jobs/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()

    assert "waits" in part
    assert "<html" not in part


def test_cancel_and_retry_without_scripts_come_back_to_the_job(client, job):
    one = job()

    assert client.post(f"/jobs/{one.pk}/cancel/").url == f"/jobs/{one.pk}/"
    assert Job.objects.get().status == "cancelled"
    client.post(f"/jobs/{one.pk}/retry/")
    assert Job.objects.get().status == "queued"


def test_htmx_hears_that_jobs_changed(client, job):
    answer = client.post(f"/jobs/{job().pk}/cancel/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Trigger"]) == (204, "jobs")


def test_the_bar_counts_what_is_live(client, job):
    job()
    job(status="running")
    job(status="done")

    assert "2 active" in strip_tags(client.get("/jobs/running/").content.decode())


def test_a_list_of_fifty_needs_few_queries(client, job, django_assert_max_num_queries):
    for _ in range(50):
        job(status="done")

    with django_assert_max_num_queries(12):
        client.get("/jobs/")


def test_every_job_is_reached_and_what_runs_stands_on_top(client, job):
    job(status="running", title="runs", total=10)
    made = [job(status="done").pk for _ in range(70)]

    first = client.get("/jobs/?state=all")
    older = first.context["stretch"].older
    second = client.get("/jobs/", {"older": older})
    polled = client.get("/jobs/", {"older": older}, headers={"hx-request": "true", "hx-target": "list"})

    shown = [[card.job.pk for group in page.context["groups"] for card in group.cards] for page in (first, second)]
    assert first.context["groups"][0].title == "Running"
    assert shown[0][1:] + shown[1] == made[::-1]
    assert "1 to 50 of 70" in first.content.decode()
    assert "50 here, 70 in all" in first.content.decode()
    assert "51 to 70 of 70" in second.content.decode()
    assert f"older={quote(older)}" in polled.content.decode()
