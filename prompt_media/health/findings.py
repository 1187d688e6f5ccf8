"""What was found out about one part, and what all of it means together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """How a part is, worse with each number."""

    OK = 0
    WARNING = 1
    DOWN = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """A state, a sentence about it, and what would help where something would."""

    state: State
    detail: str
    advice: str = ""


def worst(findings: Iterable[Finding]) -> State:
    return max((finding.state for finding in findings), default=State.OK)
