"""`./pm soak`: a real studio under steady load while faults happen to it, in an order that a seed decides."""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.engine.racing import race
from tests.engine.running import wait_for
from tests.engine.work import noise
from tests.soak import faults, house, report, slowed
from tests.soak.diary import Diary
from tests.soak.house import House
from tests.soak.load import Stranger
from tests.soak.recorders import Recorder
from tests.soak.visitor import Visitor

_SETTLED_WITHIN = 180.0


def main() -> int:
    wish = _parser().parse_args()
    seed = random.SystemRandom().randrange(10**6) if wish.seed is None else wish.seed
    slow = f" --slow {wish.slow:g}" if wish.slow else ""
    _say(
        f"seed {seed}: ./pm soak --minutes {wish.minutes:g} --seed {seed} --on {wish.on} --callers {wish.callers}"
        f" --recorders {wish.recorders}{slow}"
    )
    if wish.slow:
        os.environ |= slowed.environment(wish.slow)
    with ExitStack() as kept:
        home = wish.keep or Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        with house.running(home, grown=wish.on == "postgres") as studio:
            diary = _soaked(studio, wish, seed)
            for line in report.check(studio, diary):
                _say(line)
            if wish.races:
                _race(studio, diary, wish.races, seed)
            diary.wrong += report.broken_off(studio)
    return _judged(diary, seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./pm soak",
        description="Run a real studio under steady load while faults happen to it: killed, frozen and stopped "
        "processes, a broker that forgets, a locked or stopped database. Exit code 1 when a promise was broken.",
    )
    parser.add_argument("--minutes", type=float, default=10, help="of load and faults (default 10)")
    parser.add_argument("--seed", type=int, help="decides the order of faults and what callers do; told at the start")
    parser.add_argument("--callers", type=int, default=4, help="who use the studio at once (default 4)")
    parser.add_argument(
        "--recorders", type=int, default=2, help="visitors who record, replay, take along and study beside them (2)"
    )
    parser.add_argument(
        "--on", choices=("sqlite", "postgres"), default="sqlite", help="postgres: with S3 and Valkey too"
    )
    parser.add_argument("--races", type=int, default=50, help="rounds of clean-up against generation after it (50)")
    parser.add_argument(
        "--slow",
        type=float,
        nargs="?",
        const=0.03,
        metavar="SECONDS",
        help="delay every database statement by chance, up to so long (0.03): what only bad timing shows, shows",
    )
    parser.add_argument("--keep", type=Path, help="a folder for data and logs, kept afterwards; must be empty")
    return parser


def _soaked(studio: House, wish: argparse.Namespace, seed: int) -> Diary:
    diary, stopping = Diary(), threading.Event()
    callers = [threading.Thread(target=work) for work in _callers(studio, diary, stopping, wish, seed)]
    for caller in callers:
        caller.start()
    try:
        _do_faults(studio, diary, seed, wish)
    finally:
        stopping.set()
        for caller in callers:
            caller.join()
    _say(f"{diary.now():6.0f} s  the load has ended; waiting for the last job")
    try:
        wait_for(lambda: not studio.ledger().live(), what="every job ended", seconds=_SETTLED_WITHIN)
    except AssertionError as error:
        diary.break_promise(str(error))
    return diary


def _callers(
    studio: House, diary: Diary, stopping: threading.Event, wish: argparse.Namespace, seed: int
) -> Iterator[Callable[[], None]]:
    """What each of them does, by a chance of its own."""
    for number in range(wish.callers):
        yield Stranger(studio, diary, random.Random(f"{seed} {number}"), stopping).work
    for number in range(wish.recorders):
        name = f"visitor{number}"
        yield Recorder(Visitor(studio, diary, random.Random(f"{seed} {name}"), stopping, name)).work


def _do_faults(studio: House, diary: Diary, seed: int, wish: argparse.Namespace) -> None:
    chance = random.Random(seed)
    injector = faults.Injector(studio, diary, chance, _say)
    for do in faults.in_order(random.Random(seed), grown=studio.is_grown):
        time.sleep(chance.uniform(2, 8))
        if diary.now() > 60 * wish.minutes:
            return
        injector.inject(do)


def _race(studio: House, diary: Diary, rounds: int, seed: int) -> None:
    files = {"scenery.png": noise(200, (30, 90, 200)), "dot.png": noise(90, (250, 40, 40))}
    quiet = studio.environment | {"LOG_LEVEL": "WARNING"}
    tally = race(studio, quiet, files, rounds=rounds, seed=seed)
    diary.wrong += [f"race, {told}" for told in tally.wrong]
    _say(f"race          {tally.rounds} rounds of clean-up against generation, {len(tally.wrong)} wrong")


def _judged(diary: Diary, seed: int) -> int:
    for told in diary.wrong:
        _say(f"BROKEN        {told}")
    _say(f"{'Every promise held' if not diary.wrong else f'{len(diary.wrong)} promises were broken'} (seed {seed}).")
    return 1 if diary.wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
    sys.exit(main())
