"""`manage.py export_recording`: a recording into one file."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from prompt_media.errors import HouseError
from prompt_media.files.archive import Packed
from prompt_media.management import telling
from prompt_media.management.telling import amount
from sessions_app.selectors import recordings
from sessions_app.services import exporting


class Command(telling.OperatorCommand):
    help = (
        "Write a recording into a ZIP: its metadata.json and frames, what they were made from, the recipe of each, and "
        "a manifest with the SHA-256 of everything. The same recording makes the same bytes."
    )
    examples = """\
  manage.py export_recording my_experiment my_experiment.zip
  manage.py export_recording my_experiment my_experiment.zip --force    in the place of an older one
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id")
        parser.add_argument("out", type=Path, metavar="OUT.zip")
        parser.add_argument("--force", action="store_true", help="replace OUT.zip, if there is one")

    def handle(self, *, id: str, out: Path, force: bool, **options: Any) -> None:
        if os.path.lexists(out) and not force:
            raise CommandError(f"{out} is there already. Give another name, or --force to replace it.")
        try:
            packed = exporting.packed(recordings.recording(id, None))
            _write(packed, out)
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        self.stdout.write(f"{out}: {amount(len(packed))}")


def _write(packed: Packed, out: Path) -> None:
    """Under its name only when it is whole."""
    aside = out.with_name(f".{out.name}.part")
    try:
        with aside.open("wb") as file:
            file.writelines(packed)
        os.replace(aside, out)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
