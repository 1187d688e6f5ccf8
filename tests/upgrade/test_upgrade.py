"""What the release before left on a disk is taken over, by a real `./pm up` in a tree whose requirements have changed.

No network is needed: the tree's own environment finds all that is pinned where these tests run, and the requirement
that is new comes from a wheel made here.
"""

import hashlib
import json
import shutil
import site
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.engine.calling import Caller
from tests.engine.running import PROJECT, Engine, surroundings, up, wait_for
from tests.engine.work import wait_for_end
from tests.upgrade.make_copy import ACCOUNT, MOVING, STILL, hashes

# An environment is made, filled and started from, before the first of these begins.
pytestmark = [pytest.mark.xdist_group("upgrade"), pytest.mark.timeout(300)]

(COPY,) = Path(__file__).parent.glob("*.tar.xz")
NOT_OURS = shutil.ignore_patterns(".venv", ".git", "var", "media", "__pycache__", ".*_cache", ".hypothesis")
# What a session's use and the work that waited change in the rows: everything else must be as it was.
MOVES_ON = {"sessions_app_session": {"last_active_at", "expires_at", "images_numbered"}}


@dataclass(frozen=True, slots=True)
class Tree:
    """A checkout with an environment of its own."""

    root: Path
    home: Path

    @property
    def pm(self) -> tuple[str, ...]:
        return ("/bin/sh", str(self.root / "pm"))

    @property
    def surroundings(self) -> dict[str, str]:
        return surroundings(self.home) | {"PIP_NO_INDEX": "1"}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*self.pm, *words), cwd=self.root, env=self.surroundings, capture_output=True, text=True, check=True
        )

    def has(self, module: str) -> bool:
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
        return subprocess.run((str(self.root / ".venv/bin/python"), "-c", code), check=False).returncode == 0


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The studio after the upgrade, and what the release before had told of it."""

    engine: Engine
    told: dict[str, Any]
    rows_before: dict[str, list[dict[str, Any]]]
    rows_after: dict[str, list[dict[str, Any]]]
    files_before: dict[str, str]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A tree in which the release before has been started: its environment is made, its requirements are installed."""
    folder = tmp_path_factory.mktemp("upgrade")
    root = folder / "the studio"
    shutil.copytree(PROJECT, root, ignore=NOT_OURS, symlinks=True)
    subprocess.run((sys.executable, "-m", "venv", str(root / ".venv")), check=True)
    (own,) = (root / ".venv").glob("lib/python*/site-packages")
    (own / "as_here.pth").write_text("\n".join(site.getsitepackages()))
    tree = Tree(root, folder / "home")
    tree.home.mkdir()
    assert "Installing requirements.txt" in tree.run("help").stderr
    assert "Installing" not in tree.run("help").stderr
    return tree


@pytest.fixture(scope="module")
def upgraded(tree: Tree) -> Iterator[Upgraded]:
    with tarfile.open(COPY) as copy:
        copy.extractall(tree.home, filter="data")
    told = json.loads((tree.home / "told.json").read_text())
    rows_before, files_before = rows(tree.home), files(tree.home)
    wheel = make_wheel(tree.home / "new_requirement-1.0-py3-none-any.whl")
    with (tree.root / "requirements.txt").open("a") as requirements:
        requirements.write(f"new-requirement @ {wheel.as_uri()}\n")
    assert not tree.has("new_requirement")

    with up(tree.home, program=tree.pm, PIP_NO_INDEX="1") as engine:
        yield Upgraded(engine, told, rows_before, rows(tree.home), files_before)


@pytest.fixture
def caller(upgraded: Upgraded) -> Iterator[Caller]:
    with closing(Caller(upgraded.engine.port)) as caller:
        yield caller


def make_wheel(path: Path) -> Path:
    """The smallest package that pip takes."""
    facts = "new_requirement-1.0.dist-info"
    with ZipFile(path, "w") as wheel:
        wheel.writestr("new_requirement.py", "")
        wheel.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\nName: new-requirement\nVersion: 1.0\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{facts}/RECORD", "")
    return path


def rows(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(home / "var" / "db.sqlite3")) as database:
        database.row_factory = sqlite3.Row
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: [dict(row) for row in database.execute(f'SELECT * FROM "{table}"')]
            for table in tables
            if not table.startswith("sqlite_")
        }


