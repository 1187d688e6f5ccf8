"""What both keepers ask of the rows, in pages: whose folder a key is in, the pictures, and who their holders are."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db.models import QuerySet

from prompt_media.files.keepers import Holder
from sessions_app.models import Image, Session

PAGE = 500
# Loose in a root, beside the sessions' folders: put there by people and version control.
_RESERVED = (".", "README")


def holder_below(roots: Iterable[str], key: str) -> str | None:
    """The session whose folder the key is in; empty for a loose file in a root, None for one that belongs there, and
    for one that lies elsewhere."""
    root = next((root for root in roots if key.startswith(f"{root}/")), None)
    if root is None:
        return None
    session, *rest = key.removeprefix(f"{root}/").split("/")
    if rest:
        return session
    return None if session.startswith(_RESERVED) else ""


def through(images: QuerySet[Image]) -> Iterator[Image]:
    """All of them, each page asked for anew: one long question would see the rows as they were at its start."""
    last = 0
    while page := list(images.order_by("pk").filter(pk__gt=last)[:PAGE]):
        yield from page
        last = page[-1].pk


def holders_among(kinds: Iterable[str], wanted: Collection[str]) -> Mapping[str, Holder]:
    """The sessions of these ids that are still there."""
    sessions = Session.objects.filter(kind__in=kinds, public_id__in=wanted)
    return {
        one.public_id: Holder(one.public_id, one.name, one.owner, one.last_active_at, one.expires_at)
        for one in sessions
    }
