"""Where that lies which /generate made and nobody recorded: one session for each identity, and only its newest."""

from django.conf import settings
from django.db import transaction

from prompt_media.files import store
from sessions_app import selectors
from sessions_app.models import Generation, Image, Session
from sessions_app.services import decks, workspace

NEWEST = 50
_MEGABYTE = 1024 * 1024


def session_of(owner: str) -> Session:
    """The identity's living session of this kind; a new one when there is none."""
    found = selectors.live_session_of(owner)
    if found is None:
        return _opened(owner)
    workspace.touch(found)
    return found


def trim(session: Session) -> None:
    """Let go of all but the newest: so many, and so many bytes as leave half of the session free. Its row is locked."""
    room = settings.SESSION_MB * _MEGABYTE // 2
    doomed = []
    for place, image in enumerate(Image.objects.filter(session=session).order_by("-number")):
        room -= image.bytes
        if place and (place >= NEWEST or room < 0):
            doomed.append(image)
    if doomed:
        store.discard_on_commit(key for image in doomed for key in (image.key, image.thumbnail_key))
        Generation.objects.filter(outputs__in=doomed).delete()


def _opened(owner: str) -> Session:
    with transaction.atomic():
        deck = decks.locked(owner)
        if (opened_meanwhile := selectors.live_session_of(owner)) is not None:
            return opened_meanwhile
        deck.live = workspace.open_session(owner=owner, kind=Session.Kind.LIVE)
        deck.save(update_fields=["live"])
        return deck.live
