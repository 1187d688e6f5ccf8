"""What the documents promise, the code has; and the reverse."""

import ast
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command, get_commands, load_command_class
from django.urls import URLPattern, get_resolver

from prompt_media import errors

HOUSE = Path(__file__).resolve().parents[2]
OWN_APPS = ("prompt_media", "sessions_app")


def settings_read() -> set[str]:
    """Every name the settings module asks the environment for."""
    tree = ast.parse((HOUSE / "prompt_media" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def settings_told() -> set[str]:
    text = (HOUSE / "docs" / "configuration.md").read_text()
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE))


def test_every_setting_is_told_and_every_told_setting_is_read():
    assert settings_told() == settings_read()


def test_settings_are_read_in_one_place_only():
    elsewhere = [
        str(path.relative_to(HOUSE))
        for app in OWN_APPS
        for path in (HOUSE / app).rglob("*.py")
        if re.search(r"os\.environ\[|os\.environ\.get|os\.getenv", path.read_text())
    ]
    assert [path for path in elsewhere if "supervisor" not in path] == []


def test_an_origin_that_is_trusted_is_trusted_at_every_door(tmp_path):
    code = "from prompt_media import settings as s; print(s.CORS_ALLOWED_ORIGINS, s.CSRF_TRUSTED_ORIGINS)"
    surroundings = os.environ | {"TRUSTED_ORIGINS": "https://app.example", "DATA_DIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=HOUSE, env=surroundings, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "['https://app.example'] ['https://app.example']"


def own_routes() -> set[str]:
    def walk(patterns, prefix=""):
        for one in patterns:
            route = prefix + str(one.pattern)
            if isinstance(one, URLPattern):
                yield route, one
            else:
                yield from walk(one.url_patterns, route)

    return {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        for route, pattern in walk(get_resolver().url_patterns)
        if hasattr(pattern.callback, "view_class") and ".api" in pattern.callback.view_class.__module__
    }


def test_every_api_route_is_in_the_schema():
    from drf_spectacular.generators import SchemaGenerator

    told = set(SchemaGenerator().get_schema(request=None, public=True)["paths"])
    missing = {route for route in own_routes() - told if f"{route}/" not in told}
    assert missing == set()
    assert "/session/{session_id}/generate/" in told


def test_the_schema_is_made_without_a_warning(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_no_migration_is_missing(db):
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def own_commands() -> list[tuple[str, str]]:
    return [(app, name) for name, app in get_commands().items() if isinstance(app, str) and app.startswith(OWN_APPS)]


@pytest.mark.parametrize(("app", "name"), own_commands())
def test_every_command_says_what_it_does(app, name):
    assert len(load_command_class(app, name).help) > 20


def error_classes(base: type[errors.HouseError] = errors.HouseError) -> list[type[errors.HouseError]]:
    return [base, *(deeper for child in base.__subclasses__() for deeper in error_classes(child))]


def test_every_error_has_a_status_a_code_and_a_title():
    for error in error_classes():
        assert 400 <= error.status <= 599, error
        assert re.fullmatch(r"[a-z_]+", error.code), error
        assert error.title, error


def test_the_error_tree_is_drawn_in_its_docstring():
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    real = {error.__name__ for error in errors.HouseError.__subclasses__() if error.__module__ == errors.__name__}
    assert drawn == real


def test_debug_is_off_unless_asked_for():
    assert django_settings.DEBUG is False
