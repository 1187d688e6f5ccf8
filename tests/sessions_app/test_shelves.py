"""Coming back: the page of sessions, and what scripts made beside one's own."""

import pytest
from django.test import Client

from sessions_app.models import Session
from sessions_app.services import workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor() -> Client:
    visitor = Client(headers={"accept": "text/html"})
    visitor.get("/")
    return visitor


def shelves(client: Client) -> dict[str, list[str]]:
    told = client.get("/sessions/").context["shelves"]
    return {shelf.title: [session.public_id for session in shelf.sessions] for shelf in told}


def test_a_visitor_finds_their_own_and_what_scripts_made(visitor, client):
    scripts = client.post("/session/create/").json()["session_id"]
    workspace.open_session(owner="visitor:somebody else")
    mine = Session.objects.get(owner__startswith="visitor:", owner__regex=r":[0-9a-f]{32}$").public_id
    assert shelves(visitor) == {"Yours": [mine], "From scripts": [scripts]}
    assert visitor.get(f"/studio/{scripts}/").status_code == 200


def test_lists_of_the_api_stay_the_callers_own(visitor, client):
    scripts = client.post("/session/create/").json()["session_id"]
    assert scripts not in visitor.get("/api/v1/sessions/").content.decode()
    assert scripts in client.get("/api/v1/sessions/").content.decode()


def test_where_people_sign_in_nothing_is_everybodys(visitor, client, settings, django_user_model):
    scripts = client.post("/session/create/").json()["session_id"]
    settings.ACCESS = "login"
    visitor.force_login(django_user_model.objects.create(username="ada"))
    assert list(shelves(visitor)) == ["Yours"]
    assert scripts not in visitor.get("/jobs/?from=From+scripts").content.decode()


def test_the_jobs_page_shows_those_of_scripts_on_request(visitor, add, session):
    add("logo")
    page = visitor.get("/jobs/").content.decode()
    assert "1 picture" not in page
    page = visitor.get("/jobs/?from=From+scripts")
    assert [card.job.owner for group in page.context["groups"] for card in group.cards] == ["house"]
    assert 'id="cancel-all-button" hidden' in page.content.decode()


def test_many_sessions_cost_few_questions(visitor, django_assert_max_num_queries):
    for _ in range(40):
        workspace.open_session(owner="house")
    with django_assert_max_num_queries(10):
        page = visitor.get("/sessions/")
    assert "10 more" in page.content.decode()


def test_every_session_is_reached(visitor):
    made = [workspace.open_session(owner="house").public_id for _ in range(40)]

    [_, first] = visitor.get("/sessions/").context["shelves"]
    [second] = visitor.get("/sessions/", {"from": "From scripts", "older": first.stretch.older}).context["shelves"]

    assert [one.public_id for one in (*first.sessions, *second.sessions)] == made[::-1]
    assert second.stretch.older == ""
