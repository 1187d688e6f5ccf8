"""`manage.py import_recording`: recordings into the studio, from archives or folders on this machine."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, transaction

from prompt_media.errors import HouseError
from prompt_media.management import telling
from prompt_media.management.telling import several
from prompt_media.web import identity
from sessions_app.models import Session
from sessions_app.services import importing
from sessions_app.services.importing import Ready
from sessions_app.unpacking import kinds
from sessions_app.unpacking.folders import Folder


class _Terminal:
    """Implements Progress on the line that people watch."""

    def __init__(self) -> None:
        self.said = "Judging"

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.said = f"{note}, {done} of {total}"


class Command(telling.OperatorCommand):
    help = (
        "Take in recordings: archives this studio has made, and ZIPs, tar.gz files or plain folders with a "
        "metadata.json and its frames. Everything is checked first; a recording comes whole or not at all."
    )
    examples = """\
  manage.py import_recording my_experiment.zip
  manage.py import_recording bug_report_xyz.tar.gz --as bug_report_2
  manage.py import_recording generation/sessions/*/ --owner ada
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--owner", metavar="NAME", help="whose it is to be; default: everybody's at this machine")
        parser.add_argument("--as", dest="public_id", metavar="ID", help="its id here, instead of its own")

    def handle(self, *, paths: list[Path], owner: str | None, public_id: str | None, **options: Any) -> None:
        if public_id is not None and len(paths) > 1:
            raise CommandError("--as gives one id to one recording; name one PATH.")
        taker = _identity(owner)
        for path in paths:
            try:
                recording, ready = _taken_in(path, public_id, taker)
            except (HouseError, DatabaseError, OSError) as error:
                raise CommandError(f"{path}: {error} Nothing of it was kept.") from error
            self.stdout.write(_in_words(recording, ready))


def _identity(owner: str | None) -> str:
    if owner is None:
        return identity.HOUSE
    account = get_user_model().objects.filter(username=owner, is_active=True).first()
    if account is None:
        raise CommandError(f"There is no active account called {owner}. ./pm createsuperuser makes the first one.")
    return identity.of_user(account)


def _taken_in(path: Path, public_id: str | None, owner: str) -> tuple[Session, Ready]:
    ready = _prepared(path, public_id)
    try:
        with transaction.atomic():
            return importing.write(ready, owner=owner), ready
    except BaseException:
        importing.discard(ready)
        raise


def _prepared(path: Path, public_id: str | None) -> Ready:
    terminal = _Terminal()
    with telling.shown(lambda: f"{path.name}: {terminal.said}"):
        if path.is_dir():
            return importing.prepare(Folder(path), public_id=public_id, progress=terminal)
        with path.open("rb") as file:
            return importing.prepare(kinds.package(file, importing.limits()), public_id=public_id, progress=terminal)


def _in_words(recording: Session, ready: Ready) -> str:
    lines = [f"{recording.public_id}: {several(len(ready.frames), 'frame')} of {recording.owner}"]
    lines += [f"  {old} is called {new} here" for old, new in ready.renamed.items()]
    lines += [f"  {name} was left out: no recording has it" for name in ready.found.left_out]
    return "\n".join(lines)
