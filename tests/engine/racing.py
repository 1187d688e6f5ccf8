"""Clean-up against generation: a session is used and ended at once, in an order that a seed decides.

Whoever wins, every caller gets an answer that is no 5xx, and afterwards nothing is left: no row, no job, no file, no
folder. A soak run calls `race` with more rounds than a test can wait for.
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.engine.calling import RESPOND_ASYNC, Answer, Caller, open_session
from tests.engine.running import PROJECT, wait_for

STILL = {"prompt": "Set @scenery as background and @dot as front image", "width": 300, "height": 300}
MOVING = {
    "prompt": "@scenery is the background, @dot moves from left to right",
    "frames": 8,
    "width": 300,
    "height": 300,
}
LONGEST_DELAY = 0.12
Act = Callable[[Caller, str], Answer]


class Studio(Protocol):
    """What a race runs on."""

    ports: tuple[int, ...]

    def stored(self, owner: str) -> set[str]: ...


@dataclass(slots=True)
class Tally:
    """How a race went. `wrong` is what must not be, told with the round; it is empty when all is well."""

    seed: int
    rounds: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    ended_by: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Cleaner:
    """The process of cleaner.py."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.engine.cleaner"),
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = threading.Lock()

    def tell(self, line: str) -> Any:
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, f"the cleaner ended at: {line}"
        return json.loads(answer)

    def close(self) -> None:
        self._process.communicate()


def race(
    studio: Studio, environment: Mapping[str, str], files: Mapping[str, bytes], *, rounds: int, seed: int
) -> Tally:
    """So many rounds on a running studio that was given this environment. `files` has a scenery and a dot."""
    chance, tally = random.Random(seed), Tally(seed)
    with closing(Cleaner(environment)) as cleaner:
        for number in range(rounds):
            _round(number, studio, cleaner, files, random.Random(chance.random()), tally)
            tally.rounds += 1
    return tally


def _round(
    number: int,
    studio: Studio,
    cleaner: Cleaner,
    files: Mapping[str, bytes],
    chance: random.Random,
    tally: Tally,
) -> None:
    with closing(Caller(studio.ports[0])) as caller:
        session = open_session(caller, files)
        image = caller.get(f"/session/{session}/").json["files"][0]
    uses = _uses(files, image, chance)
    ends = chance.sample(["delete", "expire"], k=chance.choice([1, 1, 2]))
    with all_at_once(number, tally) as start:
        for use in uses:
            start(_later(chance, lambda use=use: _use(studio, use, session, tally, number)))
        for end in ends:
            start(_later(chance, lambda end=end: _end(end, studio, cleaner, session, tally, number)))
        start(_later(chance, lambda: cleaner.tell("sweep")))
    _end("delete", studio, cleaner, session, tally, number)
    _judge(number, studio, cleaner, session, tally)


def _uses(files: Mapping[str, bytes], image: Mapping[str, Any], chance: random.Random) -> list[Act]:
    """Eight of the things people do with a session, some of them twice."""

    def generate(wish: Mapping[str, object], **headers: str) -> Act:
        return lambda caller, session: caller.post(f"/session/{session}/generate/", wish, **headers)

    return chance.choices(
        [
            generate(STILL),
            generate(MOVING, **RESPOND_ASYNC),
            generate(STILL, **RESPOND_ASYNC),
            lambda caller, session: caller.upload(f"/upload/{session}/", dict(files)),
            lambda caller, session: caller.get(f"/session/{session}/"),
            lambda caller, session: caller.get(image["url"]),
            lambda caller, session: caller.post(
                f"/session/{session}/tag/", {"filename": image["filename"], "tag": "scenery"}
            ),
            lambda caller, session: caller.post(f"/session/{session}/preview/", STILL),
        ],
        k=8,
    )


def _use(studio: Studio, use: Act, session: str, tally: Tally, number: int) -> None:
    with closing(Caller(studio.ports[0])) as caller:
        answer = use(caller, session)
    tally.answers[str(answer.status)] += 1
    if answer.status >= 500:
        tally.wrong.append(f"round {number}: a caller was answered {answer.status}: {_told(answer)}")


def _end(how: str, studio: Studio, cleaner: Cleaner, session: str, tally: Tally, number: int) -> None:
    if how == "expire":
        tally.ended_by["expiry"] += bool(cleaner.tell(f"expire {session}"))
        return
    with closing(Caller(studio.ports[-1])) as caller:
        answer = caller.delete(f"/session/{session}/")
        tally.ended_by["hand"] += 1
        if answer.status != 200:
            tally.wrong.append(f"round {number}: deleting was answered {answer.status}: {_told(answer)}")
        elif (after := caller.get(f"/session/{session}/").status) != 404:
            tally.wrong.append(f"round {number}: after its deletion the session was answered {after}")


def _told(answer: Answer) -> str:
    return answer.data[:400].decode(errors="replace")


def _judge(number: int, studio: Studio, cleaner: Cleaner, session: str, tally: Tally) -> None:
    """Nothing is left, as soon as a worker that was at it has noticed."""
    try:
        wait_for(lambda: _is_gone(studio, session), what="nothing left")
    except AssertionError:
        tally.wrong += [f"round {number}: left behind: {path}" for path in sorted(studio.stored(session))]
    tally.wrong += [
        f"round {number}: {count} {rows} left" for rows, count in cleaner.tell(f"left {session}").items() if count
    ]


def _is_gone(studio: Studio, session: str) -> bool:
    """Looked at twice: a worker that has not noticed yet may still write something, and takes it away again."""
    if studio.stored(session):
        return False
    time.sleep(0.3)
    return not studio.stored(session)


def _later(chance: random.Random, act: Callable[[], object]) -> Callable[[], object]:
    seconds = chance.uniform(0, LONGEST_DELAY)

    def wait_and_act() -> object:
        time.sleep(seconds)
        return act()

    return wait_and_act


@contextmanager
def all_at_once(number: int, tally: Tally) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Starts threads, and waits for all of them at the end. What one of them breaks at is told: it would be lost."""
    threads: list[threading.Thread] = []

    def told(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001, whatever it is, the round was not what it should be
            tally.wrong.append(f"round {number}: {error!r}")

    def start(act: Callable[[], object]) -> None:
        threads.append(threading.Thread(target=told, args=(act,)))
        threads[-1].start()

    try:
        yield start
    finally:
        for thread in threads:
            thread.join()
