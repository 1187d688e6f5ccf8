"""People at the admin's door, and one picture with real files, made through the services."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from prompt_media.files.intake import Arrival
from sessions_app.models import Image, Session
from sessions_app.services import uploads, workspace


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_superuser("operator")


@pytest.fixture
def staff(operator: User) -> Client:
    """A superuser's browser."""
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def staff_with(db) -> Callable[..., Client]:
    """The browser of a staff member with these rights: `staff_with("view_session")`."""

    def log_in(*rights: str) -> Client:
        member = User.objects.create_user("member", is_staff=True)
        member.user_permissions.set(Permission.objects.filter(codename__in=rights))
        client = Client()
        client.force_login(member)
        return client

    return log_in


@pytest.fixture
def picture_of_a_session(transactional_db, worker, picture) -> Image:
    """One real upload, its file and thumbnail in the storage, in a session nobody has used for half an hour."""
    session = workspace.open_session(owner="visitor:somebody")
    uploads.take_in(session=session, arrivals=[Arrival("logo.png", picture())], tags=["logo"])
    past = timezone.now() - timedelta(minutes=30)
    Session.objects.filter(pk=session.pk).update(last_active_at=past, expires_at=past + timedelta(hours=1))
    return Image.objects.select_related("session").get(session=session)
