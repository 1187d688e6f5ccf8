"""JSON that strangers wrote, read value by value: each comes back with its type, or the error names its path.

Which values a recipe or a list of prompts has is told there.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from prompt_media.errors import Unprocessable, described, listed

HEX = frozenset("0123456789abcdef")
MOST_WHOLE = 2**63 - 1
"""The largest whole number that a row can hold."""

Word = TypeVar("Word", bound=StrEnum)


def refusal(path: str, found: object, wanted: str) -> Unprocessable:
    """The error that says what stands there and what should."""
    return Unprocessable(f"{path} is {described(found)}; it should be {wanted}.", field=path)


def fields(data: object, path: str) -> Mapping[str, object]:
    """An object, whatever else stands in it: a later version may have written more than is known here."""
    if not isinstance(data, Mapping):
        raise refusal(path, data, "an object")
    return data


def text(data: object, path: str, *, longest: int) -> str:
    """Some text that can be stored: not empty, no NUL, no half of a character."""
    if not isinstance(data, str) or not data or len(data) > longest:
        raise refusal(path, data, f"a text of 1 to {longest:,} characters")
    if "\0" in data or any("\ud800" <= character <= "\udfff" for character in data):
        raise Unprocessable(f"{path} has a character that cannot be stored.", field=path)
    return data


def word(data: object, path: str, words: type[Word]) -> Word:
    if not isinstance(data, str) or data not in set(words):
        raise refusal(path, data, f"one of {listed(words)}")
    return words(data)


def share(data: object, path: str) -> float:
    """A number from 0 to 1; what is no number (NaN) is not."""
    # A bool is an int to Python, never to the person who wrote it.
    if isinstance(data, bool) or not isinstance(data, int | float) or not 0 <= data <= 1:
        raise refusal(path, data, "a number from 0 to 1")
    return float(data) + 0.0  # -0.0 is another text than 0.0, and the same number


def whole(data: object, path: str, allowed: range) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or data not in allowed:
        raise refusal(path, data, f"a whole number from {allowed[0]} to {allowed[-1]}")
    return data


def sha256(data: object, path: str) -> str:
    if not isinstance(data, str) or len(data) != 64 or not HEX.issuperset(data):
        raise refusal(path, data, "a SHA-256 in 64 small hexadecimal digits")
    return data
