"""`manage.py check_storage`: files held against rows."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from prompt_media.errors import HouseError
from prompt_media.files import audit, store
from prompt_media.files.audit import Finding
from prompt_media.files.keepers import Fault
from prompt_media.management import telling
from prompt_media.management.telling import several

FOUND, NOT_CHECKED = 1, 2
_LOST = (Fault.MISSING, Fault.TRUNCATED, Fault.DAMAGED)
_LEFT = "left as it is: nothing that is stored could bring it back"


@dataclass(slots=True)
class Tally:
    """What was looked at, what was found, and how much of it is still wrong."""

    rows: int = 0
    files: int = 0
    wrong: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def count_row(self) -> None:
        self.rows += 1

    def count_file(self) -> None:
        self.files += 1

    def __str__(self) -> str:
        return f"{several(self.rows, 'pointer')}, {several(self.files, 'file')}, {self.found.total():,} wrong"


@dataclass(frozen=True, slots=True)
class Repair:
    """How far `--fix` may go."""

    fix: bool
    forget_lost: bool

    def of(self, finding: Finding) -> str:
        """Put it right if that was asked, and tell how; empty when nothing was done."""
        if not self.fix:
            return ""
        if finding.claim is None:
            store.discard([finding.key])
            return "deleted"
        done = finding.keeper.mend(finding.fault, finding.claim)
        if not done and self.forget_lost and finding.fault in _LOST:
            return finding.keeper.forget(finding.claim)
        return done


Report = Iterator[tuple[Finding, str]]


class Command(telling.OperatorCommand):
    help = (
        "Hold every stored file against the rows of the database: missing, extra, truncated, damaged and misplaced "
        "files, missing thumbnails, a metadata.json that tells other than its rows. The studio may run meanwhile. Exit "
        "code: 0 nothing wrong (any more), 1 something is, 2 could not check."
    )
    examples = """\
  manage.py check_storage                       look, change nothing
  manage.py check_storage --fast                compare sizes, read no file
  manage.py check_storage --fix                 put right what can be (docs/operations.md tells what)
  manage.py check_storage --fix --forget-lost   and delete the rows of pictures that nothing can bring back
  manage.py check_storage --json | jq .counts
"""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="delete extra files, make anew, copy and move")
        parser.add_argument("--forget-lost", action="store_true", help="with --fix: delete rows of lost pictures")
        parser.add_argument("--fast", action="store_true", help="compare sizes, not contents")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *, fix: bool, forget_lost: bool, fast: bool, **options: Any) -> None:
        if forget_lost and not fix:
            raise CommandError("--forget-lost goes with --fix.", returncode=NOT_CHECKED)
        tally, started = Tally(), time.monotonic()
        try:
            with telling.shown(lambda: f"{tally}") as tell:
                report = _examined(tally, Repair(fix, forget_lost), fast, tell)
                (self._as_json if options["json"] else self._as_lines)(report, tally, fix)
        except (HouseError, DatabaseError, OSError) as error:
            raise CommandError(f"Could not check: {error}", returncode=NOT_CHECKED) from error
        if not options["json"]:
            self.stdout.write(f"{tally}{f', {tally.wrong:,} still' if fix else ''}; {time.monotonic() - started:.1f} s")
        if tally.wrong:
            sys.exit(FOUND)

    def _as_lines(self, report: Report, tally: Tally, fix: bool) -> None:
        for finding, repair in report:
            told = f"{finding.fault.value:<12}  {finding.key}  {finding.detail}{_holder(finding)}"
            self.stdout.write(f"{told}: {repair or _LEFT}" if fix else told)

    def _as_json(self, report: Report, tally: Tally, fix: bool) -> None:
        """Written as it is found: a list of any length needs no memory."""
        self.stdout.write('{"findings": [', ending="")
        for place, (finding, repair) in enumerate(report):
            self.stdout.write(",\n" if place else "\n", ending="")
            self.stdout.write(json.dumps(_entry(finding, repair)), ending="")
        counts = {"pointers": tally.rows, "files": tally.files, "still_wrong": tally.wrong, "counts": tally.found}
        self.stdout.write(f"\n], {json.dumps(counts)[1:]}")


def _examined(tally: Tally, repair: Repair, fast: bool, tell: Callable[[], None]) -> Report:
    for finding in audit.findings(fast=fast, count_row=_both(tally.count_row, tell), count_file=tally.count_file):
        tally.found[finding.fault.value] += 1
        done = repair.of(finding)
        tally.wrong += not done
        yield finding, done


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        first()
        second()

    return both


def _holder(finding: Finding) -> str:
    return f" (session {finding.claim.holder})" if finding.claim else ""


def _entry(finding: Finding, repair: str) -> dict[str, Any]:
    return {
        "fault": finding.fault.value,
        "key": finding.key,
        "detail": finding.detail,
        "holder": finding.claim.holder if finding.claim else finding.keeper.holder_of(finding.key) or None,
        "repair": repair or None,
    }
