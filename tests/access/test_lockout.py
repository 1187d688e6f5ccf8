"""Whoever guesses passwords waits: five for one name from one place, at every door."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
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


def test_waiting_is_counted_from_the_last_try_that_counted(ada):
    for _ in range(5):
        guess()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=50))
    assert 590 < int(guess()["Retry-After"]) <= 600


def test_a_right_password_wipes_the_slate(ada):
    for _ in range(4):
        guess()
    assert guess(password=PASSWORD).status_code == 302
    assert guess().status_code == 200


def test_a_password_is_stored_nowhere(ada):
    guess(password="nearly my password")
    assert "nearly my password" not in str(AccessAttempt.objects.values().get())
