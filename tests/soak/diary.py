"""What happened during a soak, told by many threads and judged when all is over."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from uuid import UUID

from tests.engine.calling import Answer
from tests.soak.promised import Reel, Sheet

# A part that has just come back answers slowly at first, and so long its 503 is no broken promise.
AFTERMATH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a stranger: what for, its status (0: the line broke), how long, and when it was over."""

    what: str
    status: int
    seconds: float
    at: float


@dataclass(slots=True)
class Fault:
    """One fault: when it began and ended, how long after its end a new job was done, and how long after its beginning
    each job that it interrupted was at work again."""

    name: str
    began: float
    ended: float = 0.0
    recovery: float | None = None
    taken_up: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Diary:
    """Everything that was promised, and everything that was answered."""

    started: float = field(default_factory=time.monotonic)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    accepted: set[UUID] = field(default_factory=set)
    cancelled: set[UUID] = field(default_factory=set)
    promised: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    reels: dict[str, Reel] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    heard: dict[UUID, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return time.monotonic() - self.started

    def timed(self, what: str, call: Callable[[], Answer]) -> Answer | None:
        """Make a call and note it; None when the line broke."""
        began = self.now()
        try:
            answer = call()
        except (OSError, HTTPException):
            answer = None
        at = self.now()
        with self._turn:
            self.calls.append(Call(what, answer.status if answer else 0, at - began, at))
            if answer and answer.status >= 500:
                self._judge(what, answer, began, at)
        return answer

    def accept(self, job: str) -> None:
        with self._turn:
            self.accepted.add(_id(job))

    def cancel(self, job: str) -> None:
        with self._turn:
            self.cancelled.add(_id(job))

    def hear(self, job: str, recording: str) -> None:
        """What this job makes is a step of the recording, if it makes anything and the recording lives."""
        with self._turn:
            self.heard[_id(job)] = recording

    def promise_reel(self, recording: str, reel: Reel) -> Reel:
        """From now on this recording must hold that."""
        with self._turn:
            self.reels[recording] = reel
        return reel

    def release_reel(self, recording: str) -> None:
        """The recording may be gone, and its studies with it."""
        with self._turn:
            self.reels.pop(recording, None)
            for study in [study for study, sheet in self.sheets.items() if sheet.recording == recording]:
                del self.sheets[study]

    def promise_sheet(self, study: str, sheet: Sheet) -> Sheet:
        """From now on this study must tell that."""
        with self._turn:
            self.sheets[study] = sheet
        return sheet

    def release_sheet(self, study: str) -> None:
        """The study may be gone."""
        with self._turn:
            self.sheets.pop(study, None)

    def promise(self, session: str, url: str, size: int) -> None:
        """From now on this file must be there, with so many bytes, for as long as its session lives."""
        with self._turn:
            self.promised[session][url] = size

    def hold_to(self, url: str, size: int, answer: Answer) -> None:
        """The answer for a promised file must be the file."""
        if answer.status != 200 or len(answer.data) < max(size, 1):
            self.break_promise(f"{url} was promised and is answered {answer.status}, {len(answer.data)} bytes")

    def release(self, session: str) -> None:
        """The session may be gone."""
        with self._turn:
            self.promised.pop(session, None)

    def break_promise(self, told: str) -> None:
        with self._turn:
            self.wrong.append(f"{self.now():.0f} s: {told}")

    def is_undisturbed(self, call: Call) -> bool:
        """No fault was about while it lasted, and none was being recovered from."""
        return not any(
            call.at >= fault.began and call.at - call.seconds <= fault.ended + (fault.recovery or 0)
            for fault in self.faults
        )

    def _is_excused(self, began: float, at: float) -> bool:
        return any(fault.began <= at and began <= (fault.ended or at) + AFTERMATH_SECONDS for fault in self.faults)

    def statuses(self) -> Counter[int]:
        return Counter(call.status for call in self.calls)

    def _judge(self, what: str, answer: Answer, began: float, at: float) -> None:
        said = answer.data[:300].decode(errors="replace")
        if answer.status == 500 and '"gave_up"' in said:
            return  # a job that was killed three times: failed, with a reason
        if answer.status != 503 or "Retry-After" not in answer.headers:
            self.wrong.append(f"{at:.0f} s: {what} was answered {answer.status}: {said}")
        elif not self._is_excused(began, at):
            self.wrong.append(f"{at:.0f} s: {what} was answered 503 with no fault about: {said}")


def _id(job: str) -> UUID:
    return UUID(job.strip("/").rpartition("/")[2])
