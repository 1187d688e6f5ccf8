"""Decoding strangers' bytes in a process of its own, which may die of them.

A decoder that outgrows its memory or its time cannot be stopped from within: its loops are in C and hear no signal of
ours. So a fork does the decoding under the kernel's own limits, and hands the pixels back through shared memory. A
worker is never lost to a picture.
"""

import gc
import json
import mmap
import os
import resource
import signal
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import structlog

from prompt_media.errors import HouseError, TooLarge, Unavailable, UnsupportedPicture
from prompt_media.imaging import decode
from prompt_media.imaging.decode import Facts, Frame, Limits
from prompt_media.imaging.picture import Picture

Answer = dict[str, Any]
Work = Callable[[], Answer]
log = structlog.get_logger(__name__)

_MEGABYTE = 1024 * 1024
_REFUSALS: dict[str, type[HouseError]] = {one.__name__: one for one in (TooLarge, UnsupportedPicture)}
_BROKEN = 70
# How a process ends that has used up its time, or that the kernel had no memory for.
_COSTLY = (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one decoding may take. The wall clock is for a process that waits for ever: it uses no other time."""

    memory_mb: int = 1536
    cpu_seconds: int = 20
    wall_seconds: int = 180


DEFAULT = Bounds()
# 20 frames of 2400 × 2400 took 0.44 s (measured), and there may be hundreds that show more.
_SECONDS_FOR_FRAMES = 120
_BYTES_A_PIXEL = 16


def bounds_for(limits: Limits) -> Bounds:
    """The default, or more memory where larger pictures than usual are allowed."""
    return Bounds(memory_mb=max(DEFAULT.memory_mb, limits.pixels * _BYTES_A_PIXEL // _MEGABYTE))


def picture(data: bytes, facts: Facts, limits: Limits, bounds: Bounds | None = None) -> Picture:
    """`decode.picture`, elsewhere. Also raises TooLarge (`too_costly`) when the bounds were met."""
    return _shown(lambda: decode.picture(data, limits), facts, bounds or bounds_for(limits))


def frame(data: bytes, number: int, facts: Facts, limits: Limits) -> Picture:
    """The frame of this number, counted from 0, out of `decode.frames`. Raises as `picture` does."""
    return _shown(lambda: next(islice(decode.frames(data, limits), number, None)).picture, facts, _for_frames(limits))


def fingerprints(data: bytes, limits: Limits) -> tuple[str, ...]:
    """For each frame the SHA-256 of its pixels and of how long it stands. Raises as `picture` does."""
    told = _told(lambda: {"frames": [_fingerprint(one) for one in decode.frames(data, limits)]}, _for_frames(limits))
    return tuple(told["frames"])


def _for_frames(limits: Limits) -> Bounds:
    return replace(bounds_for(limits), cpu_seconds=_SECONDS_FOR_FRAMES)


def _fingerprint(one: Frame) -> str:
    return sha256(one.picture.pixels.tobytes() + b"%d" % one.stands).hexdigest()


def _shown(decoded: Callable[[], Picture], facts: Facts, bounds: Bounds) -> Picture:
    """A picture that a child decodes, out of memory that both see."""
    shared = mmap.mmap(-1, facts.size.pixels * 4)

    def lay() -> Answer:
        pixels = decoded().pixels
        np.frombuffer(shared, np.uint8, pixels.size)[:] = pixels.reshape(-1)
        return {"bands": pixels.shape[2]}

    size, bands = facts.size, _told(lay, bounds)["bands"]
    pixels = np.frombuffer(shared, np.uint8, size.pixels * bands)
    return Picture(pixels.reshape(size.height, size.width, bands))


def _told(work: Work, bounds: Bounds) -> Answer:
    """What comes of the work, done by a child."""
    answer, exit_code = _ask(work, bounds)
    if exit_code == -signal.SIGKILL:
        # Somebody else may have done that. Twice is no accident: there is no memory for this picture.
        answer, exit_code = _ask(work, bounds)
    if answer is None:
        raise _death(exit_code, bounds)
    if "refused" in answer:
        raise _REFUSALS[answer["refused"]](answer["detail"], code=answer["code"])
    return answer


def _ask(work: Work, bounds: Bounds) -> tuple[Answer | None, int]:
    """Have it done by a child: what it said, if it came to that, and how it ended."""
    hear, speak = os.pipe()
    child = _fork(hear, speak)
    if not child:
        _work(work, bounds, speak)
    os.close(speak)
    try:
        answer = _heard(hear)
    except BaseException:
        # The worker was told to stop: what is still decoded is of no use to anybody.
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(hear)
        _, status = os.waitpid(child, 0)
    return answer, os.waitstatus_to_exitcode(status)


def _fork(hear: int, speak: int) -> int:
    try:
        with warnings.catch_warnings():
            # Python warns of locks that other threads may hold: the child takes none of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            return os.fork()
    except OSError as error:
        os.close(hear)
        os.close(speak)
        raise Unavailable("The machine has no room for another process.", retry_after=5) from error


def _work(work: Work, bounds: Bounds, speak: int) -> NoReturn:
    """In the child: do it, and say what came of it. It ends here, come what may."""
    gc.disable()  # the parent's connections are not ours to close
    code = _BROKEN
    try:
        _confine(bounds)
        os.write(speak, json.dumps(_answer(work)).encode())
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def _confine(bounds: Bounds) -> None:
    # What is said to the workers is said to this one too, and is not about the picture. The parent ends it when needed.
    for told in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(told, signal.SIG_IGN)
    for ends in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(ends, signal.SIG_DFL)
    signal.alarm(bounds.wall_seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, bounds.cpu_seconds)
    # macOS takes the limit and does not hold it; there the pixels that are allowed are the bound.
    statm = Path("/proc/self/statm")
    if statm.exists():
        mapped = int(statm.read_text().split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, mapped + bounds.memory_mb * _MEGABYTE)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(work: Work) -> Answer:
    try:
        return work()
    except (TooLarge, UnsupportedPicture) as error:
        return {"refused": type(error).__name__, "detail": error.detail, "code": error.code}


def _heard(hear: int) -> Answer | None:
    """What the child said; None when it died before it could."""
    said = b""
    while more := os.read(hear, 65536):
        said += more
    answer: Answer | None = json.loads(said) if said else None
    return answer


def _death(exit_code: int, bounds: Bounds) -> HouseError:
    log.warning("decoder died", exit_code=exit_code)
    if -exit_code in _COSTLY:
        return TooLarge(
            f"The picture takes more than {bounds.cpu_seconds} s or {bounds.memory_mb} MB to decode. Save it anew.",
            code="too_costly",
        )
    return UnsupportedPicture("The picture is damaged in a way that breaks its decoder.", code="broken_picture")
