"""`manage.py backup`: the studio into one file."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from prompt_media.backup import pack
from prompt_media.backup.manifest import Manifest
from prompt_media.errors import HouseError
from prompt_media.management import telling
from prompt_media.management.telling import amount, several


class Command(telling.OperatorCommand):
    help = (
        "Write rows, stored files and the secret key into one tar file, each with its SHA-256. The studio may run "
        "meanwhile. The file gets its name when it is whole; keep it as safe as the studio itself."
    )
    examples = """\
  manage.py backup studio.tar
  manage.py backup "backups/$(date +%F).tar"
  manage.py backup studio.tar --force             in the place of the last one, when the new one is whole
  manage.py backup studio.tar --without-secret    for a place where others can read it
  manage.py restore --check studio.tar            compare every hash, change nothing
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT.tar")
        parser.add_argument("--force", action="store_true", help="replace OUT.tar, if there is one, by the new one")
        parser.add_argument("--without-secret", action="store_true", help="leave out DATA_DIR/secret_key")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *, out: Path, force: bool, without_secret: bool, **options: Any) -> None:
        _require_place(out, force=force)
        counted = Manifest("", "", "", [], {})
        try:
            with telling.shown(lambda: f"{several(counted.files, 'file')}, {amount(counted.size)}") as tell:

                def count(manifest: Manifest) -> None:
                    nonlocal counted
                    counted = manifest
                    tell()

                manifest = pack.pack(out.absolute(), with_secret=not without_secret, tell=count)
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        self.stdout.write(_as_json(out, manifest) if options["json"] else _in_words(out, manifest))


def _require_place(out: Path, *, force: bool) -> None:
    """Before anything is written: what would be found out at the end costs the time of a whole backup."""
    if not out.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {out.absolute().parent}.")
    if out.is_dir():
        raise CommandError(f"{out} is a folder: name the file to be, for example {out / 'studio.tar'}.")
    if os.path.lexists(out) and not force:
        raise CommandError(f"{out} is there already. Give another name, or --force to replace it.")


def _as_json(out: Path, manifest: Manifest) -> str:
    return json.dumps(
        {
            "archive": str(out),
            "files": manifest.files,
            "bytes": manifest.size,
            "vanished": manifest.vanished,
            "missing": manifest.missing,
            "damaged": manifest.damaged,
        }
    )


def _in_words(out: Path, manifest: Manifest) -> str:
    lines = [f"{out}: {several(manifest.files, 'file')} and all rows, {amount(manifest.size)}"]
    if manifest.vanished:
        lines.append(f"{several(len(manifest.vanished), 'file')} of sessions that were deleted meanwhile: left out")
    if manifest.missing:
        lines.append(f"{several(len(manifest.missing), 'file')} that rows point to were not there: see check_storage")
    if manifest.damaged:
        lines.append(f"{several(len(manifest.damaged), 'file')} are damaged and were copied so: see check_storage")
    return "\n".join(lines)
