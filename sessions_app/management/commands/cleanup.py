"""`manage.py cleanup`: what the sweeps do, now and told."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from prompt_media.errors import HouseError
from prompt_media.files import usage
from prompt_media.jobs import services as jobs
from prompt_media.management import telling
from prompt_media.management.telling import amount, several
from sessions_app import names, selectors
from sessions_app.services import retention


class Command(telling.OperatorCommand):
    help = (
        "Delete expired sessions, files that no row points to, and the bare rows of old jobs, and tell what and how "
        "much. The sweeps of a running studio do the same by themselves. What a job works for is left alone."
    )
    examples = """\
  manage.py cleanup --dry-run                    tell what would go, change nothing
  manage.py cleanup
  manage.py cleanup --older-than 90 --dry-run    also sessions unused for 90 days, kept ones too
  manage.py cleanup --json
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell")
        parser.add_argument(
            "--older-than",
            type=telling.days,
            metavar="DAYS",
            help="also sessions unused for so long, but no recordings",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *, dry_run: bool, older_than: timedelta | None, **options: Any) -> None:
        try:
            told = {
                "dry_run": dry_run,
                "sessions": _sessions(dry_run, older_than),
                "files": _left_overs(dry_run),
                "jobs": jobs.forgettable().count() if dry_run else jobs.forget(),
            }
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"Could not clean up: {error}", returncode=2) from error
        self.stdout.write(_as_json(told) if options["json"] else _in_words(told))


def _sessions(dry_run: bool, older_than: timedelta | None) -> list[dict[str, Any]]:
    over = selectors.expired_sessions()
    if older_than is not None:
        over = over | selectors.unused_sessions(timezone.now() - older_than)
    ended = []
    for session in over.order_by("last_active_at"):
        files, size = usage.of_folders(names.folders(session.public_id))
        if dry_run or retention.end(session.pk, over):
            ended.append(
                {
                    "session": session.public_id,
                    "owner": session.owner,
                    "last_used": session.last_active_at,
                    "files": files,
                    "bytes": size,
                }
            )
    return ended


def _left_overs(dry_run: bool) -> list[dict[str, Any]]:
    found = retention.left_overs() if dry_run else retention.sweep_files()
    return [{"key": extra.key, "bytes": extra.size} for extra in found]


def _as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=1, default=datetime.isoformat)


def _in_words(told: dict[str, Any]) -> str:
    done = "would go" if told["dry_run"] else "deleted"
    lines = [
        f"{done}: session {one['session']} of {one['owner']}, last used {telling.moment(one['last_used'])}, "
        f"{several(one['files'], 'file')}, {amount(one['bytes'])}"
        for one in told["sessions"]
    ]
    lines += [f"{done}: {one['key']}, no row points to it, {amount(one['bytes'])}" for one in told["files"]]
    freed = sum(one["bytes"] for one in (*told["sessions"], *told["files"]))
    total = f"{several(len(told['sessions']), 'session')}, {several(len(told['files']), 'left-over file')} and "
    lines.append(f"{total}{several(told['jobs'], 'row')} of old jobs {done}: {amount(freed)}")
    return "\n".join(lines)
