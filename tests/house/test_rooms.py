"""The rooms keep to themselves: a package whose name ends in -ing is pure, wherever it stands."""

import ast
import re
import subprocess
import sys
from itertools import dropwhile, islice, takewhile
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
APPS = ("prompt_media", "sessions_app")
# What a pure room must not know: the framework, the environment, the clock, chance, the network.
FORBIDDEN = {"django", "rest_framework", "celery", "redis", "environs", "random", "time", "datetime", "socket", "httpx"}


def pure_rooms() -> list[Path]:
    found = [
        folder
        for app in APPS
        for folder in (HOUSE / app).rglob("*ing")
        if folder.is_dir() and (folder / "__init__.py").exists()
    ]
    return sorted(found)


def modules(room: Path) -> list[str]:
    return [".".join(path.relative_to(HOUSE).with_suffix("").parts) for path in sorted(room.rglob("*.py"))]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_there_are_rooms_to_keep():
    assert {room.name for room in pure_rooms()} >= {"imaging", "composing", "editing"}


@pytest.mark.parametrize("room", pure_rooms(), ids=lambda room: room.name)
def test_a_pure_room_imports_nothing_it_must_not_know(room):
    # The shell door of composing is where a person waits: it may tell the time it took.
    files = [path for path in room.rglob("*.py") if path.name != "__main__.py"]
    guilty = {path.name: found for path in files if (found := imported(path) & FORBIDDEN)}
    assert guilty == {}


@pytest.mark.parametrize("room", pure_rooms(), ids=lambda room: room.name)
def test_a_pure_room_wakes_no_framework(room):
    code = f"import sys, {', '.join(modules(room))}; print([n for n in ('django', 'celery') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_no_room_is_called_by_what_it_is_not():
    homeless = {"utils", "common", "core", "helpers", "misc"}
    found = [path for app in APPS for path in (HOUSE / app).rglob("*") if path.stem in homeless]
    assert found == []


def test_broad_excepts_live_where_others_code_is_run():
    guilty = {
        str(path.relative_to(HOUSE))
        for app in APPS
        for path in (HOUSE / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }
    assert sorted(guilty) == [
        f"prompt_media/{room}.py" for room in ("generating/asking", "generating/registry", "jobs/runner")
    ]


def on_the_disk(app: str) -> set[str]:
    found = {path.name for path in (HOUSE / app).glob("*.py")} - {"__init__.py"}
    return found | {f"{path.parent.name}/" for path in (HOUSE / app).glob("*/__init__.py")} - {"migrations/"}


def in_the_tree(app: str) -> set[str]:
    """What stands below the app in the tree of docs/architecture.md."""
    tree = (HOUSE / "docs" / "architecture.md").read_text().partition("## The tree")[2].split("```")[1]
    lines = iter(tree.splitlines())
    below = takewhile(lambda line: line.startswith(" "), islice(dropwhile(lambda one: app not in one, lines), 1, None))
    return set(re.findall(r"(?<![\w./])\w+(?:\.py|/)(?!\w)", "\n".join(below)))


@pytest.mark.parametrize("app", APPS)
def test_the_tree_in_the_docs_shows_every_room_and_no_other(app):
    assert in_the_tree(app) == on_the_disk(app)
