"""How long work tells of itself, whoever listens: a job row, a terminal, nobody."""

from typing import Protocol


class Progress(Protocol):
    """Pure code yields; the shell that drives it calls this between two steps."""

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Say that `done` of `total` steps are over. May raise to stop the work."""
        ...


class _Silent:
    def advance(self, done: int, total: int, note: str = "") -> None:
        """Nobody listens."""


SILENT: Progress = _Silent()
