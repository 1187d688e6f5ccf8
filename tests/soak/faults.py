"""The faults, each done to a running studio, and how long it takes to recover."""

import os
import random
import signal
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from uuid import UUID

from tests.engine.running import Process, processes, wait_for
from tests.engine.work import pool
from tests.soak.diary import Diary, Fault
from tests.soak.house import House
from tests.soak.load import one_job

_LONGEST_RECOVERY = 90.0
# The supervisor gives up on a child that dies five times within a minute, and says so: that is no fault to survive.
_DEATHS, _WITHIN_SECONDS = 3, 60.0

Do = Callable[[House, random.Random], None]


def _child(house: House, *words: str) -> Process | None:
    return house.engine.find(*words)


def _signal(process: Process | None, number: signal.Signals) -> None:
    if process:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _queue(chance: random.Random) -> str:
    return chance.choice(["quick", "quick", "bulk"])


def pool_child_killed(house: House, chance: random.Random) -> None:
    children = pool(house.engine, _queue(chance))
    _signal(chance.choice(children) if children else None, signal.SIGKILL)


def worker_killed(house: House, chance: random.Random) -> None:
    if worker := _child(house, f"--queues={_queue(chance)}"):
        with suppress(ProcessLookupError):
            os.killpg(worker.group, signal.SIGKILL)


def worker_told_to_stop(house: House, chance: random.Random) -> None:
    _signal(_child(house, f"--queues={_queue(chance)}"), chance.choice([signal.SIGTERM, signal.SIGQUIT]))


def pool_child_frozen(house: House, chance: random.Random) -> None:
    """For longer than its lease."""
    children = pool(house.engine, "quick")
    frozen = chance.choice(children) if children else None
    _signal(frozen, signal.SIGSTOP)
    time.sleep(25)
    _signal(frozen, signal.SIGCONT)


def beat_killed(house: House, chance: random.Random) -> None:
    _signal(_child(house, "celery", "beat"), signal.SIGKILL)


def web_process_killed(house: House, chance: random.Random) -> None:
    """One of the two that answer; the other goes on."""
    web = _child(house, "granian")
    workers = [one for one in processes().values() if web and one.parent == web.pid and "granian" in one.command]
    _signal(chance.choice(workers) if workers else None, signal.SIGKILL)


def web_killed(house: House, chance: random.Random) -> None:
    _signal(_child(house, "granian"), signal.SIGKILL)


def everything_killed(house: House, chance: random.Random) -> None:
    """The supervisor by us, all others by what holds them; and started again."""
    family = house.engine.family()
    house.engine.process.kill()
    house.engine.process.wait()
    wait_for(lambda: not family.keys() & processes().keys(), what="nobody left", seconds=20)
    house.start()


def stopped_and_started(house: House, chance: random.Random) -> None:
    house.engine.stop()
    house.start()


def broker_killed(house: House, chance: random.Random) -> None:
    if house.is_grown:
        house.servers["broker"].stop()
        time.sleep(chance.uniform(0, 8))
        house.servers["broker"].start()
    else:
        _signal(_child(house, "valkey-server"), signal.SIGKILL)


def broker_emptied(house: House, chance: random.Random) -> None:
    with closing(house.broker()) as broker:
        broker.flushall()


def broker_frozen(house: House, chance: random.Random) -> None:
    broker = _child(house, "valkey-server")
    _signal(broker, signal.SIGSTOP)
    time.sleep(chance.uniform(1, 12))
    _signal(broker, signal.SIGCONT)


def database_locked(house: House, chance: random.Random) -> None:
    with closing(sqlite3.connect(house.engine.home / "var" / "db.sqlite3", timeout=30)) as holder:
        holder.isolation_level = None
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(chance.uniform(2, 24))
        holder.execute("ROLLBACK")


def database_stopped(house: House, chance: random.Random) -> None:
    _stopped_for_a_while(house, "database", chance)


def storage_stopped(house: House, chance: random.Random) -> None:
    _stopped_for_a_while(house, "storage", chance)


