"""Nobody gets at another's things: every route, method and caller, as the table in docs/security.md says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client

from tests.access import world as worlds
from tests.access.table import CALLERS, METHODS, SAFE, THE_ADMIN, Route, Row, routes, rows, told
from tests.access.world import World, caller, checksum, likeness

pytestmark = pytest.mark.django_db

AS_THE_OWNER = ("owner", "token", "read token")
BY_COOKIE = ("owner", "account", "staff", "visitor")
UNFIT = (400, 409, 413, 415, 422, 503)
UNSAFE = [row for row in rows() if row.method not in SAFE and row.route != THE_ADMIN]
NEVER_WAS = {
    "session_id": "00000000-0000-4000-8000-000000000000",
    "recording_id": "nowhere",
    "index": "0",
    "study_id": "00000000-0000-4000-8000-000000000000",
    "sitting_id": "00000000-0000-4000-8000-000000000000",
    "place": "0",
    "job_id": "00000000-0000-4000-8000-000000000000",
    "token_id": "987654321",
    "filename": "never-was.png",
}


@pytest.fixture
def world(settings, db) -> World:
    settings.WAIT_SECONDS = 0
    return worlds.populated()


@contextmanager
def afterwards_undone() -> Iterator[None]:
    """What a call changes is taken back, so that the next caller finds the same world."""
    undone = transaction.atomic()
    undone._from_testcase = True  # as Django's own test case says it: a durable block may stand inside
    with undone:
        yield
        transaction.set_rollback(True)


def call(client: Client, world: World, row: Row, path: str | None = None, **headers: str) -> HttpResponseBase:
    given = world.body(row.method, row.route)
    return getattr(client, row.method.lower())(path or world.path(row.route), headers=headers, **given)


def content(response: HttpResponseBase) -> bytes:
    """All of an answer; a streamed one is closed, as a server would."""
    if not response.streaming:
        return response.content
    data = b"".join(response)
    response.close()
    return data


def is_away(response: HttpResponseBase) -> bool:
    doors = ("/login/", "/admin/login/")
    return response.status_code == 401 or (response.status_code == 302 and response.url.split("?")[0] in doors)


def hold(row: Row, who: str, client: Client, world: World) -> None:
    """Call, and compare what comes with what the table says."""
    cell = row.cell(who, settings.ACCESS)
    is_refused = cell in ("401", "403", "404", "away")
    before = checksum() if is_refused else ""
    response = call(client, world, row)
    status, body = response.status_code, content(response)
    said = f"{row}, {who}: the table says {cell}, the answer was {status} {body[:300]!r}"
    if cell in ("401", "403", "404"):
        assert status == int(cell), said
    if is_refused:
        assert cell != "away" or is_away(response), said
        assert checksum() == before, f"{row}, {who}: refused, and something was changed"
        assert not [mark for mark in world.marks() if mark in body and mark not in row_path(row, world)], said
    if cell in ("yes", "own"):
        assert not is_away(response), said
        assert status < 400 or (not world.is_known(row.method, row.route) and status in UNFIT), said
    assert re.search("private|no-store", response.get("Cache-Control", "private")), f"{row}: a cache may keep it"
    if cell in ("yes", "own"):
        assert "Cache-Control" in response, f"{row}: a cache may keep it"
    if cell == "own":
        shows = [mark for mark in world.marks() if mark in body]
        assert bool(shows) == (who in AS_THE_OWNER), f"{row}, {who}: shows {shows}"
    if cell == "rights":
        assert status < 500, said
        assert not is_away(response), said
    if cell == "404":
        nobody = call(client, world, row, world.path(row.route, **NEVER_WAS))
        ids = [*NEVER_WAS.values(), *world.values.values()]
        assert likeness(response, *ids) == likeness(nobody, *ids), f"{row}, {who}: told from what never was"


def row_path(row: Row, world: World) -> bytes:
    # A refusal repeats the address it was asked at, which the caller knows.
    return world.path(row.route).encode()


PLAIN = [row for row in rows() if row.route != THE_ADMIN]


@pytest.mark.parametrize("row", PLAIN, ids=str)
def test_a_route_answers_everybody_as_told(row, world, settings):
    for who in CALLERS[:-1]:
        for client in caller(world, who):
            with afterwards_undone():
                hold(row, who, client, world)


@pytest.mark.parametrize("row", PLAIN, ids=str)
def test_with_a_sign_in_a_route_answers_everybody_as_told(row, world, settings):
    settings.ACCESS = "login"
    for who in CALLERS:
        if who not in ("visitor", "script"):
            for client in caller(world, who):
                with afterwards_undone():
                    hold(row, who, client, world)
    if row.cells["login"] in ("401", "away") and row.cells["script"] != "403":
        for client in caller(world, "script"):
            hold(row, "login", client, world)


def the_admin() -> list[Route]:
    return [route for route in routes() if told(route) == THE_ADMIN]


@pytest.mark.parametrize("route", the_admin(), ids=lambda route: route.path)
def test_every_page_of_the_admin_answers_everybody_as_told(route, world, settings):
    ids = dict.fromkeys(("id", "object_id", "image_id", "content_type_id"), "1")
    path = route.path.format_map(ids) if "(?P" not in route.path else "/admin/jobs/"
    for row in (row for row in rows() if row.route == THE_ADMIN):
        for access, everybody in (("open", CALLERS[:-1]), ("login", ("owner", "token", "staff", "login"))):
            settings.ACCESS = access
            for who in everybody:
                for client in caller(world, who):
                    with afterwards_undone():
                        hold(Row(path, row.method, row.cells), who, client, world)


OURS = [one for one in routes() if not one.path.startswith("/admin/")]


@pytest.mark.parametrize("route", OURS, ids=lambda route: route.path)
def test_a_method_without_a_row_is_not_done(route, world):
    known = {row.method for row in rows() if row.route == route.path}
    for client in caller(world, "owner"):
        for method in set(METHODS) - known:
            response = client.generic(method, world.path(route.path), "{}", content_type="application/json")
            assert response.status_code in (403, 405), f"{method} {route.path}: add its row, or refuse it with 405"


@pytest.mark.parametrize("row", UNSAFE, ids=str)
def test_a_cookie_alone_changes_nothing(row, world):
    """Another site's form can make a browser send its cookies, and cannot read our token."""
    for who in BY_COOKIE:
        for client in caller(world, who):
            before = checksum()
            response = call(client, world, row, **{"x-csrftoken": ""})
            assert response.status_code == 403, f"{row}, {who}"
            assert checksum() == before, f"{row}, {who}"


