"""A decoder that outgrows its bounds dies alone: the worker lives, and its caller is told in words."""

import os
import signal
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from prompt_media.errors import HouseError, Unavailable
from prompt_media.files import sandbox
from prompt_media.files.sandbox import Bounds
from prompt_media.imaging import decode


def decoded(data: bytes, bounds: Bounds = sandbox.DEFAULT):
    return sandbox.picture(data, decode.inspect(data), decode.DEFAULT, bounds)


def dies(monkeypatch: pytest.MonkeyPatch, how) -> None:
    """Decoding does this instead, in the child."""
    monkeypatch.setattr(decode, "picture", lambda *_: how())


def refused(data: bytes, bounds: Bounds = sandbox.DEFAULT) -> HouseError:
    with pytest.raises(HouseError) as told:
        decoded(data, bounds)
    return told.value


@pytest.mark.parametrize("colour", [(10, 20, 30), (10, 20, 30, 40)], ids=["opaque", "clear"])
def test_pixels_come_back_as_they_were_decoded(picture, colour):
    data = picture("PNG", (61, 47), colour)

    assert np.array_equal(decoded(data).pixels, decode.picture(data).pixels)


def test_frames_are_told_apart_by_pixels_and_time_and_come_one_by_one():
    pictures = [Image.new("RGB", (30, 20), colour) for colour in ("red", "red", "blue")]
    pictures[0].save(file := BytesIO(), "GIF", save_all=True, append_images=pictures[1:], duration=[100, 200, 100])
    data, limits = file.getvalue(), decode.DEFAULT

    told = sandbox.fingerprints(data, limits)

    assert len(told) == len({*told}) == len([*decode.frames(data)])
    last = sandbox.frame(data, len(told) - 1, decode.inspect(data), limits)
    assert last.pixels[0, 0].tolist() == [0, 0, 255, 255]
    assert sandbox.frame(data, 0, decode.inspect(data), limits).pixels[0, 0].tolist() == [255, 0, 0, 255]


def test_memory_grows_with_the_pictures_that_are_allowed():
    assert sandbox.bounds_for(decode.DEFAULT) == sandbox.DEFAULT
    assert sandbox.bounds_for(decode.Limits(pixels=200_000_000)).memory_mb > 3000


def test_a_refusal_comes_back_in_its_own_words(picture):
    whole = picture("JPEG", (600, 600))

    told = refused(whole[: len(whole) // 2])

    assert (told.status, told.code, told.detail) == (415, "broken_picture", "The picture is damaged or cut off.")


def test_time_without_end_is_told_as_too_costly(picture, monkeypatch):
    def spin() -> None:
        while True:
            pass

    dies(monkeypatch, spin)

    told = refused(picture(), Bounds(cpu_seconds=1))

    assert (told.status, told.code) == (413, "too_costly")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system holds no process to its memory")
def test_memory_without_end_is_told_as_too_costly(picture, monkeypatch):
    real = decode.picture
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: np.ones(200_000_000, np.uint8))
    dies(monkeypatch, lambda: real(picture()))

    told = refused(picture(), Bounds(memory_mb=100))

    assert (told.status, told.code) == (413, "too_costly")


def test_a_decoder_that_waits_for_ever_is_ended(picture, monkeypatch):
    dies(monkeypatch, signal.pause)

    assert refused(picture(), Bounds(wall_seconds=1)).code == "too_costly"


def test_a_decoder_that_crashes_takes_nobody_along(picture, monkeypatch):
    dies(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGSEGV))

    told = refused(picture())

    assert (told.status, told.code) == (415, "broken_picture")


def test_a_decoder_that_somebody_else_killed_is_asked_again(picture, monkeypatch, tmp_path):
    real = decode.picture

    def killed_once(*asked: object):
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*asked)

    monkeypatch.setattr(decode, "picture", killed_once)

    assert decoded(picture()).size == decode.inspect(picture()).size


def test_what_is_said_to_all_workers_does_not_spoil_a_picture(picture, monkeypatch):
    """Ctrl-C reaches every process of the terminal."""
    real = decode.picture

    def told(*asked: object):
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), one)
        return real(*asked)

    monkeypatch.setattr(decode, "picture", told)

    assert decoded(picture()).size == decode.inspect(picture()).size


def test_a_machine_without_room_for_a_process_is_told_so(picture, monkeypatch):
    def no_room() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", no_room)

    with pytest.raises(Unavailable):
        decoded(picture())


def test_a_worker_that_is_stopped_leaves_no_decoder_behind(picture, monkeypatch):
    forked = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(fork()) or forked[-1])
    dies(monkeypatch, signal.pause)

    def stop(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(sandbox, "_heard", stop)
    with pytest.raises(SystemExit):
        decoded(picture())

    with pytest.raises(ProcessLookupError):
        os.kill(forked[0], 0)


def test_descriptors_do_not_pile_up(picture):
    before = len(os.listdir("/dev/fd"))
    whole = picture("JPEG", (300, 300))

    for data in (whole, whole[:-400], picture()) * 10:
        try:
            decoded(data)
        except HouseError:
            continue

    assert len(os.listdir("/dev/fd")) <= before


def test_what_is_too_large_for_memory_here_is_told_too(monkeypatch):
    """Without a sandbox, as in the shell."""
    file = BytesIO()
    Image.new("L", (9, 9)).save(file, "PNG")

    def load(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    with pytest.raises(HouseError) as told:
        decode.picture(file.getvalue())
    assert told.value.code == "too_costly"
