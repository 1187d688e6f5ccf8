"""Studios in folders of their own, asked through the commands an operator uses."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from tests.engine.running import PROJECT, surroundings

Run = subprocess.CompletedProcess


@dataclass(frozen=True, slots=True)
class Place:
    """Where a studio is, or will be. `given` are servers it was told of."""

    home: Path
    given: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return surroundings(self.home) | self.given

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (sys.executable, *command),
            cwd=PROJECT,
            env=self.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *command: str) -> Run[str]:
        started = self.start(*command)
        out, err = started.communicate(timeout=200)
        return Run(command, started.returncode, out, err)

    def manage(self, *command: str) -> Run[str]:
        return self.run("manage.py", *command)

    def furnish(self) -> "Place":
        done = self.run("-m", "tests.backup.furnish")
        assert done.returncode == 0, done.stderr
        return self

    def hashes(self) -> dict[str, str]:
        """Every file below its media folder."""
        root = self.home / "media"
        files = [path for path in root.rglob("*") if path.is_file()]
        return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in files}

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, read past the code that wrote it."""
        url = self.given.get("DATABASE_URL")
        database = psycopg.connect(url) if url else sqlite3.connect(self.home / "var" / "db.sqlite3")
        listed = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if url
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        with closing(database):
            tables = [name for (name,) in database.execute(listed).fetchall()]
            return {name: sorted(map(str, database.execute(f'SELECT * FROM "{name}"').fetchall())) for name in tables}

    def is_clean(self) -> bool:
        return self.manage("check_storage").returncode == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Place]:
    """An empty place for a studio."""

    def place(**given: str) -> Place:
        home = tmp_path_factory.mktemp("studio")
        os.makedirs(home / "var")
        return Place(home, given)

    return place


@pytest.fixture(scope="module")
def studio(place) -> Place:
    """A furnished studio that no test changes."""
    return place().furnish()


@pytest.fixture(scope="module")
def furnished(place) -> Place:
    """Another one, whose copies tests may do with as they like."""
    return place().furnish()


@pytest.fixture
def inhabited(furnished: Place, place) -> Place:
    """A studio in which somebody lives already."""
    copy = place()
    shutil.copytree(furnished.home, copy.home, dirs_exist_ok=True)
    return copy


@pytest.fixture(scope="module")
def archive(studio: Place) -> Path:
    """Its backup."""
    path = studio.home / "studio.tar"
    done = studio.manage("backup", str(path))
    assert done.returncode == 0, done.stderr
    return path
