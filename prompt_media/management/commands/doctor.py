"""`manage.py doctor`: what is well, what is not, and what would help."""

import json
import logging
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from prompt_media.health import doctor
from prompt_media.health.findings import Finding, State, worst
from prompt_media.management import telling


class Command(telling.OperatorCommand):
    help = (
        "Look at everything the studio needs, also while parts of it are down: versions, paths, disk, database, "
        "storage, broker, workers, clocks and settings. Exit code: 0 all is well, 1 there are warnings, 2 something is "
        "down."
    )
    examples = """\
  manage.py doctor                                   a line each, and advice where something is wrong
  manage.py doctor --json | jq '.findings[] | select(.state != "ok")'
"""
    # It is asked when these would fail.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, **options: Any) -> None:
        # What a part says in the log when it fails is said here, a line each.
        logging.disable(logging.CRITICAL)
        found = list(doctor.look())
        state = worst(finding for _, finding in found)
        if options["json"]:
            self.stdout.write(json.dumps(_as_object(state, found), indent=2))
        else:
            self.stdout.write("\n".join(_as_lines(found)))
        sys.exit(state.value)


def _as_lines(found: list[tuple[str, Finding]]) -> list[str]:
    lines = []
    for name, finding in found:
        lines.append(f"{finding.state.word:<8} {name:<11} {finding.detail}")
        if finding.state is not State.OK and finding.advice:
            lines.append(f"{'':<20} → {finding.advice}")
    return lines


def _as_object(state: State, found: list[tuple[str, Finding]]) -> dict[str, Any]:
    told = [
        {"name": name, "state": finding.state.word, "detail": finding.detail, "advice": finding.advice}
        for name, finding in found
    ]
    return {"state": state.word, "version": settings.VERSION, "findings": told}
