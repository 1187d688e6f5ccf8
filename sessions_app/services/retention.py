"""The end of what nobody uses: sessions whose time is over, and files that a crash left without a row."""

import structlog
from django.db import transaction
from django.utils import timezone

from prompt_media.files import audit, keepers, store
from prompt_media.files.keepers import Keeper
from sessions_app import names, selectors
from sessions_app.models import Session
from sessions_app.services import workspace

log = structlog.get_logger(__name__)


def sweep() -> int:
    """Delete every session whose idle time is over, with its files. Returns how many."""
    ended = sum(_end(pk) for pk in selectors.expired_sessions().values_list("pk", flat=True)[:500])
    if ended:
        log.info("expired sessions deleted", count=ended)
    return ended


def sweep_files() -> int:
    """Remove files that no row points to, where a crash or a race left some, and empty folders. Returns how many."""
    removed = sum(_remove_left_overs(keeper) for keeper in keepers.all_of_them())
    for root in names.ROOTS:
        _remove_empty_folders(root)
    if removed:
        log.warning("files without a row removed", count=removed)
    return removed


def _end(pk: int) -> bool:
    with transaction.atomic():
        # Looked at again under its lock: somebody may have used it a moment ago.
        locked = Session.objects.select_for_update().filter(pk=pk).first()
        if locked is None or not selectors.expired_sessions().filter(pk=pk).exists():
            return False
        workspace.close(session=locked)
    return True


def _remove_left_overs(keeper: Keeper) -> int:
    # A loose file beside the sessions' folders may be somebody's own: only `check_storage --fix` takes those.
    found = audit.extras(keeper, before=timezone.now() - audit.SETTLED_AFTER)
    doomed = [extra.key for extra in found if keeper.holder_of(extra.key)]
    store.discard(doomed)
    return len(doomed)


def _remove_empty_folders(root: str) -> None:
    folders = store.folders(root)
    known = set(Session.objects.filter(public_id__in=folders).values_list("public_id", flat=True))
    for folder in sorted({*folders} - known):
        if next(store.walk(f"{root}/{folder}"), None) is None:
            store.discard_folder(f"{root}/{folder}")
