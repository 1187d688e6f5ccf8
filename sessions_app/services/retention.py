"""The end of sessions nobody uses."""

import structlog
from django.db import transaction

from sessions_app import selectors
from sessions_app.models import Session
from sessions_app.services import workspace

log = structlog.get_logger(__name__)


def sweep() -> int:
    """Delete every session whose idle time is over, with its files. Returns how many."""
    ended = sum(_end(pk) for pk in selectors.expired_sessions().values_list("pk", flat=True)[:500])
    if ended:
        log.info("expired sessions deleted", count=ended)
    return ended


def _end(pk: int) -> bool:
    with transaction.atomic():
        # Looked at again under its lock: somebody may have used it a moment ago.
        locked = Session.objects.select_for_update().filter(pk=pk).first()
        if locked is None or not selectors.expired_sessions().filter(pk=pk).exists():
            return False
        workspace.close(session=locked)
    return True
