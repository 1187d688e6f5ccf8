"""What stands on the wire of a stream, beat by beat, without a broker or a database."""

import asyncio

import pytest

from prompt_media.jobs.changes import GONE, Facts, Watch
from prompt_media.jobs.streams import Rhythm, Stream

QUICK = Rhythm(ping_seconds=0.02, lasts_seconds=0.3)
RUNNING = Facts("a1", b'{"status":"running"}', is_last=False)
DONE = Facts("b2", b'{"status":"done"}', is_last=True)


@pytest.fixture
def watch() -> Watch:
    return Watch(job_id=None, owner="house", place=None)


def told(watch: Watch, *, seen: str = "", rhythm: Rhythm = QUICK) -> list[bytes]:
    async def read() -> list[bytes]:
        return [part async for part in Stream(watch, seen=seen, rhythm=rhythm)]

    return asyncio.run(read())


def test_the_first_word_says_when_to_come_back(watch):
    watch.put(DONE)
    assert told(watch)[0] == b"retry: 1000\n\n"


def test_an_event_carries_its_state_as_its_id(watch):
    watch.put(DONE)
    assert told(watch)[1:] == [b'id: b2\ndata: {"status":"done"}\n\n']


def test_silence_is_filled_with_comments_until_the_stream_has_lasted_long_enough(watch):
    assert set(told(watch)[1:]) == {b": ping\n\n"}


def test_only_the_newest_facts_are_told(watch):
    watch.put(RUNNING)
    watch.put(DONE)
    assert told(watch)[1:] == [b'id: b2\ndata: {"status":"done"}\n\n']


def test_what_was_seen_is_not_told_again(watch):
    watch.put(RUNNING)
    assert not any(b"data" in part for part in told(watch, seen="a1"))


def test_a_deleted_job_ends_its_stream_without_a_word(watch):
    watch.put(GONE)
    assert not any(b"data" in part for part in told(watch, rhythm=Rhythm(lasts_seconds=60)))


def test_facts_that_come_meanwhile_wake_the_stream(watch):
    async def read() -> list[bytes]:
        asyncio.get_running_loop().call_later(0.05, watch.put, DONE)
        return [part async for part in Stream(watch, rhythm=Rhythm())]

    assert asyncio.run(read())[-1].startswith(b"id: b2")
