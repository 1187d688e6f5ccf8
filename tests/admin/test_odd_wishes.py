"""Whatever somebody types into an address or a form of the admin is answered in words; nothing breaks."""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model

from prompt_media.access.models import Token
from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image, Session
from tests.admin.looking import list_of, sessions

pytestmark = pytest.mark.django_db

DATED: dict[type[Model], str] = {
    **dict.fromkeys((Token, Job, Generation, Image, Session), "created_at"),
    User: "date_joined",
}
NO_KEYS = ["abc", "99999999999999999999999", ""]


@pytest.mark.parametrize("model", DATED, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    ("lookup", "value"),
    [
        pytest.param("year", "99999999999", id="a year beyond every number"),
        pytest.param("year", "0", id="year nought"),
        pytest.param("year", "10000", id="the year after the last"),
        pytest.param("gte", "0001-01-01 00:00:00+14:00", id="before the first moment"),
        pytest.param("lt", "9999-12-31 23:59:59-14:00", id="after the last moment"),
    ],
)
def test_a_time_that_no_calendar_knows_leads_back_to_the_list(staff, model, lookup, value):
    sessions(1, images=1, generations=1)
    answer = staff.get(list_of(model, **{f"{DATED[model]}__{lookup}": value}))
    assert (answer.status_code, answer.url) == (302, f"{list_of(model)}?e=1")


@pytest.mark.parametrize("key", NO_KEYS)
@pytest.mark.parametrize("model", [User, Group, Session, Image], ids=lambda model: model.__name__)
def test_deleting_what_is_no_row_changes_nothing_and_says_so(staff, model, key):
    Group.objects.create(name="editors")
    sessions(1, images=1)
    before = model.objects.count()
    asked = {"action": "delete_selected", "_selected_action": key, "index": "0", "post": "yes"}
    answer = staff.post(list_of(model), asked, follow=True)
    assert "not a row of this list" in answer.content.decode()
    del asked["index"]
    answer = staff.post(list_of(model), asked, follow=True)
    assert "not a row of this list" in answer.content.decode()
    assert model.objects.count() == before


@pytest.mark.parametrize("key", NO_KEYS[:2])
def test_the_page_of_what_is_no_row_leads_back(staff, key):
    for model in admin.site._registry:
        url = f"{list_of(model)}{quote(key)}/"
        for page in ("change/", "delete/", "history/"):
            assert staff.get(url + page).status_code in (302, 403, 404), url + page


def test_an_account_is_not_looked_up_by_an_expression(staff):
    assert staff.get(list_of(User, username__regex="(a+)+b")).status_code == 400
