"""`manage.py usage`: who holds how much of the disk."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from prompt_media.errors import HouseError
from prompt_media.files import usage
from prompt_media.files.usage import Usage
from prompt_media.management import telling
from prompt_media.management.telling import amount, several

_ORDERS: dict[str, Callable[[Usage], Any]] = {
    "bytes": lambda one: -one.bytes,
    "files": lambda one: -one.files,
    "age": lambda one: one.last_used,
}


class Command(telling.OperatorCommand):
    help = "Tell the disk by session: bytes, files, last use and owner, the largest first. Nothing is changed."
    examples = """\
  manage.py usage                          the largest first
  manage.py usage --sort age --limit 10    the ten that nobody has used for longest
  manage.py usage --older-than 30          only what nobody has used for 30 days
  manage.py usage --json | jq .total
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=telling.days, metavar="DAYS", help="only sessions unused for so long")
        parser.add_argument("--sort", choices=sorted(_ORDERS), default="bytes")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N; the total counts all")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *, older_than: timedelta | None, sort: str, limit: int | None, **options: Any) -> None:
        before = None if older_than is None else timezone.now() - older_than
        try:
            # No moment for "all": the walk takes a while, and what is used meanwhile is younger than its beginning.
            found = [one for one in usage.by_holder() if before is None or one.last_used <= before]
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"Could not be told: {error}", returncode=2) from error
        found.sort(key=_ORDERS[sort])
        shown = found if limit is None else found[:limit]
        self.stdout.write(_as_json(shown, found) if options["json"] else _as_table(shown, found))


def _as_json(shown: list[Usage], found: list[Usage]) -> str:
    sessions = [
        {
            "session": one.name,
            "label": one.holder.label if one.holder else None,
            "owner": one.holder.owner if one.holder else None,
            "bytes": one.bytes,
            "files": one.files,
            "last_used": one.last_used.isoformat(),
            "expires_at": one.holder.expires_at.isoformat() if one.holder and one.holder.expires_at else None,
        }
        for one in shown
    ]
    total = {"sessions": len(found), "files": sum(one.files for one in found), "bytes": sum(one.bytes for one in found)}
    return json.dumps({"sessions": sessions, "total": total}, indent=1)


def _as_table(shown: list[Usage], found: list[Usage]) -> str:
    lines = [f"{'size':>8}  {'files':>6}  {'last used':<16}  {'session':<36}  owner"] if shown else []
    lines += [_line(one) for one in shown]
    total = f"{several(len(found), 'session')}, {several(sum(one.files for one in found), 'file')}, "
    return "\n".join([*lines, total + amount(sum(one.bytes for one in found))])


def _line(one: Usage) -> str:
    who = f"{one.holder.owner}  {one.holder.label}".rstrip() if one.holder else "(gone; the sweep takes its files)"
    return f"{amount(one.bytes):>8}  {one.files:>6,}  {telling.moment(one.last_used)}  {one.name:<36}  {who}"
