"""A recording's `metadata.json`: what its rows tell, for whoever reads the folder.

Rows are the truth, and nothing is ever read from here. Whoever changes what a mirror tells calls `tell` in the same
transaction. The process that has changed it writes it anew within half a second, however many changes came in that
time; what a crash left untold is found by the sweep, for the row knows which revision its mirror tells.
"""

import json
from threading import Lock, Timer
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet

from prompt_media.errors import HouseError
from prompt_media.files import store
from prompt_media.web.connections import DATABASE_AWAY
from sessions_app import names
from sessions_app.models import Session, Step

log = structlog.get_logger(__name__)

# A recording changes with every picture: so long its changes are gathered, and then told at once.
_GATHERED_SECONDS = 0.3
_COLUMNS = (
    "index", "image__name", "target_sector", "focus_sector", "prompt", "made_at", "status", "outside_delta", "change",
    "recipe__seed", "image__sha256",
)  # fmt: skip


def tell(session: Session, **columns: Any) -> None:
    """What the session's mirror tells has changed in this transaction: it is written anew soon after the commit. These
    columns of the session's row change along."""
    pk = session.pk
    Session.objects.filter(pk=pk).update(revision=F("revision") + 1, **columns)
    # Robust: what has happened is committed, and the sweep finds a mirror that was not written.
    transaction.on_commit(lambda: _soon.write(pk), robust=True)


def metadata(session: Session) -> dict[str, Any]:
    """What a recording's `metadata.json` tells: the same as `GET /session/<id>`."""
    steps = Step.objects.filter(recording=session).order_by("index").values_list(*_COLUMNS)
    return {
        "session_id": session.public_id,
        "created_at": session.created_at.timestamp(),
        "sequence": [_entry(*step) for step in steps],
    }


def as_bytes(told: dict[str, Any]) -> bytes:
    """As it stands in the file."""
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"


def key(session: Session) -> str:
    """Where the session's mirror lies."""
    return names.frame_key(session.public_id, "metadata.json")


def render(pk: int) -> bool:
    """Write the mirror of this session if it is late. Under the row's lock: nobody writes an older one over a newer."""
    with transaction.atomic():
        session = late().select_for_update().filter(pk=pk).first()
        if session is None:
            return False
        _write(session)
    return True


def render_anew(pk: int) -> None:
    """Write the mirror of this session, whether it is late or not."""
    with transaction.atomic():
        session = Session.objects.select_for_update().filter(pk=pk).first()
        if session is not None:
            _write(session)


def is_true(pk: int) -> bool:
    """Whether the mirror tells what the rows tell. One that is late is about to be written, and one whose session has
    gone is nobody's: both count as true. Raises NotFound when the file has gone."""
    with transaction.atomic():
        session = Session.objects.select_for_update().filter(pk=pk).first()
        if session is None or session.revision > session.mirrored_revision:
            return True
        return store.read(key(session)) == as_bytes(metadata(session))


def late() -> QuerySet[Session]:
    """Recordings whose mirror tells less than their rows."""
    return Session.objects.filter(kind=Session.Kind.RECORDING, revision__gt=F("mirrored_revision"))


def sweep() -> int:
    """Write every mirror that is late: its writer was killed, or the storage was away. Returns how many were found."""
    # In any order: one that cannot be written must not stand before the others for ever.
    found = list(late().order_by("?").values_list("pk", flat=True)[:100])
    for pk in found:
        if not _tried(pk):
            break
    return len(found)


def _entry(
    index: int, filename: str, target: str, focus: str, prompt: str, made_at: Any, status: str,
    outside_delta: int | None, change: float | None, seed: int | None, sha256: str,
) -> dict[str, Any]:  # fmt: skip
    """The keys every reader may count on, and then what else there is to tell."""
    return {
        "index": index,
        "filename": filename,
        "target_sector": target or None,
        "focus_sector": focus or None,
        "prompt": prompt,
        "timestamp": made_at.timestamp(),
        "status": status,
        "outside_delta": outside_delta,
        "change": change,
        "seed": seed,
        "sha256": sha256,
    }


def _write(session: Session) -> None:
    store.put(key(session), as_bytes(metadata(session)))
    Session.objects.filter(pk=session.pk).update(mirrored_revision=session.revision)


class _Soon:
    """The mirrors this process has to write: gathered for a moment, then written by a thread beside the work."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._told: set[int] = set()
        self._timer: Timer | None = None

    def write(self, pk: int) -> None:
        with self._lock:
            self._told.add(pk)
            if self._timer is None:
                self._timer = Timer(_GATHERED_SECONDS, self._write_all)
                self._timer.start()

    def _write_all(self) -> None:
        with self._lock:
            told, self._told, self._timer = self._told, set(), None
        try:
            for pk in told:
                _tried(pk)
        finally:
            connection.close()


def _tried(pk: int) -> bool:
    try:
        render(pk)
    except (HouseError, *DATABASE_AWAY) as error:
        log.warning("mirror not written, the sweep will", session=pk, reason=str(error))
        return False
    return True


_soon = _Soon()
