"""Accounts, their browsers and their tokens."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from prompt_media.access import services

PASSWORD = "a long enough one"


@pytest.fixture
def ada(transactional_db) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def bob(transactional_db) -> User:
    return User.objects.create_user("bob", password=PASSWORD)


@pytest.fixture
def bearing() -> Callable[..., Client]:
    """A program that calls with a token: `bearing(ada)`, `bearing(ada, scope="read")`, `bearing("pm_anything")`."""

    def bearing(who: User | str, **options: object) -> Client:
        secret = who if isinstance(who, str) else services.create(user=who, **options).secret
        headers = {"authorization": f"Bearer {secret}"}
        return Client(headers=headers, enforce_csrf_checks=True, raise_request_exception=False)

    return bearing


@pytest.fixture
def browser() -> Client:
    """A browser that has opened no page yet, and is checked for CSRF as a real one is."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False, headers={"accept": "text/html"})
