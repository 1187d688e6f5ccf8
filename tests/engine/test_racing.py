"""Sessions that end while they are in use, on one machine and on several."""

import time
from collections.abc import Mapping
from contextlib import suppress

import pytest

from tests.engine.racing import Tally, all_at_once, race
from tests.engine.running import surroundings


@pytest.fixture
def files(picture) -> Mapping[str, bytes]:
    return {"scenery.jpg": picture("JPEG", (400, 300)), "dot.png": picture("PNG", (90, 90), "red")}


def nothing_left_and_nobody_failed(tally: Tally, rounds: int) -> None:
    assert tally.wrong == [], f"seed {tally.seed}"
    assert tally.rounds == rounds
    assert tally.ended_by["hand"] >= rounds


@pytest.mark.xdist_group("engine")
def test_clean_up_and_generation_at_once_leave_nothing_and_fail_nobody(engine, files):
    tally = race(engine, surroundings(engine.home), files, rounds=10, seed=8)

    nothing_left_and_nobody_failed(tally, 10)


@pytest.mark.xdist_group("grown")
def test_so_they_do_on_several_machines(grown, files):
    tally = race(grown, surroundings(grown.home) | grown.environment, files, rounds=10, seed=8)

    nothing_left_and_nobody_failed(tally, 10)


def test_what_breaks_in_a_thread_of_a_race_is_told_and_all_are_waited_for():
    tally, waited_for = Tally(seed=0), []

    def break_off() -> None:
        raise ConnectionResetError("no answer")

    with suppress(KeyboardInterrupt), all_at_once(3, tally) as start:
        start(break_off)
        start(lambda: (time.sleep(0.2), waited_for.append("the slow one")))
        raise KeyboardInterrupt

    assert tally.wrong == ["round 3: ConnectionResetError('no answer')"]
    assert waited_for == ["the slow one"]
