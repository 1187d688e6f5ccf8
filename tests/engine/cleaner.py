"""A second process that cleans up: told over stdin what to do, it answers with one line of JSON.

`expire ID` lets a session's time run out and sweeps once; `sweep` looks for left-over files;
`left ID` counts the rows that still know of a session.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from prompt_media.jobs.models import Job  # noqa: E402
from sessions_app.models import Generation, Image, Session  # noqa: E402
from sessions_app.services import retention  # noqa: E402


def expire(session: str) -> int:
    now = timezone.now()
    Session.objects.filter(public_id=session).update(last_active_at=now, expires_at=now)
    return retention.sweep()


def sweep(_: str) -> int:
    return len(retention.sweep_files())


def left(session: str) -> dict[str, int]:
    return {
        "sessions": Session.objects.filter(public_id=session).count(),
        "images": Image.objects.filter(key__contains=session).count(),
        "makings": Generation.objects.filter(session__public_id=session).count(),
        "jobs": Job.objects.filter(subject=f"session:{session}").count(),
    }


for line in sys.stdin:
    verb, _, session = line.strip().partition(" ")
    print(json.dumps({"expire": expire, "sweep": sweep, "left": left}[verb](session)), flush=True)  # noqa: T201
