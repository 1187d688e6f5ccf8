"""What the threads of a process share is one thing, whoever of them asks first."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from prompt_media import backends, shared
from prompt_media.jobs import bus, waiting
from prompt_media.web import rates

ASKING = 8


def all_at_once(ask):
    """What each of several threads gets that ask at the same moment."""
    gate = threading.Barrier(ASKING, timeout=10)

    def asked(_: int) -> object:
        gate.wait()
        return ask()

    with ThreadPoolExecutor(ASKING) as threads:
        return list(threads.map(asked, range(ASKING)))


@pytest.fixture
def slowly(monkeypatch):
    """Has something be made so slowly that a second thread would begin with another one, if it could."""

    def slow_down(place: str) -> list[object]:
        made, begun = [], threading.Semaphore(0)

        def make(*_: object, **__: object) -> object:
            begun.release()
            made.append(object())
            # Until another has begun too; where none can, this is all the test takes.
            begun.acquire()
            begun.acquire(timeout=0.2)
            return made[-1]

        monkeypatch.setattr(place, make)
        return made

    return slow_down


@pytest.mark.parametrize(
    ("ask", "maker"),
    [
        pytest.param(bus.broker, "redis.Redis.from_url", id="the line to the broker"),
        pytest.param(rates._counter, "redis.Redis.from_url", id="the counter of calls"),
        pytest.param(waiting._places, "threading.BoundedSemaphore", id="places of those who wait"),
        pytest.param(
            lambda: backends.opened("any:"), "prompt_media.generating.registry.open_backend", id="the backend"
        ),
    ],
)
def test_threads_that_ask_first_at_once_share_one(slowly, ask, maker):
    forget = getattr(ask, "cache_clear", backends.opened.cache_clear)
    forget()
    made = slowly(maker)
    try:
        given = all_at_once(ask)
    finally:
        forget()

    assert len(made) == 1
    assert len({id(one) for one in given}) == 1


def test_what_could_not_be_made_is_tried_again():
    answers = [OSError("away"), "there"]

    @shared.MadeOnce
    def make() -> str:
        if isinstance(answer := answers.pop(0), OSError):
            raise answer
        return answer

    with pytest.raises(OSError, match="away"):
        make()
    assert (make(), make()) == ("there", "there")


def test_each_address_has_its_own():
    made_for = shared.MadeOnce(lambda address: [address])

    assert made_for("a") is made_for("a")
    assert made_for("a") is not made_for("b")
