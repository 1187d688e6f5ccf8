"""`manage.py restore`: the studio out of one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from prompt_media import lock
from prompt_media.backup import unpack
from prompt_media.backup.unpack import Restored
from prompt_media.errors import HouseError
from prompt_media.management import telling
from prompt_media.management.telling import amount, several

NOT_CLEARED = 2


class Command(telling.OperatorCommand):
    help = (
        "Put a backup in the place of what is here: every hash is compared first, then files are added, then all rows "
        "are replaced in one step. The studio must be stopped. Cut off at any moment, it can be run again. Exit code: "
        "0 restored, 1 not restored, 2 restored, and something of the old studio may be left over."
    )
    examples = """\
  manage.py restore studio.tar            into an empty place
  manage.py restore --check studio.tar    compare every hash, change nothing; the studio may run
  manage.py restore --force studio.tar    in the place of the studio that is here
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path, metavar="IN.tar")
        parser.add_argument("--force", action="store_true", help="replace the studio that is here")
        parser.add_argument("--check", action="store_true", help="only read the archive and compare every hash")

    def handle(self, *, archive: Path, force: bool, check: bool, **options: Any) -> None:
        read = 0
        try:
            with telling.shown(lambda: amount(read)) as show:

                def tell(count: int) -> None:
                    nonlocal read
                    read = count
                    show()

                if check:
                    manifest = unpack.verify(archive, tell=tell)
                    self.stdout.write(f"{archive} is whole: {several(manifest.files, 'file')}, {amount(manifest.size)}")
                    return
                with lock.held_alone({settings.DATA_DIR, lock.database_folder() or settings.DATA_DIR}):
                    restored = unpack.restore(archive, force=force, tell=tell)
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"Not restored: {error}") from error
        self.stdout.write(_in_words(restored))
        if restored.not_cleared:
            raise CommandError(
                f"Restored, but not cleared up: {restored.not_cleared} Files of the old studio go with the "
                "hourly sweep; ./pm check_storage tells of the rest.",
                returncode=NOT_CLEARED,
            )


def _in_words(restored: Restored) -> str:
    manifest = restored.manifest
    lines = [f"Restored: {several(manifest.files, 'file')} and all rows as of {manifest.made_at}"]
    if restored.forgotten:
        lines.append(f"{several(restored.forgotten, 'picture')} had been deleted while the backup ran: left out")
    if manifest.missing or manifest.damaged:
        lines.append("Some files were lost or damaged before the backup was made: ./pm check_storage tells which")
    if restored.key_kept:
        lines.append("SECRET_KEY is given by the environment: the backup's own was not put back")
    return "\n".join(lines)