def _stopped_for_a_while(house: House, name: str, chance: random.Random) -> None:
    house.servers[name].stop()
    time.sleep(chance.uniform(1, 15))
    house.servers[name].start()


ALWAYS: tuple[Do, ...] = (
    pool_child_killed, pool_child_killed, worker_killed, worker_told_to_stop, pool_child_frozen, beat_killed,
    web_process_killed, web_killed, everything_killed, stopped_and_started, broker_killed, broker_emptied,
)  # fmt: skip
ON_ONE_MACHINE: tuple[Do, ...] = (broker_frozen, database_locked)
ON_SERVERS: tuple[Do, ...] = (database_stopped, storage_stopped)


def in_order(chance: random.Random, *, grown: bool) -> Iterator[Do]:
    """All faults without end, in an order that chance decides: each comes before any comes again."""
    table = [*ALWAYS, *(ON_SERVERS if grown else ON_ONE_MACHINE)]
    while True:
        yield from chance.sample(table, k=len(table))


@dataclass(slots=True)
class Injector:
    """Does one fault after the other, and waits after each until a new job is done."""

    house: House
    diary: Diary
    chance: random.Random
    say: Callable[[str], None]
    deaths: deque[float] = field(default_factory=deque)

    def inject(self, do: Do) -> None:
        self._spare()
        at_work = {job.id: job.attempts for job in self.house.ledger().live() if job.status == "running"}
        fault = Fault(do.__name__.replace("_", " "), self.diary.now())
        self.diary.faults.append(fault)
        do(self.house, self.chance)
        fault.ended = self.diary.now()
        with ThreadPoolExecutor(2) as together:
            waits = [
                together.submit(self._wait_for_a_new_job, fault),
                together.submit(self._wait_for_what_was_at_work, fault, at_work),
            ]
        for one in waits:
            one.result()
        self.say(_told(fault))

    def _wait_for_a_new_job(self, fault: Fault) -> None:
        """Until a job that is submitted from now on is done."""
        while not one_job(self.house):
            if self.diary.now() > fault.ended + _LONGEST_RECOVERY:
                self.diary.break_promise(f"no job was done within {_LONGEST_RECOVERY:.0f} s of: {fault.name}")
                return
            time.sleep(0.1)
        fault.recovery = self.diary.now() - fault.ended

    def _wait_for_what_was_at_work(self, fault: Fault, at_work: dict[UUID, int]) -> None:
        """Until each job that was at work is at work again, or has ended. Only the former were interrupted."""
        left = dict(at_work)
        while left and self.diary.now() < fault.ended + _LONGEST_RECOVERY:
            jobs = self.house.ledger().jobs
            for pk, attempts in list(left.items()):
                # One that was put back into the line has got its attempt back.
                left[pk] = min(attempts, jobs[pk].attempts)
                if jobs[pk].attempts > left[pk]:
                    fault.taken_up.append(self.diary.now() - fault.began)
                if jobs[pk].attempts > left[pk] or not jobs[pk].is_live:
                    del left[pk]
            time.sleep(0.2)
        for pk in left:
            self.diary.break_promise(f"job {pk} was not taken up again after: {fault.name}")

    def _spare(self) -> None:
        now = time.monotonic()
        while len(self.deaths) >= _DEATHS and self.deaths[0] > now - _WITHIN_SECONDS:
            time.sleep(1)
            now = time.monotonic()
        self.deaths.append(now)
        while len(self.deaths) > _DEATHS:
            self.deaths.popleft()


def _told(fault: Fault) -> str:
    recovery = "never" if fault.recovery is None else f"{fault.recovery:.1f} s"
    lasted = fault.ended - fault.began
    told = f"{fault.began:6.0f} s  {fault.name} ({lasted:.1f} s): a new job done {recovery} after its end"
    if fault.taken_up:
        told += f", {len(fault.taken_up)} interrupted, at work again {max(fault.taken_up):.1f} s after it began"
    return told
