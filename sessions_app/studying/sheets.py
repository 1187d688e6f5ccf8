"""Tables as CSV (RFC 4180) that no spreadsheet takes for orders."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

Cell = str | int | float | bool | None
# What a spreadsheet reads as the beginning of a formula (OWASP, CSV injection).
_ORDERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The table line by line, its header first."""
    yield _line(header)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[Cell]) -> str:
    page = StringIO()
    csv.writer(page).writerow([_harmless(cell) for cell in cells])
    return page.getvalue()


def _harmless(cell: Cell) -> str:
    """A cell as text. Words that begin as a formula would get an apostrophe before them; numbers are what they are."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case str():
            return f"'{cell}" if cell.startswith(_ORDERS) else cell
    return str(cell)
