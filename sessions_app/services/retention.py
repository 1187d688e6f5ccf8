"""The end of what nobody uses: sessions whose time is over, and files that a crash left without a row."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from prompt_media.files import store
from sessions_app import names, selectors
from sessions_app.models import Session
from sessions_app.services import workspace

log = structlog.get_logger(__name__)

# Files come before their rows: what is younger may belong to a row that is being written now.
_SETTLED_AFTER = timedelta(hours=1)


def sweep() -> int:
    """Delete every session whose idle time is over, with its files. Returns how many."""
    ended = sum(_end(pk) for pk in selectors.expired_sessions().values_list("pk", flat=True)[:500])
    if ended:
        log.info("expired sessions deleted", count=ended)
    return ended


def sweep_files() -> int:
    """Remove the folders of sessions that are gone, where a crash or a race left some. Returns how many."""
    removed = sum(_remove_orphans(root) for root in names.ROOTS)
    if removed:
        log.warning("files without a session removed", folders=removed)
    return removed


def _end(pk: int) -> bool:
    with transaction.atomic():
        # Looked at again under its lock: somebody may have used it a moment ago.
        locked = Session.objects.select_for_update().filter(pk=pk).first()
        if locked is None or not selectors.expired_sessions().filter(pk=pk).exists():
            return False
        workspace.close(session=locked)
    return True


def _remove_orphans(root: str) -> int:
    folders = store.folders(root)
    known = set(Session.objects.filter(public_id__in=folders).values_list("public_id", flat=True))
    orphans = [f"{root}/{folder}" for folder in folders if folder not in known]
    settled = [folder for folder in orphans if store.last_change(folder) < timezone.now() - _SETTLED_AFTER]
    for folder in settled:
        store.discard_folder(folder)
    return len(settled)