def files(home: Path) -> dict[str, str]:
    """Every stored file by its key, as its SHA-256."""
    media = home / "media"
    return {
        str(path.relative_to(media)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media.rglob("*")
        if path.is_file()
    }


def holds(new: Any, old: Any) -> bool:
    """Whether everything that was told is told again; more may stand beside it."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and holds(new[key], value) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
    return new == old


def test_the_changed_requirements_were_installed_and_the_database_migrated(upgraded, tree, settings):
    assert "Installing requirements.txt" in upgraded.engine.output
    assert tree.has("new_requirement")
    assert upgraded.told["version"] != settings.VERSION
    assert f"Prompt Media {settings.VERSION}" in upgraded.engine.output
    with closing(Caller(upgraded.engine.port)) as caller:
        assert caller.get("/readyz").json["parts"]["migrations"]["state"] == "ok"


def test_every_row_and_every_file_is_there(upgraded):
    waited = {row["id"] for row in upgraded.rows_before["jobs_job"] if row["status"] in ("queued", "running")}
    assert waited
    for table, before in upgraded.rows_before.items():
        for old in before:
            if table == "jobs_job" and old["id"] in waited:
                continue
            kept = {column: value for column, value in old.items() if column not in MOVES_ON.get(table, ())}
            assert any(kept.items() <= new.items() for new in upgraded.rows_after[table]), (table, old)
    assert upgraded.files_before.items() <= files(upgraded.engine.home).items()


def test_sessions_tell_what_they_told_and_serve_what_they_served(upgraded, caller):
    assert len(upgraded.told["sessions"]) == 2
    for session, told in upgraded.told["sessions"].items():
        shown = caller.get(f"/session/{session}/").json
        assert holds(shown, told["shown"] | {"last_active_at": shown["last_active_at"]})
        assert hashes(caller, shown) == told["hashes"]


def test_what_was_made_can_still_be_downloaded(upgraded, caller):
    outputs = [output for one in upgraded.told["sessions"].values() for output in one["shown"]["outputs"]]
    assert {output["media_type"] for output in outputs} == {"image/png", "image/gif"}
    for output in outputs:
        download = caller.get(f"{output['url']}?download=1")
        assert len(download.data) == output["bytes"]
        assert "attachment" in download.headers["Content-Disposition"]


def test_jobs_and_generations_are_listed_as_they_were(upgraded, caller):
    for name in ("jobs", "generations"):
        now = {one["id"]: one for one in caller.get(f"/api/v1/{name}/?page_size=200").json["results"]}
        assert upgraded.told[name]
        for old in upgraded.told[name]:
            assert holds(now[old["id"]], old), (now[old["id"]], old)
    assert "failed" in {job["status"] for job in upgraded.told["jobs"]}


def test_work_that_waited_is_done_by_the_new_release(upgraded, caller):
    ended = [wait_for_end(caller, job) for job in upgraded.told["waiting_jobs"]]

    assert {job["status"] for job in ended} == {"done"}
    outputs = caller.get(f"/session/{upgraded.told['waiting']}/").json["outputs"]
    assert len([output for output in outputs if output["width"] == 1080]) == len(ended)


def test_new_work_goes_on_where_the_old_left_off(upgraded, caller):
    for wish in (STILL, MOVING):
        made = caller.post(f"/session/{upgraded.told['waiting']}/generate/", wish)
        assert made.status == 201, made.data
        assert caller.get(made.json["url"]).status == 200


def test_what_the_old_release_did_not_know_works_on_its_data(upgraded, caller):
    assert not upgraded.rows_before.keys() & {"sessions_app_recording", "sessions_app_deck", "sessions_app_study"}

    assert caller.post("/session/start?session_id=after-the-upgrade").json["status"] == "recording"

    assert "after-the-upgrade" in caller.get("/session/list").json["sessions"]
    told = caller.get("/session/after-the-upgrade").json
    assert told["sequence"] == []
    mirror = upgraded.engine.home / "media" / "generation" / "sessions" / "after-the-upgrade" / "metadata.json"
    wait_for(mirror.is_file, what="its metadata.json")
    assert json.loads(mirror.read_text()) == told


def test_a_browser_is_who_it_was(upgraded, caller):
    mine = caller.get("/api/v1/sessions/", Cookie=upgraded.told["cookie"]).json["results"]
    assert upgraded.told["visitors"] in {one["session_id"] for one in mine}


@pytest.mark.parametrize("page", ["/", "/jobs/", "/api/v1/docs/", "/login/"])
def test_pages_open(upgraded, caller, page):
    assert caller.get(page, Cookie=upgraded.told["cookie"], Accept="text/html").status == 200


def test_accounts_keep_their_passwords(tree, upgraded):
    name, password = ACCOUNT["DJANGO_SUPERUSER_USERNAME"], ACCOUNT["DJANGO_SUPERUSER_PASSWORD"]
    code = (
        "from django.contrib.auth.models import User; "
        f"user = User.objects.get(username={name!r}); print(user.is_superuser, user.check_password({password!r}))"
    )
    assert tree.run("shell", "--verbosity=0", "-c", code).stdout.strip() == "True True"
