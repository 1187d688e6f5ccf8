"""Every error a caller can be given stands in docs/api.md under its status, and no other does.

Read from the source: a code is an error class's own, or one named where the error is made.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
# What stops a start is told in the terminal, before there is any caller.
NOBODY_CALLS = HOUSE / "prompt_media" / "supervisor"

# Not told at any operation: a method that the schema does not have, what only pages and the shell ask for, the
# classes that stand above others, and what a fetched address is refused with, for no operation fetches one yet.
ONLY_ELSEWHERE = {"method_not_allowed", "too_many_tries", "bad_scene", "conflict", "too_many"}
ONLY_ELSEWHERE |= {"address_refused", "not_fetched", "fetch_too_slow"}


@cache
def nodes() -> tuple[ast.AST, ...]:
    paths = [path for app in ("prompt_media", "sessions_app") for path in sorted((HOUSE / app).rglob("*.py"))]
    asked = [path for path in paths if NOBODY_CALLS not in path.parents]
    return tuple(node for path in asked for node in ast.walk(ast.parse(path.read_text())))


@cache
def classes() -> dict[str, ast.ClassDef]:
    return {node.name: node for node in nodes() if isinstance(node, ast.ClassDef)}


def parents(name: str) -> list[str]:
    """The names of its bases, where they are ours."""
    return [base.id for base in classes()[name].bases if isinstance(base, ast.Name) and base.id in classes()]


def is_error(name: str) -> bool:
    return name == "HouseError" or (name in classes() and any(is_error(base) for base in parents(name)))


def own(name: str) -> dict[str, object]:
    """What the class itself sets, one by one (`code = …`) or in a row (`status, code = …, …`)."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for line in classes()[name].body:
        match line:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs += zip(names, values, strict=True)
            case ast.Assign(targets=[target], value=value):
                pairs.append((target, value))
    return {
        target.id: value.value
        for target, value in pairs
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant)
    }


def status(name: str) -> object:
    return own(name).get("status") or status(parents(name)[0])


def codes_given() -> Iterator[tuple[object, object]]:
    """Every code in the source, with its status."""
    for name in classes():
        if is_error(name) and "code" in own(name):
            yield own(name)["code"], status(name)
    for node in nodes():
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if is_error(name):
                named = [one.value for one in keywords if one.arg == "code"]
                yield from ((one.value, status(name)) for one in named if isinstance(one, ast.Constant))


def codes_told() -> Iterator[tuple[str, int]]:
    """Every code in the table of errors, with its status."""
    table = (HOUSE / "docs" / "api.md").read_text()
    for number, codes in re.findall(r"^\| (\d{3}) \|.*\|(.*)\|$", table, re.MULTILINE):
        yield from ((code, int(number)) for code in re.findall(r"`(\w+)`", codes))


def test_a_code_has_one_status():
    given = set(codes_given())

    assert len({code for code, _ in given}) == len(given)


def test_the_table_of_errors_tells_every_code_and_no_other():
    assert sorted(codes_told()) == sorted(set(codes_given()))


def codes_in_the_schema() -> Iterator[tuple[str, int]]:
    """Every code that some operation may answer with, with the status it stands under."""
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    for name, response in schema["components"]["responses"].items():
        status, *codes = name.split(".")
        _, told = response["content"]["application/problem+json"]["schema"]["allOf"]
        assert told["properties"]["code"]["enum"] == codes
        yield from ((code, int(status)) for code in codes)


def test_the_schema_tells_codes_under_their_status():
    assert set(codes_in_the_schema()) - set(codes_given()) == set()


def test_the_schema_tells_every_code_that_a_program_can_meet():
    assert {code for code, _ in codes_given()} - {code for code, _ in codes_in_the_schema()} == ONLY_ELSEWHERE
