"""Clients that do not take what they asked for, one or many."""

import asyncio
import time
from contextlib import suppress

from prompt_media.web.takers import Takers


async def wait(takers: Takers, seconds: float) -> float:
    """How long a client was waited for that takes a block after so many seconds."""
    began = time.monotonic()
    with suppress(TimeoutError):
        async with takers.patience():
            await asyncio.sleep(seconds)
    return time.monotonic() - began


def waited(takers: Takers, *clients: float) -> list[float]:
    async def together() -> list[float]:
        return await asyncio.gather(*(wait(takers, one) for one in clients))

    return asyncio.run(together())


def test_a_few_have_all_the_time():
    assert min(waited(Takers(0.6, many=3, hurried_seconds=0.1), 60, 60, 60)) >= 0.6


def test_of_many_those_that_came_first_have_less():
    first, second, *others = waited(Takers(30, many=2, hurried_seconds=0.1), 60, 60, 1, 1)

    assert 0.1 <= first < 1 > second >= 0.1
    assert min(others) >= 1


def test_who_takes_a_block_in_the_shorter_time_is_not_given_up():
    takers, began = Takers(30, many=1, hurried_seconds=5), time.monotonic()

    assert max(waited(takers, *[0.05] * 20)) < 5
    assert time.monotonic() - began < 5
    assert not takers._waiting


def test_one_that_is_given_up_already_is_not_hurried():
    """Its time is over and its task has not heard so yet when others come."""

    async def crowd() -> list[float]:
        takers = Takers(0.05, many=1)
        first = asyncio.ensure_future(wait(takers, 60))
        await asyncio.sleep(0)
        time.sleep(0.1)  # the loop is busy: the deadline passes unheard
        return await asyncio.gather(first, *(wait(takers, 60) for _ in range(3)))

    assert len(asyncio.run(crowd())) == 4
