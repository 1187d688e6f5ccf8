"""The end of what nobody uses: sessions whose time is over, and files that a crash left without a row."""

from collections.abc import Iterator

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from prompt_media.files import audit, keepers, store
from prompt_media.files.audit import Finding
from sessions_app import names, selectors
from sessions_app.models import Session
from sessions_app.services import workspace

log = structlog.get_logger(__name__)


def sweep() -> int:
    """Delete every session whose idle time is over, with its files. Returns how many."""
    over = selectors.expired_sessions()
    ended = sum(end(pk, over) for pk in over.values_list("pk", flat=True)[:500])
    if ended:
        log.info("expired sessions deleted", count=ended)
    return ended


def sweep_files() -> list[Finding]:
    """Remove files that no row points to, where a crash or a race left some, and empty folders. Returns the files."""
    doomed = list(left_overs())
    store.discard(extra.key for extra in doomed)
    for root in (*names.ROOTS, *names.RECORDING_ROOTS):
        _remove_empty_folders(root)
    if doomed:
        log.warning("files without a row removed", count=len(doomed))
    return doomed


def end(pk: int, over: QuerySet[Session]) -> bool:
    """Delete a session with its files if it is still among those that are over."""
    session = Session.objects.filter(pk=pk).first()
    if session is None:
        return False
    return workspace.close(session=session, among=over)


def left_overs() -> Iterator[Finding]:
    """Files in the sessions' folders that no row points to. A loose file beside these may be somebody's own: only
    `check_storage --fix` takes those."""
    for keeper in keepers.all_of_them():
        for extra in audit.extras(keeper, before=timezone.now() - audit.SETTLED_AFTER):
            if keeper.holder_of(extra.key):
                yield extra


def _remove_empty_folders(root: str) -> None:
    folders = store.folders(root)
    known = set(Session.objects.filter(public_id__in=folders).values_list("public_id", flat=True))
    for folder in sorted({*folders} - known):
        if next(store.walk(f"{root}/{folder}"), None) is None:
            store.discard_folder(f"{root}/{folder}")
