"""What can happen to a token: it is made, used and revoked. And what is forgotten of people who signed in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

import structlog
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from prompt_media.access import selectors
from prompt_media.access.models import Token
from prompt_media.errors import NotSignedIn, Unprocessable
from prompt_media.web import connections

log = structlog.get_logger(__name__)

# Lets people, and programs that look for leaked secrets, recognise one.
_MARK = "pm_"
_SHOWN = len(_MARK) + 8
# A write for every call would cost more than it tells.
_NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token just made. This is the only moment its secret is known."""

    token: Token
    secret: str


def create(
    *,
    user: AbstractBaseUser,
    name: str = "",
    scope: str = Token.Scope.WRITE,
    expires_at: datetime | None = None,
    made_with: Token | None = None,
) -> Fresh:
    """A new token of this account. One made with another ends with it at the latest, also when that is revoked."""
    require_future(expires_at)
    ends = [end for end in (expires_at, made_with.expires_at if made_with else None) if end]
    secret = _MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        _require_living(made_with)
        token = Token.objects.create(
            user_id=user.pk,
            name=name,
            scope=scope,
            digest=selectors.digest(secret),
            prefix=secret[:_SHOWN],
            expires_at=min(ends, default=None),
            made_with=made_with,
        )
    log.info("token made", token=token.prefix, user=user.pk, scope=scope)
    return Fresh(token, secret)


def require_future(end: datetime | None) -> None:
    """For the end of a token to be. Raises Unprocessable."""
    if end is not None and end <= timezone.now():
        raise Unprocessable("A token must end in the future, or say no end.", code="out_of_range", field="expires_at")


def _require_living(maker: Token | None) -> None:
    """Held until the new token is there: a maker that is revoked meanwhile finds it, and ends it too."""
    if maker and not Token.objects.select_for_update().filter(pk=maker.pk, revoked_at=None).exists():
        raise NotSignedIn("This token is not known here, or it has ended.")


def revoke(token: Token) -> None:
    """End a token at once and for good, and with it all that were made with it, and with those."""
    now = timezone.now()
    with transaction.atomic():
        ended, generation = 0, [token.pk]
        while generation:
            # First ended, which waits for whoever makes one more with them, then asked for what they have made.
            ended += Token.objects.filter(pk__in=generation, revoked_at=None).update(revoked_at=now)
            generation = list(Token.objects.filter(made_with__in=generation).values_list("pk", flat=True))
    token.refresh_from_db(fields=["revoked_at"])
    if ended:
        log.info("token revoked", token=token.prefix, user=token.user_id, ended=ended)


def note_use(token: Token) -> None:
    """Remember that it was used, at most once a minute. Nobody's call fails for want of this."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < _NOTE_EVERY:
        return
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTE_EVERY)
    try:
        Token.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    except connections.DATABASE_AWAY as error:
        log.warning("use of a token not noted", token=token.prefix, reason=str(error))
        connections.let_go()


def forget() -> None:
    """Delete the sessions of people that have ended, and the wrong passwords that count no more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
