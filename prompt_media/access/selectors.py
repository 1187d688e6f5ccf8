"""Questions about tokens. Nothing is changed here."""

import hashlib

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from prompt_media.access.models import Token
from prompt_media.errors import NotFound


class UnknownToken(NotFound):
    """Never there, revoked or somebody else's: the three look the same."""

    code = "unknown_token"


def digest(secret: str) -> str:
    """What is stored of a secret. It is long and random, so a plain hash of it cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def usable(secret: str) -> Token | None:
    """The living token of an active account that has this secret."""
    in_time = Q(expires_at=None) | Q(expires_at__gt=Now())
    living = Token.objects.filter(in_time, revoked_at=None, user__is_active=True)
    return living.filter(digest=digest(secret)).select_related("user").first()


def tokens_of(user: AbstractBaseUser) -> QuerySet[Token]:
    """An account's tokens that were not revoked, newest first."""
    return Token.objects.filter(user_id=user.pk, revoked_at=None)


def token(token_id: int, *, among: QuerySet[Token]) -> Token:
    """One of these tokens. Raises UnknownToken."""
    found = among.filter(pk=token_id).first()
    if found is None:
        raise UnknownToken("No token of yours has this id, or it was revoked.")
    return found
