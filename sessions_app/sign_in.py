"""What happens here when somebody signs in. Django's own door calls nothing of ours, so this hears it by signal."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from prompt_media.web import identity
from sessions_app.services import workspace


def connect() -> None:
    """Listen from now on; called once, when the app is ready."""
    user_logged_in.connect(_bring_along)


def _bring_along(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    """What the browser owned is the user's from now on."""
    if visitor := identity.visitor(request):
        workspace.hand_over(giver=visitor, taker=identity.of_user(user))
