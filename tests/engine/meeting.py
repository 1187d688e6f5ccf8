"""Two connections of one process that want the same rows: one stands still, holding some, until the other waits for it.

On PostgreSQL: SQLite has one writer at a time, and nobody to meet.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

_PATIENCE = 20.0
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_HELD = "FOR UPDATE"
Act = Callable[[], object]


@dataclass(slots=True)
class Meeting:
    """Who comes first holds rows when the statement with these words has run, and stands still until the second waits
    for them, or is through. `afterwards` looks at what the two left."""

    first: Act
    second: Act
    at: str = _HELD
    afterwards: Act = lambda: None
    _holds: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def come_second() -> None:
            self._holds.wait(_PATIENCE)
            found["second"] = told(self.second)
            self._over.set()
            connection.close()

        other = threading.Thread(target=come_second)
        other.start()
        with connection.execute_wrapper(self._stand_still):
            found["first"] = told(self.first)
        found["met"] = str(self._holds.is_set())
        self._holds.set()
        other.join()
        found["afterwards"] = told(self.afterwards)
        return found

    def _stand_still(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        answer = execute(sql, *more)
        if self.at in sql and not self._holds.is_set():
            self._holds.set()
            self._wait()
        return answer

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._over.wait(0.02) and time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(_WAITING)
                if cursor.fetchone()[0]:
                    return


def told(act: Act) -> str:
    try:
        act()
    except Exception as error:  # noqa: BLE001, whatever it is, the test wants to read it
        return repr(error)
    return "done"
