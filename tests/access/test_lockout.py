"""Whoever guesses passwords waits: five for one name from one place, at every door."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.access.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

DOORS = ["/login/", "/admin/login/"]
each_door = pytest.mark.parametrize("door", DOORS)


def guess(door: str = "/login/", name: str = "ada", password: str = "wrong", accept: str = "text/html", **meta: str):
    client = Client(raise_request_exception=False, headers={"accept": accept})
    return client.post(door, {"username": name, "password": password}, **meta)


@each_door
def test_the_fifth_wrong_password_is_answered_in_words(ada, door):
    assert [guess(door).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    answer = guess(door)
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3600
    page = answer.content.decode()
    assert "Too many wrong passwords" in page
    assert "60 minutes" in page
    assert '<header class="topbar">' in page, "the studio's own look, also at the admin's door"


def test_a_program_gets_a_problem(ada):
    for _ in range(5):
        answer = guess(accept="*/*")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")


@each_door
def test_then_the_right_password_does_not_help_at_any_door(ada, door):
    for _ in range(5):
        guess(door)
    assert {guess(one, password=PASSWORD).status_code for one in DOORS} == {429}


def test_other_names_and_other_places_are_not_held_up(ada, bob):
    for _ in range(5):
        guess()
    assert guess(name="bob", password=PASSWORD).status_code == 302
    assert guess(password=PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_another_user_agent_is_the_same_guesser(ada):
    for number in range(5):
        guess(HTTP_USER_AGENT=f"agent {number}")
    assert guess(password=PASSWORD, HTTP_USER_AGENT="another").status_code == 429


def test_it_ends_after_an_hour_and_trying_meanwhile_does_not_lengthen_it(ada):
    for _ in range(7):
        guess()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert guess(password=PASSWORD).status_code == 302


def test_waiting_is_counted_from_the_first_try_that_counts(ada):
    for _ in range(5):
        guess()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=50))
    assert 590 < int(guess()["Retry-After"]) <= 600


def test_a_right_password_wipes_what_was_tried_before(ada):
    for _ in range(4):
        guess()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=2))
    assert guess(password=PASSWORD).status_code == 302
    assert [guess().status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_right_password_is_no_try_and_frees_none_of_its_volley(ada):
    for _ in range(4):
        guess()
    assert [guess(password=PASSWORD).status_code for _ in range(3)] == [302, 302, 302]
    assert [guess().status_code, guess(password=PASSWORD).status_code] == [429, 429]


def test_a_right_password_at_a_door_that_is_not_its_own_is_no_try(ada):
    assert {guess("/admin/login/", password=PASSWORD).status_code for _ in range(6)} == {200}


@each_door
def test_of_many_tries_at_once_five_are_judged(ada, door, monkeypatch):
    """All are on their way before the first is judged."""
    judged = []

    def check(self, password):
        judged.append(password)
        return False if len(judged) > 20 else guess(door).status_code == 0

    monkeypatch.setattr(User, "check_password", check)
    assert guess(door).status_code == 429
    assert len(judged) == 5


# A signed-in browser that somebody else holds


@pytest.fixture
def at_adas(ada):
    """ada's browser; and what it is answered to an old password."""
    client = Client(raise_request_exception=False, headers={"accept": "text/html"})
    client.force_login(ada)

    def change(old: str, path: str = "/account/password/", **meta: str):
        new = {"new_password1": "quite another one", "new_password2": "quite another one"}
        return client.post(path, {"old_password": old} | new, **meta)

    return change


PASSWORD_DOORS = ["/account/password/", "/admin/password_change/"]


@pytest.mark.parametrize("path", PASSWORD_DOORS)
def test_an_old_password_is_guessed_five_times(ada, at_adas, path):
    ada.is_staff = True
    ada.save()
    assert [at_adas("wrong", path).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert at_adas("wrong", REMOTE_ADDR="192.0.2.7").status_code == 429, "the account counts, wherever it sits"
    answer = at_adas(PASSWORD, path)
    assert (answer.status_code, 3500 < int(answer["Retry-After"]) <= 3600) == (429, True)
    assert guess(password=PASSWORD).status_code == 429, "one counter for all doors"
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_a_right_old_password_is_no_try(ada, at_adas):
    assert [at_adas("wrong").status_code for _ in range(4)] == [200] * 4
    assert at_adas(PASSWORD).url == "/account/password/changed/"
    assert at_adas("quite another one").status_code == 302


def test_a_password_is_stored_nowhere(ada):
    guess(password="nearly my password")
    assert "nearly my password" not in str(list(AccessAttempt.objects.values()))
