"""JSON of strangers: read strictly, so that whatever is kept of it can be written down again everywhere."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from sessions_app.unpacking.paths import shown
from sessions_app.unpacking.refusals import BadRecording

DEEPEST = 32
# The last second of the year 9998: any time zone can still tell it.
LATEST = 253_370_764_799
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNWRITABLE = "\0"


class Document:
    """A JSON object out of an archive, asked by names. What is not there, or of another kind, is refused in words."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self._values = values
        self.where = where

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, *, most: int, default: str | None = None) -> str:
        """A text of so many characters at most; the default where there is none, or null."""
        value = self._values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or len(value) > most:
            self._refuse(name, f"is not a text of at most {most} characters")
        return value

    def share(self, name: str) -> float:
        """A number from 0 to 1."""
        return self._number(name, 1, "is not a number from 0 to 1")

    def time(self, name: str) -> float:
        """A moment, as seconds since 1970."""
        return self._number(name, LATEST, "is not a time that can be kept, in seconds since 1970")

    def _number(self, name: str, most: float, why: str) -> float:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            self._refuse(name, why)
        return value

    def whole(self, name: str, *, low: int, high: int) -> int:
        """A whole number between two others, both of them allowed."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._refuse(name, f"is not a whole number from {low} to {high}")
        return value

    def sha256(self, name: str) -> str:
        """A hash, as 64 hexadecimal digits."""
        value = self._values.get(name)
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            self._refuse(name, "is not 64 hexadecimal digits")
        return value

    def one_of(self, name: str, words: Iterable[str]) -> str:
        """One of these words."""
        value = self._values.get(name)
        if value not in (known := sorted(words)):
            self._refuse(name, f"is not one of {', '.join(known)}")
        return str(value)

    def object(self, name: str) -> "Document":
        """The object of that name."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            self._refuse(name, "is not an object")
        return Document(value, f"{self.where}, {shown(name)}")

    def objects(self, name: str, *, most: int) -> list["Document"]:
        """The objects of the list of that name."""
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, dict) for one in value):
            self._refuse(name, f"is not a list of at most {most} objects")
        return [Document(one, f"{self.where}, {shown(name)} {place}") for place, one in enumerate(value)]

    def items(self) -> dict[str, Any]:
        """All of it, as it is."""
        return dict(self._values)

    def _refuse(self, name: str, why: str) -> NoReturn:
        raise BadRecording(f"{self.where}: {shown(name)} {why}.")


def parse(data: bytes, name: str) -> Document:
    """The object a file holds. Raises BadRecording."""
    try:
        value = json.loads(text(data, name), parse_constant=_refused, object_pairs_hook=_once)
    except RecursionError as error:
        raise BadRecording(f"{name} is nested too deeply.") from error
    except ValueError as error:
        raise BadRecording(f"{name} is no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise BadRecording(f"{name} holds no object.")
    _walk(value, name)
    return Document(value, name)


def text(data: bytes, name: str) -> str:
    """A file's text. Raises BadRecording for what is none, or what no database keeps."""
    try:
        read = data.decode()
    except UnicodeDecodeError as error:
        raise BadRecording(f"{name} is no UTF-8.") from error
    if _UNWRITABLE in read:
        raise BadRecording(f"{name} has a NUL in it.")
    return read


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("an object tells one name twice")
    return values


def _walk(value: object, name: str) -> None:
    """Every value at every depth, without following it by recursion."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        for one in level:
            _judge(one, name)
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise BadRecording(f"{name} is nested deeper than {DEEPEST} levels.")


def _judge(value: object, name: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRecording(f"{name} has a number that is too large to be one.")
    if isinstance(value, str) and not _is_writable(value):
        raise BadRecording(f"{name} has a NUL or half a character in one of its texts.")


def _is_writable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return _UNWRITABLE not in value


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return list(value) if isinstance(value, list) else []
