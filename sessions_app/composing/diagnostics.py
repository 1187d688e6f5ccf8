"""What a reader of prompts wants to tell the writer, with the place in the text it is about."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters: the sentence still works (note), may be misread (warn), cannot be made (error)."""

    NOTE = "note"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark. `start` and `end` count code points of the text; `suggestion` would replace what stands there."""

    start: int
    end: int
    code: str
    message: str
    suggestion: str | None = None
    severity: Severity = Severity.NOTE


def not_done(wish: str, instead: str) -> str:
    """The message for what nobody here can do yet."""
    return f"“{wish}” cannot be done yet: {instead}."
