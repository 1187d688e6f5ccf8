"""Sessions that end while they are in use, on one machine and on several."""

from collections.abc import Mapping

import pytest

from tests.engine.racing import Tally, race
from tests.engine.running import surroundings

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture
def files(picture) -> Mapping[str, bytes]:
    return {"scenery.jpg": picture("JPEG", (400, 300)), "dot.png": picture("PNG", (90, 90), "red")}


def nothing_left_and_nobody_failed(tally: Tally, rounds: int) -> None:
    assert tally.wrong == [], f"seed {tally.seed}"
    assert tally.rounds == rounds
    assert tally.ended_by["hand"] >= rounds


def test_clean_up_and_generation_at_once_leave_nothing_and_fail_nobody(engine, files):
    tally = race(engine, surroundings(engine.home), files, rounds=10, seed=8)

    nothing_left_and_nobody_failed(tally, 10)


def test_so_they_do_on_several_machines(grown, files):
    tally = race(grown, surroundings(grown.home) | grown.environment, files, rounds=10, seed=8)

    nothing_left_and_nobody_failed(tally, 10)
