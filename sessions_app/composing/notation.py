"""JSON that strangers wrote, read value by value: each comes back with its type, or the error names its path.

Which values a scene has is told in scene.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeVar

from prompt_media.errors import Unprocessable, described, listed

HEX = frozenset("0123456789abcdef")

Word = TypeVar("Word", bound=StrEnum)


class BadScene(Unprocessable):
    """A scene is not written as it should be; the field is the path of the wrong value."""

    code = "bad_scene"

    def __init__(self, path: str, found: object, wanted: str) -> None:
        super().__init__(f"{path} is {described(found)}; it should be {wanted}.", field=path)


def fields(data: object, path: str, allowed: Collection[str]) -> Mapping[str, object]:
    """An object with no other fields than these: a misspelled one must not be passed over in silence."""
    if not isinstance(data, Mapping):
        raise BadScene(path, data, "an object")
    for name in data:
        if name not in allowed:
            raise BadScene(f"{path}: a field", name, f"one of {listed(sorted(allowed))}")
    return data


def entries(data: object, path: str, *, most: int) -> list[object]:
    if not isinstance(data, list | tuple) or len(data) > most:
        raise BadScene(path, data, f"a list of at most {most}")
    return list(data)


def text(data: object, path: str, wanted: str) -> str:
    if not isinstance(data, str) or not data:
        raise BadScene(path, data, wanted)
    return data


def word(data: object, path: str, words: type[Word]) -> Word:
    if not isinstance(data, str) or data not in set(words):
        raise BadScene(path, data, f"one of {listed(words)}")
    return words(data)


def share(data: object, path: str, *, least: float = 0.0) -> float:
    """A number from `least` to 1."""
    # A bool is an int to Python, never to the person who wrote it.
    if isinstance(data, bool) or not isinstance(data, int | float) or not least <= data <= 1:
        raise BadScene(path, data, f"a number from {least:g} to 1")
    return float(data)


def whole(data: object, path: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise BadScene(path, data, "a whole number")
    return data


def step(data: object, path: str) -> int:
    """A direction along one axis: -1, 0 or 1."""
    number = whole(data, path)
    if number not in (-1, 0, 1):
        raise BadScene(path, data, "-1, 0 or 1")
    return number


def colour(data: object, path: str) -> tuple[int, int, int]:
    """ "#rrggbb"."""
    if not isinstance(data, str) or len(data) != 7 or data[0] != "#" or not HEX.issuperset(data[1:].lower()):
        raise BadScene(path, data, 'a colour such as "#ff8800"')
    red, green, blue = bytes.fromhex(data[1:])
    return red, green, blue
