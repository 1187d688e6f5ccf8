"""Two connections of one process that want the same rows: one stands still, holding some, until the other waits for it.

A word on the command line names who meets; told in one line of JSON is what each came to. Run on PostgreSQL: SQLite has
one writer at a time, and nobody to meet.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from prompt_media.jobs import services as jobs  # noqa: E402
from prompt_media.jobs.models import Job  # noqa: E402
from sessions_app.models import Session  # noqa: E402
from sessions_app.services import retention, room, workspace  # noqa: E402

_PATIENCE = 20.0
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
Act = Callable[[], object]
holds = threading.Event()
over = threading.Event()


def until_the_other_waits() -> None:
    """Called by the first with its rows in hand: the second comes now, until it waits or is through."""
    holds.set()
    deadline = time.monotonic() + _PATIENCE
    while not over.wait(0.05) and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return


def submitted(session: Session, **payload: Any) -> Job:
    return jobs.submit(kind="upload", owner="visitor:1", title="a job", subject=session.subject, payload=payload)


def signing_in_while_a_job_ends(session: Session) -> tuple[Act, Act]:
    """The job's row is held by whoever ends it, who then wants the session; who signs in wants both."""
    job = jobs.claim(submitted(session).pk)
    assert job

    def write() -> None:
        until_the_other_waits()
        workspace.locked(session)

    return lambda: jobs.finish(job, write), lambda: workspace.hand_over(giver="visitor:1", taker="user:1")


def expiring_while_deleted(session: Session) -> tuple[Act, Act]:
    """Deleted by hand and by the sweep at once."""
    jobs.cancel(submitted(session))
    then = timezone.now() - timedelta(hours=1)
    Session.objects.update(last_active_at=then, expires_at=then)
    return closing(session), lambda: retention.end(session.pk, Session.objects.all())


def making_way_while_deleted(session: Session) -> tuple[Act, Act]:
    """The room of an upload that was cancelled is wanted while its session is deleted."""
    jobs.cancel(submitted(session, files=[{"key": f"incoming/{session.public_id}/a", "bytes": 1}], bytes=1))
    submitted(session)
    settings.SESSION_FILES, settings.SERVER_MB = 1, 1

    def add() -> None:
        with transaction.atomic():
            room.require(workspace.locked(session))

    return closing(session), add


def closing(session: Session) -> Act:
    """Deletes the session, and stands still between its jobs and its row."""
    leave = jobs.leave

    def stand_still(subject: str) -> None:
        leave(subject)
        if not holds.is_set():
            until_the_other_waits()

    def close() -> None:
        workspace.jobs.leave = stand_still
        workspace.close(session=session)

    return close


def told(act: Act) -> str:
    try:
        act()
    except Exception as error:  # noqa: BLE001, whatever it is, the test wants to read it
        return repr(error)
    finally:
        connection.close()
    return "done"


def meet(first: Act, second: Act) -> dict[str, str]:
    found: dict[str, str] = {}

    def come_second() -> None:
        holds.wait(_PATIENCE)
        found["second"] = told(second)
        over.set()

    other = threading.Thread(target=come_second)
    other.start()
    found["first"] = told(first)
    other.join()
    return found


if __name__ == "__main__":
    jobs.publish = lambda job: None
    pair = {
        act.__name__: act for act in (signing_in_while_a_job_ends, expiring_while_deleted, making_way_while_deleted)
    }
    print(json.dumps(meet(*pair[sys.argv[1]](workspace.open_session(owner="visitor:1")))), flush=True)  # noqa: T201
