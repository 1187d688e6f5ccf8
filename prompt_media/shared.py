"""What all threads of a process share: made once, by whoever asks first. What is shared is not known here."""

from collections.abc import Callable
from functools import update_wrapper
from threading import Lock
from typing import Generic, TypeVar, TypeVarTuple

Given = TypeVarTuple("Given")
Made = TypeVar("Made")


class MadeOnce(Generic[*Given, Made]):
    """A function that is called once for what it is given, however many threads ask first at once: the others wait.

    `functools.cache` lets each of them make one and keeps the last. Those before it end, and with a client of the
    broker so do all lines that somebody has had of it already.
    """

    def __init__(self, make: Callable[[*Given], Made]) -> None:
        self._make, self._making = make, Lock()
        self._known: dict[tuple[object, ...], Made] = {}
        update_wrapper(self, make)

    def __call__(self, *given: *Given) -> Made:
        # Not under the lock once it is there: in a process that was forked meanwhile it would stay locked for ever.
        if given not in self._known:
            with self._making:
                if given not in self._known:
                    self._known[given] = self._make(*given)
        return self._known[given]

    def cache_clear(self) -> None:
        """Forget it: the next to ask has it made anew."""
        self._known.clear()
