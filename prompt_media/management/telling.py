"""How the operator's commands tell things: examples in the help, amounts for people, a count while they work."""

import argparse
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_UNITS = ("B", "KB", "MB", "GB", "TB")


class _KeptLines(argparse.RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Leaves the examples' lines as they are."""


class OperatorCommand(BaseCommand):
    """A command whose help ends with examples."""

    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kept = {"epilog": f"examples:\n{self.examples.rstrip()}", "formatter_class": _KeptLines}
        parser = super().create_parser(prog_name, subcommand, **kept | kwargs)
        parser.description = textwrap.fill(self.help, 100)
        return parser


def amount(count: float) -> str:
    """Bytes for people: 812 B, 4.2 MB."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_UNITS[unit]}"


def several(count: int, thing: str) -> str:
    """3 files, 1 file."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


@contextmanager
def shown(tell: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """A line on stderr that is told anew whenever the yielded function is called; none where no terminal is."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda: bar.update(task, description=tell())
