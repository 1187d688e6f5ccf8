"""The table of docs/security.md, and the routes there are: what the tests hold together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.urls import URLPattern, get_resolver

CALLERS = ("owner", "token", "read token", "account", "its token", "staff", "visitor", "script", "dead token", "login")
CELLS = {"yes", "own", "404", "401", "403", "away", "rights"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET",)
THE_ADMIN = "/admin/…"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "security.md"


@dataclass(frozen=True, slots=True)
class Row:
    """What comes back of one method of one route, for each caller."""

    route: str
    method: str
    cells: dict[str, str]

    def cell(self, who: str, access: str = "open") -> str:
        """What the table says for this caller in this mode."""
        in_open, _, with_login = self.cells[who].partition(" / ")
        return with_login or in_open if access == "login" else in_open

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def rows() -> list[Row]:
    """The table, a row for each method."""
    heading = "| route | method | " + " | ".join(CALLERS).replace("login", "`login`") + " |"
    _, _, below = DOCUMENT.read_text().partition(heading)
    assert below, f"docs/security.md: the table must begin with\n{heading}"
    return [row for line in below.splitlines()[2:] if line.startswith("| `/") for row in _read(line)]


def _read(line: str) -> Iterator[Row]:
    route, methods, *cells = (cell.strip().strip("`") for cell in line.strip("|").split("|"))
    assert len(cells) == len(CALLERS), f"{route}: {len(CALLERS)} cells are needed, here are {len(cells)}"
    assert {part for cell in cells for part in cell.split(" / ")} <= CELLS, (
        f"{route}: a cell is one of {', '.join(sorted(CELLS))}"
    )
    for method in methods.split(", "):
        yield Row(route, method, dict(zip(CALLERS, cells, strict=True)))


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of the resolver, as `/session/{session_id}/`; the admin's keep their own."""

    path: str
    pattern: URLPattern


def routes() -> list[Route]:
    """Every route, whose two slash forms are one."""
    found = [Route(_braced(text), pattern) for text, pattern in _walk(get_resolver().url_patterns)]
    with_slash = {route.path for route in found}
    return [route for route in found if f"{route.path}/" not in with_slash]


def told(route: Route) -> str:
    """The name under which the table has a route."""
    named = route.path in {row.route for row in rows()}
    return THE_ADMIN if route.path.startswith("/admin/") and not named else route.path


def _walk(patterns: list, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        text = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield text, one
        else:
            yield from _walk(one.url_patterns, text)


def _braced(text: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text) if "(?P" not in text else "/" + text
