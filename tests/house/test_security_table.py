"""Every route says in docs/security.md who may do what with it. tests/access/test_isolation.py holds it to its word."""

import pytest

from tests.access.table import METHODS, THE_ADMIN, Row, routes, rows, told

OPEN = ("/healthz", "/readyz", "/metrics", "/login/", "/logout/", "/admin/login/", "/admin/logout/")
HOW = """
docs/security.md, «Who may do what», has no row for {route}.

Add `| `{route}` | METHOD | …ten cells… |`, a row for each set of methods that answers alike; the page tells the cells.
Then tests/access/test_isolation.py calls it as everybody. A new kind of {{id}} in a path, or a body without which the
route cannot answer, is told in tests/access/world.py. A view that must answer with ACCESS=login to whom has no account
gets the decorator web.identity.open_to_all, and «yes» in the last cell.
"""


def test_every_route_has_its_row():
    told_of = {row.route for row in rows()}
    untold = sorted({told(route) for route in routes()} - told_of)
    if untold:
        pytest.fail("".join(HOW.format(route=route) for route in untold), pytrace=False)


def test_every_row_has_its_route():
    assert {row.route for row in rows()} - {told(route) for route in routes()} - {THE_ADMIN} == set()


def test_nothing_is_told_twice():
    seen = [str(row) for row in rows()]
    assert sorted(set(seen)) == sorted(seen)


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_row_contradicts_none_of_the_promises(row: Row):
    assert row.method in METHODS
    assert row.cells["dead token"] == "401"
    assert row.method == "GET" or row.cells["read token"] == "403"
    assert row.cells["login"] != "yes" or row.route in OPEN, "no other door answers to whom has no account"
