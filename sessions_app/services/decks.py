"""Decks: what an identity records into and where its playhead stands. One row for each, whatever process is called.

A recording's row is locked before a deck's: whoever deletes one has its row, and then lets the decks go.
"""

from typing import Any

from django.db.models import Q, QuerySet

from prompt_media.web import identity
from sessions_app.models import Deck, Session


def of(owner: str) -> Deck:
    """The identity's deck as it counts now: without what its owner may not open any more, as if that was deleted. Who
    was staff and is no more may have a stranger's recording in it."""
    deck = kept(owner)
    if deck.recording is not None and not identity.reaches(owner, deck.recording.owner):
        deck.recording = None
    if deck.replaying is not None and not identity.reaches(owner, deck.replaying.owner):
        deck.replaying = None
    return deck


def kept(owner: str) -> Deck:
    """The identity's deck as its row tells; one that was never used is empty, and no row yet."""
    found = Deck.objects.select_related("recording", "replaying").filter(owner=owner).first()
    return found or Deck(owner=owner)


def locked(owner: str) -> Deck:
    """The identity's deck, its row held until the transaction ends."""
    # In one step: between two of them its owner may sign in, and the row be another's.
    return Deck.objects.select_for_update().get_or_create(owner=owner)[0]


def hold(session: Session) -> None:
    """Lock all decks that know of this session, until the transaction ends."""
    _hold(Deck.objects.filter(Q(recording=session) | Q(replaying=session) | Q(live=session)))


def record(*, owner: str, recording: Session, scope: str = Deck.Scope.GENERATE) -> None:
    """Record into it from now on, and no longer into another."""
    _set(owner, recording=recording, scope=scope)


def play(*, owner: str, recording: Session, mode: str, until: int | None = None) -> Deck:
    """Put the playhead on its first step."""
    return _set(owner, replaying=recording, mode=mode, position=0, until=until)


def hand_over(*, giver: str, taker: str) -> None:
    """What the giver records and replays goes on as the taker's; sector prompts only to who has none."""
    _hold(Deck.objects.filter(owner__in=(giver, taker)))
    given = Deck.objects.filter(owner=giver).first()
    if given is None:
        return
    taken = locked(taker)
    if given.recording_id:
        taken.recording_id, taken.scope = given.recording_id, given.scope
    if given.replaying_id:
        taken.replaying_id, taken.mode = given.replaying_id, given.mode
        taken.position, taken.until = given.position, given.until
    if taken.prompts is None:
        taken.prompts, taken.turns = given.prompts, given.turns
    taken.live_id = taken.live_id or given.live_id
    taken.save()
    given.delete()


def _hold(decks: QuerySet[Deck]) -> None:
    """In the order of everybody who takes several."""
    list(decks.order_by("pk").select_for_update().values_list("pk", flat=True))


def _set(owner: str, **columns: Any) -> Deck:
    deck, _ = Deck.objects.update_or_create(owner=owner, defaults=columns)
    return deck
