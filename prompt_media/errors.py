"""Errors written to whoever can act on them.

    HouseError                    500  error
    ├── InvalidInput              400  invalid
    ├── Unprocessable             422  unprocessable
    ├── NotSignedIn               401  not_signed_in
    ├── NotFound                  404  not_found
    ├── NotAllowed                403  not_allowed
    ├── Conflict                  409  conflict
    ├── TooLarge                  413  too_large
    ├── UnsupportedPicture        415  unsupported_picture
    ├── TooMany                   429  too_many        (retry_after)
    ├── Unavailable               503  unavailable     (retry_after)
    └── StorageFull               507  storage_full

Each class carries its HTTP status, a stable code and a title; the message says what was found and what
would do. Apps add their own below these; no other base class exists.
"""

import errno
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one named field of a request."""

    field: str
    code: str
    message: str


class HouseError(Exception):
    """Something went wrong that we can put into words."""

    status = 500
    code = "error"
    title = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        field: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = tuple(errors) or ((FieldError(field, self.code, detail),) if field else ())
        self.retry_after = retry_after


class InvalidInput(HouseError):
    """The caller could have known: a missing or empty field, an unknown tag."""

    status, code, title = 400, "invalid", "The request cannot be read that way"


class Unprocessable(HouseError):
    """A body of the wrong shape or type, a number out of range."""

    status, code, title = 422, "unprocessable", "A value is not usable"


class NotSignedIn(HouseError):
    """Who this is cannot be told, and must be."""

    status, code, title = 401, "not_signed_in", "Sign in first"


class NotFound(HouseError):
    """Unknown, expired or someone else's: the three look the same."""

    status, code, title = 404, "not_found", "Not found"


class NotAllowed(HouseError):
    status, code, title = 403, "not_allowed", "Not allowed"


class Conflict(HouseError):
    status, code, title = 409, "conflict", "In conflict with what is there"


class TooLarge(HouseError):
    status, code, title = 413, "too_large", "Too large"


class UnsupportedPicture(HouseError):
    """Not a picture we accept, judged by its content."""

    status, code, title = 415, "unsupported_picture", "Not a picture we accept"


class TooMany(HouseError):
    """Too many at once, or too many in a row; the caller's turn comes."""

    status, code, title = 429, "too_many", "Too many"


class Unavailable(HouseError):
    """A part we depend on is down; trying again later makes sense."""

    status, code, title = 503, "unavailable", "A part of the studio is not answering"


class StorageFull(HouseError):
    status, code, title = 507, "storage_full", "No room left on the disk"


def from_disk(error: OSError) -> HouseError:
    """What the disk answered to a write, in our words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("The disk is full: nothing was stored. Free some room and try again.")
    return Unavailable(f"The storage cannot be written: {error.strerror}.", retry_after=5)


def listed(names: Iterable[str], *, none: str = "none yet") -> str:
    """Names for a sentence: '@a, @b and @c'."""
    words = list(names)
    if not words:
        return none
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def described(found: object) -> str:
    """A value out of JSON for a sentence that says what was found: short, whatever it is."""
    match found:
        case None:
            return "missing"
        case bool():
            return str(found).lower()
        case str():
            return f"“{found}”" if len(found) <= 40 else f"“{found[:40]}…”"
        case int() | float():
            return f"{found:g}" if abs(found) < 1e15 else "not a number in range"
        case Mapping():
            return "an object"
        case _:
            return f"a list of {len(found)}" if isinstance(found, list | tuple) else "something else"
