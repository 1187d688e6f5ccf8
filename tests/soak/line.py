"""One caller's line to the studio: one that breaks is noted and dialled anew, and what bears a key is asked until it is
settled."""

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from tests.engine.calling import Answer, Caller
from tests.soak.diary import Diary
from tests.soak.house import House

Ask = Callable[[Caller], Answer]
Told = TypeVar("Told")
# Two faults on end may interrupt one job, each for longer than its lease.
_LONGEST = 240.0
_LONGEST_PAUSE = 2.0


@dataclass(slots=True)
class Line:
    """It is kept until it breaks; then the studio is asked for anew. `door`: what is shown there with each call."""

    house: House
    diary: Diary
    stopping: threading.Event
    door: Mapping[str, str] = field(default_factory=dict)
    _caller: Caller | None = None

    def call(self, what: str, ask: Ask) -> Answer | None:
        """Ask once; None when the line broke."""
        caller = self._caller = self._caller or Caller(self.house.port, door=self.door)
        answer = self.diary.timed(what, lambda: ask(caller))
        if answer is None:
            self.hang_up()
            self.stopping.wait(0.5)
        elif "Retry-After" in answer.headers:
            # A studio that is down is not asked all the time; nor does the soak wait as long as it is told.
            self.stopping.wait(min(_LONGEST_PAUSE, float(answer.headers["Retry-After"])))
        return answer

    def settled(self, what: str, ask: Ask) -> Answer | None:
        """Ask until there is an answer that holds, of what may be asked as often as one likes. None: the soak ended
        before."""
        until = self.diary.now() + _LONGEST
        while self.diary.now() < until:
            answer = self.call(what, ask)
            if answer is not None and not _is_for_later(answer):
                return answer
            if self.stopping.is_set():
                return None
        self.diary.break_promise(f"{what} was not answered for good within {_LONGEST:.0f} s")
        return None

    def hang_up(self) -> None:
        if self._caller:
            self._caller.close()
        self._caller = None


def key(chance: random.Random) -> dict[str, str]:
    """A header that makes a request one that counts once."""
    return {"Idempotency-Key": str(UUID(int=chance.getrandbits(128), version=4))}


def at_once(first: Callable[[], Told], second: Callable[[], Told]) -> tuple[Told, Told]:
    """What two come to who do things at the same time."""
    with ThreadPoolExecutor(2) as together:
        one, other = together.submit(first), together.submit(second)
    return one.result(), other.result()


def _is_for_later(answer: Answer) -> bool:
    """It was not done, and asking again may do."""
    return answer.status in (429, 503) or (answer.status == 409 and b'"idempotency_in_progress"' in answer.data)