@pytest.mark.parametrize("row", UNSAFE, ids=str)
def test_another_sites_page_changes_nothing(row, world):
    for who in ("owner", "token", "visitor", "script"):
        for client in caller(world, who):
            before = checksum()
            for origin in ("https://evil.example", "null"):
                response = call(client, world, row, origin=origin)
                assert (response.status_code, response.json()["code"]) == (403, "origin"), f"{row}, {who}, {origin}"
                assert checksum() == before, f"{row}, {who}, {origin}"


@pytest.mark.parametrize("row", UNSAFE, ids=str)
def test_no_cookie_is_set_for_a_program(row, world):
    for who in ("token", "script"):
        for client in caller(world, who):
            with afterwards_undone():
                response = call(client, world, row)
            if row.route.startswith(("/session/", "/upload/", "/api/")):
                assert not response.cookies, f"{row}, {who}"


def test_both_slash_forms_are_one_door():
    by_name = {route.pattern.name: route.pattern for route in routes()}
    from django.urls import get_resolver

    for one in get_resolver().url_patterns[0].url_patterns:
        if str(one.name).endswith("-bare"):
            assert one.callback is by_name[one.name.removesuffix("-bare")].callback


@pytest.mark.parametrize(
    "route",
    [
        "/session/{session_id}/uploads/{filename}",
        "/session/{session_id}/output/{filename}",
        "/studio/{session_id}/results/{filename}/",
        "/studio/{session_id}/jobs/{job_id}/",
    ],
)
def test_what_is_in_another_session_is_not_in_this_one(route, world, client):
    """Knowing one session's id opens that one: another's files and jobs are, from there, as if they never were."""
    mine = client.post("/session/create/").json()["session_id"]
    there = client.get(world.path(route, session_id=mine))
    nowhere = client.get(world.path(route, **NEVER_WAS | {"session_id": mine}))
    assert there.status_code == 404
    ids = [*NEVER_WAS.values(), *world.values.values()]
    assert likeness(there, *ids) == likeness(nowhere, *ids)
