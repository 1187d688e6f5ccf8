"""How the operator's commands tell things: examples in the help, amounts for people, a count while they work."""

import argparse
import math
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_MOST_DAYS = 36_500
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


def days(text: str) -> timedelta:
    """What an option that asks for an age was given."""
    try:
        count = float(text)
    except ValueError:
        count = math.nan
    if not 0 < count <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no age; give days, above 0 and up to {_MOST_DAYS}")
    return timedelta(days=count)


def moment(when: datetime) -> str:
    """A time for people, by the studio's own clock."""
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"


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
