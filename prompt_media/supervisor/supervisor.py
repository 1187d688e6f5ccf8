"""The loop that keeps children alive: starts them, starts the dead again, stops all in order.

What the children are is plan.py's; what a start consists of is engine.py's.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

from prompt_media.errors import Unavailable
from prompt_media.supervisor import child
from prompt_media.supervisor.child import Child
from prompt_media.supervisor.leash import Leash
from prompt_media.supervisor.plan import Command
from prompt_media.supervisor.signals import Signals


class StopAsked(Exception):
    """The operator wants the engine to stop: not an error."""


class KeepsDying(Unavailable):
    code = "keeps_dying"


class NeverReady(Unavailable):
    code = "never_ready"


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a child may die before the engine gives up on it, and how long it rests in between."""

    deaths: int = 5
    within_seconds: float = 60.0
    first_rest_seconds: float = 0.5

    def rest(self, deaths: int) -> float:
        return self.first_rest_seconds * 2.0 ** (deaths - 1)


@dataclass(slots=True)
class Post:
    """A child's place: whoever fills it now, and the deaths that are still remembered."""

    command: Command
    holder: Child | None = None
    deaths: deque[float] = field(default_factory=deque)
    next_start: float = 0.0

    def remember_death(self, now: float, within: float) -> int:
        self.deaths.append(now)
        while self.deaths[0] < now - within:
            self.deaths.popleft()
        return len(self.deaths)


class Supervisor:
    """Holds the children while it is entered; on leaving, however that comes, it stops every one."""

    def __init__(
        self,
        *,
        logs: Path | None,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        patience: Patience = Patience(),
    ) -> None:
        self._logs = logs
        self._environment = environment
        self._say = say
        self._patience = patience
        self._signals = Signals()
        self._posts: list[Post] = []

    def __enter__(self) -> Self:
        if self._logs:
            self._logs.mkdir(parents=True, exist_ok=True)
        self._signals.__enter__()
        self._leash = Leash()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stop_all()
        finally:
            self._leash.close()
            self._signals.__exit__(kind, error, trace)

    def start(self, command: Command) -> None:
        post = Post(command)
        self._posts.append(post)
        self._fill(post)

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
        """Tend the children until `ready` says yes. Raises NeverReady, KeepsDying or StopAsked."""
        deadline = time.monotonic() + seconds
        while not self._tended(ready):
            if time.monotonic() > deadline:
                where = f"Its log is in {self._logs}." if self._logs else "Its words stand above."
                raise NeverReady(f"{what} did not answer within {seconds:.0f} s. {where}")
            self._signals.wait(0.05)

    def watch(self) -> None:
        """Tend the children for ever. Raises KeepsDying or StopAsked."""
        while True:
            self._tend()
            self._signals.wait(self._next_start())

    def _tended(self, ready: Callable[[], bool]) -> bool:
        self._tend()
        return ready()

    def _tend(self) -> None:
        if self._signals.stops:
            raise StopAsked
        now = time.monotonic()
        for post in self._posts:
            if post.holder and post.holder.exit_code is not None:
                self._mourn(post, post.holder, now)
            if not post.holder and post.next_start <= now:
                self._fill(post)
        self._leash.mend(holder.group for holder in self._living())
        for post in self._posts:
            child.trim(self._log(post.command.name))

    def _mourn(self, post: Post, dead: Child, now: float) -> None:
        dead.bury()
        post.holder = None
        deaths = post.remember_death(now, self._patience.within_seconds)
        if deaths >= self._patience.deaths:
            raise KeepsDying(self._last_words(post.command.name, deaths))
        rest = self._patience.rest(deaths)
        post.next_start = now + rest
        self._say(f"{post.command.name} ended by itself ({_how(dead.exit_code)}); it starts again in {rest:g} s.")

    def _last_words(self, name: str, deaths: int) -> str:
        log = self._log(name)
        words = f"The end of {log}:\n{child.tail(log)}" if log else "Its words stand above."
        return f"{name} died {deaths} times within {self._patience.within_seconds:.0f} s, so the engine stops. {words}"

    def _fill(self, post: Post) -> None:
        name = post.command.name
        post.holder = Child(post.command, log=self._log(name), environment=self._environment, leash=self._leash)

    def _next_start(self) -> float:
        """Seconds until a resting child is due or the logs are; a death or a signal wakes us before that."""
        due = [post.next_start for post in self._posts if not post.holder]
        return min([*due, time.monotonic() + 10]) - time.monotonic()

    def _living(self) -> list[Child]:
        return [post.holder for post in self._posts if post.holder]

    def _log(self, name: str) -> Path | None:
        return self._logs / f"{name}.log" if self._logs else None

    def _stop_all(self) -> None:
        latest_first = sorted(self._living(), key=lambda holder: holder.command.stage, reverse=True)
        for _, holders in groupby(latest_first, key=lambda holder: holder.command.stage):
            self._stop_together(list(holders))

    def _stop_together(self, holders: list[Child]) -> None:
        """Ask children of one stage to stop; whoever is not gone in time, or at a second request, is killed."""
        deadline = time.monotonic() + max(holder.command.grace_seconds for holder in holders)
        for holder in holders:
            holder.ask_to_stop()
        while (
            self._signals.stops < 2
            and time.monotonic() < deadline
            and any(holder.exit_code is None for holder in holders)
        ):
            self._signals.wait(0.1)
        for holder in holders:
            holder.bury()


def _how(exit_code: int | None) -> str:
    return f"signal {-exit_code}" if exit_code and exit_code < 0 else f"exit code {exit_code}"
